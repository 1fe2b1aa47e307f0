"""Decode as…: the badge says what was recognised, the dialog tries a choice and remembers it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QMenu, QPushButton

from app.session import Session
from app.sources.supervisor import Source
from connectors.envelopes.choices import choices
from connectors.envelopes.decoding import Decoding
from connectors.kafka.connector import KafkaConnector, KafkaOptions
from connectors.kafka.metadata import Partition
from connectors.kafka.records import block_of
from connectors.options import read_options
from widgets.detail.decode_dialog import DecodeDialog
from widgets.detail.detail import DetailView
from widgets.detail.field_menu import path_of
from widgets.focus import Focus


@pytest.fixture
def view(qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DetailView:
    """The detail of a Kafka record."""
    monkeypatch.setenv("EVENTSCOPE_CONFIG", str(tmp_path / "settings.toml"))
    choices.look(now=True)
    session, focus = Session(), Focus()
    connector = KafkaConnector(read_options("kafka://localhost:9092/orders", KafkaOptions))
    session.supervisor.sources.append(Source(connector, "kafka orders"))
    value = b'{"event": {"name": "order.paid", "order": "o-7"}}'
    record: Any = SimpleNamespace(
        offset=1, headers=[("ce_id", b"e1"), ("ce_type", b"t")], value=value, key=None, timestamp=5
    )
    recogniser = Decoding("kafka").recogniser("orders")
    session.intake.put("kafka orders", block_of(Partition("orders", 0), [record], recogniser))
    session.drain(60)
    view = DetailView(session, focus)
    qtbot.addWidget(view)
    focus.select_event(1)
    return view


def dialog_of(view: DetailView) -> DecodeDialog:
    view.ask_decoding()
    found = view.findChild(DecodeDialog)
    assert isinstance(found, DecodeDialog)
    return found


def button(dialog: QDialog, text: str) -> QPushButton:
    box = dialog.findChild(QDialogButtonBox)
    assert isinstance(box, QDialogButtonBox)
    return next(each for each in box.buttons() if each.text() == text)  # type: ignore[return-value]


def branch(view: DetailView, *names: str) -> Any:
    index = view.panes.tree.fields.index(-1, 0)
    for name in names:
        rows = range(view.panes.tree.fields.rowCount(index))
        index = next(i for row in rows if (i := view.panes.tree.fields.index(row, 0, index)).data() == name)
    return view.panes.tree.fields.branch(index)


def test_the_badge_says_what_it_was_taken_for_and_why(view: DetailView) -> None:
    assert view.head.badge.text() == "cloudevents"
    assert "id: cloudevents · header ce_id" in view.head.badge.toolTip()
    assert branch(view, "Recognised", "id").value == "cloudevents · header ce_id"


def test_nothing_to_decode_is_no_badge(qtbot: Any, session: Session, focus: Focus) -> None:
    view = DetailView(session, focus)
    qtbot.addWidget(view)
    focus.select_event(1)
    assert view.head.badge.isHidden()
    assert view.head.decode.isHidden()
    view.ask_decoding()
    assert view.findChild(DecodeDialog) is None


def test_a_choice_is_tried_while_it_is_made_and_then_remembered(view: DetailView) -> None:
    dialog = dialog_of(view)
    dialog.paths["type"].setText("event.name")
    assert "type: order.paid" in dialog._outcome.text()
    button(dialog, "Decode so").click()
    assert branch(view, "Recognised", "type, as chosen now").value == "order.paid"
    again = dialog_of(view)
    assert again.paths["type"].text() == "event.name"
    assert view.head.badge.text() == "cloudevents · as chosen"


def test_a_choice_can_be_taken_back(view: DetailView) -> None:
    dialog = dialog_of(view)
    dialog.envelope.setCurrentIndex(dialog.envelope.findData("bubus"))
    button(dialog, "Decode so").click()
    assert "as chosen" in view.head.badge.text()
    button(dialog_of(view), "Recognise by itself").click()
    assert view.head.badge.text() == "cloudevents"


def test_a_schema_is_asked_for_only_where_it_matters(view: DetailView) -> None:
    dialog = dialog_of(view)
    assert not dialog.schema.isEnabled()
    dialog.format.setCurrentIndex(dialog.format.findData("schema registry"))
    dialog.schema.setText("7")
    assert dialog.choice.schema == "7"
    dialog.format.setCurrentIndex(0)
    assert dialog.choice.schema == ""


def test_what_cannot_be_saved_is_said_and_the_dialog_stays(view: DetailView, tmp_path: Path) -> None:
    (tmp_path / "decoding.toml").mkdir()
    dialog = dialog_of(view)
    dialog.paths["type"].setText("event.name")
    dialog.show()
    button(dialog, "Decode so").click()
    assert dialog.isVisible()
    assert "was not saved" in dialog._trouble.text()


def test_a_field_can_become_the_correlation_of_its_channel(view: DetailView) -> None:
    inner = branch(view, "Payload (json)", "event", "order")
    assert path_of(inner) == "event.order"
    assert path_of(branch(view, "Headers", "ce_id")) == "header:ce_id"
    assert path_of(branch(view, "Envelope", "id")) is None
    menu = QMenu(view)
    view.offer_path(menu, view._detail.place, "event.order")  # type: ignore[union-attr, arg-type]
    uses = menu.findChild(QMenu)
    assert isinstance(uses, QMenu)
    next(action for action in uses.actions() if action.text() == "Correlation").trigger()
    assert branch(view, "Recognised", "correlation, as chosen now").value == "o-7"
