"""The locks hold what pyproject.toml asks for, and nothing else."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
WANTED = {
    "requirements.txt": PROJECT["dependencies"],
    "requirements-test.txt": PROJECT["dependencies"] + EXTRAS["test"] + EXTRAS["lint"],
}
# Interpreters and systems that a lock must serve, as environments of markers.
ENVIRONMENTS = [
    {"python_version": version, "python_full_version": f"{version}.9", "sys_platform": system}
    for version in ("3.11", "3.12", "3.13", "3.14")
    for system in ("linux", "darwin", "win32")
]


@dataclass
class Pin:
    """One locked requirement: `name==version ; marker`, its hashes, and who asked for it."""

    requirement: Requirement
    hashes: list[str]
    asked_by: str

    @property
    def name(self) -> str:
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        (only,) = self.requirement.specifier
        assert only.operator == "=="
        return only.version

    def serves(self, environment: dict[str, str]) -> bool:
        return self.requirement.marker is None or self.requirement.marker.evaluate(environment)


def load_lock(name: str) -> list[Pin]:
    text = (ROOT / "packaging" / name).read_text(encoding="utf-8")
    pins = []
    for entry in re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]:
        head, _, rest = entry.partition(" \\\n")
        comments = " ".join(re.findall(r"#(.*)", rest))
        hashes = re.findall(r"--hash=(sha256:[0-9a-f]{64})\b", rest)
        pins.append(Pin(Requirement(head), hashes, comments))
    return pins


def needed(name: str, environment: dict[str, str]) -> list[Requirement]:
    requirements = map(Requirement, WANTED[name])
    return [r for r in requirements if r.marker is None or r.marker.evaluate(environment)]


@pytest.fixture(params=WANTED)
def lock(request):
    return request.param


def test_every_requirement_is_met_by_exactly_one_pin(lock):
    unmet = []
    for environment in ENVIRONMENTS:
        pins = [pin for pin in load_lock(lock) if pin.serves(environment)]
        for requirement in needed(lock, environment):
            fitting = [pin for pin in pins if pin.name == canonicalize_name(requirement.name)]
            if [requirement.specifier.contains(pin.version) for pin in fitting] != [True]:
                unmet.append(str(requirement))
    assert sorted(set(unmet)) == [], "renew the locks as CONTRIBUTING.md says"


def test_every_pin_has_a_hash(lock):
    assert [pin.name for pin in load_lock(lock) if not pin.hashes] == []


def test_every_pin_is_asked_for(lock):
    """Directly by the project, or by another pin; the lock says by whom."""
    pins = load_lock(lock)
    known = {pin.name for pin in pins} | {"chatapp"}
    for pin in pins:
        askers = set(re.findall(r"(?:^|\s)([a-z0-9][a-z0-9.-]*)(?=\s|$)", pin.asked_by)) - {"via"}
        assert askers, pin.name
        assert {canonicalize_name(asker) for asker in askers} <= known, pin.name


def test_lock_names_no_place(lock):
    text = (ROOT / "packaging" / lock).read_text(encoding="utf-8")
    assert not re.search(r"://|\s/|index-url|find-links|trusted-host|\bfile:", text)


def chosen(lock, environment):
    """Name to version of what is installed in `environment`."""
    return {pin.name: pin.version for pin in load_lock(lock) if pin.serves(environment)}


def test_test_lock_has_the_same_versions_as_the_run_lock():
    for environment in ENVIRONMENTS:
        run, test = (chosen(name, environment).items() for name in WANTED)
        assert run <= test


def test_pyside_6_12_0_is_never_chosen_for_python_3_11(lock):
    for environment in ENVIRONMENTS:
        versions = chosen(lock, environment)
        assert versions["pyside6-essentials"] == versions["shiboken6"]
        if environment["python_version"] == "3.11":
            assert versions["pyside6-essentials"] != "6.12.0"
