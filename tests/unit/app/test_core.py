from __future__ import annotations

from pathlib import Path

from chatapp.app.core import connector
from chatapp.providers.http import Network
from chatapp.settings.config import Settings


async def test_connections_are_made_as_the_settings_say(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('silence_minutes = 2\nproxy = "http://proxy.example:3128"\nca_file = "ca.pem"')
    transport = connector(Settings(path))("https://api.example/v1")
    assert transport._network == Network("http://proxy.example:3128", "ca.pem")
    assert (transport._patience.byte, transport._patience.word) == (120, 1800)
