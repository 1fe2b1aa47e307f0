"""The connection dialog: a source described by kind and fields or by its URL, tried out, attached, and saved."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QWidget

from app.credentials.credentials import Credentials
from app.display import display
from app.profiles.profile import Profile, SavedSource
from app.tasks import spawn
from connectors.draft import Draft, draft_of, empty_draft
from connectors.login import login_of
from connectors.registry import connector_class
from connectors.source_url import SourceUrlError
from eventscope.connector import Connector
from widgets.sources.browse_dialog import BrowseDialog
from widgets.sources.connection_layout import ConnectionLayout
from widgets.sources.kinds import Kind

__all__ = ["ConnectionDialog"]

FIRST_KIND: Final = "kafka"
MEANS_SOMETHING_ELSE: Final = frozenset({"path", "from", "run"})
"""Options of many kinds that share no more than their names."""


class ConnectionDialog(QDialog):
    """Attaches nothing itself: `attach_asked` tells URL and name, `save_asked` the profile to be kept.

    With `credentials` passwords that are not typed are looked for, and those that are can be kept in the keyring.
    """

    attach_asked = Signal(str, str)
    save_asked = Signal(object)  # Profile

    def __init__(self, url: str = "", credentials: Credentials | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._credentials = credentials
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Attach a source")
        self.resize(QSize(920, 720).boundedTo(self.screen().availableSize() * 0.9))
        self.parts = ConnectionLayout(self)
        self._draft: Draft = empty_draft("demo")
        self._strict = False
        self._connect()
        self._take(draft_of(url) if url else empty_draft(FIRST_KIND))

    @property
    def draft(self) -> Draft:
        """What is described now."""
        return self._draft

    def attach(self) -> None:
        """Ask for the source to be attached, if nothing is wrong with it."""
        if (connector := self._demand_right()) is not None:
            if self._credentials is not None and self.parts.keep.isChecked():
                spawn(self._credentials.keep(connector), name="keep a password")
            self.attach_asked.emit(self._draft.url, self.parts.name.text().strip())
            self.accept()

    def test(self) -> None:
        """Try the connection step by step."""
        self.parts.show_test()
        if (connector := self._demand_right()) is not None:
            self.parts.steps.start(connector, self._credentials.complete if self._credentials else None)
        else:
            self.parts.steps.refuse("There is something to put right first.")

    def browse(self) -> None:
        """Let topics, exchanges and the like be picked from a list."""
        kind = connector_class(self._draft.scheme)
        draft = self._draft.with_texts(kind.unpicked)
        if problems := draft.problems():
            return self._show_problems(problems)
        complete = self._credentials.complete if self._credentials else None
        dialog = BrowseDialog(draft.connector(), complete, self)
        dialog.picked.connect(lambda texts: self._take(self._draft.with_texts(texts)))
        dialog.open()

    def save(self) -> None:
        """Ask for the source to be kept as a profile, under its name."""
        connector = self._demand_right()
        if connector is None:
            return
        name = self.parts.name.text().strip() or connector.label
        try:
            profile = Profile.of(name, SavedSource(self._draft.url, self.parts.name.text().strip()))
        except ValueError as error:
            return self.parts.say(str(error), wrong=True)
        self.save_asked.emit(profile)
        self.parts.say(f"Saved as the profile {display(profile.name)}, without secrets.", wrong=False)

    def _connect(self) -> None:
        parts = self.parts
        parts.kinds.chosen.connect(self._choose)
        parts.form.edited.connect(lambda name, text: self._change(self._draft.with_text(name, text)))
        parts.url.edited.connect(self._take)
        parts.attach.clicked.connect(self.attach)
        parts.test.clicked.connect(self.test)
        parts.browse.clicked.connect(self.browse)
        parts.save.clicked.connect(self.save)
        parts.cancel.clicked.connect(self.reject)
        parts.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(parts.steps.text))

    def _choose(self, kind: Kind) -> None:
        """Another kind was chosen: what both kinds have stays."""
        if kind.trouble:
            return self.parts.say(kind.trouble, wrong=True)
        if kind.scheme != self._draft.scheme:
            fresh = empty_draft(kind.scheme)
            known = {option.name for option in fresh.options} - MEANS_SOMETHING_ELSE
            kept = {name: text for name, text in self._draft.texts.items() if name in known}
            self._take(fresh.with_texts(kept))

    def _take(self, draft: Draft) -> None:
        """Describe something else."""
        other = draft.scheme != self._draft.scheme or not self.parts.form.fields
        self._change(draft)
        if other:
            self.parts.show_kind(draft)
            self._show_problems(self._problems())
        else:
            self.parts.form.show_texts(draft.texts)

    def _change(self, draft: Draft) -> None:
        self._draft = draft
        self.parts.url.show_draft(draft)
        self.parts.say("", wrong=False)
        connector = self._connector()
        self.parts.promise(connector)
        login = login_of(connector) if connector else None
        self.parts.keep.setVisible(self._credentials is not None and login is not None and bool(login.given))
        self._show_problems(self._problems())

    def _connector(self) -> Connector | None:
        try:
            return self._draft.connector()
        except SourceUrlError:
            return None

    def _problems(self) -> dict[str, str]:
        """What to complain of: what is still empty only when it is wanted."""
        problems, given = self._draft.problems(), self._draft.texts
        return {name: text for name, text in problems.items() if self._strict or name in given}

    def _demand_right(self) -> Connector | None:
        """The connector; None if something is wrong, which is then shown."""
        self._strict = True
        problems = self._draft.problems()
        self._show_problems(problems)
        if problems:
            self.parts.form.go_to(problems)
            return None
        return self._draft.connector()

    def _show_problems(self, problems: dict[str, str]) -> None:
        self.parts.form.show_problems(problems)
        self.parts.url.say(problems.get("", ""))
