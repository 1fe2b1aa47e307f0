"""Wording: what the name of an event type says. Does it take something back, tell of a failure, or could be taken back?

Systems differ in what they call things, but not by much: `inventory.reservation.cancelled`, `InventoryReleased` and
`refund_payment` all say what they undo. Nothing of this is configured; a name that says nothing is an ordinary event.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from app.traces.tongues import ENGLISH

__all__ = ["Wording", "stem", "wording", "words_of"]

WORD: Final = re.compile(r"[^\W\d_]+")
SMALL, LARGE = "a-zß-öø-ÿа-яё", "A-ZÀ-ÖØ-ÞА-ЯЁ"
HUMP: Final = re.compile(f"(?<=[{SMALL}])(?=[{LARGE}])|(?<=[{LARGE}])(?=[{LARGE}][{SMALL}])")
LONGEST: Final = 256
"""Characters. A longer name says nothing."""

NOISE: Final = frozenset({"event", "events", "message", "command", "v", "urn", "type", "com", "org"})
"""Words that systems add to each name."""

SUFFIXES: Final = ("ations", "ation", "ments", "ment", "ings", "ing", "ions", "ion", "als", "al", "ed", "es", "s")
WHOLE: Final = ("ss", "eed")
"""Ends of words that are no suffixes: process, exceed."""
IRREGULAR: Final = {
    "paid": "pay",
    "held": "hold",
    "sent": "send",
    "withdrawn": "withdraw",
    "undone": "undo",
    "failure": "fail",
    "denied": "deni",
    "rolledback": "rollback",
    "status": "status",
}
PAIRS: Final = {
    ("rolled", "back"): "rollback",
    ("roll", "back"): "rollback",
    ("charged", "back"): "chargeback",
    ("charge", "back"): "chargeback",
    ("timed", "out"): "timeout",
    ("time", "out"): "timeout",
}
NOUN: Final = re.compile(r"(?:ment|ion|ing|al|ed|ure)$")
PAST: Final = re.compile(r"(?:ed|paid|sent|held|done|drawn|back|out)$")


@lru_cache(maxsize=8_192)
def stem(word: str) -> str:
    """`reserve`, `reserved`, `reservation` and their likes in other languages are all `reserv`."""
    word = ENGLISH.get(word, word)
    if word in IRREGULAR:
        return IRREGULAR[word]
    for suffix in SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3 and not word.endswith(WHOLE):
            word = word[: -len(suffix)]
            break
    word = word.rstrip("ey") if len(word) > 3 else word
    if len(word) > 4 and word.endswith("at"):
        word = word[:-2]
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "sz" else word


def stems(words: str) -> frozenset[str]:
    """The stems of these words."""
    return frozenset(map(stem, words.split()))


ANYTHING: Final = stems("")
MONEY: Final = stems("pay charge process capture debit collect bill authorize deduct settle")
SET_ASIDE: Final = stems("reserve hold allocate lock block book claim assign")
BEGUN: Final = stems("create place submit add register open request start accept receive")

UNDOING: Final = {
    **dict.fromkeys(stems("cancel revoke reverse revert rollback undo unwind annul"), ANYTHING),
    **dict.fromkeys(stems("retract rescind withdraw compensate abort"), ANYTHING),
    **dict.fromkeys(stems("refund chargeback void"), MONEY),
    **dict.fromkeys(stems("release unreserve unlock unblock deallocate restock unhold"), SET_ASIDE),
    stem("recall"): stems("ship dispatch create"),
}
"""Words that take back, with what they take back."""

ANSWERING: Final = dict.fromkeys(stems("delete remove destroy reject decline"), BEGUN)
"""Words that take back only where they answer a failure; else they are part of an ordinary life."""

FAILING: Final = stems(
    "fail reject decline denied refuse expire timeout exceed violate unavailable insufficient "
    "fault error invalid bounce overdrawn impossible"
)
REVERSIBLE: Final = stems("pay charge capture debit bill authorize deduct ship dispatch schedule") | SET_ASIDE
"""What other services do for a process, and would have to undo."""
DOING: Final = stems("process complete succeed success create confirm accept approve make")
"""Verbs that say that the noun before them was done: `payment.processed`."""
ENDING: Final = stems("deliver complete finish close fulfil conclude end done")
VERBS: Final = frozenset({*UNDOING, *ANSWERING, *FAILING, *REVERSIBLE, *DOING, *ENDING, *BEGUN})


@dataclass(frozen=True, slots=True)
class Wording:
    """`stems` are all words by their stems, `subject` those without the verb; `undoes` are the verbs it takes back.

    `undoes` is None for a name that takes nothing back, and empty for one that may take back anything.
    """

    stems: frozenset[str]
    verb: str
    subject: frozenset[str]
    undoes: frozenset[str] | None = None
    answers: bool = False
    """Whether it takes back only as an answer to a failure."""
    failure: bool = False
    reversible: bool = False
    weighty: bool = False
    """Whether its words are about something that would have to be undone: a payment, a reservation."""
    end: bool = False
    """Whether nothing has to come after it."""
    command: bool = False
    """Whether it tells somebody to do something: `ReserveStock`, `refund_payment`."""


NOTHING: Final = Wording(ANYTHING, "", ANYTHING)


@lru_cache(maxsize=8_192)
def wording(type_: str | None) -> Wording:
    """What a name says."""
    words = words_of(type_) if type_ and len(type_) <= LONGEST else []
    if not words:
        return NOTHING
    command = is_command(words)
    verb = stem(words[0]) if command else last_verb(words)
    known = frozenset(map(stem, words))
    subject, failure, answers = known - {verb}, bool(known & FAILING), verb in ANSWERING
    undoes = None if failure and not answers else (UNDOING | ANSWERING).get(verb)
    done = verb in REVERSIBLE or (verb in DOING and bool(subject & REVERSIBLE))
    reversible = done and undoes is None and not failure
    weighty = not REVERSIBLE.isdisjoint(known)
    return Wording(known, verb, subject, undoes, answers, failure, reversible, weighty, verb in ENDING, command)


def is_command(words: list[str]) -> bool:
    """Whether a name begins with an imperative."""
    first = words[0]
    if len(words) == 1 or first in ENGLISH or stem(first) not in VERBS:
        return False
    return not NOUN.search(first) and not PAST.search(words[-1]) and words[-1] not in ENGLISH


def last_verb(words: list[str]) -> str:
    """The verb of an event, which comes last; of a name without one, the last word."""
    return next((each for each in map(stem, reversed(words)) if each in VERBS), stem(words[-1]))


def words_of(name: str) -> list[str]:
    """The words of a name in small letters; namespaces of classes are left out."""
    name = unicodedata.normalize("NFC", name).split(",")[0].rpartition(":")[2]
    if "." in name and HUMP.search(name.rpartition(".")[2]):
        name = name.rpartition(".")[2]
    words = [word.lower() for part in WORD.findall(name) for word in HUMP.split(part)]
    return [word for word in joined(words) if word not in NOISE]


def joined(words: list[str]) -> list[str]:
    """Words of which two are one: rolled back, timed out."""
    made: list[str] = []
    for word in words:
        if made and (made[-1], word) in PAIRS:
            made[-1] = PAIRS[made[-1], word]
        else:
            made.append(word)
    return made
