"""Commands of the views: what their buttons and keys do, so that menus, palette and the dialog of keys have it too."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from widgets.latency.view import KIND_CHOICES, WINDOWS
from widgets.trace.pages import CHOICES
from widgets.window.actions import Command
from widgets.window.panels import Panels
from widgets.window.places import Place, lanes_of, latency_of, map_of, trace_of, tree_of

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from widgets.window.main_window import MainWindow

__all__ = ["view_commands"]

EVENT, TRACE, LATENCY, MAP = "&Event", "&Trace", "&Latency", "&Subscriptions"
TABS: Final = ("Fields of the event", "Text of the event", "Changes since another event")
ICONS: Final = {
    "Next error of the trace": "circle-x",
    "Count the trace's times from its current line": "clock",
    "Find a node…": "search",
    "Arrange the map": "waypoints",
    "Show the whole map": "maximize",
    "Explain shapes and lines, or no longer": "circle-help",
    "Copy the name of the node": "copy",
    "Slide with now again": "arrow-right",
}
PAGES: Final = {name: f"Trace as {name if name.isupper() else name.lower()}" for name, _ in CHOICES}


class Menu:
    """Commands of one view, whose panel comes to the front first."""

    def __init__(self, title: str, window: MainWindow, view: QWidget) -> None:
        self.commands: list[Command] = []
        self._title, self._window, self._view = title, window, view

    def add(self, text: str, act: Callable[[], object], icon: str = "") -> None:
        """One more command."""

        def open_and_act() -> None:
            self._window.open_dock(self._view)
            act()

        self.commands.append(Command(self._title, text, open_and_act, "", icon))

    def add_keys_of(self, place: Place) -> None:
        """What the keys of a place do, from anywhere."""
        self.commands += [
            Command(self._title, key.name, partial(place.do, key), "", ICONS.get(key.name, "")) for key in place.keys
        ]

    def separate(self) -> None:
        """A line between commands."""
        self.commands.append(Command(self._title))


def view_commands(window: MainWindow) -> list[Command]:
    """The menus of detail, trace, latency and map."""
    menus = (of_event(window), of_trace(window), of_latency(window), of_map(window))
    return [*of_filter(window), *Panels(window).commands(), *(each for menu in menus for each in menu.commands)]


def of_filter(window: MainWindow) -> list[Command]:
    """What the buttons in the filter's line do."""
    edit = window.views.work.filter_bar.edit
    return [Command("&View"), Command("&View", "Keep the filter as a button…", edit.keep_asked.emit, "", "star")]


def of_event(window: MainWindow) -> Menu:
    """What can be done with the event in the detail."""
    detail = window.views.detail
    menu = Menu(EVENT, window, detail)
    menu.add("Find in the event…", detail.open_find, "search")
    menu.add("Copy the event as…", detail.head.copy.click, "copy")
    menu.add("Decode the events of its channel as…", detail.ask_decoding, "layers")
    menu.separate()
    for number, text in enumerate(TABS):
        menu.add(text, partial(detail.panes.tabs.setCurrentIndex, number))
    return menu


def of_trace(window: MainWindow) -> Menu:
    """What can be done with the list of traces, and with the one that is open."""
    view, pages = window.views.traces, window.views.traces.pages
    menu = Menu(TRACE, window, view)
    for number, (name, _) in enumerate(CHOICES):
        menu.add(PAGES[name], partial(pages.choice.choose, number))
    menu.separate()
    for place in (trace_of(window), tree_of(window), lanes_of(window)):
        menu.add_keys_of(place)
        menu.separate()
    menu.add("Only this trace in the table", view.head.filter.click, "funnel")
    menu.add("Copy the trace's correlation id", view.head.copy.click, "copy")
    menu.add("List only traces with errors, or all", view.list.errors_only.toggle, "circle-x")
    menu.add("Show the newest traces", view.list.newer.click, "arrow-right")
    return menu


def of_latency(window: MainWindow) -> Menu:
    """What the latency view plots."""
    view = window.views.latency
    menu = Menu(LATENCY, window, view)
    for number, (name, _) in enumerate(KIND_CHOICES):
        menu.add(f"{name} latency", partial(view.kinds.choose, number))
    menu.separate()
    for number, (name, _) in enumerate(WINDOWS):
        menu.add(f"Latency of the last {name}", partial(view.windows.choose, number))
    menu.separate()
    menu.add("Logarithmic or linear scale", view.log.toggle)
    menu.add_keys_of(latency_of(window))
    return menu


def of_map(window: MainWindow) -> Menu:
    """How it is shown who publishes and who listens."""
    view = window.views.map
    menu = Menu(MAP, window, view)
    menu.add("Map of who talks to whom", partial(view.choice.choose, 0), "waypoints")
    menu.add("Top talkers", partial(view.choice.choose, 1), "table")
    menu.separate()
    menu.add_keys_of(map_of(window))
    return menu
