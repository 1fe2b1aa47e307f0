"""A profile brings its own arrangement of the table into the window, and keeps what is changed there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QInputDialog

from app.profiles.file import load_profiles, save_profiles
from app.profiles.profile import Profile, SavedSource
from app.profiles.profiles import Profiles
from app.session import Session
from app.settings import Settings, load_settings
from app.table_setup import ColumnChoice, TableSetup
from widgets.table.times import TimeMode
from widgets.window.desk import Desk
from widgets.window.main_window import MainWindow
from widgets.window.program import close, furnish

SOURCE = SavedSource("demo:orders?rate=1")
TABLE = TableSetup(columns=(ColumnChoice("type"), ColumnChoice("payload.order_id")), time="delta")


@pytest.fixture(autouse=True)
def own_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EVENTSCOPE_CONFIG", str(tmp_path / "settings.toml"))
    save_profiles(Profiles((Profile.of("shop", SOURCE, table=TABLE), Profile.of("plain", SOURCE))))


@pytest.fixture
async def desk(qapp: QApplication) -> AsyncIterator[Desk]:
    window = MainWindow()
    window.show()
    made = furnish(qapp, window, Session(Settings()))
    yield made
    if window.isVisible():
        await close(window)
    window.deleteLater()


def columns(desk: Desk) -> list[str]:
    desk.window.views.work.tick()
    return [column.key for column in desk.window.views.work.table.rows.columns]


async def test_the_table_of_a_profile_is_shown_and_kept_with_it(desk: Desk) -> None:
    desk.connections.use_table("shop")
    assert columns(desk) == ["type", "payload.order_id"]
    desk.window.views.work.table.columns.count_times(TimeMode.TRACE)
    desk.window.views.work.table.columns.add("channel")
    await close(desk.window)
    kept = load_profiles()[0].named("shop").table
    assert kept is not None
    assert (kept.time, [choice.field for choice in kept.columns]) == ("trace", ["type", "payload.order_id", "channel"])
    assert load_settings()[0].table == TableSetup()


async def test_a_profile_that_says_nothing_shows_the_table_of_all_others(desk: Desk) -> None:
    before = columns(desk)
    desk.connections.use_table("plain")
    assert columns(desk) == before
    desk.window.views.work.table.columns.count_times(TimeMode.TRACE)
    await close(desk.window)
    assert load_settings()[0].table.time == "trace"
    assert load_profiles()[0].named("plain").table is None


async def test_a_profile_on_the_start_page_brings_its_table(desk: Desk) -> None:
    start = next(item for item in desk.connections.lists.saved.list.cards.items if item.key == "shop")
    desk.connections.start(start)
    assert columns(desk) == ["type", "payload.order_id"]


async def test_what_is_saved_as_a_profile_has_the_table_as_it_is(desk: Desk) -> None:
    desk.attach_url("demo:orders?rate=1")
    desk.window.views.work.table.columns.count_times(TimeMode.RELATIVE)
    desk.connections.save_attached()
    (question,) = desk.window.findChildren(QInputDialog)
    question.textValueSelected.emit("mine")
    question.close()
    table = load_profiles()[0].named("mine").table
    assert table is not None
    assert table.time == "relative"


async def test_a_profile_that_is_renamed_or_saved_anew_keeps_its_table(desk: Desk) -> None:
    desk.connections.use_table("shop")
    desk.connections.ask_rename("shop")
    (question,) = desk.window.findChildren(QInputDialog)
    question.textValueSelected.emit("market")
    question.close()
    desk.connections.save_profile(Profile.of("market", SavedSource("demo:life")))
    desk.window.views.work.table.columns.count_times(TimeMode.TRACE)
    await close(desk.window)
    kept = load_profiles()[0].named("market")
    assert kept.sources == (SavedSource("demo:life"),)
    assert kept.table == TABLE.with_(time="trace")
