"""The account of all events in words: what the status bar says of them, and what it explains when asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from app.commands.row_text import clock_time
from app.display import display
from app.session import Session
from app.store.ledger import Account

__all__ = ["MEANINGS", "Piece", "explanation", "fitting", "pieces", "talkers"]

MIB: Final = 2**20
MOST_TALKERS: Final = 6
LONGEST_NAME: Final = 40

MEANINGS: Final = (
    ("shown", "what the filter lets through"),
    ("kept", "what can be looked at"),
    ("in the capture", "the part of what is kept that is in the file that is recorded, and no more in memory"),
    ("not recorded", "what the recording misses: it came faster than the disk took it, or after the recording stopped"),
    ("seen", "all that arrived: kept + evicted + cleared + dropped"),
    (
        "evicted",
        "gone to make room, the oldest first. Marked events, failures, traces that are open, the latest of each type, "
        "and what comes from quiet sources and categories stay longer",
    ),
    ("dropped", "came faster than it could be taken in: of LOW priority first, and at first a sample of it is kept"),
)


class Piece(NamedTuple):
    """A part of the line. When there is no room for all, those of the least weight are left out."""

    text: str
    weight: int
    before: str = " · "


def pieces(session: Session, shown: int, rate: float) -> list[Piece]:
    """The whole line."""
    c, store = session.counters(), session.store
    line = [
        Piece(f"shown {shown:,}", 99, ""),
        Piece(f"kept {c.kept:,}", 60, " / "),
        Piece(f"seen {c.seen:,}", 50, " / "),
    ]
    if c.evicted:
        line.append(Piece(f"evicted {c.evicted:,}", 70))
        line += [Piece(f"(all kept since {since})", 20, " ") for since in whole_since(session)]
    if c.spilled:
        line.append(Piece(f"{c.spilled:,} in the capture", 25))
    if c.not_recorded:
        line.append(Piece(f"not recorded {c.not_recorded:,}", 85))
    if c.cleared:
        line.append(Piece(f"cleared {c.cleared:,}", 15))
    line.append(Piece(f"dropped {c.dropped:,}", 80 if c.dropped else 10))
    if c.lost:
        line.append(Piece(f"lost at the source {c.lost:,}", 75))
    line.append(Piece(f"{rate:,.0f} ev/s", 40))
    line.append(Piece(f"{store.bytes / MIB:,.0f} of {store.budget / MIB:,.0f} MB", 30))
    return line


def fitting(line: Sequence[Piece], room: int, width: Callable[[str], int]) -> str:
    """As much of a line as there is room for."""
    left = list(line)
    while left and width(joined(left)) > room:
        left.remove(min(left, key=lambda piece: piece.weight))
    return joined(left)


def joined(line: Sequence[Piece]) -> str:
    """The pieces as one text."""
    return "".join(piece.before * (place > 0) + piece.text for place, piece in enumerate(line))


def explanation(session: Session) -> str:
    """What the numbers mean, and whose events took the room."""
    since = "".join(f"All events since {moment} are kept." for moment in whole_since(session))
    whose = [f"{name}: {told}" for name, told in talkers(session, MOST_TALKERS)]
    meanings = [f"{word}: {meaning}" for word, meaning in MEANINGS]
    return "\n\n".join(filter(None, ["\n".join(meanings), since, "\n".join(whose)]))


def talkers(session: Session, most: int) -> list[tuple[str, str]]:
    """Sources and categories, those first of which most was evicted, and what became of their events."""
    accounts = sorted(session.store.account(), key=lambda account: -account.evicted)
    return [(name_of(account), fate_of(account)) for account in accounts[:most]]


def name_of(account: Account) -> str:
    """A source and a category."""
    category = display(account.category, limit=LONGEST_NAME) if account.category else "no category"
    return f"{display(account.source, limit=LONGEST_NAME)} · {category}"


def fate_of(account: Account) -> str:
    """What became of its events."""
    return f"kept {account.kept:,} ({account.bytes / MIB:,.1f} MB), evicted {account.evicted:,}"


def whole_since(session: Session) -> list[str]:
    """The time of the row from which on all are kept, if there is one and some before it are not."""
    store = session.store
    if not store.evicted or store.whole_from == store.next_seq:
        return []
    return [clock_time(store.cells([store.whole_from], ("observed_at",))[0][0]).partition(".")[0]]
