"""The filter in force: the text that was applied last, with the saved filters, muted types and phases beside it."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from app.filter.effective import effective
from app.session import Session
from app.table_setup import TableSetup

__all__ = ["InForce"]


class InForce(QObject):
    """Emits `changed` with an `Effective` when another filter is in force, `arranged` when the setup is another one.

    The setup is the table's, in the settings. Who changes it there, as the menu of a cell does, is followed.
    """

    changed = Signal(object)  # Effective
    arranged = Signal(object)  # TableSetup

    def __init__(self, session: Session, phases: Callable[[str], str], parent: QObject) -> None:
        """`phases` tells the clause that hides some phases beside a text."""
        super().__init__(parent)
        self.text = ""
        self.whole = ""
        """The effective filter as a text."""
        self._session = session
        self._phases = phases
        self._shown: TableSetup | None = None
        self._told = ("", "")

    @property
    def setup(self) -> TableSetup:
        """The table's setup as it is now."""
        return self._session.settings.table

    @property
    def phases(self) -> str:
        """The clause that hides phases."""
        return self._phases(self.text)

    def follow(self) -> None:
        """Take over what was changed in the settings, from the start on."""
        if self.setup is not self._shown:
            self.arrange(self.setup)
            self.renew()

    def apply(self, text: str) -> None:
        """Put a text in force, which is known to be a filter."""
        self.text = text.strip()
        self.renew()

    def change(self, **changes: object) -> None:
        """Change the setup, and what is in force by it."""
        self.arrange(self.setup.with_(**changes))
        self.renew()

    def remember(self) -> None:
        """The text was meant as it is: keep it in the history."""
        self.follow()  # at the start the line may be left before anything of the setup is in force
        self.arrange(self.setup.using(self.text))

    def arrange(self, setup: TableSetup) -> None:
        """Keep a setup; what it says of filters comes into force with the next text or `renew`."""
        self._session.settings = replace(self._session.settings, table=setup)
        self._shown = setup
        self.arranged.emit(setup)

    def renew(self) -> None:
        """Emit the effective filter if it is another one."""
        made = effective(self.text, self.setup, self.phases)
        self.whole = made.wanted.text
        if (made.wanted.text, made.context.text) != self._told:
            self._told = (made.wanted.text, made.context.text)
            self.changed.emit(made)
