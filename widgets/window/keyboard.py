"""The keyboard: the keys of all commands as they are now, on a sheet, in the palette, and changed in a dialog."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

from widgets.keys.binding import Binding, accepted
from widgets.keys.dialog import KeysDialog
from widgets.keys.place_keys import now
from widgets.keys.sheet import KeySheet
from widgets.keys.tips import tell_keys
from widgets.keys.view_keys import VIEW_KEYS
from widgets.window.actions import Command, set_key
from widgets.window.command_palette import CommandPalette, Entry
from widgets.window.main_window import MainWindow
from widgets.window.places import places
from widgets.window.shortcuts_sheet import ShortcutsSheet

__all__ = ["Keyboard"]


class Keyboard:
    """Knows the commands of the window and those of its places. What the user chose is in the settings."""

    def __init__(self, window: MainWindow, commands: Callable[[], list[Command]]) -> None:
        self._window = window
        self._commands = commands
        self._session = window.session
        window.views.work.table.help_wanted.connect(self.show_sheet)
        window.focus.window_wanted.connect(lambda _: self._tell_keys())

    def help(self) -> list[Command]:
        """The menu that tells what there is."""
        return [
            Command("&Help", "Find a command…", self.show_palette, "Ctrl+K", "search"),
            Command("&Help", "Keys", self.show_sheet, "F1", "keyboard", also="?"),
            Command("&Help", "Change keys…", self.show_dialog),
            Command("&Help", "Filter language", self.show_filters, "", "circle-help"),
        ]

    def check(self) -> None:
        """Leave out what the settings have wrong, and say so."""
        good, wrong = accepted(self.bindings(), self._session.settings.keys)
        if wrong:
            self._session.settings = self._session.settings.with_keys(good)
            self._window.banner.say(f"These keys of the settings are not used: {' '.join(wrong)}")
        self._tell_keys()

    def commands(self) -> list[Command]:
        """The commands of the window with their keys of now."""
        chosen = self._session.settings.keys
        return [command.with_key(chosen.get(command.id, command.key)) for command in self._commands()]

    def bindings(self) -> list[Binding]:
        """Every command that can have a key."""
        of_window = [Binding(c.id, c.text, c.key, c.also, group_of(c)) for c in self._commands() if c.text]
        return [*of_window, *(binding for place in places(self._window) for binding in place.bindings())]

    def show_sheet(self) -> None:
        """All keys on one sheet, as they are now."""
        KeySheet(self._window, together([*self._now(), *VIEW_KEYS]), self.show_dialog).open()

    def show_filters(self) -> None:
        """The filter language on one sheet."""
        ShortcutsSheet.of_filters(self._window).open()

    def show_palette(self) -> None:
        """Every command in one list: those of the menus, and those of the keys of each place."""
        named = [Entry(c.text.rstrip("…"), c.key, c.act) for c in self.commands() if c.text]
        CommandPalette(self._window, joined([*named, *self._of_places()])).open()

    def show_dialog(self) -> None:
        """Let the user choose other keys."""
        KeysDialog(self._window, self.bindings(), self._session.settings.keys, self._apply).open()

    def _of_places(self) -> Iterator[Entry]:
        chosen = self._session.settings.keys
        for place in places(self._window):
            for key in now(place.keys, chosen):
                yield Entry(key.name.rstrip("…"), key.key, partial(place.do, key))

    def _apply(self, chosen: Mapping[str, str]) -> None:
        self._session.settings = self._session.settings.with_keys(chosen)
        commands = [command for command in self.commands() if command.text]
        for action, command in zip(self._window.actions_, commands, strict=True):
            set_key(action, command)
        self._tell_keys()

    def _tell_keys(self) -> None:
        """Buttons tell the keys of now."""
        tell_keys(self._window, {binding.id: binding.key for binding in self._now()})

    def _now(self) -> list[Binding]:
        """Every command that can have a key, with the one that it has now."""
        chosen = self._session.settings.keys
        return [binding._replace(key=chosen.get(binding.id, binding.key)) for binding in self.bindings()]


def group_of(command: Command) -> str:
    """The menu that a command is in."""
    return f"{command.menu.replace('&', '')} menu"


def together(bindings: Iterable[Binding]) -> list[Binding]:
    """Bindings with those of the same group beside each other, groups in the order in which they first come."""
    known = tuple(bindings)
    order = list(dict.fromkeys(binding.group for binding in known))
    return sorted(known, key=lambda binding: order.index(binding.group))


def joined(entries: Iterable[Entry]) -> list[Entry]:
    """Entries with those of the same name as one, which tells all of their keys."""
    made: dict[str, Entry] = {}
    for entry in entries:
        first = made.setdefault(entry.text, entry)
        if entry.note not in ("", *first.note.split(" or ")):
            made[entry.text] = first._replace(note=f"{first.note} or {entry.note}" if first.note else entry.note)
    return list(made.values())
