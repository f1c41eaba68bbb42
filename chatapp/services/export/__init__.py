"""Conversations as files for others to read: a module a format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatapp.services.export import markdown
from chatapp.storage import codec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chatapp.sessions.reader import Exporter

EXPORTERS: Mapping[str, Exporter] = {
    "json": codec.encode_chunks,
    "markdown": markdown.export_chunks,
}
"""Name of a format -> what makes its bytes from a session, piece by piece."""

SUFFIXES = {"json": ".json", "markdown": ".md"}
