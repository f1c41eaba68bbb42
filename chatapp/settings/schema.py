"""Every setting, declared once: the file, the dialog and the help read the same row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Value: TypeAlias = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Setting:
    """One row.

    Attributes:
        name: The key in `config.toml`.
        default: Its value when the file does not say; its type is the setting's type.
        title: What the dialog calls it.
        help: One sentence on what it does.
        choices: The allowed values, or empty.
        minimum: The least number allowed, if it is a number.
        maximum: The greatest number allowed, if it is a number.
    """

    name: str
    default: Value
    title: str
    help: str
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None

    def check(self, value: object) -> str:
        """Why `value` is not allowed, as the end of a sentence; empty if it is."""
        if not _same_type(value, self.default):
            return f"must be {_TYPE_WORDS[type(self.default)]}"
        if self.choices and value not in self.choices:
            return f"must be one of {', '.join(self.choices)}"
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            if self.minimum is not None and value < self.minimum:
                return f"must be at least {self.minimum:g}"
            if self.maximum is not None and value > self.maximum:
                return f"must be at most {self.maximum:g}"
        return ""


_TYPE_WORDS = {
    str: "a text in quotes",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
}


def _same_type(value: object, default: Value) -> bool:
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(default, bool) and isinstance(value, bool)
    if isinstance(default, float):
        return isinstance(value, (int, float))
    return isinstance(value, type(default))


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "default_model",
        "guide/guide",
        "Model for new chats",
        "Written as provider/model. The built-in guide needs no configuration.",
    ),
    Setting("user_name", "User", "Your name", "Stored in each chat as its user_name."),
    Setting(
        "theme",
        "system",
        "Appearance",
        "Light, dark, or as the system is set.",
        choices=("system", "light", "dark"),
    ),
    Setting(
        "text_percent",
        100,
        "Text size",
        "In percent of the normal size.",
        minimum=50,
        maximum=300,
    ),
    Setting(
        "send_key",
        "enter",
        "Send with",
        "The other one breaks the line; Shift+Enter always does.",
        choices=("enter", "ctrl+enter"),
    ),
    Setting(
        "resume_minutes",
        0,
        "Start a new chat after a pause",
        "Minutes of quiet after which a start opens a new chat; 0 always opens the last one.",
        minimum=0,
    ),
    Setting(
        "silence_minutes",
        10,
        "Patience with a silent server",
        "Minutes without a byte after which a reply is given up. From the next start.",
        minimum=1,
    ),
    Setting(
        "wordless_minutes",
        30,
        "Patience with a server that only says it is there",
        "Minutes without a word after which a reply is given up. From the next start.",
        minimum=1,
    ),
    Setting(
        "proxy",
        "",
        "Proxy",
        "Such as http://proxy.example:3128; empty for the system's. Never used for this machine. "
        "From the next start.",
    ),
    Setting(
        "ca_file",
        "",
        "Certificates to trust",
        "A file of certificates to trust besides the system's. From the next start.",
    ),
    Setting(
        "trash_days",
        30,
        "Empty the trash after",
        "Days after which a deleted chat is removed for good; 0 keeps it for ever.",
        minimum=0,
        maximum=3650,
    ),
    Setting(
        "backup_days",
        1,
        "Back up every",
        "Days between two backups of all chats; 0 makes none.",
        minimum=0,
        maximum=365,
    ),
    Setting(
        "backups_kept",
        7,
        "Backups kept",
        "Older ones are removed when a new one is made and verified.",
        minimum=1,
        maximum=1000,
    ),
    Setting(
        "archive_after_days",
        0,
        "Archive idle chats after",
        "Days without activity after which a chat leaves the list for the archive; 0 never.",
        minimum=0,
        maximum=3650,
    ),
    Setting("reduce_motion", False, "Reduce motion", "Nothing slides or fades."),
)

BY_NAME = {setting.name: setting for setting in SETTINGS}
