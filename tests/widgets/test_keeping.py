"""The table while rows go between rows that are kept."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from random import Random

import pytest
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from app.filter.matches import Matches
from app.filter.query import parse
from app.session import Session
from app.settings import Settings
from eventscope.connector import Block, Record
from eventscope.step import Phase
from widgets.focus import Focus
from widgets.table.event_model import EventModel
from widgets.table.event_table import EventTable

NUMBERS = count(1)
BYTES = Random(5)


def noise(rows: int = 20) -> Block:
    """Rows of 16 KB that no compression makes smaller; one in twenty is worth keeping."""
    return Block.of(
        [
            Record(
                f"kind{number % 3}", BYTES.randbytes(16_000), category="noise", id=str(number),
                phase=Phase.FAILED if number % 20 == 0 else Phase.PUBLISHED,
            )
            for number in (next(NUMBERS) for _ in range(rows))
        ]
    )  # fmt: skip


def flood(session: Session, until_evicted: int) -> None:
    while session.store.evicted < until_evicted:
        session.intake.put("noisy", noise())
        session.drain(10)


@pytest.fixture
def session() -> Iterator[Session]:
    session = Session(Settings(memory_mib=16))
    yield session
    session.store.close()


@pytest.fixture
def matches(session: Session) -> Iterator[Matches]:
    matches = Matches(session.store)
    yield matches
    matches.close()


@pytest.mark.parametrize("text", ["", "phase:failed", "type:kind1"])
def test_the_model_tells_qt_truly_which_rows_went(qtbot: QtBot, session: Session, matches: Matches, text: str) -> None:
    flood(session, 1)
    matches.set_filter(parse(text))
    model = EventModel(session, matches)
    model.tick()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning, model)
    removed = []
    model.rowsRemoved.connect(lambda parent, first, last: removed.append(first))
    for until in (300, 700, 1_200):
        flood(session, until)
        model.tick()
        assert model.rowCount() == len(matches)
        assert [model.seq_at(row) for row in range(model.rowCount())] == matches.seqs(0, len(matches)).tolist()
    assert text == "phase:failed" or any(removed), "rows went behind survivors"


def test_the_picture_stands_still_while_rows_before_it_go(
    qtbot: QtBot, session: Session, matches: Matches, focus: Focus
) -> None:
    flood(session, 1)
    table = EventTable(session, focus, matches)
    qtbot.addWidget(table)
    table.resize(900, 400)
    table.show()
    table.set_filter(parse(""))
    table.tick()
    table.verticalScrollBar().setValue(table.verticalScrollBar().maximum() - 3_001)
    held = table.rows.seq_at(table.rowAt(0))
    before = table.viewport().grab().toImage()
    flood(session, 600)
    table.tick()
    assert session.store.oldest_seq < session.store.whole_from
    assert table.rows.seq_at(table.rowAt(0)) == held
    assert table.viewport().grab().toImage() == before
    table.close()


def test_who_reads_among_survivors_is_not_moved_when_others_go(
    qtbot: QtBot, session: Session, matches: Matches, focus: Focus
) -> None:
    flood(session, 1_500)
    table = EventTable(session, focus, matches)
    qtbot.addWidget(table)
    table.resize(900, 400)
    table.show()
    table.set_filter(parse("phase:failed"))
    table.tick()
    table.verticalScrollBar().setValue(60)
    held, row = table.rows.seq_at(table.rowAt(0)), table.rowAt(0)
    flood(session, 2_000)
    table.tick()
    assert table.rows.seq_at(table.rowAt(0)) == held
    assert table.rowAt(0) == row
    table.close()
