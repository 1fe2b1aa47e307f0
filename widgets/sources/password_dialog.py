"""The password dialog: asks for one password or token, which is shown nowhere."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from app.credentials.question import Answer, Ask, Question
from app.display import display
from widgets.look.text import label

__all__ = ["PasswordDialog", "asking"]

NO_KEYRING = "This machine has no keyring: it is known until the window is closed."


class PasswordDialog(QDialog):
    """Asks a question; `answered` tells the answer, or None when it is closed without one."""

    answered = Signal(object)

    def __init__(self, question: Question, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"{question.what.capitalize()} needed")
        self._secret = QLineEdit(echoMode=QLineEdit.EchoMode.Password)
        self._secret.setAccessibleName(display(question.sentence))
        self._keep = QCheckBox("Remember in the keyring")
        self._keep.setEnabled(question.can_keep)
        self._lay_out(question)
        self.finished.connect(self._answer)
        self.resize(440, self.sizeHint().height())

    def accept(self) -> None:
        """Take what was typed; nothing is no password."""
        if self._secret.text():
            super().accept()

    def _answer(self, result: int) -> None:
        secret = self._secret.text()
        self._secret.clear()
        accepted = result == QDialog.DialogCode.Accepted
        self.answered.emit(Answer(secret, self._keep.isChecked()) if accepted else None)

    def _lay_out(self, question: Question) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 12)
        column.setSpacing(8)
        if question.reason:
            reason = label(question.reason)
            reason.setProperty("tone", "critical")
            column.addWidget(reason)
        column.addWidget(label(display(question.sentence), wrap=True))
        column.addWidget(self._secret)
        column.addWidget(self._keep)
        if not question.can_keep:
            column.addWidget(label(NO_KEYRING, "muted", wrap=True))
        column.addSpacing(4)
        column.addWidget(self._buttons())

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.addButton("Log in", QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        return buttons


def asking(parent: QWidget) -> Ask:
    """Asks by dialogs of a window."""

    async def ask(question: Question) -> Answer | None:
        answer: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()

        def take(told: Answer | None) -> None:
            if not answer.done():
                answer.set_result(told)

        dialog = PasswordDialog(question, parent)
        dialog.answered.connect(take)
        dialog.open()
        return await answer

    return ask
