"""The source panel: a card for each source, with its state, its reason and its badge."""

from __future__ import annotations

import asyncio

from PySide6.QtWidgets import QLabel

from app.session import Session
from connectors.registry import open_source
from eventscope.connector import SourceState
from widgets.focus import Focus
from widgets.sources.panel import SourcePanel


def words(panel: SourcePanel) -> str:
    return "\n".join(label.text() for label in panel.findChildren(QLabel) if not label.isHidden())


def test_without_a_source_it_says_what_to_do(empty_session: Session, focus: Focus) -> None:
    panel = SourcePanel(empty_session, focus)
    panel.tick()
    assert "Attach a source" in words(panel)


async def test_a_card_tells_state_reason_and_what_attaching_does(empty_session: Session, focus: Focus) -> None:
    panel = SourcePanel(empty_session, focus)
    source = empty_session.attach(open_source("demo:orders?rate=200"))
    while source.state is not SourceState.LIVE:
        await asyncio.sleep(0.01)
    panel.tick()
    told = words(panel)
    assert "demo:orders" in told
    assert "● live" in told
    assert source.connector.safety in told
    await empty_session.close()
    panel.tick()
    assert "stopped" in words(panel)


async def test_a_failed_source_says_why(empty_session: Session, focus: Focus) -> None:
    panel = SourcePanel(empty_session, focus)
    source = empty_session.attach(open_source("file:/no/such/file.jsonl"))
    while not source.detail:
        await asyncio.sleep(0.01)
    panel.tick()
    assert "/no/such/file.jsonl" in words(panel)
    await empty_session.close()


async def test_a_removed_source_takes_its_card_along(empty_session: Session, focus: Focus) -> None:
    panel = SourcePanel(empty_session, focus)
    source = empty_session.attach(open_source("demo:"))
    panel.tick()
    assert len(panel._cards) == 1
    await empty_session.supervisor.remove(source)
    panel.tick()
    assert panel._cards == {}
