"""Colours code with Pygments, a few lines at a time, also while it still arrives.

While a block grows, the lexer's state is kept at the beginning of every line, so
that only new lines are read. Once the block is complete it is read again from the
beginning by Pygments itself: the result is Pygments' own, whatever came before.
Pygments is imported on first use.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

    from pygments.lexer import Lexer, RegexLexer
    from pygments.token import _TokenType

Span = tuple[int, int, str]  # first character, length, name of a colour of the theme

GROW_LINES = 200

_COLOURS = {
    "Keyword": "keyword",
    "Operator.Word": "keyword",
    "Name.Tag": "keyword",
    "Literal.String": "string",
    "Literal.Number": "number",
    "Name.Function": "function",
    "Name.Class": "function",
    "Name.Builtin": "function",
    "Name.Decorator": "function",
    "Name.Attribute": "function",
    "Name.Exception": "function",
    "Name.Constant": "number",
    "Name.Variable": "number",
    "Keyword.Constant": "number",
    "Comment": "comment",
    "Generic.Deleted": "error",
    "Generic.Inserted": "success",
    "Generic.Heading": "function",
    "Generic.Subheading": "function",
    "Generic.Prompt": "comment",
}


@lru_cache(maxsize=1)
def _class_names() -> dict[str, str]:
    """What may stand after a code fence, to the name of Pygments' lexer for it.

    Asked here and not of Pygments, which looks through every package installed before
    it says that it does not know a name; and while one arrives, most are unknown.
    """
    from pygments.lexers import get_all_lexers

    lexers = get_all_lexers(plugins=False)
    return {alias: name for name, aliases, _, _ in lexers for alias in aliases}


@lru_cache(maxsize=64)
def lexer_for(language: str) -> Lexer | None:
    """Pygments' lexer for a name as written after a code fence, or None."""
    name = _class_names().get(language.lower())
    if name is None:
        return None
    from pygments.lexers import find_lexer_class

    found = find_lexer_class(name)
    return found(ensurenl=False, stripnl=False) if found is not None else None


@lru_cache(maxsize=1024)
def colour_of(kind: _TokenType) -> str:
    """The theme's colour for a kind of token, or an empty text for plain text."""
    parts = tuple(kind)
    for count in range(len(parts), 0, -1):
        found = _COLOURS.get(".".join(parts[:count]))
        if found is not None:
            return found
    return ""


class _Painter:
    """Puts tokens, in order, into lists of spans, one for each line."""

    def __init__(self, spans: list[list[Span]], text: str, line: int) -> None:
        self.line = line  # the line being filled; those before it are whole
        self._spans = spans
        self._text = text
        self._at = 0
        self._column = 0
        self._current: list[Span] = []

    def add(self, at: int, kind: _TokenType, text: str) -> None:
        if at > self._at:  # a lexer may leave text out
            self._lay(self._text[self._at : at], "")
        self._at = at + len(text)
        self._lay(text, colour_of(kind))

    def _lay(self, text: str, colour: str) -> None:
        first, *rest = text.split("\n")
        self._put(first, colour)
        for piece in rest:
            self.end_line()
            self._put(piece, colour)

    def end_line(self) -> None:
        """Store the line being filled and begin the next."""
        while len(self._spans) <= self.line:
            self._spans.append([])
        self._spans[self.line] = self._current
        self._current = []
        self._column = 0
        self.line += 1

    def _put(self, piece: str, colour: str) -> None:
        if colour and piece:
            self._current.append((self._column, len(piece), colour))
        self._column += len(piece)


class Highlighter:
    """Colours the lines of one block of code."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._spans: list[list[Span]] = []
        self._states: list[tuple[str, ...] | None] = [("root",)]  # before each line
        self._tokens: Iterator[tuple[int, _TokenType, str]] | None = None
        self._painter: _Painter | None = None

    def spans(self, line: int) -> Sequence[Span]:
        """What to colour in a line; nothing while the line was not read."""
        return self._spans[line] if line < len(self._spans) else ()

    # ---- code that still grows

    def grow(self, lines: Sequence[str], changed: int) -> None:
        """Colour new lines; those from `changed` on are new or have another text.

        At most `GROW_LINES` are read at once; the rest waits for the next call.
        """
        lexer = _resumable(self._language)
        if lexer is None:
            return
        first = min(changed, len(self._states) - 1)
        while self._states[first] is None:
            first -= 1
        del self._states[first + 1 :]
        state = self._states[first]
        assert state is not None
        last = min(len(lines), first + GROW_LINES)
        text = "\n".join(lines[first:last]) + ("\n" if last < len(lines) else "")
        painter = _Painter(self._spans, text, first)
        for at, kind, piece, after in _tokens_from(lexer, text, state):
            painter.add(at, kind, piece)
            while len(self._states) <= painter.line:
                self._states.append(None)
            if piece.endswith("\n"):
                self._states[painter.line] = after
        painter.end_line()
        del self._states[max(1, len(lines)) :]

    # ---- code that is complete: Pygments' own tokens, taken as they are needed

    def complete(self, lines: Sequence[str], count: int) -> int:
        """Colour `count` further lines of complete code; gives how many are coloured in all."""
        lexer = lexer_for(self._language) if self._language else None
        if lexer is None:
            return len(lines)
        if self._tokens is None or self._painter is None:
            text = "\n".join(lines)
            self._tokens = iter(lexer.get_tokens_unprocessed(text))
            self._painter = _Painter(self._spans, text, 0)
        painter, wanted = self._painter, self._painter.line + count
        for at, kind, piece in self._tokens:
            painter.add(at, kind, piece)
            if painter.line >= wanted:
                return painter.line
        while painter.line < len(lines):
            painter.end_line()
        return painter.line


def _resumable(language: str) -> RegexLexer | None:
    """The lexer, if its state between two tokens is a stack of names."""
    from pygments.lexer import ExtendedRegexLexer, RegexLexer

    lexer = lexer_for(language) if language else None
    if not isinstance(lexer, RegexLexer) or isinstance(lexer, ExtendedRegexLexer):
        return None
    return lexer


def _tokens_from(
    lexer: RegexLexer, text: str, state: tuple[str, ...]
) -> Iterator[tuple[int, _TokenType, str, tuple[str, ...]]]:
    """Tokens of `text`: place, kind, text, and the lexer's state behind it.

    Does what `RegexLexer.get_tokens_unprocessed` of Pygments 2 does, which keeps
    the state to itself.
    """
    from pygments.token import Error, Whitespace

    rules: Any = lexer._tokens  # type: ignore[attr-defined]  # noqa: SLF001 - made by Pygments
    stack, at = list(state), 0
    while at < len(text):
        for match, action, change in rules[stack[-1]]:
            found = match(text, at)
            if found is not None:
                if change is not None:
                    _apply(stack, change)
                yield from _emit(lexer, action, found, tuple(stack))
                at = found.end()
                break
        else:
            line_ends = text[at] == "\n"
            if line_ends:
                stack = ["root"]
            yield at, Whitespace if line_ends else Error, text[at], tuple(stack)
            at += 1


def _emit(
    lexer: RegexLexer,
    action: Any,  # noqa: ANN401 - a kind of token or a function
    found: re.Match[str],
    after: tuple[str, ...],
) -> Iterator[tuple[int, _TokenType, str, tuple[str, ...]]]:
    from pygments.token import _TokenType

    if action is None:
        return
    if type(action) is _TokenType:
        yield found.start(), action, found[0], after
        return
    for at, kind, text in action(lexer, found):
        yield at, kind, text, after


def _apply(stack: list[str], change: Any) -> None:  # noqa: ANN401 - a name, a number or several
    """Change the stack as a rule of Pygments says."""
    if isinstance(change, int):
        del stack[max(1, len(stack) - abs(change)) :]
        return
    for step in (change,) if isinstance(change, str) else change:
        if step == "#pop":
            del stack[max(1, len(stack) - 1) :]
        elif step == "#push":
            stack.append(stack[-1])
        else:
            stack.append(step)
