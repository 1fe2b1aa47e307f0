"""The connection dialog: fields from what connectors declare, a URL both ways, a test, a list to pick from."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QTableView
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from app.credentials.credentials import Credentials
from app.credentials.question import Answer, Question
from connectors.draft import MASK
from connectors.options import describe
from connectors.registry import connector_class, schemes
from eventscope.connector import Connector, ConnectorError, Offer, Sink
from widgets.look.choice import ChoiceBox
from widgets.sources.browse_dialog import BrowseDialog
from widgets.sources.connection_dialog import ConnectionDialog
from widgets.sources.offers import OfferModel

Key = Qt.Key


@pytest.fixture(autouse=True)
def lasting(qapp: QApplication) -> None:
    """As in the program, closing a dialog ends nothing else."""
    qapp.setQuitOnLastWindowClosed(False)


def shown(qtbot: QtBot, url: str = "", credentials: Credentials | None = None) -> ConnectionDialog:
    dialog = ConnectionDialog(url, credentials)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.open()
    return dialog


def line(dialog: ConnectionDialog, name: str) -> QLineEdit:
    """The input of an option that is a line of text."""
    inside = dialog.parts.form.fields[name].editor.inside
    assert isinstance(inside, QLineEdit)
    return inside


def type_in(dialog: ConnectionDialog, name: str, text: str) -> None:
    editor = line(dialog, name)
    editor.selectAll()
    QTest.keyClick(editor, Key.Key_Delete)
    QTest.keyClicks(editor, text)


def type_url(dialog: ConnectionDialog, text: str) -> None:
    dialog.parts.url.line.clear()
    QTest.keyClicks(dialog.parts.url.line, text)


def told(dialog: ConnectionDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisibleTo(dialog))


async def until(condition: Callable[[], bool], seconds: float = 15) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("scheme", sorted(set(schemes()) - {"inprocess"}))
def test_each_kind_has_a_field_for_all_that_its_connector_declares(qtbot: QtBot, scheme: str) -> None:
    dialog = shown(qtbot)
    kind = dialog.parts.kinds.kind(scheme)
    assert kind is not None
    dialog.parts.kinds.chosen.emit(kind)
    declared = {option.name for option in describe(connector_class(scheme).Options)}
    assert dialog.parts.form.fields.keys() == declared | {"run"}
    assert dialog.draft.scheme == scheme


def test_the_bus_of_this_very_process_is_no_kind_to_choose(qtbot: QtBot) -> None:
    assert shown(qtbot).parts.kinds.kind("inprocess") is None


def test_what_is_typed_into_fields_is_in_the_url_and_secrets_are_masked(qtbot: QtBot) -> None:
    dialog = shown(qtbot)
    type_in(dialog, "hosts", "localhost:9092")
    type_in(dialog, "path", "orders")
    type_in(dialog, "user", "me")
    type_in(dialog, "password", "canary")
    assert dialog.parts.url.line.text() == f"kafka://me:{MASK}@localhost:9092/orders"
    assert dialog.draft.url == "kafka://me:canary@localhost:9092/orders"
    assert "canary" not in told(dialog)
    assert line(dialog, "password").echoMode() == QLineEdit.EchoMode.Password


def test_a_pasted_url_fills_the_fields_of_its_kind(qtbot: QtBot) -> None:
    dialog = shown(qtbot)
    type_url(dialog, "amqp://me@localhost:5673/shop?exchange=events&firehose=0")
    assert dialog.draft.scheme == "amqp"
    assert (line(dialog, "host").text(), line(dialog, "port").text()) == ("localhost", "5673")
    assert (line(dialog, "path").text(), line(dialog, "exchange").text()) == ("shop", "events")
    box = dialog.parts.form.fields["firehose"].editor.inside
    assert isinstance(box, ChoiceBox)
    assert box.currentData() == "0"


def test_an_edited_url_keeps_the_masked_password(qtbot: QtBot) -> None:
    dialog = shown(qtbot, "amqp://me:canary@localhost/?exchange=events")
    url = dialog.parts.url.line
    url.setFocus()
    url.setText(url.text().replace("localhost", "broker"))
    url.textEdited.emit(url.text())
    assert dialog.draft.url == "amqp://me:canary@broker/?exchange=events"


def test_a_url_that_is_wrong_is_said_below_it_and_changes_nothing(qtbot: QtBot) -> None:
    dialog = shown(qtbot, "demo:orders")
    dialog.parts.url.line.setFocus()
    type_url(dialog, "kafak://h/t")
    assert "kafak" in told(dialog)
    assert dialog.draft.url == "demo:orders"


def test_a_wrong_value_is_said_at_its_field(qtbot: QtBot) -> None:
    dialog = shown(qtbot, "demo:")
    type_in(dialog, "rate", "fast")
    field = dialog.parts.form.fields["rate"]
    assert field.problem.isVisibleTo(dialog)
    assert "takes a number" in field.problem.text()
    type_in(dialog, "rate", "5")
    assert not field.problem.isVisibleTo(dialog)


def test_what_is_missing_is_asked_for_only_when_it_is_needed(qtbot: QtBot) -> None:
    dialog = shown(qtbot)
    assert "this is needed" not in told(dialog)
    with qtbot.assertNotEmitted(dialog.attach_asked):
        dialog.parts.attach.click()
    assert "this is needed" in told(dialog)
    assert dialog.isVisible()
    assert dialog.focusWidget() is line(dialog, "hosts")


def test_attach_tells_url_and_name_and_closes(qtbot: QtBot) -> None:
    dialog = shown(qtbot, "demo:orders")
    dialog.parts.name.setText("shop")
    with qtbot.waitSignal(dialog.attach_asked) as asked:
        QTest.keyClick(dialog, Key.Key_Return)
    assert asked.args == ["demo:orders", "shop"]
    assert not dialog.isVisible()


def test_escape_closes_it(qtbot: QtBot) -> None:
    dialog = shown(qtbot)
    QTest.keyClick(dialog, Key.Key_Escape)
    assert not dialog.isVisible()


def test_another_kind_takes_over_what_both_have(qtbot: QtBot) -> None:
    dialog = shown(qtbot, "amqp://me:secret@h:1234/shop?exchange=events")
    dialog.parts.kinds.chosen.emit(dialog.parts.kinds.kind("amqps"))
    assert dialog.draft.url == "amqps://me:secret@h:1234/?exchange=events"


def test_it_says_what_attaching_does_and_what_is_unsafe(qtbot: QtBot) -> None:
    dialog = shown(qtbot, "kafka://h/t?security_protocol=SSL&ssl_verify=0")
    assert "no group" in told(dialog)
    assert "⚠" in told(dialog)
    type_in(dialog, "path", "")
    assert "no group" not in told(dialog)


def test_a_profile_holds_the_source_without_its_secret(qtbot: QtBot) -> None:
    dialog = shown(qtbot, "amqp://me:canary@localhost/?exchange=events")
    dialog.parts.name.setText("team events")
    with qtbot.waitSignal(dialog.save_asked) as asked:
        dialog.parts.save.click()
    (profile,) = asked.args
    assert profile.name == "team events"
    assert [source.url for source in profile.sources] == ["amqp://me@localhost/?exchange=events"]
    assert "Saved as the profile team events" in told(dialog)


async def test_a_test_names_the_step_that_fails(qtbot: QtBot) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        dialog = shown(qtbot, f"kafka://127.0.0.1:{closed.getsockname()[1]}/orders")
        dialog.parts.test.click()
        await until(lambda: not dialog.parts.steps.running)
    assert "It fails at TCP." in told(dialog)
    dialog.close()


async def test_a_test_of_a_file_that_is_there_works(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").write_text("{}\n")
    dialog = shown(qtbot, f"file:{tmp_path}/events.jsonl")
    dialog.parts.test.click()
    await until(lambda: not dialog.parts.steps.running)
    assert "Every step worked." in told(dialog)
    dialog.close()


async def test_a_test_asks_for_the_password_that_is_missing(qtbot: QtBot) -> None:
    asked: list[Question] = []

    async def nobody(question: Question) -> Answer | None:
        asked.append(question)
        return None

    dialog = shown(qtbot, "amqp://me@127.0.0.1:9/?exchange=events", Credentials(nobody))
    dialog.parts.test.click()
    await until(lambda: not dialog.parts.steps.running)
    assert [question.account for question in asked] == ["amqp://me@127.0.0.1:9"]
    assert "there is no password" in dialog.parts.steps.text
    dialog.close()


def test_keeping_a_password_is_offered_once_there_is_one(qtbot: QtBot) -> None:
    async def nobody(question: Question) -> Answer | None:
        return None

    dialog = shown(qtbot, "amqp://me@127.0.0.1/?exchange=events", Credentials(nobody))
    assert not dialog.parts.keep.isVisibleTo(dialog)
    type_in(dialog, "password", "x")
    assert dialog.parts.keep.isVisibleTo(dialog)


@dataclass(frozen=True)
class NoOptions:
    pass


OFFERS = (
    Offer("__state", "path", "topic", "50 partitions", 1.0, 7, internal=True),
    Offer("orders", "path", "topic", "3 partitions", None, 1_204),
    Offer("payments", "path", "topic", "1 partition", 12.5, 0),
    Offer("log", "stream", "stream", many=False),
    Offer("old", "stream", "stream", many=False),
)


class Offering(Connector):
    """A connector with things to pick; after the first look it fails if `failure` says why."""

    Options = NoOptions
    summary = "for tests"
    label = "offering"
    safety = "touches nothing"
    failure: ClassVar[str] = ""
    offers: ClassVar[Sequence[Offer]] = OFFERS

    async def run(self, sink: Sink) -> None: ...

    async def browse(self) -> AsyncGenerator[Sequence[Offer], None]:
        if self.offers:
            yield self.offers
        if self.failure:
            raise ConnectorError(self.failure)
        await asyncio.Event().wait()


async def browsing(qtbot: QtBot, connector: Connector) -> BrowseDialog:
    dialog = BrowseDialog(connector)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.open()
    await asyncio.sleep(0.02)
    return dialog


def names(dialog: BrowseDialog) -> list[str]:
    return [offer.name for offer in dialog.model.items]


def select(dialog: BrowseDialog, *wanted: str) -> None:
    for name in wanted:
        dialog.findChildren(QTableView)[0].selectRow(names(dialog).index(name))


async def test_several_can_be_picked_and_internal_ones_are_hidden_first(qtbot: QtBot) -> None:
    dialog = await browsing(qtbot, Offering(NoOptions()))
    assert names(dialog) == ["orders", "payments", "log", "old"]
    dialog._internal.click()
    assert names(dialog)[0] == "__state"
    select(dialog, "orders", "payments")
    with qtbot.waitSignal(dialog.picked) as picked:
        dialog.pick()
    assert picked.args == [{"path": "orders,payments", "stream": ""}]
    await asyncio.sleep(0)


async def test_what_cannot_go_together_is_not_selected_together(qtbot: QtBot) -> None:
    dialog = await browsing(qtbot, Offering(NoOptions()))
    select(dialog, "orders", "log")
    assert [offer.name for offer in dialog.selected()] == ["log"]
    select(dialog, "old")
    assert [offer.name for offer in dialog.selected()] == ["old"]
    dialog.close()
    await asyncio.sleep(0)


async def test_a_double_click_picks_one(qtbot: QtBot) -> None:
    dialog = await browsing(qtbot, Offering(NoOptions()))
    table = dialog.findChildren(QTableView)[0]
    at = table.visualRect(dialog.model.index(1, 0)).center()
    with qtbot.waitSignal(dialog.picked) as picked:
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
        QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert picked.args[0]["path"] == "payments"
    await asyncio.sleep(0)


async def test_the_selection_stays_while_figures_change(qtbot: QtBot) -> None:
    dialog = await browsing(qtbot, Offering(NoOptions()))
    select(dialog, "payments")
    dialog.show_offers([Offer("new", "path", "topic"), *OFFERS])
    assert [offer.name for offer in dialog.selected()] == ["payments"]
    dialog.close()
    await asyncio.sleep(0)


async def test_the_search_narrows_the_list_and_says_when_nothing_is_left(qtbot: QtBot) -> None:
    dialog = await browsing(qtbot, Offering(NoOptions()))
    QTest.keyClicks(dialog._search, "ORD")
    assert names(dialog) == ["orders"]
    QTest.keyClicks(dialog._search, "zzz")
    assert names(dialog) == []
    assert "Nothing here has such a name" in dialog._empty.text()
    dialog.close()
    await asyncio.sleep(0)


async def test_why_there_is_no_list_is_said_in_its_place(qtbot: QtBot) -> None:
    class Silent(Offering):
        offers = ()
        failure = "the exchanges cannot be listed; type their names"

    dialog = await browsing(qtbot, Silent(NoOptions()))
    assert dialog._empty.text() == Silent.failure
    dialog.close()


async def test_the_offers_of_a_real_draft_are_browsed_before_anything_is_picked(qtbot: QtBot) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        dialog = shown(qtbot, f"kafka://127.0.0.1:{closed.getsockname()[1]}/")
        dialog.parts.browse.click()
        (list_,) = dialog.findChildren(BrowseDialog)
        await until(lambda: "127.0.0.1" in list_._empty.text())
        list_.close()
    dialog.close()
    await asyncio.sleep(0)


def test_the_model_of_offers_is_sound(qtmodeltester: ModelTester) -> None:
    model = OfferModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    model.show(OFFERS)
    qtmodeltester.check(model)
    model.show(OFFERS[2:])
    texts = [model.data(model.index(0, column)) for column in range(model.columnCount())]
    assert texts == ["payments", "topic", "1 partition", "12.5", "0"]
    assert tester.model() is model
