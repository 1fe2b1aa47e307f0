"""The dialog "Decode as…": how the messages of one channel are read, tried on one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLineEdit, QVBoxLayout, QWidget

from app.decoding import Place, choice_of, envelope_names, format_names, preview, save_choice
from app.display import display
from app.exports.times import rfc3339
from app.store.stored import StoredEvent
from connectors.envelopes.choices import Choice
from widgets.look.choice import ChoiceBox
from widgets.look.text import label

__all__ = ["DecodeDialog"]

BY_ITSELF: Final = "recognise by itself"
REGISTRY: Final = "schema registry"

PATH_FIELDS: Final = {
    "type": ("Type", "event.name"),
    "id": ("Id", "event.id"),
    "correlation_id": ("Correlation", "order.id   or   header:x-order"),
    "causation_id": ("Caused by", "event.parent"),
    "occurred_at": ("Time", "event.at"),
}
"""The columns that a path can be given for, how they are called here, and an example."""

KEPT: Final = "New events are read this way at once. Those already here keep their columns, their detail is read anew."


class DecodeDialog(QDialog):
    """Asks how to decode a channel; `then` is called when the choice was remembered."""

    def __init__(self, parent: QWidget, place: Place, event: StoredEvent, then: Callable[[], object]) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Decode as…")
        self._place = place
        self._event = event
        self._then = then
        chosen = choice_of(place)
        self.envelope = chooser("envelope", envelope_names(), chosen.envelope)
        self.format = chooser("format of the payload", format_names(), chosen.format)
        self.schema = QLineEdit(chosen.schema)
        self.schema.setPlaceholderText("id of the schema, if the values do not name it")
        self.paths = {column: path_edit(column, chosen.paths) for column in PATH_FIELDS}
        self._outcome = label("", "muted", wrap=True)
        self._trouble = label("", "error", wrap=True)
        self._lay_out()
        self._listen()
        self._show()

    @property
    def choice(self) -> Choice:
        """What is chosen now."""
        return Choice(
            envelope=str(self.envelope.currentData() or ""),
            format=str(self.format.currentData() or ""),
            schema=self.schema.text().strip() if self.schema.isEnabled() else "",
            paths={column: path for column, edit in self.paths.items() if (path := edit.text().strip())},
        )

    def accept(self) -> None:
        self._remember(self.choice)

    def reset(self) -> None:
        """Forget the choice: the channel is recognised by itself again."""
        self._remember(Choice())

    def _remember(self, choice: Choice) -> None:
        trouble = save_choice(self._place, choice)
        self._trouble.setText(trouble or "")
        self._trouble.setVisible(bool(trouble))
        if not trouble:
            super().accept()
            self._then()

    def _show(self) -> None:
        self.schema.setEnabled(self.format.currentData() == REGISTRY)
        self._outcome.setText(outcome(preview(self._event, self._place, self.choice)))

    def _listen(self) -> None:
        for box in (self.envelope, self.format):
            box.currentIndexChanged.connect(lambda _: self._show())
        for edit in (self.schema, *self.paths.values()):
            edit.textChanged.connect(lambda _: self._show())

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.addRow("Envelope", self.envelope)
        form.addRow("Payload", self.format)
        form.addRow("Schema", self.schema)
        form.addRow(label("Or where in the payload the columns are:", "muted"))
        for column, edit in self.paths.items():
            form.addRow(PATH_FIELDS[column][0], edit)
        form.addRow("This event", self._outcome)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.addButton("Decode so", QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton("Recognise by itself", QDialogButtonBox.ButtonRole.ResetRole).clicked.connect(self.reset)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column_of_all = QVBoxLayout(self)
        column_of_all.addWidget(label(display(f"All events of {self._place.channel}", limit=120), "strong", wrap=True))
        column_of_all.addLayout(form)
        column_of_all.addWidget(label(KEPT, "muted", wrap=True))
        self._trouble.hide()
        column_of_all.addWidget(self._trouble)
        column_of_all.addWidget(buttons)
        self.setMinimumWidth(440)


def chooser(name: str, choices: list[str], chosen: str) -> ChoiceBox:
    """A list of names to choose from; what was chosen and is not installed any more stays to be seen."""
    box = ChoiceBox()
    box.setAccessibleName(name)
    box.addItem(BY_ITSELF, "")
    for each in [*choices, *([chosen] if chosen and chosen not in choices else [])]:
        box.addItem(display(each), each)
    box.setCurrentIndex(max(box.findData(chosen), 0))
    return box


def path_edit(column: str, paths: Mapping[str, str]) -> QLineEdit:
    """A field for the path to a column."""
    edit = QLineEdit(paths.get(column, ""))
    edit.setPlaceholderText(f"such as {PATH_FIELDS[column][1]}")
    edit.setAccessibleName(f"path of {PATH_FIELDS[column][0].lower()}")
    return edit


def outcome(found: Mapping[str, Any]) -> str:
    """What the choice makes of the event, line by line."""
    lines = [f"{PATH_FIELDS[name][0].lower()}: {told(name, found[name])}" for name in PATH_FIELDS if name in found]
    lines += [f"{name}: {told(name, found[name])}" for name in ("name", "error") if name in found]
    return "\n".join(lines).replace("name: ", "envelope: ") or "nothing is found in it"


def told(name: str, value: Any) -> str:
    """A value for reading."""
    return display(str(rfc3339(value) if name == "occurred_at" else value), limit=80)
