"""The core is a value that front ends are handed."""

from __future__ import annotations

import dataclasses

import pytest

from chatapp.services.core import Core


def test_core_cannot_be_changed_once_it_is_made():
    core = Core(**{field.name: object() for field in dataclasses.fields(Core)})
    with pytest.raises(dataclasses.FrozenInstanceError):
        core.manager = None
