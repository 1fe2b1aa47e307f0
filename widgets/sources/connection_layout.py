"""The layout of the connection dialog: kinds at the left, fields at the right, URL, test and buttons below."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDialog, QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.display import display
from connectors.draft import Draft
from connectors.registry import connector_class
from eventscope.connector import Connector
from widgets.look.text import label
from widgets.look.tools import tool
from widgets.sources.check_dialog import scrolling
from widgets.sources.check_steps import CheckSteps
from widgets.sources.kinds import KindList
from widgets.sources.option_form import OptionForm
from widgets.sources.url_line import UrlLine

__all__ = ["ConnectionLayout"]


class ConnectionLayout:
    """The parts of the dialog at their places; what they do is the dialog's business."""

    def __init__(self, dialog: QDialog) -> None:
        self.kinds = KindList()
        self.form = OptionForm()
        self.url = UrlLine()
        self.name = QLineEdit()
        self.steps = CheckSteps()
        self.attach = QPushButton("Attach")
        self.test = QPushButton("Test")
        self.browse = QPushButton("Browse…")
        self.save = QPushButton("Save as profile")
        self.cancel = QPushButton("Cancel")
        self.keep = QCheckBox("Keep the password in the keyring")
        self.copy = tool("", "Copy the steps as text", "copy")
        self._title = label("", "heading")
        self._summary = label("", "muted", wrap=True)
        self._unsafe = label("", "warning", wrap=True)
        self._safety = label("", "badge", wrap=True)
        self._message = label("", "muted", wrap=True)
        row = QHBoxLayout(dialog)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.kinds)
        row.addLayout(self._right(), 1)
        self._finish()

    def show_kind(self, draft: Draft) -> None:
        """Show the fields of another kind of source."""
        kind = connector_class(draft.scheme)
        self._title.setText(f"{draft.scheme}:")
        self._summary.setText(display(kind.summary))
        self.browse.setVisible(kind.browse is not Connector.browse)
        self.form.show_kind(draft)
        self.kinds.select(draft.scheme)
        self.steps.stop()
        self._test_area.hide()

    def promise(self, connector: Connector | None) -> None:
        """Say what attaching does, and what is unsafe; nothing while the description is incomplete."""
        warnings = connector.warnings if connector else ()
        self._unsafe.setText(display("⚠ " + " · ".join(warnings)) if warnings else "")
        self._unsafe.setVisible(bool(warnings))
        self._safety.setText(display(connector.safety) if connector else "")
        self._safety.setVisible(connector is not None)
        self.name.setPlaceholderText(display(connector.label) if connector else "shown in the Source column")

    def say(self, sentence: str, *, wrong: bool) -> None:
        """Say something about the whole."""
        self._message.setText(display(sentence))
        self._message.setProperty("tone", "critical" if wrong else "ok")
        self._message.style().polish(self._message)

    def show_test(self) -> None:
        """Make room for the steps of a test."""
        self._test_area.show()

    def _right(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addWidget(self._title)
        column.addWidget(self._summary)
        column.addWidget(self.form, 1)
        column.addWidget(self._line())
        column.addWidget(self.url)
        column.addWidget(self.keep)
        column.addWidget(self._unsafe)
        column.addWidget(self._safety)
        column.addWidget(self._make_test_area())
        column.addLayout(self._name_row())
        column.addLayout(self._buttons())
        return column

    def _line(self) -> QFrame:
        line = QFrame()
        line.setObjectName("line")
        line.setFixedHeight(1)
        return line

    def _make_test_area(self) -> QWidget:
        self._test_area = QFrame()
        self._test_area.setObjectName("card")
        self._test_area.setMinimumHeight(72)
        self._test_area.setMaximumHeight(150)
        row = QHBoxLayout(self._test_area)
        row.setContentsMargins(12, 8, 8, 8)
        row.addWidget(scrolling(self.steps), 1)
        row.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignTop)
        self._test_area.hide()
        return self._test_area

    def _name_row(self) -> QHBoxLayout:
        self.name.setAccessibleName("name of the source")
        caption = label("Name")
        caption.setBuddy(self.name)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(caption)
        row.addWidget(self.name, 1)
        row.addWidget(self.save)
        return row

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        for button in (self.test, self.browse):
            row.addWidget(button)
        row.addWidget(self._message, 1)
        for button in (self.cancel, self.attach):
            row.addWidget(button)
        return row

    def _finish(self) -> None:
        self.attach.setDefault(True)
        for button in (self.test, self.browse, self.save, self.cancel):
            button.setAutoDefault(False)
