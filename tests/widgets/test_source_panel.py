"""The source panel: a card for each source, with its state, its reason and its badge."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.session import Session
from connectors.registry import open_source
from eventscope.connector import CheckResult, Connector, Sink, SourceState
from widgets.focus import Focus
from widgets.sources.check_dialog import CheckDialog
from widgets.sources.panel import SourcePanel


@pytest.fixture(autouse=True)
def lasting(qapp: QApplication) -> None:
    """As in the program, closing a dialog ends nothing else."""
    qapp.setQuitOnLastWindowClosed(False)


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


@dataclass(frozen=True)
class NoOptions:
    pass


class Unsafe(Connector):
    """A connector whose options are unsafe, which loses events, and whose check breaks off."""

    Options = NoOptions
    summary = "for tests"
    label = "unsafe"
    safety = "reads one topic · no group"
    warnings = ("certificate not verified",)

    async def run(self, sink: Sink) -> None:
        for number in range(1, 6):
            sink.lost(number, f"reason {number}")
        sink.state(SourceState.RETRYING, "stalled: no answer for 4 s from broker 1")
        await asyncio.Event().wait()

    async def check(self) -> AsyncIterator[CheckResult]:
        yield CheckResult("TCP", True, "127.0.0.1:1 answers")
        await asyncio.sleep(0)
        raise RuntimeError("something unforeseen")


def shown(qtbot: QtBot, session: Session, focus: Focus) -> SourcePanel:
    panel = SourcePanel(session, focus)
    qtbot.addWidget(panel)
    panel.resize(220, 600)
    panel.show()
    panel.tick()
    QApplication.processEvents()  # Qt shows what was added to a visible widget a moment later
    return panel


async def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


async def test_a_stall_the_losses_the_runner_and_what_is_unsafe_are_on_the_card(
    qtbot: QtBot, empty_session: Session, focus: Focus
) -> None:
    source = empty_session.attach(Unsafe(NoOptions()))
    await until(lambda: source.state is SourceState.RETRYING)
    panel = shown(qtbot, empty_session, focus)
    told = words(panel)
    assert "⟳ retrying" in told
    assert "stalled: no answer for 4 s from broker 1" in told
    assert "15 lost at the source" in told
    assert "5: reason 5" in told
    assert "reason 2" not in told
    assert "⚠ certificate not verified" in told
    assert f"runs {source.runner}" in told
    await empty_session.close()


async def test_a_card_in_trouble_offers_a_check_and_one_that_is_well_does_not(
    qtbot: QtBot, empty_session: Session, focus: Focus
) -> None:
    source = empty_session.attach(open_source("file:/no/such/file.jsonl"))
    await until(lambda: bool(source.detail))
    panel = shown(qtbot, empty_session, focus)
    (button,) = panel.findChildren(QPushButton)
    assert button.isVisibleTo(panel)
    source.become(SourceState.LIVE)
    panel.tick()
    assert not button.isVisibleTo(panel)
    source.become(SourceState.FAILED, "no")
    panel.tick()
    button.click()
    (dialog,) = panel.findChildren(CheckDialog)
    await until(lambda: not dialog.steps.running)
    assert "✖ file: there is no file /no/such/file.jsonl; check the path" in dialog.steps.text
    assert "It fails at file." in dialog.steps.text
    dialog.close()
    await empty_session.close()


async def checked(qtbot: QtBot, connector: Connector) -> CheckDialog:
    dialog = CheckDialog(connector)
    qtbot.addWidget(dialog)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    dialog.open()
    await until(lambda: not dialog.steps.running)
    return dialog


async def test_a_check_names_the_step_that_fails_and_can_be_copied(qtbot: QtBot) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        dialog = await checked(qtbot, open_source(f"amqp://127.0.0.1:{closed.getsockname()[1]}/?exchange=events"))
    assert "It fails at TCP." in dialog.steps.text
    assert "✔ DNS" in dialog.steps.text
    next(b for b in dialog.findChildren(QPushButton) if "Copy" in b.text()).click()
    assert QGuiApplication.clipboard().text() == dialog.steps.text
    dialog.close()


async def test_a_check_that_works_says_so_and_can_be_repeated(qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    dialog = await checked(qtbot, open_source(f"file:{file}"))
    assert "It fails at file." in dialog.steps.text
    file.write_text("{}\n")
    next(b for b in dialog.findChildren(QPushButton) if "again" in b.text()).click()
    await until(lambda: not dialog.steps.running)
    assert "Every step worked." in dialog.steps.text
    assert "there is no file" not in dialog.steps.text
    dialog.close()


async def test_a_check_that_breaks_off_is_a_failed_step(qtbot: QtBot) -> None:
    dialog = await checked(qtbot, Unsafe(NoOptions()))
    assert "✔ TCP" in dialog.steps.text
    assert "✖ check: something unforeseen" in dialog.steps.text
    dialog.close()


async def test_closing_the_dialog_gives_the_check_up(qtbot: QtBot) -> None:
    class Endless(Unsafe):
        async def check(self) -> AsyncIterator[CheckResult]:
            await asyncio.Event().wait()
            yield CheckResult("never", True)

    dialog = CheckDialog(Endless(NoOptions()))
    qtbot.addWidget(dialog)
    dialog.open()
    await asyncio.sleep(0.05)
    assert dialog.steps.running
    task = dialog.steps._task
    dialog.close()
    await until(lambda: task is not None and task.cancelled())
