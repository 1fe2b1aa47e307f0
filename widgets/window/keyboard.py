"""The keyboard: the keys of all commands as they are now, on a sheet, in the palette, and changed in a dialog."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from widgets.keys.binding import Binding, accepted
from widgets.keys.dialog import KeysDialog
from widgets.keys.sheet import KeySheet
from widgets.keys.view_keys import VIEW_KEYS
from widgets.table.keys import TABLE_GROUPS, table_keys
from widgets.window.actions import Command, set_key
from widgets.window.command_palette import CommandPalette, Entry
from widgets.window.main_window import MainWindow
from widgets.window.shortcuts_sheet import ShortcutsSheet

__all__ = ["Keyboard"]


class Keyboard:
    """Knows the commands of the window and those of the table. What the user chose is in the settings."""

    def __init__(self, window: MainWindow, commands: Callable[[], list[Command]]) -> None:
        self._window = window
        self._commands = commands
        self._session = window.session
        window.views.work.table.help_wanted.connect(self.show_sheet)

    def help(self) -> list[Command]:
        """The menu that tells what there is."""
        return [
            Command("&Help", "Find a command…", self.show_palette, "Ctrl+K", "search"),
            Command("&Help", "Keys", self.show_sheet, "F1", "keyboard"),
            Command("&Help", "Change keys…", self.show_dialog),
            Command("&Help", "Filter language", self.show_filters, "", "circle-help"),
        ]

    def check(self) -> None:
        """Leave out what the settings have wrong, and say so."""
        good, wrong = accepted(self.bindings(), self._session.settings.keys)
        if wrong:
            self._session.settings = self._session.settings.with_keys(good)
            self._window.banner.say(f"These keys of the settings are not used: {' '.join(wrong)}")

    def commands(self) -> list[Command]:
        """The commands of the window with their keys of now."""
        chosen = self._session.settings.keys
        return [command.with_key(chosen.get(command.id, command.key)) for command in self._commands()]

    def bindings(self) -> list[Binding]:
        """Every command that can have a key."""
        of_window = [Binding(c.id, c.text, c.key, group=group_of(c)) for c in self._commands() if c.text]
        of_table = ((group, key) for group, keys in TABLE_GROUPS.items() for key in keys)
        return [*of_window, *(Binding(key.id, key.name, key.key, key.also, group) for group, key in of_table)]

    def show_sheet(self) -> None:
        """All keys on one sheet, as they are now."""
        chosen = self._session.settings.keys
        now = [binding._replace(key=chosen.get(binding.id, binding.key)) for binding in self.bindings()]
        KeySheet(self._window, [*now, *VIEW_KEYS], self.show_dialog).open()

    def show_filters(self) -> None:
        """The filter language on one sheet."""
        ShortcutsSheet.of_filters(self._window).open()

    def show_palette(self) -> None:
        """Every command in one list: those of the menus, and the keys of the table."""
        table = self._window.views.work.table
        named = [Entry(c.text.rstrip("…"), c.key, c.act) for c in self.commands() if c.text]
        keys = table_keys(self._session.settings.keys)
        of_table = [Entry(key.name.rstrip("…"), key.key, partial(key.act, table)) for key in keys]
        CommandPalette(self._window, [*named, *of_table]).open()

    def show_dialog(self) -> None:
        """Let the user choose other keys."""
        KeysDialog(self._window, self.bindings(), self._session.settings.keys, self._apply).open()

    def _apply(self, chosen: Mapping[str, str]) -> None:
        self._session.settings = self._session.settings.with_keys(chosen)
        commands = [command for command in self.commands() if command.text]
        for action, command in zip(self._window.actions_, commands, strict=True):
            set_key(action, command)


def group_of(command: Command) -> str:
    """The menu that a command is in."""
    return f"{command.menu.replace('&', '')} menu"
