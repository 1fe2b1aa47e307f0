"""The commands of the views: whatever their buttons and keys do is in a menu, in the palette, and can have a key."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.session import Session
from tests.widgets.conftest import orders, put
from widgets.trace.pages import CHOICES
from widgets.window.desk import Desk
from widgets.window.main_window import MainWindow
from widgets.window.program import close, furnish
from widgets.window.view_commands import view_commands


@pytest.fixture
async def desk(
    qapp: QApplication, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Desk]:
    monkeypatch.setenv("EVENTSCOPE_CONFIG", str(tmp_path / "settings.toml"))
    window = MainWindow()
    made = furnish(qapp, window, session)
    window.show()
    window.show_work()
    for view in (window.views.work, window.views.traces):
        view.tick()
    yield made
    await close(window)
    window.deleteLater()


@pytest.fixture
def window(desk: Desk) -> MainWindow:
    return desk.window


def do(window: MainWindow, text: str) -> None:
    next(command for command in view_commands(window) if command.text == text).act()


async def test_each_has_a_name_of_its_own(desk: Desk) -> None:
    ids = [command.id for command in desk.commands() if command.text]
    assert len(ids) == len(set(ids))
    assert {command.id for command in view_commands(desk.window) if command.text} <= {
        b.id for b in desk.keyboard.bindings()
    }


async def test_each_can_be_done_with_an_event_and_without_one(window: MainWindow, session: Session) -> None:
    for seq in (None, 1):
        window.focus.select_event(seq, seq and session.store.event(seq).correlation_id)
        for command in view_commands(window):
            command.act()
    for popup in QApplication.topLevelWidgets():
        if popup is not window:
            popup.close()


async def test_the_trace_is_shown_as_its_buttons_show_it(window: MainWindow) -> None:
    pages = window.views.traces.pages
    for number, command in enumerate(c for c in view_commands(window) if c.text.startswith("Trace as")):
        command.act()
        assert pages.choice.number == number
    assert number == len(CHOICES) - 1


async def test_a_command_brings_the_panel_of_its_view_to_the_front(window: MainWindow) -> None:
    do(window, "Top talkers")
    assert window.views.map.isVisible()
    assert window.views.map.choice.number == 1
    do(window, "Queue latency")
    assert window.views.latency.isVisible()
    assert window.views.latency.kinds.number == 1


async def test_only_the_trace_in_the_table(window: MainWindow, session: Session) -> None:
    put(session, orders(2, first=50))
    window.focus.select_trace("ord-000051")
    do(window, "Only this trace in the table")
    assert "ord-000051" in window.views.work.filter_bar.text
