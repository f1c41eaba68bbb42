from __future__ import annotations

from chatapp.storage.codec import decode
from real.library import write_library


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.json")}


def test_library_is_what_the_program_reads(tmp_path):
    write_library(tmp_path, sessions=30, messages=5)
    written = files(tmp_path)
    assert len(written) == 30
    for path, raw in written.items():
        session = decode(raw, file_id=path.stem, day=path.parent.name)
        assert session.id == path.stem
        assert len(session.messages) == 5


def test_same_seed_gives_the_same_library(tmp_path):
    for name in ("one", "two"):
        write_library(tmp_path / name, sessions=3, seed=7)
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_other_seed_gives_another(tmp_path):
    for seed in (1, 2):
        write_library(tmp_path / str(seed), sessions=3, seed=seed)
    assert files(tmp_path / "1").keys() != files(tmp_path / "2").keys()
