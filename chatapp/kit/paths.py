"""Where a profile keeps its things."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

ENVIRONMENT_VARIABLE = "CHATAPP_DATA_DIR"


@dataclass(frozen=True)
class Paths:
    """The folders of one profile.

    Attributes:
        sessions: The dated session files; the user may move them into a synced folder.
        state: Journal, locks, drafts, window state; local, never synced.
        cache: What can be deleted at any time.
        config: `config.toml`.
        backups: Zips of the sessions; the user may copy them elsewhere.
    """

    sessions: Path
    state: Path
    cache: Path
    config: Path
    backups: Path

    @classmethod
    def below(cls, folder: Path) -> Paths:
        """Everything below one folder."""
        folder = folder.expanduser().absolute()
        names = ("sessions", "state", "cache", "config", "backups")
        return cls(*(folder / name for name in names))

    @classmethod
    def choose(cls, data_dir: str | None = None) -> Paths:
        """`data_dir`, else the environment's `CHATAPP_DATA_DIR`, else the system's places."""
        if chosen := data_dir or os.environ.get(ENVIRONMENT_VARIABLE):
            return cls.below(Path(chosen))
        import platformdirs  # 3-6 ms that a start with --data-dir need not pay

        system = platformdirs.PlatformDirs("chatapp", appauthor=False)
        return cls(
            system.user_data_path / "sessions",
            system.user_state_path,
            system.user_cache_path,
            system.user_config_path,
            system.user_data_path / "backups",
        )
