#!/usr/bin/env python3
"""Set up, run and test ChatApp from a fresh clone, with nothing but Python 3.11 or newer.

    python3 packaging/dev.py run [arguments of chatapp]
    python3 packaging/dev.py test [arguments of pytest]

Makes `.venv` beside pyproject.toml, installs the locked requirements into it (each checked
against its hash), sees to the system libraries of the window on Linux, and then runs what was
asked for; its exit status is passed through. Works from any folder. A second call skips
whatever stands already.
"""

from __future__ import annotations

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this is where an older one is told
    sys.exit("ChatApp needs Python 3.11 or newer. Install one, then run this command with it.")

import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import system_libraries
from environment import Environment, SetupError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

ROOT = Path(__file__).resolve().parent.parent
COVERAGE_FILES = ROOT / "build"
TEST_RUNS = ("unit", "crash", "ui", "e2e")
CHECKS = (
    ["-m", "ruff", "check"],
    ["-m", "ruff", "format", "--check"],
    ["-m", "mypy"],
    ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
)
NO_DISPLAY = "There is no display here, so ChatApp starts in the terminal, on the same sessions."


@dataclass(frozen=True)
class Command:
    """One thing this program can do.

    Attributes:
        act: Does it, with the remaining arguments; returns the exit status.
        summary: What it does, for the list of commands.
    """

    act: Callable[[list[str]], int]
    summary: str


def run(arguments: list[str]) -> int:
    """Start ChatApp; without a display, its terminal chat on the same sessions."""
    environment = prepared("requirements.txt")
    if not has_display(sys.platform, os.environ):
        instead = terminal_arguments(arguments)
        if instead != arguments:
            say(NO_DISPLAY)
        arguments = instead
    elif sys.platform == "linux":
        plugin = "wayland" if os.environ.get("XDG_SESSION_TYPE") == "wayland" else "xcb"
        needs = system_libraries.missing_for_qt(environment.site_packages, plugin)
        if not system_libraries.provide(needs):
            return 1
    return become([environment.python, "-P", "-m", "chatapp", *arguments])


def test(arguments: list[str]) -> int:
    """Everything that must be green; with arguments, pytest alone with them."""
    environment = prepared_for_tests()
    if arguments:
        return call([environment.python, "-m", "pytest", *arguments])
    steps = {"lint": lint_with(environment), **covered_tests(environment)}
    for name, status in steps.items():
        say(f"{name}: {'passed' if status == 0 else 'failed'}")
    return next((status for status in steps.values() if status), 0)


def lint(_arguments: list[str]) -> int:
    """Style, types and floors, without the tests."""
    return lint_with(prepared("requirements-test.txt"))


def rows(_arguments: list[str]) -> int:
    """Every mission row with the tests that prove it and how they last ended."""
    return call([prepared_for_tests().python, "-m", "pytest", "-q", "--rows"])


def bench(arguments: list[str]) -> int:
    """Both sides of every target, measured in one run."""
    return call([prepared_for_tests().python, "-m", "bench", *arguments])


def crash(arguments: list[str]) -> int:
    """The long crash campaign of the session store."""
    return call([prepared_for_tests().python, "-m", "crash", *arguments])


COMMANDS = {
    "run": Command(run, "start ChatApp; further arguments go to it"),
    "test": Command(test, "style, types, floors and tests; with arguments, pytest alone with them"),
    "lint": Command(lint, "style, types and floors"),
    "rows": Command(rows, "what the mission asks for, the tests that prove it, and how they ended"),
    "crash": Command(crash, "cut the power, fill the disk, kill the program, thousands of times"),
    "bench": Command(bench, "measure the speed targets as ratios; names select, --strict judges"),
}


def prepared(lock: str) -> Environment:
    """The virtual environment with the requirements of `lock` in it.

    Raises:
        SetupError: It could not be made; says why and what to do.
    """
    environment = Environment(ROOT, say)
    environment.prepare(lock)
    return environment


def prepared_for_tests() -> Environment:
    """The virtual environment for tests, and beside it what real-window tests need."""
    environment = prepared("requirements-test.txt")
    if sys.platform == "linux":
        needed = system_libraries.missing_for_qt(environment.site_packages)
        system_libraries.provide(needed | system_libraries.missing_test_tools())
    return environment


def lint_with(environment: Environment) -> int:
    """Run every linter, even after one has failed; the first bad status."""
    say("Checking style, types and floors.")
    statuses = [call([environment.python, *check]) for check in CHECKS]
    return next((status for status in statuses if status), 0)


def covered_tests(environment: Environment) -> dict[str, int]:
    """Run each folder of tests, measuring lines; then judge the coverage floors.

    Runs of their own, because the core must be covered by its own tests alone.
    """
    COVERAGE_FILES.mkdir(exist_ok=True)
    for stale in COVERAGE_FILES.glob("coverage-*"):
        stale.unlink()
    pytest = [environment.python, "-m", "pytest", "--cov", "--cov-report="]
    statuses = {}
    for name in TEST_RUNS:
        say(f"Running the {name} tests.")
        data = COVERAGE_FILES / f"coverage-{name}"
        statuses[f"{name} tests"] = call([*pytest, f"tests/{name}"], {"COVERAGE_FILE": str(data)})
    statuses["coverage"] = call([environment.python, "-m", "coverage_floors", str(COVERAGE_FILES)])
    return statuses


def has_display(platform: str, environ: Mapping[str, str]) -> bool:
    """Whether a window could be shown: only Linux and its kin can be without a display."""
    if platform in ("darwin", "win32"):
        return True
    return any(environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def terminal_arguments(arguments: list[str]) -> list[str]:
    """The arguments that give in a terminal what `arguments` would give in a window.

    A start with no command, only with `--session` or `--data-dir`, becomes `chat`;
    everything else (a command, `--help`, `--screenshot`) goes through as it is.
    """
    rest = iter(arguments)
    for argument in rest:
        option, equals, _ = argument.partition("=")
        if option not in ("--session", "--data-dir"):
            return arguments
        if not equals:
            next(rest, None)  # its value
    return ["chat", *arguments]


def call(command: Sequence[str], more_environment: Mapping[str, str] | None = None) -> int:
    """Run `command` in the project's folder; its exit status, 128 + n after signal n."""
    environ = {**child_environment(ROOT, ROOT / "tests"), **(more_environment or {})}
    status = subprocess.call(command, cwd=ROOT, env=environ)
    return status if status >= 0 else 128 - status


def become(command: list[str]) -> int:
    """Give this process to `command`, in the user's folder, so that signals reach it directly."""
    if os.name != "nt":
        os.execve(command[0], command, child_environment(ROOT))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the program's, which gets it too
    return subprocess.call(command, env=child_environment(ROOT))


def child_environment(*folders: Path) -> dict[str, str]:
    """This environment, with the modules in `folders` importable from anywhere."""
    paths = [*map(str, folders), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


def say(text: str) -> None:
    """Show one line of progress, apart from the output of what is run."""
    print(text, file=sys.stderr, flush=True)


def usage() -> str:
    """The commands and what each does."""
    lines = (f"  {name:<6} {command.summary}" for name, command in COMMANDS.items())
    return "\n".join(["usage: python3 packaging/dev.py COMMAND [arguments]", "", *lines])


def main(arguments: list[str]) -> int:
    """Do what the command line asks; the exit status, 2 for a wrong usage."""
    name, *rest = arguments or ["--help"]
    if name in ("-h", "--help"):
        print(usage())
        return 0
    if name not in COMMANDS:
        say(f"There is no command “{name}”.\n{usage()}")
        return 2
    try:
        return COMMANDS[name].act(rest)
    except SetupError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
