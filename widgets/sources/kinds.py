"""Kinds of sources: what can be attached, each as a card with its icon and summary."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final

from PySide6.QtWidgets import QWidget

from connectors.draft import empty_draft
from connectors.registry import connector_class, schemes
from connectors.source_url import SourceUrlError
from widgets.look.cards import Card, CardList, CardModel

__all__ = ["Kind", "KindList", "known_kinds", "scheme_icon"]

log = logging.getLogger(__name__)

NOT_BY_HAND: Final = frozenset({"inprocess"})
"""Attached by the program that opens the window, not by its user."""

ICONS: Final = {"demo": "monitor-play", "tap": "radio", "file": "folder-open", "sqlite": "table"}
PLACES: Final = frozenset({"host", "hosts"})


@dataclass(frozen=True, slots=True)
class Kind:
    """A scheme with what its connector says of itself; `trouble` says why it cannot be used."""

    scheme: str
    summary: str
    icon: str
    trouble: str = ""


def scheme_icon(scheme: str) -> str:
    """The icon of a kind: its own, that of a server for what has a host, or a plug, also for what is not installed."""
    if scheme in ICONS or scheme not in schemes():
        return ICONS.get(scheme, "plug")
    try:
        networked = any(option.name in PLACES for option in empty_draft(scheme).options)
    except SourceUrlError:
        return "plug"
    return "server" if networked else "plug"


def known_kinds() -> list[Kind]:
    """All kinds by scheme; imports their connectors."""
    return [_kind(scheme) for scheme in schemes() if scheme not in NOT_BY_HAND]


def _kind(scheme: str) -> Kind:
    try:
        return Kind(scheme, connector_class(scheme).summary, scheme_icon(scheme))
    except SourceUrlError as error:
        log.info("%s", error)
        return Kind(scheme, "is not installed", "plug", str(error))


class KindList(CardList[Kind]):
    """The kinds, one of them chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(CardModel(lambda kind: kind.scheme, _card), "kinds of sources", parent)
        self.setFixedWidth(236)
        self.show_all(known_kinds())

    def kind(self, scheme: str) -> Kind | None:
        """The kind of that scheme."""
        return next((kind for kind in self.cards.items if kind.scheme == scheme), None)


def _card(kind: Kind) -> Card:
    tone = "muted" if kind.trouble else "accent"
    return Card(kind.icon, tone, "not installed" if kind.trouble else "", f"{kind.scheme}:", "", kind.summary)
