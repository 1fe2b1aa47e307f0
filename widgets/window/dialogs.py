"""Dialogs: questions to the developer. They open and answer later; none runs a loop of its own.

A nested loop (`exec`) inside a task stops other tasks for ever under qasync.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox, QWidget

from app.display import display

EVENT_FILES = (
    "Captures and events (*.eventscope *.jsonl *.ndjson *.json *.log *.txt);;Captures (*.eventscope);;All files (*)"
)
EXPORT_FILES = "JSON (*.json);;JSON Lines (*.jsonl);;CSV (*.csv);;All files (*)"


def ask_file(
    parent: QWidget, then: Callable[[Path], object], title: str = "Open a file of events", names: str = EVENT_FILES
) -> None:
    """Ask for a file to open, by default one of events."""
    dialog = QFileDialog(parent, title)
    dialog.setNameFilter(names)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    _open_file_dialog(dialog, then)


def ask_target(
    parent: QWidget,
    title: str,
    name: str,
    then: Callable[[Path], object],
    names: str = EXPORT_FILES,
    *,
    folder: Path | None = None,
    suffix: str = "",
) -> None:
    """Ask where to save; `name` is proposed, in `folder` if given. A name without a suffix gets that one."""
    dialog = QFileDialog(parent, title)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilter(names)
    dialog.setDefaultSuffix(suffix)
    if folder is not None:
        dialog.setDirectory(str(folder))
    dialog.selectFile(name)
    _open_file_dialog(dialog, then)


def ask_text(parent: QWidget, title: str, question: str, text: str, then: Callable[[str], object]) -> None:
    """Ask for one line; `text` is proposed."""
    dialog = QInputDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(title)
    dialog.setLabelText(question)
    dialog.setTextValue(text)
    dialog.resize(400, dialog.height())
    dialog.textValueSelected.connect(then)
    dialog.open()


def confirm(parent: QWidget, action: str, question: str, then: Callable[[], object]) -> None:
    """Ask before something is done that cannot be undone; `action` is what the button says."""
    box = QMessageBox(QMessageBox.Icon.Question, action, "", QMessageBox.StandardButton.Cancel, parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(display(question))
    box.addButton(action, QMessageBox.ButtonRole.AcceptRole).clicked.connect(then)
    box.open()


def ask_to_save(parent: QWidget, question: str, save: Callable[[], object], discard: Callable[[], object]) -> None:
    """Ask whether something is saved first, given up, or whether everything stays as it is."""
    box = QMessageBox(QMessageBox.Icon.Question, "Save?", "", QMessageBox.StandardButton.Cancel, parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(display(question))
    box.addButton("Save as capture…", QMessageBox.ButtonRole.AcceptRole).clicked.connect(save)
    box.addButton("Discard", QMessageBox.ButtonRole.DestructiveRole).clicked.connect(discard)
    box.open()


def say(parent: QWidget, title: str, sentence: str) -> None:
    """Say something that needs to be read; plain text."""
    box = QMessageBox(QMessageBox.Icon.Information, title, "", QMessageBox.StandardButton.Ok, parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(sentence)
    box.open()


def _open_file_dialog(dialog: QFileDialog, then: Callable[[Path], object]) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(lambda name: then(Path(name)))
    dialog.open()
