"""A text document that can neither read a file nor fetch anything."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QImage, QTextDocument, QTextOption

from chatapp.ui.chat.transcript.safety import breakable, shallow

if TYPE_CHECKING:
    from PySide6.QtCore import QUrl

    from chatapp.ui.chat.transcript.style import Style

_GITHUB = QTextDocument.MarkdownFeature.MarkdownDialectGitHub
_NO_HTML = QTextDocument.MarkdownFeature.MarkdownNoHTML


@lru_cache(maxsize=1)
def _nothing() -> QImage:
    pixel = QImage(1, 1, QImage.Format.Format_ARGB32_Premultiplied)
    pixel.fill(0)
    return pixel


class SafeDocument(QTextDocument):
    """Text laid out and drawn, no more.

    Qt's own document reads `![](file:///…)` from the disk and asks for it again at
    every drawing; this one answers every such request with a dot nobody sees. Without
    an answer Qt would take the address for a path and try that.
    """

    def __init__(self, style: Style) -> None:
        super().__init__()
        self.setUndoRedoEnabled(False)
        self.setDocumentMargin(0)
        self.setDefaultFont(style.body)
        self.setIndentWidth(style.indent)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setDefaultTextOption(option)

    def loadResource(self, kind: int, address: QUrl | str) -> Any:  # noqa: ANN401 - as Qt declares it
        """One transparent pixel, whatever is asked for."""
        del kind, address
        return _nothing()

    def set_markdown(self, text: str) -> None:
        """Show `text` as Markdown; HTML in it is shown as the text it is."""
        self.setMarkdown(breakable(shallow(text)), _GITHUB | _NO_HTML)

    def set_plain(self, text: str) -> None:
        """Show `text` as it is."""
        self.setPlainText(breakable(text))
