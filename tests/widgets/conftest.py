"""What the tests of widgets share: the window's own loop, no left-overs, and a session with rows in it.

Qt warnings fail a test as well: `qt_log_level_fail` in pyproject.toml.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.filter.matches import Matches
from app.session import Session
from app.settings import Settings
from eventscope.connector import Block, Record
from tests.widgets.capture import MS, START, order
from widgets.focus import Focus
from widgets.look.theme import apply_theme
from widgets.loop import WindowLoop
from widgets.table.event_table import EventTable
from widgets.window.desk import Desk
from widgets.window.main_window import MainWindow

Feed = Callable[[Sequence[Record]], int]


def window_loop() -> asyncio.AbstractEventLoop:
    """The loop that the program itself runs on."""
    return WindowLoop(QApplication.instance())


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Async tests of widgets run on the window's loop."""
    return {"window": window_loop}


@pytest.fixture(scope="session", autouse=True)
def themed(qapp: QApplication) -> None:
    """Pictures and widths as the program has them."""
    apply_theme(qapp, "light")


@pytest.fixture(autouse=True)
def no_left_over_tasks(request: pytest.FixtureRequest) -> None:
    """pytest-asyncio silently cancels what a test leaves running; here that is a failure."""
    if inspect.iscoroutinefunction(request.function):
        request.getfixturevalue("tasks_left_over")


@pytest.fixture
async def tasks_left_over() -> AsyncIterator[None]:
    """Fails at the end of an async test when any of its tasks still runs."""
    yield
    left = asyncio.all_tasks() - {asyncio.current_task()}
    assert not left, f"left running: {sorted(task.get_name() for task in left)}"


def orders(count: int, first: int = 0) -> list[Record]:
    """The rows of some orders of a shop, about thirty each."""
    return [row for number in range(first, first + count) for row in order(number, START + number * 50 * MS)]


def put(session: Session, rows: Sequence[Record], source: str = "demo") -> int:
    """Store rows as if a source had pushed them; how many there were."""
    session.intake.put(source, Block.of(rows))
    return session.drain(budget_s=60.0)


@pytest.fixture
def empty_session() -> Session:
    """A session in which nothing has happened yet."""
    return Session(Settings())


@pytest.fixture
def session() -> Session:
    """A session in which twenty orders have happened."""
    made = Session(Settings())
    put(made, orders(20))
    return made


@pytest.fixture
def feed(session: Session) -> Feed:
    """Hands rows to `session`, and has them stored."""
    return lambda rows: put(session, rows)


@pytest.fixture
def focus() -> Focus:
    """A focus on nothing."""
    return Focus()


@pytest.fixture
def matches(session: Session) -> Iterator[Matches]:
    """The matches in `session`, of everything at first."""
    made = Matches(session.store)
    yield made
    made.close()


def shown_table(qtbot: QtBot, session: Session, focus: Focus, matches: Matches) -> EventTable:
    """The event table of a session, on screen and caught up."""
    made = EventTable(session, focus, matches)
    qtbot.addWidget(made)
    made.resize(1000, 460)
    made.show()
    made.tick()
    return made


@pytest.fixture
def table(qtbot: QtBot, session: Session, focus: Focus, matches: Matches) -> EventTable:
    """A table of twenty orders."""
    return shown_table(qtbot, session, focus, matches)


@pytest.fixture
async def desk(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    """The desk of a whole window with five orders in it, and settings of its own."""
    from tests.widgets.desk_world import open_desk  # which needs what stands here

    monkeypatch.setenv("EVENTSCOPE_CONFIG", str(tmp_path / "settings.toml"))
    async with open_desk(qapp) as made:
        yield made


@pytest.fixture
def window(desk: Desk) -> MainWindow:
    """The window of the desk."""
    return desk.window
