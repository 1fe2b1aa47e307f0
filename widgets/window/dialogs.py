"""Dialogs: questions to the developer. They open and answer later; none runs a loop of its own.

A nested loop (`exec`) inside a task stops other tasks for ever under qasync.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox, QWidget

EVENT_FILES = "Events (*.jsonl *.ndjson *.json *.log *.txt);;All files (*)"


def ask_file(parent: QWidget, then: Callable[[Path], object]) -> None:
    """Ask for a file of events to open."""
    dialog = QFileDialog(parent, "Open a file of events")
    dialog.setNameFilter(EVENT_FILES)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    _open_file_dialog(dialog, then)


def ask_target(parent: QWidget, title: str, name: str, then: Callable[[Path], object]) -> None:
    """Ask where to save; `name` is proposed."""
    dialog = QFileDialog(parent, title)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilter("JSON (*.json);;JSON Lines (*.jsonl);;CSV (*.csv);;All files (*)")
    dialog.selectFile(name)
    _open_file_dialog(dialog, then)


def ask_source(parent: QWidget, schemes: list[str], then: Callable[[str], object]) -> None:
    """Ask for the URL of a source."""
    dialog = QInputDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle("Attach a source")
    dialog.setLabelText(f"URL of the source, such as tap: or file:events.jsonl\nKnown here: {', '.join(schemes)}")
    dialog.setComboBoxItems(["tap:", "demo:", "demo:orders?rate=100&seed=7", "file:"])
    dialog.setComboBoxEditable(True)
    dialog.setOkButtonText("Attach")
    dialog.resize(480, dialog.height())
    dialog.textValueSelected.connect(then)
    dialog.open()


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
