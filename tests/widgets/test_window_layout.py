"""The layout of the window: what lies below the table keeps its share of the height, in tabs or side by side."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.session import Session
from app.settings import Settings
from widgets.window.main_window import MainWindow
from widgets.window.program import furnish

SIZES = [(1280, 800), (1920, 1280), (1440, 900)]


@pytest.fixture
def window(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    monkeypatch.setenv("EVENTSCOPE_CONFIG", str(tmp_path / "settings.toml"))
    made = MainWindow()
    made.show_start()
    made.show()
    furnish(qapp, made, Session(Settings()))
    made.show_work()
    yield made
    made.let_go()
    made.deleteLater()


def settle(qapp: QApplication) -> None:
    for _ in range(20):
        qapp.processEvents()


def share(window: MainWindow) -> float:
    return window.docks[2].height() / window.height()


@pytest.mark.parametrize("spread", [False, True])
def test_what_lies_below_grows_and_shrinks_with_the_window(
    qapp: QApplication, window: MainWindow, spread: bool
) -> None:
    if spread:
        window.spread()
    settle(qapp)
    before = share(window)
    for size in SIZES:
        window.resize(*size)
        settle(qapp)
        assert share(window) == pytest.approx(before, abs=0.04)
        assert (window.width(), window.height()) == size


def test_a_share_that_the_user_chose_is_kept(qapp: QApplication, window: MainWindow) -> None:
    settle(qapp)
    window._share_height(0.5)
    settle(qapp)
    chosen = share(window)
    assert chosen > 0.42
    window.resize(1600, 1100)
    settle(qapp)
    assert share(window) == pytest.approx(chosen, abs=0.04)


def test_side_by_side_views_have_the_whole_width_and_go_back_into_tabs(qapp: QApplication, window: MainWindow) -> None:
    window.resize(1280, 800)
    settle(qapp)
    trace, latency, subscriptions = window.docks[2:5]
    for _ in range(2):
        window.spread_or_stack()
        settle(qapp)
        assert trace.x() == 0
        assert subscriptions.geometry().right() >= window.width() - 2
        assert min(dock.width() for dock in (trace, latency, subscriptions)) > 0.28 * window.width()
        window.spread_or_stack()
        settle(qapp)
        assert trace.x() >= window.docks[0].geometry().right()
        assert set(window.tabifiedDockWidgets(trace)) == set(window.docks[3:])
        assert (window.width(), window.height()) == (1280, 800)


def test_side_by_side_is_remembered(qapp: QApplication, window: MainWindow) -> None:
    window.spread()
    settle(qapp)
    state = window.layout_state()
    window.stack()
    settle(qapp)
    assert window.restore_layout(state)
    settle(qapp)
    assert window.docks[2].x() == 0
