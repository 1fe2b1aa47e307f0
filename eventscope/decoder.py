"""The contract of what recognises a message: kinds of envelopes, and decoders of payloads; ours and third parties'.

Both are found through the entry-point group `eventscope.decoders`, where an entry names an `EnvelopeKind` or a
`Decoder`. A kind is plain data: by which headers or members a message is known, and which of them fill which columns,
so that the monitor can also say which rule gave a value. A decoder is code: bytes that are no JSON become a plain
value. docs/decoders.md has a worked example.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, NamedTuple

__all__ = ["COLUMNS", "Decoder", "EnvelopeKind", "Message", "NotDecoded", "Rule", "Strength"]

COLUMNS: Final = (
    *("type", "category", "id", "correlation_id", "causation_id", "priority", "occurred_at", "producer", "key"),
    *("phase", "attempt", "subscription", "error", "handle_ns", "trace", "span", "alias"),
)
"""What a rule may fill: fields of a Record, and three that help to find them.

`trace` is a W3C trace id and `span` its parent id: they stand for correlation and causation where nothing better does.
`alias` is another name of the same group: it ties messages that have only the one to those that have both.
"""

Read = Callable[[Any], Any]
"""Makes the value of a column of what was found, or None if it is none.

A header comes as its source has it: bytes, text, a number, a list or a dict. A member of the payload comes as text
(numbers as they were written), an array or an object as list or dict.
"""


class Rule(NamedTuple):
    """`column` is filled from the header of this name (in any case), or from the member at this path of the payload.

    A path is names joined by points, with `[0]` for an entry of an array, such as `data.items[0].sku`. The empty name
    stands for all headers (a dict, names in lower case with `_` for `-`) or the whole payload. Without `read` the value
    is taken as text.
    """

    column: str
    name: str
    read: Read | None = None


class Strength:
    """Which kind wins where several fill a column: the lower number. What a user decides is 0."""

    CHOSEN: ClassVar = 0
    FRAMEWORK: ClassVar = 10
    CLOUDEVENTS: ClassVar = 20
    BROKER: ClassVar = 30
    PLAIN: ClassVar = 40
    PAYLOAD: ClassVar = 60


@dataclass(frozen=True, slots=True)
class EnvelopeKind:
    """An envelope that is recognised by itself.

    A message has it when it has any of `header_marks`, all of `header_set` spelled exactly so, or comes from a channel
    whose name begins like one of `channel_marks`: then `headers` are its rules, and `members` if there are no
    `member_marks`. It has it as well with all of `member_marks` at the top of a JSON payload: then `members` are its
    rules. Of the rules for one column the first that finds a value wins. `name` is shown, and found by
    `envelope:NAME`. A wrapping only adds to what is inside, which then gives the name.
    """

    name: str
    header_marks: tuple[str, ...] = ()
    header_set: tuple[str, ...] = ()
    channel_marks: tuple[str, ...] = ()
    member_marks: tuple[str, ...] = ()
    headers: tuple[Rule, ...] = ()
    members: tuple[Rule, ...] = ()
    strength: int = Strength.FRAMEWORK
    wrapping: bool = False


class Message(NamedTuple):
    """What a decoder sees: headers (properties of the protocol among them), payload, and where it came from.

    `channel` is the name of the topic, exchange or stream.
    """

    headers: Sequence[tuple[str, Any]]
    payload: bytes
    channel: str = ""

    def header(self, name: str) -> Any:
        """The value of the first header of this name in any case, `-` and `_` being the same; None without one."""
        wanted = name.lower().replace("-", "_")
        return next((value for each, value in self.headers if each.lower().replace("-", "_") == wanted), None)

    @property
    def content_type(self) -> str:
        """The media type in lower case, without parameters; empty when none is stated."""
        stated = self.header("content-type")
        text = stated.decode("latin-1") if isinstance(stated, bytes) else str(stated or "")
        return text.partition(";")[0].strip().lower()


class NotDecoded(ValueError):
    """It is known what the payload is, and on purpose it is not decoded: a note, and no fault of the message."""


class Decoder(ABC):
    """Turns payloads of one format into values. It is asked only about payloads that are no JSON objects.

    It must not block, and must not trust the bytes. What it raises is counted and shown with the row, whose bytes are
    kept in any case; after five faults it is no longer asked.
    """

    name: ClassVar[str]
    """How the format is called, in the window and in settings."""

    @abstractmethod
    def claims(self, message: Message) -> bool:
        """Whether the payload is of this format, told by a look at its media type or first bytes."""

    @abstractmethod
    def decode(self, message: Message) -> Mapping[str, Any] | Sequence[Any] | str | None:
        """The value: what JSON can hold, and bytes. Raises ValueError that says what is wrong, or NotDecoded."""
