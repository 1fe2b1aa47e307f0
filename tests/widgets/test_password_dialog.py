"""The password dialog: answers once, keeps nothing, and shows the password nowhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

import keyring
import pytest
from keyring.backends.fail import Keyring as NoKeyring
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QWidget

from app.credentials.question import Answer, Question
from app.session import Session
from connectors.registry import open_source
from eventscope.connector import Connector
from tests.core.test_credentials import Gate, GateOptions
from widgets.sources.logins import Logins
from widgets.sources.password_dialog import PasswordDialog, asking

CANARY = "hunter2canary"
QUESTION = Question("kafka://ann@mq.example:9092", refused=True, can_keep=True)


@pytest.fixture
def window(qapp: object) -> QWidget:
    made = QWidget()
    made.show()
    return made


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


async def opened(window: QWidget) -> PasswordDialog:
    await until(lambda: window.findChildren(PasswordDialog))
    return window.findChildren(PasswordDialog)[-1]


def write(dialog: PasswordDialog, text: str) -> None:
    QTest.keyClicks(dialog.findChild(QLineEdit), text)


def words(widget: QWidget) -> str:
    """Everything that the widget says, to eyes and ears."""
    said = [each.text() for each in widget.findChildren(QLabel)]
    said += [f"{each.accessibleName()} {each.accessibleDescription()}" for each in widget.findChildren(QWidget)]
    return " ".join((widget.windowTitle(), *said))


async def test_it_says_who_is_meant_and_why_it_asks_again(window: QWidget) -> None:
    asked = asyncio.get_running_loop().create_task(asking(window)(QUESTION))
    dialog = await opened(window)
    assert dialog.windowTitle() == "Password needed"
    assert "Password for kafka://ann@mq.example:9092" in words(dialog)
    assert "The password was not accepted." in words(dialog)
    dialog.reject()
    assert await asked is None


@pytest.mark.parametrize("keep", [True, False])
async def test_what_is_typed_is_the_answer_and_is_shown_nowhere(window: QWidget, keep: bool) -> None:
    asked = asyncio.get_running_loop().create_task(asking(window)(QUESTION))
    dialog = await opened(window)
    write(dialog, CANARY)
    dialog.findChild(QCheckBox).setChecked(keep)
    assert dialog.findChild(QLineEdit).echoMode() is QLineEdit.EchoMode.Password
    assert CANARY not in words(dialog) + dialog.findChild(QLineEdit).displayText()
    QTest.keyClick(dialog.findChild(QLineEdit), Qt.Key.Key_Return)
    assert await asked == Answer(CANARY, keep)


async def test_nothing_typed_is_no_answer(window: QWidget) -> None:
    asked = asyncio.get_running_loop().create_task(asking(window)(QUESTION))
    dialog = await opened(window)
    QTest.keyClick(dialog.findChild(QLineEdit), Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert not asked.done()
    QTest.keyClick(dialog.findChild(QLineEdit), Qt.Key.Key_Escape)
    assert await asked is None


async def test_without_a_keyring_it_says_how_long_the_password_is_known(window: QWidget) -> None:
    asked = asyncio.get_running_loop().create_task(asking(window)(Question("amqp://ann@h:5672")))
    dialog = await opened(window)
    assert not dialog.findChild(QCheckBox).isEnabled()
    assert "no keyring: it is known until the window is closed" in words(dialog)
    dialog.close()
    assert await asked is None


class Logs:
    """A window's logins, and what they said."""

    def __init__(self, window: QWidget, session: Session) -> None:
        self.said: list[str] = []
        self.shown = 0
        self.logins = Logins(window, session, self.said.append)

    def attach(self, connector: Connector) -> None:
        self.logins.attach(connector, "", self.show)

    def show(self) -> None:
        self.shown += 1


@pytest.fixture
async def attached(empty_session: Session) -> AsyncIterator[Session]:
    """A session whose sources are let go of at the end."""
    yield empty_session
    await empty_session.close()


@pytest.fixture
def no_keyring() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())
    yield
    keyring.set_keyring(before)


@pytest.mark.usefixtures("no_keyring")
async def test_a_source_is_attached_when_its_password_is_known(window: QWidget, attached: Session) -> None:
    logs = Logs(window, attached)
    logs.attach(open_source("demo:"))
    assert (len(attached.sources), logs.shown) == (1, 1)
    logs.attach(Gate(GateOptions()))
    dialog = await opened(window)
    assert len(attached.sources) == 1
    write(dialog, "wrong")
    dialog.accept()
    await until(lambda: logs.shown == 2)
    source = attached.sources[1]
    await until(lambda: source.over)
    logs.logins.look_after()
    await until(lambda: "not accepted" in words(window))
    dialog = await opened(window)
    write(dialog, "right")
    dialog.accept()
    await until(lambda: source.seen == 1)


@pytest.mark.usefixtures("no_keyring")
async def test_a_source_whose_password_nobody_tells_is_not_attached(window: QWidget, attached: Session) -> None:
    logs = Logs(window, attached)
    logs.attach(Gate(GateOptions()))
    (await opened(window)).reject()
    await until(lambda: logs.said)
    assert "there is no password for" in logs.said[0]
    assert attached.sources == []
