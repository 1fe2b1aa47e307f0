"""Bindings: every command that can have a key, and what may be one. Refusals are sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeySequence

__all__ = ["Binding", "accepted", "refusal"]

Key = Qt.Key
ALONE: Final = frozenset({Key.Key_Control, Key.Key_Shift, Key.Key_Alt, Key.Key_AltGr, Key.Key_Meta, Key.Key_unknown})
"""What is no key by itself."""
MOVING: Final = frozenset(
    {
        Key.Key_Up, Key.Key_Down, Key.Key_Left, Key.Key_Right, Key.Key_PageUp, Key.Key_PageDown, Key.Key_Tab,
        Key.Key_Backtab, Key.Key_Return, Key.Key_Enter, Key.Key_Backspace, Key.Key_Delete,
    }
)  # fmt: skip
"""Keys that lists and lines need for themselves when no modifier is held."""


class Binding(NamedTuple):
    """A command by the name that the settings know, with its own key and another one that it always has.

    `group` is what it is for, in words. `place` is where its key acts, from the largest to the smallest such as
    "trace/tree"; "" is everywhere in the window. `before` is the id of the one that it may share its key with, since it
    acts instead of that.
    """

    id: str
    name: str
    key: str
    also: str = ""
    group: str = ""
    place: str = ""
    before: str = ""


def refusal(bindings: Sequence[Binding], chosen: Mapping[str, str], id_: str, key: str) -> str:
    """Why a command cannot have a key beside what is `chosen`; "" when it can. No key at all is always possible."""
    own = any(binding.id == id_ and binding.key == key for binding in bindings)
    if not own and (wrong := nonsense(key)):
        return wrong
    taken = key and owner(bindings, {**chosen, id_: key}, id_)
    if not taken:
        return ""
    return f"{shown(key)} is the key of “{taken.name.rstrip('…')}”; give that command another one first."


def nonsense(key: str) -> str:
    """Why a text is no key that a command can have; "" when it is one, or empty."""
    if not key:
        return ""
    sequence = QKeySequence(key)
    pressed = QKeyCombination.fromCombined(sequence[0].toCombined() if sequence.count() == 1 else 0)  # type: ignore[index]
    if not pressed.toCombined() or pressed.key() in ALONE:
        return f"“{key}” is no key; write one such as P, F9 or Ctrl+Shift+P."
    if pressed.key() in MOVING and pressed.keyboardModifiers() == Qt.KeyboardModifier.NoModifier:
        return f"{shown(key)} is needed in lists and lines; choose another key or hold Ctrl, Alt or Shift."
    return ""


def owner(bindings: Iterable[Binding], chosen: Mapping[str, str], id_: str) -> Binding | None:
    """The other command that has the key of a command, where both could act."""
    known = tuple(bindings)
    own, wanted = next(binding for binding in known if binding.id == id_), QKeySequence(chosen[id_])
    for binding in known:
        keys = (chosen.get(binding.id, binding.key), binding.also)
        if meet(own, binding) and any(key and QKeySequence(key) == wanted for key in keys):
            return binding
    return None


def meet(one: Binding, other: Binding) -> bool:
    """Whether a key of both would be in doubt somewhere. Commands of the same name do the same."""
    if one.name == other.name or one.before == other.id or other.before == one.id:
        return False
    first, second = (f"{binding.place}/" if binding.place else "" for binding in (one, other))
    return first.startswith(second) or second.startswith(first)


def accepted(bindings: Sequence[Binding], chosen: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """What of `chosen` can be, and a sentence for each key that cannot; its command keeps its own key."""
    known = {binding.id for binding in bindings}
    refused = {id_: "There is no such command." for id_ in chosen if id_ not in known}
    good = {id_: key for id_, key in chosen.items() if id_ in known}
    while clash := next((id_ for id_ in reversed(good) if refusal(bindings, good, id_, good[id_])), None):
        refused[clash] = refusal(bindings, good, clash, good[clash])
        del good[clash]
    return good, [f"{id_}: {reason}" for id_, reason in refused.items()]


def shown(key: str) -> str:
    """A key as the system writes it."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
