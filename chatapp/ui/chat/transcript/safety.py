"""What untrusted text may not do: open anything, hide anything, or keep the program busy.

A reply, an imported file and a tool's result are all untrusted. Nothing here
fetches, reads or runs; callers ask here before they do. The samples and the
incidents behind each rule stand in the tests.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

OPENABLE_SCHEMES = frozenset({"http", "https", "mailto"})
RUN_LIMIT = 512  # characters without a place to break a line
NESTING_LIMIT = 12  # quotes inside quotes

# Bidirectional controls (Trojan Source, CVE-2021-42574), zero-width characters, tag
# characters ("ASCII smuggling"): they change what is read without being seen.
_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_INVISIBLE = "\u00ad\u180e\u200b\u2060-\u2064\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
_HIDDEN = re.compile(f"[{_BIDI}{_INVISIBLE}]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_RUN = re.compile(rf"\S{{{RUN_LIMIT}}}(?=\S)")
_QUOTES = re.compile(rf"^((?:[ \t]*>){{{NESTING_LIMIT}}})[ \t>]+", re.MULTILINE)
_BULLET = r"(?:[ \t]*[-*+][ \t])"
_BULLETS = re.compile(rf"^({_BULLET}{{{NESTING_LIMIT}}}){_BULLET}+", re.MULTILINE)


def openable(address: str) -> str:
    """`address` if it may be handed to the system after a question, else an empty text.

    Only web and mail addresses may: any other scheme starts a program of the
    attacker's choice (CVE-2025-55733, CVE-2021-27229). An address with a control
    character, white space or a backslash is read differently by different
    programs and is refused.
    """
    if re.search(r"[\x00-\x20\x7f-\x9f\\]", address) or _HIDDEN.search(address):
        return ""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return ""
    if parts.scheme not in OPENABLE_SCHEMES:
        return ""
    return address if parts.scheme == "mailto" or host else ""


def shown_target(address: str) -> str:
    """An address as it is shown before it is opened: its host in ASCII, nothing hidden."""
    try:
        host = urlsplit(address).hostname or ""
        plain = host.encode("idna").decode("ascii") if not host.isascii() else host
    except ValueError:
        host = plain = ""
    shown = address.replace(host, plain, 1) if host and host in address else address
    return visible(shown)


def visible(text: str) -> str:
    """`text` with every character that hides or reorders text written out, as `⟨U+202E⟩`."""
    if text.isascii() and not _CONTROL.search(text):
        return text
    return _CONTROL.sub(_named, _HIDDEN.sub(_named, text))


def _named(found: re.Match[str]) -> str:
    return f"⟨U+{ord(found[0]):04X}⟩"


def breakable(text: str) -> str:
    """`text` with places to break a line inside runs that have none.

    Laying out one run costs the square of its length: 2 MB take minutes.
    """
    return _RUN.sub(lambda run: run[0] + "\u200b", text)


def shallow(text: str) -> str:
    """Markdown whose quotes and lists are nested only so deep that they can still be drawn."""
    return _BULLETS.sub(r"\1", _QUOTES.sub(r"\1 ", text))
