"""An empty table says why it is empty, and what can be done about it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.filter.matches import Matches
from app.session import Session
from app.sources.supervisor import Source
from connectors.registry import open_source
from eventscope.connector import SourceState
from widgets.focus import Focus
from widgets.table.empty_state import EmptyState
from widgets.table.event_table import EventTable


def table_of(qtbot: QtBot, session: Session) -> EventTable:
    table = EventTable(session, Focus(), Matches(session.store))
    qtbot.addWidget(table)
    table.resize(800, 400)
    table.show()
    table.tick()
    return table


def told(table: EventTable) -> str:
    notice = table.findChildren(EmptyState)[0]
    return "\n".join(label.text() for label in notice.findChildren(QLabel) if label.isVisibleTo(notice))


async def test_a_silent_source_says_what_it_listens_to_since_when_and_the_usual_causes(
    qtbot: QtBot, empty_session: Session, tmp_path: Path
) -> None:
    (tmp_path / "quiet.jsonl").write_text("")
    source = empty_session.attach(open_source(f"file:{tmp_path}/quiet.jsonl"))
    async with asyncio.timeout(10):
        while source.state is not SourceState.LIVE:
            await asyncio.sleep(0.01)
    table = table_of(qtbot, empty_session)
    text = told(table)
    assert "Listening, no events yet" in text
    assert "quiet.jsonl is live since" in text
    assert source.connector.safety in text
    assert "Either nothing is published there" in text
    assert "last heard of at" in text
    asked: list[Source] = []
    table.check_wanted.connect(asked.append)
    buttons = {button.text(): button for button in table.findChildren(EmptyState)[0].findChildren(QPushButton)}
    buttons["Check step by step"].click()
    assert asked == [source]
    for question, answer in (
        ("Can it be reached?", "every step of the check worked"),
        ("Is that the right name?", "✔ file: "),
    ):
        buttons[question].click()
        async with asyncio.timeout(10):
            while answer not in told(table):
                await asyncio.sleep(0.01)
        assert question in told(table)
    (tmp_path / "quiet.jsonl").unlink()
    buttons["May I read there?"].click()
    async with asyncio.timeout(10):
        while "✖ file: " not in told(table):
            await asyncio.sleep(0.01)
    await empty_session.close()


async def test_a_source_that_failed_without_events_says_why(qtbot: QtBot, empty_session: Session) -> None:
    source = empty_session.attach(open_source("file:/"))
    async with asyncio.timeout(10):
        while not source.over:
            await asyncio.sleep(0.01)
    text = told(table_of(qtbot, empty_session))
    assert "No events came" in text
    assert "name one file in it" in text
    assert "Either nothing" not in text


def test_without_a_source_it_says_that_nothing_is_attached(qtbot: QtBot, empty_session: Session) -> None:
    assert "Nothing is attached" in told(table_of(qtbot, empty_session))
