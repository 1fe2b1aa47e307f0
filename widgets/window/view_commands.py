"""Commands of the views: what their buttons and keys do, so that menus, palette and the dialog of keys have it too."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from widgets.latency.view import KIND_CHOICES, WINDOWS
from widgets.trace.pages import CHOICES
from widgets.window.actions import Command

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from widgets.map.view import MapView
    from widgets.window.main_window import MainWindow

__all__ = ["view_commands"]

EVENT, TRACE, LATENCY, MAP = "&Event", "&Trace", "&Latency", "&Subscriptions"
TABS: Final = ("Fields of the event", "Text of the event", "Changes since another event")
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

    def separate(self) -> None:
        """A line between commands."""
        self.commands.append(Command(self._title))


def view_commands(window: MainWindow) -> list[Command]:
    """The menus of detail, trace, latency and map."""
    menus = (of_event(window), of_trace(window), of_latency(window), of_map(window))
    return [command for menu in menus for command in menu.commands]


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
    menu.add("Next error of the trace", pages.next_error, "circle-x")
    menu.add("Previous error of the trace", partial(pages.next_error, -1))
    menu.add("Open all branches", partial(pages.table.open_all, True))
    menu.add("Close all branches", partial(pages.table.open_all, False))
    menu.add("Open one level more of the trace", pages.table.open_level)
    menu.add("Close the lowest level of the trace", pages.table.close_level)
    menu.add("Next event of the trace", pages.table.next_event)
    menu.add("Previous event of the trace", partial(pages.table.next_event, -1))
    menu.add("Count the trace's times from its current line", pages.table.count_from_here, "clock")
    menu.add("Fold the trace's pauses again", partial(pages.table.unfold, None))
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
    menu.add("Slide with now again", view.go_live, "arrow-right")
    return menu


def of_map(window: MainWindow) -> Menu:
    """How it is shown who publishes and who listens."""
    view = window.views.map
    menu = Menu(MAP, window, view)
    menu.add("Map of who talks to whom", partial(view.choice.choose, 0), "waypoints")
    menu.add("Top talkers", partial(view.choice.choose, 1), "table")
    menu.separate()
    for text, act, icon in (
        ("Find a node…", view.search.setFocus, "search"),
        ("Arrange the map", view.canvas.arrange, "waypoints"),
        ("Show the whole map", view.canvas.fit, "maximize"),
        ("Explain shapes and lines, or no longer", view.explain.toggle, "circle-help"),
    ):
        menu.add(text, partial(on_the_map, view, act), icon)
    return menu


def on_the_map(view: MapView, act: Callable[[], object]) -> None:
    """Turn to the map, and do something there."""
    view.choice.choose(0)
    act()
