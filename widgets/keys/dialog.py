"""The dialog of keys: every command with its key, found by a few letters, changed by pressing another one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from widgets.keys.binding import Binding, refusal, shown
from widgets.keys.key_line import KeyLine
from widgets.look.noted_rows import NotedList, NotedModel
from widgets.look.text import label

__all__ = ["KeysDialog"]

Apply = Callable[[Mapping[str, str]], object]


class KeysDialog(QDialog):
    """Lists `bindings` with the keys that are `chosen`; each change is applied at once."""

    def __init__(self, parent: QWidget, bindings: Sequence[Binding], chosen: Mapping[str, str], apply: Apply) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Keys")
        self._bindings = bindings
        self._chosen = dict(chosen)
        self._apply = apply
        self._listed: list[Binding] = []
        self.search = QLineEdit(placeholderText="Find a command by its name or key")
        self.search.setAccessibleName("find a command")
        self.model = NotedModel(self)
        self.list = NotedList("commands and their keys", self)
        self.list.setModel(self.model)
        self.line = KeyLine()
        self.none = QPushButton("No key")
        self.reset = QPushButton("Reset")
        self.reset_all = QPushButton("Reset all")
        self.message = label("", "error", wrap=True)
        self._lay_out()
        self._connect()
        self._narrow()
        self.list.setCurrentIndex(self.model.index(0, 0))
        self.resize(560, 600)

    def _set(self, key: str) -> None:
        """Give the current command a key, or say why it cannot have it."""
        binding = self._current()
        if binding is None:
            return
        wrong = refusal(self._bindings, self._chosen, binding.id, key)
        self.message.setText(wrong)
        if not wrong:
            self._change({**self._chosen, binding.id: key} if key != binding.key else self._without(binding))

    def _reset(self) -> None:
        """Back to its own key, unless another command has that now."""
        binding = self._current()
        if binding is not None:
            self._set(binding.key)

    def _without(self, binding: Binding) -> dict[str, str]:
        return {id_: key for id_, key in self._chosen.items() if id_ != binding.id}

    def _change(self, chosen: dict[str, str]) -> None:
        self._chosen = chosen
        self.message.setText("")
        self._apply(chosen)
        self._narrow()

    def _narrow(self) -> None:
        """List what is looked for; the current command stays if it is among it."""
        words, current = self.search.text().lower().split(), self._current()
        self._listed = [binding for binding in self._bindings if all(word in self._text(binding) for word in words)]
        self.model.show_all((binding.name.rstrip("…"), self._note(binding)) for binding in self._listed)
        row = self._listed.index(current) if current in self._listed else 0
        self.list.setCurrentIndex(self.model.index(row, 0))
        self._show_current()

    def _show_current(self) -> None:
        binding = self._current()
        self.line.setText(shown(self._key(binding)) if binding else "")
        for widget in (self.line, self.none, self.reset):
            widget.setEnabled(binding is not None)
        self.reset.setEnabled(binding is not None and binding.id in self._chosen)
        self.reset_all.setEnabled(bool(self._chosen))

    def _current(self) -> Binding | None:
        row = self.list.currentIndex().row()
        return self._listed[row] if 0 <= row < len(self._listed) else None

    def _key(self, binding: Binding) -> str:
        return self._chosen.get(binding.id, binding.key)

    def _note(self, binding: Binding) -> str:
        keys = " or ".join(shown(key) for key in (self._key(binding), binding.also) if key)
        changed = "  changed" if binding.id in self._chosen else ""
        return f"{keys}{changed}   {binding.group}".strip()

    def _text(self, binding: Binding) -> str:
        return f"{binding.name} {self._note(binding)}".lower()

    def _connect(self) -> None:
        self.search.textChanged.connect(self._narrow)
        self.list.selectionModel().currentChanged.connect(self._show_current)
        self.list.activated.connect(lambda _: self.line.setFocus())
        self.line.pressed.connect(self._set)
        self.none.clicked.connect(lambda: self._set(""))
        self.reset.clicked.connect(self._reset)
        self.reset_all.clicked.connect(lambda: self._change({}))

    def _lay_out(self) -> None:
        close = QPushButton("Close")
        close.clicked.connect(self.accept)
        for button in (self.none, self.reset, self.reset_all, close):
            button.setAutoDefault(False)
        chosen = QHBoxLayout()
        for widget in (self.line, self.none, self.reset):
            chosen.addWidget(widget)
        below = QHBoxLayout()
        below.addWidget(self.reset_all)
        below.addStretch(1)
        below.addWidget(close)
        column = QVBoxLayout(self)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        column.addLayout(chosen)
        column.addWidget(self.message)
        column.addLayout(below)
