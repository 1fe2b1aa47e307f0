"""A whole window for tests of what its parts do together: five orders in it, the third row selected."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from PySide6.QtWidgets import QApplication

from app.session import Session
from app.settings import Settings
from tests.widgets.conftest import orders, put
from widgets.keys.binding import refusal
from widgets.window.desk import Desk
from widgets.window.main_window import MainWindow
from widgets.window.program import close, furnish

__all__ = ["choose", "open_desk"]


@asynccontextmanager
async def open_desk(app: QApplication) -> AsyncIterator[Desk]:
    """The desk of a window that is open while this lasts; settings are kept where EVENTSCOPE_CONFIG says."""
    window = MainWindow()
    session = Session(Settings())
    put(session, orders(5))
    made = furnish(app, window, session)
    window.resize(1440, 900)
    window.show()
    window.show_work()
    window.views.work.tick()
    window.activateWindow()
    window.views.work.table.go_to(2)
    await asyncio.sleep(0)
    yield made
    await close(window)
    window.deleteLater()


def choose(desk: Desk, id_: str, key: str) -> None:
    """Give a command another key as the dialog does it; it must not be refused."""
    chosen = {**desk.session.settings.keys, id_: key}
    assert not refusal(desk.keyboard.bindings(), chosen, id_, key)
    desk.keyboard._apply(chosen)
