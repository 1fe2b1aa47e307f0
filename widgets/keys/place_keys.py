"""Keys of a place: those that act only while one is in a table, a map, a list … and that the user may change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QEvent, QKeyCombination, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

if TYPE_CHECKING:
    from app.session import Session

__all__ = ["KeyFilter", "PlaceKey", "PlaceKeys", "is_typed", "now"]

Modifier = Qt.KeyboardModifier
Act = Callable[[Any], object]
"""What a key does to the widget that it belongs to."""


class PlaceKey(NamedTuple):
    """A key of a place, and what it does there. `also` is another key that always does the same.

    `id` is the name that the settings know it by: it stays when the words change. `before` is the one of the command
    of the window that may have the same key: in its place this one acts instead.
    """

    name: str
    key: str
    act: Act
    also: str = ""
    id: str = ""
    before: str = ""


def now(keys: Iterable[PlaceKey], chosen: Mapping[str, str]) -> list[PlaceKey]:
    """Keys as the user has them."""
    return [known._replace(key=chosen.get(known.id, known.key)) for known in keys]


class PlaceKeys:
    """Tells what a key does in a place. The settings are looked at with each key: they may change at any time."""

    def __init__(self, session: Session, keys: Sequence[PlaceKey]) -> None:
        self._session = session
        self._keys = keys
        self._chosen: Mapping[str, str] | None = None
        self._acts: dict[QKeySequence, Act] = {}

    def command(self, event: QKeyEvent) -> Act | None:
        """What a key does, None when that is left to Qt."""
        if self._chosen is not self._session.settings.keys:
            self._chosen = self._session.settings.keys
            self._acts = by_sequence(now(self._keys, self._chosen))
        modifiers = event.modifiers() & ~Modifier.KeypadModifier
        pressed = QKeySequence(QKeyCombination(modifiers, Qt.Key(event.key())))
        return self._acts.get(pressed) or self._acts.get(QKeySequence(sign_of(event)))


class KeyFilter(QObject):
    """Has the keys of a place act in some widgets, before they mean anything to these or to the window."""

    def __init__(self, keys: PlaceKeys, target: QWidget, watched: Iterable[QWidget]) -> None:
        """`target` is what the keys act on."""
        super().__init__(target)
        self._keys = keys
        self._target = target
        for widget in watched:
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt asks with `ShortcutOverride` whether a key is needed here, before it looks among those of the window."""
        if event.type() not in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress) or not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        act = None if isinstance(watched, QLineEdit) and is_typed(event) else self._keys.command(event)
        if act is None:
            return super().eventFilter(watched, event)
        event.accept()
        if event.type() == QEvent.Type.KeyPress:
            act(self._target)
        return True


def by_sequence(keys: Iterable[PlaceKey]) -> dict[QKeySequence, Act]:
    """What each key does."""
    return {QKeySequence(key): known.act for known in keys for key in (known.also, known.key) if key}


def is_typed(event: QKeyEvent) -> bool:
    """Whether a key writes something."""
    held = event.modifiers() & (Modifier.ControlModifier | Modifier.AltModifier)
    return not held and event.text().isprintable() and not event.text().isspace() and event.text() != ""


def sign_of(event: QKeyEvent) -> str:
    """The sign that was typed: on many keyboards `/`, `;` and `?` are typed with Shift, `[` with Ctrl and Alt."""
    text, held = event.text(), event.modifiers() & (Modifier.ControlModifier | Modifier.AltModifier)
    if held in (Modifier.ControlModifier, Modifier.AltModifier):
        return ""
    return text if len(text) == 1 and text.isprintable() and not text.isalnum() and not text.isspace() else ""
