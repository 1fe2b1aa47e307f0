"""Starts: what one can begin with by a double click, as cards: a profile, something nearby, a recent source."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.captures import FileFacts
from app.display import display
from app.nearby import Neighbour
from app.profiles.profile import Profile, SavedSource
from app.redaction.urls import without_secrets
from widgets.look.cards import Card, CardList, CardModel
from widgets.look.text import label
from widgets.sources.pulses import Pulse

__all__ = ["Start", "StartSection", "of_file", "of_neighbour", "of_profile", "of_recent"]

MOST_SHOWN: Final = 8
"""A list of more can be scrolled."""


@dataclass(frozen=True, slots=True)
class Start:
    """Sources to attach. Of one that is not `complete` something is still to be said."""

    key: str
    icon: str
    title: str
    line: str
    sources: tuple[SavedSource, ...]
    complete: bool = True


def of_profile(profile: Profile) -> Start:
    """A profile by its name."""
    line = ", ".join(shown(source.url) for source in profile.sources)
    return Start(profile.name, "bookmark", display(profile.name), line, profile.sources)


def of_neighbour(found: Neighbour) -> Start:
    """Something that runs here now."""
    source = (SavedSource(found.url),)
    return Start(found.url, "radio" if found.complete else "server", found.name, found.detail, source, found.complete)


def of_file(url: str, path: Path, facts: FileFacts | None) -> Start:
    """A file that was recorded, saved or opened lately, and what is known of it by now."""
    told = facts.text if facts is not None else "not there any more"
    source = (SavedSource(url),)
    return Start(url, "logs", display(path.name, limit=60), f"{told} · {display(str(path.parent), limit=80)}", source)


def of_recent(url: str) -> Start:
    """A source that was attached lately."""
    place, _, options = shown(url).partition("?")
    return Start(url, "history", place, options or "as it was", (SavedSource(url),))


def shown(url: str) -> str:
    """A URL fit to be shown."""
    return display(without_secrets(url), limit=120)


class StartSection(QWidget):
    """A heading, its buttons, and the list; `asked` tells what was double-clicked, or chosen by Enter."""

    asked = Signal(object)  # Start

    def __init__(self, title: str, pulse: Callable[[Start], Pulse | None], tools: Sequence[QToolButton] = ()) -> None:
        super().__init__()
        self._pulse = pulse
        self.list: CardList[Start] = CardList(CardModel(lambda start: start.key, self._card), title)
        self.list.setObjectName("starts")
        self.list.activated_item.connect(self.asked)
        self.list.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.empty: QLabel = label("", "muted", wrap=True)
        head = QHBoxLayout()
        head.addWidget(label(title, "strong"), 1)
        for each in tools:
            head.addWidget(each)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 12)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.list)
        column.addWidget(self.empty)

    def show_starts(self, starts: Sequence[Start], otherwise: str) -> None:
        """Show these, or a sentence when there are none."""
        self.list.show_all(starts)
        rows = min(len(starts), MOST_SHOWN)
        self.list.setFixedHeight(rows * max(self.list.sizeHintForRow(0), 1) + 2)
        self.list.setVisible(bool(starts))
        self.empty.setText(otherwise)
        self.empty.setVisible(not starts)

    def refresh(self) -> None:
        """Draw the curves anew."""
        self.list.viewport().update()

    def current(self) -> Start | None:
        """What is selected."""
        return self.list.cards.item(self.list.currentIndex())

    def _card(self, start: Start) -> Card:
        pulse = self._pulse(start)
        if pulse is None:
            return Card(start.icon, "muted", "", start.title, "", start.line)
        return Card(start.icon, pulse.tone, pulse.word, start.title, pulse.figure, start.line, curve=pulse.curve)
