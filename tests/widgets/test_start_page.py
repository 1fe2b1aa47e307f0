"""The start page: what is saved, near and recent, each started by a double click or Enter."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QInputDialog, QLabel, QMessageBox
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from app.nearby import Neighbour, look_around
from app.profiles.file import load_profiles, save_profiles
from app.profiles.profile import Profile, SavedSource
from app.profiles.profiles import Profiles
from app.session import Session
from app.settings import Settings
from eventscope.connector import SourceState
from widgets.sources.connection_dialog import ConnectionDialog
from widgets.sources.pulses import Pulses
from widgets.sources.start_lists import StartLists
from widgets.sources.starts import StartSection
from widgets.window.desk import Desk
from widgets.window.main_window import MainWindow
from widgets.window.program import close, furnish

Key = Qt.Key


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qapp: QApplication) -> None:
    monkeypatch.setenv("EVENTSCOPE_CONFIG", str(tmp_path / "settings.toml"))
    monkeypatch.setenv("EVENTSCOPE_TAP", str(tmp_path / "tap.sock"))
    qapp.setQuitOnLastWindowClosed(False)


def profile(name: str, *urls: str) -> Profile:
    return Profile.of(name, *(SavedSource(url) for url in urls))


THREE = Profiles(
    (profile("shop", "demo:orders?rate=200", "demo:life"), profile("two", "tap:"), profile("three", "tap:"))
)


async def nothing() -> list[Neighbour]:
    return []


def shown(qtbot: QtBot, session: Session, profiles: Profiles = THREE, look: object = nothing) -> StartLists:
    lists = StartLists(session, profiles, Pulses(session), look)  # type: ignore[arg-type]
    qtbot.addWidget(lists)
    lists.resize(440, 600)
    lists.show()
    return lists


def titles(section: StartSection) -> list[str]:
    return [start.title for start in section.list.cards.items]


def choose(section: StartSection, row: int) -> None:
    section.list.setCurrentIndex(section.list.cards.index(row, 0))


async def until(condition: Callable[[], bool], seconds: float = 15) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


async def test_it_says_what_there_is_not(qtbot: QtBot, empty_session: Session) -> None:
    lists = shown(qtbot, empty_session, Profiles())
    lists.begin()
    lists.tick()
    await until(lambda: "Nothing was found" in lists.near.empty.text())
    assert "5672" in lists.near.empty.text()
    assert "None yet" in lists.saved.empty.text()
    assert "attach" in lists.recent.empty.text()
    await lists.rest()


async def test_what_runs_here_is_found_by_its_port_and_not_when_it_is_gone() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert [found.url for found in await look_around({port: "kafka"})] == [f"kafka://127.0.0.1:{port}/"]
        connection, _ = server.accept()
        with connection:
            connection.settimeout(5)
            assert connection.recv(1) == b""  # nothing was said, and it was let go at once
    assert await look_around({port: "kafka"}) == []


async def test_another_monitor_is_told(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(tmp_path / "tap.sock"))
        assert [found.name for found in await look_around({})] == ["another monitor"]


async def test_nobody_looks_while_nobody_sees_it(qtbot: QtBot, empty_session: Session) -> None:
    looks: list[int] = []

    async def look() -> list[Neighbour]:
        looks.append(1)
        return []

    lists = shown(qtbot, empty_session, look=look)
    lists.hide()
    lists.begin()
    await asyncio.sleep(0.05)
    assert looks == []
    lists.show()
    await until(lambda: looks == [1])
    await lists.rest()


async def test_enter_and_a_double_click_start_once(qtbot: QtBot, empty_session: Session) -> None:
    lists = shown(qtbot, empty_session)
    started: list[str] = []
    lists.start_asked.connect(lambda start: started.append(start.key))
    choose(lists.saved, 0)
    QTest.keyClick(lists.saved.list, Key.Key_Return)
    assert started == ["shop"]
    at = lists.saved.list.visualRect(lists.saved.list.cards.index(1, 0)).center()
    QTest.mouseClick(lists.saved.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseDClick(lists.saved.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert started == ["shop", "two"]


async def test_profiles_are_moved_by_keys(qtbot: QtBot, empty_session: Session) -> None:
    lists = shown(qtbot, empty_session)
    lists.profiles_changed.connect(lists.show_profiles)
    choose(lists.saved, 0)
    lists.shift(1)
    assert titles(lists.saved) == ["two", "shop", "three"]
    lists.shift(5)
    assert titles(lists.saved) == ["two", "three", "shop"]
    current = lists.saved.current()
    assert current is not None
    assert current.key == "shop"


def test_the_model_of_starts_is_sound(qtbot: QtBot, empty_session: Session, qtmodeltester: ModelTester) -> None:
    lists = shown(qtbot, empty_session)
    model = lists.saved.list.cards
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    qtmodeltester.check(model)
    lists.show_profiles(THREE.without("two"))
    assert model.rowCount() == 2
    assert tester.model() is model


def test_a_secret_in_a_recent_url_is_not_shown(qtbot: QtBot, empty_session: Session) -> None:
    empty_session.settings = Settings(recent=("amqp://me:canary@h/?exchange=e&password=canary",))
    lists = shown(qtbot, empty_session)
    lists.tick()
    assert "canary" not in repr(titles(lists.recent))
    assert titles(lists.recent) == ["amqp://me@h/"]


@pytest.fixture
async def desk(qapp: QApplication) -> AsyncIterator[Desk]:
    save_profiles(THREE)
    window = MainWindow()
    window.show_start()
    window.show()
    made = furnish(qapp, window, Session(Settings()))
    made.connections.lists._look = nothing
    window.views.clock.start()
    window.start_page.begin()
    yield made
    await close(window)
    window.deleteLater()


async def test_a_profile_attaches_all_its_sources_and_shows_how_they_do(desk: Desk) -> None:
    lists = desk.connections.lists
    lists.start_asked.emit(lists.saved.list.cards.items[0])
    await until(lambda: len(desk.session.sources) == 2 and desk.session.store.kept > 20)
    assert desk.window.views.work.isVisible()
    desk.window.show_start()
    assert not desk.window.views.sources.isVisible()
    card = lists.saved._card(lists.saved.list.cards.items[0])
    assert (card.word, card.tone) == (SourceState.LIVE, "ok")
    await until(lambda: sum(lists.saved._card(lists.saved.list.cards.items[0]).curve) > 0)
    assert "rows/s" in lists.saved._card(lists.saved.list.cards.items[0]).figure


async def test_a_profile_that_is_attached_already_is_not_attached_twice(desk: Desk) -> None:
    start = desk.connections.lists.saved.list.cards.items[0]
    desk.connections.start(start)
    await until(lambda: len(desk.session.sources) == 2)
    desk.window.show_start()
    desk.connections.start(start)
    assert len(desk.session.sources) == 2
    assert desk.window.views.work.isVisible()


async def test_the_views_come_back_as_they_were(desk: Desk) -> None:
    desk.attach_url("demo:")
    await until(lambda: desk.window.views.work.isVisible())
    detail = desk.window.docks[1]
    detail.hide()
    desk.window.show_start()
    desk.window.show_work()
    assert desk.window.docks[0].isVisible()
    assert not detail.isVisible()


async def test_something_near_that_is_incomplete_opens_the_dialog(desk: Desk) -> None:
    lists = desk.connections.lists
    lists.show_near([Neighbour("kafka://127.0.0.1:9092/", "kafka on port 9092", "")], "")
    lists.start_asked.emit(lists.near.list.cards.items[0])
    (dialog,) = desk.window.findChildren(ConnectionDialog)
    assert dialog.draft.url == "kafka://127.0.0.1:9092/"
    dialog.close()


async def test_profiles_are_renamed_deleted_and_kept_in_the_file(desk: Desk) -> None:
    desk.connections.ask_rename("two")
    (question,) = desk.window.findChildren(QInputDialog)
    question.textValueSelected.emit("second")
    question.close()
    desk.connections.ask_delete("three")
    (box,) = desk.window.findChildren(QMessageBox)
    next(button for button in box.buttons() if button.text() == "Delete").click()
    desk.connections.ask_rename("second")
    question = desk.window.findChildren(QInputDialog)[-1]
    question.textValueSelected.emit("shop")
    question.close()
    assert "there is a profile 'shop' already" in desk.window.banner.text
    assert [each.name for each in load_profiles()[0]] == ["shop", "second"]
    assert titles(desk.connections.lists.saved) == ["shop", "second"]


async def test_what_is_attached_is_saved_as_one_profile(desk: Desk) -> None:
    desk.attach_url("demo:orders?rate=1")
    desk.connections.attach_url("demo:life?rate=1", "my life")
    desk.connections.save_attached()
    (question,) = desk.window.findChildren(QInputDialog)
    question.textValueSelected.emit("both")
    question.close()
    assert load_profiles()[0].named("both").sources == (
        SavedSource("demo:orders?rate=1"),
        SavedSource("demo:life?rate=1", "my life"),
    )


async def test_profiles_go_out_to_a_file_and_come_back(desk: Desk, tmp_path: Path) -> None:
    desk.connections._export(tmp_path / "team.json")
    assert "without secrets" in desk.window.banner.text
    desk.connections._import(tmp_path / "team.json")
    assert "shop 2" in desk.window.banner.text
    (tmp_path / "evil.toml").write_text("[")
    desk.connections._import(tmp_path / "evil.toml")
    assert "evil.toml is neither TOML nor JSON" in desk.window.banner.text
    assert len(load_profiles()[0]) == 6


async def test_a_broken_file_of_profiles_is_told(qapp: QApplication, tmp_path: Path) -> None:
    (tmp_path / "profiles.toml").write_text("[")
    window = MainWindow()
    made = furnish(qapp, window, Session(Settings()))
    assert "cannot be read" in window.banner.text
    await close(made.window)
    window.deleteLater()


async def test_the_dialog_attaches_and_saves(desk: Desk) -> None:
    desk.connections.ask_source()
    (dialog,) = desk.window.findChildren(ConnectionDialog)
    dialog.parts.url.edited.emit(dialog.draft.with_texts({}))
    dialog.close()
    desk.connections.ask_source("demo:orders?rate=100")
    dialog = desk.window.findChildren(ConnectionDialog)[-1]
    dialog.parts.name.setText("my orders")
    dialog.save()
    dialog.attach()
    await until(lambda: desk.session.store.kept > 5)
    assert desk.session.sources[0].label == "my orders"
    assert load_profiles()[0].named("my orders").sources == (SavedSource("demo:orders?rate=100", "my orders"),)
    assert desk.session.settings.recent == ("demo:orders?rate=100",)


async def test_the_page_stacks_its_columns_where_there_is_little_room(desk: Desk) -> None:
    page = desk.window.start_page
    for width, side_by_side in ((1300, True), (600, False)):
        desk.window.resize(width, 700)
        await asyncio.sleep(0.05)
        title = next(label for label in page.findChildren(QLabel) if label.text() == "Eventscope")
        lists = desk.connections.lists
        assert (
            lists.mapTo(page, lists.rect().topLeft()).x() > title.mapTo(page, title.rect().topLeft()).x()
        ) == side_by_side
