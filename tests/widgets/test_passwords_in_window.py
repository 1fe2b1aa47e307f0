"""A password in a URL is in no title, label, tip, setting or log of the window."""

from __future__ import annotations

import asyncio
import logging
import socket
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget

from app.session import Session
from app.settings import Settings
from eventscope.connector import SourceState
from widgets.window.main_window import MainWindow
from widgets.window.program import close, furnish

CANARY = "hunter2canary"


def words(window: QWidget) -> str:
    """All that the window and what is in it say."""
    said = []
    for each in (window, *window.findChildren(QWidget)):
        said += [each.windowTitle(), each.toolTip(), each.accessibleName(), each.accessibleDescription()]
        if isinstance(each, QLabel | QAbstractButton | QLineEdit):
            said.append(each.text())
    return "\n".join(said)


@pytest.mark.parametrize(
    "url",
    [
        f"kafka://ann:{CANARY}@127.0.0.1:{{}}/orders?security_protocol=SASL_PLAINTEXT&ssl_password={CANARY}",
        f"amqp://ann:{CANARY}@127.0.0.1:{{}}/?exchange=orders",
        f"kafka://ann:{CANARY}@127.0.0.1:{{}}/orders?no_such_option={CANARY}",
        f"amqp://ann:{CANARY}/more@127.0.0.1:{{}}/?exchange=orders",
    ],
)
async def test_no_password_is_shown_saved_or_logged(
    url: str, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("EVENTSCOPE_CONFIG", str(tmp_path / "settings.toml"))
    caplog.set_level(logging.DEBUG)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = url.format(closed.getsockname()[1])
    window = MainWindow()
    window.show()
    desk = furnish(qapp, window, Session(Settings()))
    window.views.clock.start()
    desk.attach_url(url)
    sources = desk.session.sources
    async with asyncio.timeout(20):
        while sources and sources[0].state is SourceState.CONNECTING:
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.1)  # a few frames
    told = words(window) + repr(sources) + repr([source.connector.options for source in sources])
    await close(window)
    window.deleteLater()
    saved = "".join(file.read_text() for file in tmp_path.iterdir())
    assert any(hint in told for hint in ("127.0.0.1", "kafka: ", "amqp: "))
    assert CANARY not in told + saved + caplog.text
