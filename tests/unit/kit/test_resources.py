from __future__ import annotations

from pathlib import Path

import pytest

from chatapp.kit import resources


def test_checkout_has_its_resources_beside_the_package() -> None:
    assert resources.resource("help/privacy.md").is_file()


def test_installed_package_has_them_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "_resources").mkdir()
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path)
    assert resources.resource("help") == tmp_path / "_resources" / "help"
