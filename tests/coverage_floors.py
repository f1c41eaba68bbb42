"""How much of the program its tests must run, judged over the data of a whole run.

    python -m coverage_floors FOLDER

FOLDER holds `coverage-unit`, from tests/unit alone, and `coverage-program`, from the others. The
core (all but the window) must be covered wholly by its own tests; the whole, by all of them.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import coverage

ENFORCED = True  # a broken floor fails the run; without it, the figures are only shown
CORE_FLOOR = 100.0
WHOLE_FLOOR = 90.0
# The floors above the core: the window, and what puts window and core together.
ABOVE_THE_CORE = ("chatapp/ui/", "chatapp/app/", "chatapp/__main__.py")


@dataclass(frozen=True)
class FileCoverage:
    """One source file: its statements and those that no test ran."""

    name: str
    statements: int
    missing: tuple[int, ...]


def load_coverage(data_files: list[Path]) -> list[FileCoverage]:
    """The coverage of every source file, taking all `data_files` together."""
    measured = coverage.Coverage(data_file=None)
    measured.combine([str(path) for path in data_files], keep=True)
    files = []
    for source in sorted(Path("chatapp").rglob("*.py")):
        _, statements, _, missing, _ = measured.analysis2(str(source))
        files.append(FileCoverage(source.as_posix(), len(statements), tuple(missing)))
    return files


def percentage(files: list[FileCoverage]) -> float:
    """The share of statements that ran, 0 to 100; of nothing, 100."""
    statements = sum(file.statements for file in files)
    missing = sum(len(file.missing) for file in files)
    return 100.0 * (statements - missing) / statements if statements else 100.0


def gaps(files: list[FileCoverage]) -> list[str]:
    """One line for each file that was not run wholly, with the lines nobody ran."""
    return [f"  {file.name}: {ranges(file.missing)}" for file in files if file.missing]


def ranges(lines: tuple[int, ...]) -> str:
    """Line numbers with neighbours joined: "3-5, 9"."""
    runs: list[list[int]] = []
    for line in lines:
        if runs and line == runs[-1][-1] + 1:
            runs[-1].append(line)
        else:
            runs.append([line])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def main(folder: Path) -> int:
    """Print both figures and what is missing; 1 if a floor is broken."""
    unit = load_coverage([folder / "coverage-unit"])
    core = [file for file in unit if not file.name.startswith(ABOVE_THE_CORE)]
    whole = load_coverage(sorted(folder.glob("coverage-*")))
    broken = False
    for name, files, floor in (
        ("core, own tests", core, CORE_FLOOR),
        ("whole", whole, WHOLE_FLOOR),
    ):
        share = percentage(files)
        print(f"coverage of the {name}: {share:.2f} %, floor {floor:.0f} %")
        if share < floor:
            broken = True
            print("\n".join(gaps(files)))
    if broken and not ENFORCED:
        print("The floors are not enforced yet.")
    return int(broken and ENFORCED)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
