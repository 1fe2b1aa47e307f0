"""Logins: sources are attached once their passwords are known, and asked for again where a login was refused."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from app.credentials.credentials import Credentials
from app.credentials.second_chance import give_second_chance, login_refused
from app.session import Session
from app.tasks import spawn
from eventscope.connector import Connector, Refused
from widgets.sources.password_dialog import asking

__all__ = ["Logins"]


class Logins:
    """The passwords of a window's sources. `say` is told in a sentence when one is not known."""

    def __init__(self, window: QWidget, session: Session, say: Callable[[str], object]) -> None:
        self.credentials = Credentials(asking(window))
        self._session = session
        self._say = say

    def attach(self, connector: Connector, name: str, then: Callable[[], object]) -> None:
        """Attach a source: at once, or when its password is found. Then call `then`."""
        if ready := self.credentials.ready(connector):
            self._session.attach(ready, name)
            then()
            return
        spawn(self._attach_later(connector, name, then), name=f"login of {connector.label}")

    def look_after(self) -> None:
        """Ask for another password where a login was refused; called now and then."""
        for source in filter(login_refused, self._session.sources):
            spawn(give_second_chance(source, self._session, self.credentials), name=f"login of {source.label}")

    async def _attach_later(self, connector: Connector, name: str, then: Callable[[], object]) -> None:
        try:
            complete = await self.credentials.complete(connector)
        except Refused as error:
            self._say(str(error))
            return
        self._session.attach(complete, name)
        then()
