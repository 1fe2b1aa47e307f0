"""The URL line: a source as one line of text, without its secrets, that can be edited and pasted into."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from app.display import display
from connectors.draft import Draft, draft_of
from connectors.source_url import SourceUrlError
from widgets.look.fonts import mono_font
from widgets.look.text import label
from widgets.sources.option_form import mark_wrong

__all__ = ["UrlLine"]


class UrlLine(QWidget):
    """`edited` tells the draft that the typed URL describes."""

    edited = Signal(object)  # Draft

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = QLineEdit()
        self.line.setFont(mono_font())
        self.line.setAccessibleName("URL of the source")
        self.line.setPlaceholderText("or paste a URL")
        self.line.textEdited.connect(self._read)
        self._problem = label("", "error", wrap=True)
        self._problem.hide()
        self._draft: Draft | None = None
        self._typing = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.line)
        column.addWidget(self._problem)

    def show_draft(self, draft: Draft) -> None:
        """Show the URL of a draft; one that comes of what is being typed stays as it was typed."""
        self._draft = draft
        if not self._typing:
            self.line.setText(draft.shown_url)
            self.line.setCursorPosition(0)
            self.say("")

    def say(self, problem: str) -> None:
        """Say what is wrong with the whole, or nothing."""
        self._problem.setText(display(f"✖ {problem}") if problem else "")
        self._problem.setVisible(bool(problem))
        mark_wrong(self.line, bool(problem))

    def _read(self, text: str) -> None:
        try:
            draft = draft_of(text, self._draft)
        except SourceUrlError as error:
            return self.say(str(error))
        self.say("")
        self._typing = True
        self.edited.emit(draft)
        self._typing = False
