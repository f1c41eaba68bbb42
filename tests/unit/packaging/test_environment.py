from __future__ import annotations

import pytest

import environment
from environment import Environment, SetupError


@pytest.fixture(scope="module")
def standing_project(tmp_path_factory):
    """A project with an environment, which takes seconds to make."""
    folder = tmp_path_factory.mktemp("project")
    write_locks(folder)
    Environment(folder, print).prepare("requirements.txt")
    return folder


@pytest.fixture
def project(standing_project):
    write_locks(standing_project)
    (standing_project / ".venv" / environment.STAMP).unlink()
    Environment(standing_project, print).prepare("requirements.txt")
    return standing_project


@pytest.fixture
def said():
    return []


def write_locks(folder):
    (folder / "packaging").mkdir(exist_ok=True)
    for lock in environment.LOCKS:
        (folder / "packaging" / lock).write_text("# nothing is needed\n")


def test_standing_environment_is_not_touched_again(project, said):
    Environment(project, said.append).prepare("requirements.txt")
    assert said == []


def test_second_lock_goes_into_the_same_environment(project, said):
    made = Environment(project, said.append)
    made.prepare("requirements-test.txt")
    made.prepare("requirements.txt")
    assert len(said) == 1


def test_changed_lock_is_installed_anew(project, said):
    (project / "packaging" / "requirements-test.txt").write_text("# something else\n")
    Environment(project, said.append).prepare("requirements.txt")
    assert len(said) == 1


def test_interrupted_making_is_taken_up_again(tmp_path, said):
    write_locks(tmp_path)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    made = Environment(tmp_path, said.append)
    made.prepare("requirements.txt")
    assert made.site_packages.is_dir()


def test_failed_install_says_why_and_leaves_no_stamp(project, said):
    lock = project / "packaging" / "requirements.txt"
    lock.write_text("a-name-without-a-hash==1\n")
    made = Environment(project, said.append)
    with pytest.raises(SetupError, match="could not be installed"):
        made.prepare("requirements.txt")
    key = environment.stamp_key(lock.with_name(name) for name in environment.LOCKS)
    assert environment.installed_locks(made.folder / environment.STAMP, key) == set()


def test_linked_environment_of_another_python_is_left_alone(tmp_path, said):
    write_locks(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / ".venv").symlink_to(elsewhere, target_is_directory=True)
    with pytest.raises(SetupError, match="link"):
        Environment(tmp_path, said.append).prepare("requirements.txt")
    assert list(elsewhere.iterdir()) == []


def test_stamp_key_depends_on_the_text_of_the_locks(tmp_path):
    lock = tmp_path / "lock"
    lock.write_text("a==1")
    before = environment.stamp_key([lock])
    assert environment.stamp_key([lock]) == before
    lock.write_text("a==2")
    assert environment.stamp_key([lock]) != before


@pytest.mark.parametrize("text", ["", "key", "other\nrequirements.txt"])
def test_stamp_without_the_lock_says_nothing_is_installed(tmp_path, text):
    stamp = tmp_path / "stamp"
    stamp.write_text(text)
    assert environment.installed_locks(stamp, "key") == set()


@pytest.mark.parametrize(
    ("line", "meaning"),
    [
        (
            "Downloading PySide6_Essentials-6.11.3-cp39-abi3-x.whl (95 MB)",
            "PySide6_Essentials 6.11.3",
        ),
        ("  Using cached idna-3.20-py3-none-any.whl (68 kB)", "idna 3.20"),
        ("Downloading host/path/idna-3.20.tar.gz (68 kB)", "idna 3.20"),
        ("Downloading idna-3.20-py3-none-any.whl.metadata (8 kB)", ""),
        ("Collecting idna==3.20", ""),
        ("Installing collected packages: idna", "unpacking …"),
    ],
)
def test_pip_is_retold_in_few_words(line, meaning):
    assert environment.progress_of(line) == meaning


def test_venv_module_of_debian_is_asked_for_where_it_is_missing(monkeypatch):
    asked = []
    monkeypatch.setattr(environment.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(environment.system_libraries, "provide", lambda needs: asked.append(needs))
    with pytest.raises(SetupError):
        environment.provide_venv_module()
    assert list(asked[0].values()) == [f"{environment.PYTHON}-venv"]
