"""An empty table says why it is empty, and what can be done about it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.filter.matches import Matches
from app.session import Session
from app.sources.supervisor import Source
from connectors.registry import open_source
from eventscope.connector import Connector, Sink, SourceState
from widgets.focus import Focus
from widgets.table.causes import BY_SCHEME, REACHED, USUAL, causes_of
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


class Stranger(Connector):
    """A connector of another package."""

    label = safety = "strange"

    async def run(self, sink: Sink) -> None:
        """Nothing comes."""


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
    assert "Nothing is in the file yet" in text
    assert "last heard of at" in text
    asked: list[Source] = []
    table.check_wanted.connect(asked.append)
    buttons = {button.text(): button for button in table.findChildren(EmptyState)[0].findChildren(QPushButton)}
    buttons["Check step by step"].click()
    assert asked == [source]
    buttons["Is it read?"].click()
    async with asyncio.timeout(10):
        while "→ file: " not in told(table):
            await asyncio.sleep(0.01)
    assert "Is it read?" in told(table)
    (tmp_path / "quiet.jsonl").unlink()
    buttons["Is it read?"].click()
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
    assert "Try it:" not in text


def test_without_a_source_it_says_that_nothing_is_attached(qtbot: QtBot, empty_session: Session) -> None:
    table = table_of(qtbot, empty_session)
    assert "Nothing is attached" in told(table)
    wanted: list[str] = []
    table.vacancy.source_wanted.connect(wanted.append)
    for button in table.vacancy._notice.findChildren(QPushButton):
        button.click()
    assert wanted == ["", "demo:", "file:"]


@pytest.mark.parametrize(
    ("url", "questions"),
    [
        (
            "amqp://guest@localhost/?firehose=1",
            ["Is it the right virtual host?", "Is tracing on?", "May I read there?"],
        ),
        ("amqp://localhost/?stream=s", ["Is it the right virtual host?", "Is the stream there?", "May I read there?"]),
        (
            "amqp://localhost/?exchange=e",
            ["Is it the right virtual host?", "Is the exchange there?", "May I read there?"],
        ),
        ("kafka://localhost/orders", ["Is it the right topic?", "Can the brokers be reached?", "Am I let in?"]),
        (
            "redis://localhost/0?channel=c",
            ["Is that the right name?", "Is it the right database?", "Can it be reached?"],
        ),
        ("tap:", ["Is the address ready?"]),
        ("demo:", []),
    ],
)
def test_the_usual_causes_are_those_of_the_kind_of_source(url: str, questions: list[str]) -> None:
    causes = causes_of(open_source(url))
    assert [cause.question for cause in causes.questions] == questions
    assert "{}" not in causes.sentence


def test_a_kind_that_nobody_knows_has_causes_as_well() -> None:
    assert causes_of(Stranger(None)) is USUAL


def test_each_question_is_answered_by_steps_that_the_check_of_its_kind_takes() -> None:
    root = Path(__file__).parents[2]
    rooms = {"amqp": "rabbitmq", "kafka": "kafka", "redis": "redis", "tap": "tap", "file": "file", "sqlite": "sqlite"}
    shared = (root / "connectors/reach.py").read_text()
    for scheme, room in rooms.items():
        code = shared + "".join(file.read_text() for file in (root / "connectors" / room).glob("*.py"))
        for cause in BY_SCHEME[scheme].questions:
            steps = {step for step in cause.steps if f'"{step}"' in code}
            assert steps, (scheme, cause.question)
            assert steps == set(cause.steps) or cause is REACHED, (scheme, cause.question)
