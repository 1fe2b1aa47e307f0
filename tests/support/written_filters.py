"""Filters as people write them, each with a plain reading of an event: every field, sign, unit and form of a value.

`EVENTS` are events to try them on, and `TERMS` has the filters of each field by its name, so that a test can see that
none is missing. Marks are by number: see `MARKED`. The time of all is `NOW`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from fnmatch import translate
from typing import Any

from hypothesis import strategies as st

from app.marks import Mark
from app.store.stored import StoredEvent
from eventscope.connector import Record, headers_text
from eventscope.event import EventPriority
from eventscope.step import UNKNOWN, Phase

Test = Callable[[StoredEvent], bool]
Written = tuple[str, Test]
"""A filter's text, and whether an event is meant by it."""

SECOND = 1_000_000_000
NOW = 1_000_000_000 * SECOND
"""2001-09-09T01:46:40Z, in nanoseconds since the epoch."""
OBSERVED = NOW - 600 * SECOND

MARKED: dict[Mark, int] = {Mark.MARKED: 2, Mark.COMMENTED: 3, Mark.IGNORED: 5, Mark.TRIGGER: 7}
"""A row has the mark if its number is divisible by this."""

words = st.sampled_from(
    ["order", "ORDER", "paid", "or", "r", "Заказ", "a b", "x,y", "o*r", "id-1", "a(b", 'q"t', "\\", ""]
)
some = st.none() | words
scalars = st.sampled_from([1, 1.0, 2.5, -3, 0, 10**17, "1", "x", "ж", "x y", "", True, False, None])
NAMES = ["a", "b", "a b", "c.d"]
payloads = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=2),
    max_leaves=6,
).map(lambda value: json.dumps(value, ensure_ascii=False).encode())
headers = st.lists(
    st.tuples(st.sampled_from(["tenant", "TENANT", "retry", "my header"]), scalars), min_size=1, max_size=3
)
milliseconds = st.just(UNKNOWN) | st.sampled_from([0, 1, 1_500, 999_999, 1_000_000, 2_000_000, 3 * SECOND])
moments = st.sampled_from(
    [0, NOW - 1, *(NOW + n * SECOND for n in (-86_400, -3_600, -600, -120, -60, -1, 0, 60, 3_600))]
)

EVENTS = st.lists(
    st.builds(
        Record,
        type=some,
        payload=st.none()
        | st.sampled_from([b"", b'{"order": 1}', b"\xffPAID", '"заказ"'.encode(), b'"\\u0417\\u0410KA3"', b"x" * 2_048])
        | payloads,
        id=some,
        category=some,
        priority=st.integers(-1, 3),
        phase=st.sampled_from([int(phase) for phase in Phase]),
        correlation_id=some,
        causation_id=some,
        occurred_at=st.just(UNKNOWN) | moments,
        producer=some,
        channel=some,
        key=some,
        subscription=some,
        attempt=st.integers(0, 3),
        queue_ns=milliseconds,
        handle_ns=milliseconds,
        total_ns=milliseconds,
        fanout=st.integers(-1, 3),
        error=some,
        envelope=some,
        headers=st.none() | headers.map(headers_text),
        replay=st.none(),
    ),
    min_size=1,
    max_size=12,
)

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    ":": lambda a, b: a == b,
    "=": lambda a, b: a == b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
}
EQUAL = (":", "=", "==")
UNORDERED = (*EQUAL, "!=")
spaces = st.sampled_from(["", "", "", " "])


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@st.composite
def term(draw: st.DrawFn, name: str, sign: str, values: Sequence[str]) -> str:
    """`name sign value,value`, with spaces where they may stand."""
    before, after, comma = draw(spaces), draw(spaces), draw(st.sampled_from([",", ", "]))
    return f"{name}{before}{sign}{after}{comma.join(values)}"


@st.composite
def text_values(draw: st.DrawFn) -> tuple[str, Callable[[str], bool]]:
    """A value of a text, as it is written, and which texts are meant."""
    if draw(st.booleans()):
        word = draw(words)
        plain = word and not re.search(r'[\s(),"]', word) and not set("*?") & set(word) and draw(st.booleans())
        return (word if plain else quoted(word)), lambda text: text == word
    glob = draw(st.text("or?*ЗDR", min_size=1, max_size=5).filter(lambda text: set(text) & set("?*")))
    pattern = re.compile(translate(glob))
    return glob, lambda text: pattern.match(text) is not None


@st.composite
def text_terms(draw: st.DrawFn, name: str, field: str) -> Written:
    sign, values = draw(st.sampled_from(UNORDERED)), draw(st.lists(text_values(), min_size=1, max_size=3))

    def test(event: StoredEvent) -> bool:
        value = getattr(event, field)
        return value is not None and any(fits(value) for _, fits in values) is (sign != "!=")

    return draw(term(name, sign, [text for text, _ in values])), test


@st.composite
def number_terms(
    draw: st.DrawFn, name: str, field: str, units: Mapping[str, float], numbers: st.SearchStrategy[Any]
) -> Written:
    """A field of numbers; `units` are the words behind them by how much each is."""
    sign = draw(st.sampled_from(sorted(COMPARE)))
    some_values = st.lists(st.tuples(numbers, st.sampled_from(sorted(units))), min_size=1, max_size=3)
    values = draw(some_values if sign in UNORDERED else some_values.map(lambda each: each[:1]))
    wanted = [float(number) * units[unit] for number, unit in values]

    def test(event: StoredEvent) -> bool:
        value = getattr(event, field)
        if value is None:
            return False
        hits = [COMPARE[":" if sign == "!=" else sign](value, number) for number in wanted]
        return any(hits) is (sign != "!=")

    return draw(term(name, sign, [f"{number}{unit}" for number, unit in values])), test


@st.composite
def named_terms(draw: st.DrawFn, name: str, members: Sequence[tuple[int, str]], signs: Sequence[str]) -> Written:
    """A field whose numbers have names, in any case."""
    sign = draw(st.sampled_from(signs))
    values = draw(st.lists(st.sampled_from(members), min_size=1, max_size=3 if sign in UNORDERED else 1))
    cased = [draw(st.sampled_from([text, text.lower(), text.upper()])) for _, text in values]

    def test(event: StoredEvent) -> bool:
        value = getattr(event, name)
        hits = [COMPARE[":" if sign == "!=" else sign](value, number) for number, _ in values]
        return value >= 0 and any(hits) is (sign != "!=")

    return draw(term(name, sign, cased)), test


PRIORITIES = [(int(each), text) for each in EventPriority for text in (each.name, str(int(each)))]
PHASES = [(int(each), each.label) for each in Phase]


def happened(event: StoredEvent) -> int:
    return event.observed_at if event.occurred_at is None else event.occurred_at


def utc(at: int) -> str:
    """A moment to the nanosecond, in the calendar of RFC 3339."""
    return f"{datetime.fromtimestamp(at // SECOND, UTC):%Y-%m-%dT%H:%M:%S}.{at % SECOND:09}"


@st.composite
def written_moments(draw: st.DrawFn) -> tuple[str, int]:
    """A moment as it is written: with a zone, with an offset, in local time, as a time of day, or as how long ago."""
    kind = draw(st.sampled_from(["zone", "offset", "local", "clock", "date", "ago"]))
    if kind == "ago":
        number, (unit, length) = draw(st.sampled_from([0, 1, 2, 10])), draw(st.sampled_from(sorted(AGO.items())))
        return f"{number}{unit}", NOW - number * length
    at = draw(moments.filter(lambda at: at > 0))
    whole = datetime.fromtimestamp(at // SECOND)
    if kind == "zone":
        return draw(st.sampled_from([f"{utc(at)}Z", f"{utc(at)}z".replace("T", "t")])), at
    if kind == "offset":
        return f"{utc(at + 5_400 * SECOND)}+01:30", at
    if kind == "local":
        return f"{whole:%Y-%m-%dT%H:%M:%S}", at - at % SECOND
    if kind == "date":
        return f"{whole:%Y-%m-%d}", int(datetime(whole.year, whole.month, whole.day).timestamp()) * SECOND
    shown = datetime.combine(datetime.fromtimestamp(NOW // SECOND).date(), whole.time())
    days = (shown + timedelta(days=ahead) for ahead in (1, 0, -1))
    last = next(day for day in days if day.timestamp() * SECOND - NOW <= 3_600 * SECOND)
    return f"{whole:%H:%M:%S}", int(last.timestamp()) * SECOND


AGO = {"ms": 1_000_000, "s": SECOND, "m": 60 * SECOND, "h": 3_600 * SECOND, "d": 86_400 * SECOND}
BOUNDS = {"since": ">=", "until": "<=", "before": "<"}


@st.composite
def moment_terms(draw: st.DrawFn, name: str) -> Written:
    text, at = draw(written_moments())
    written = text if draw(st.booleans()) else quoted(text)
    return draw(term(name, draw(st.sampled_from(EQUAL)), [written])), lambda e: COMPARE[BOUNDS[name]](happened(e), at)


@st.composite
def mark_terms(draw: st.DrawFn) -> Written:
    kinds = draw(st.lists(st.sampled_from(list(Mark)), min_size=1, max_size=3))
    text = draw(term("is", draw(st.sampled_from(EQUAL)), [str(kind) for kind in kinds]))
    return text, lambda event: any(event.seq % MARKED[kind] == 0 for kind in kinds)


PLACES: dict[str, Callable[[Any], list[Any]]] = {
    "a": lambda d: [d["a"]] if isinstance(d, dict) and "a" in d else [],
    '"a b"': lambda d: [d["a b"]] if isinstance(d, dict) and "a b" in d else [],
    'a."c.d"': lambda d: [v["c.d"] for v in PLACES["a"](d) if isinstance(v, dict) and "c.d" in v],
    "a.b": lambda d: [v["b"] for v in PLACES["a"](d) if isinstance(v, dict) and "b" in v],
    "a[0]": lambda d: [v[0] for v in PLACES["a"](d) if isinstance(v, list) and v],
    "a[*]": lambda d: [e for v in PLACES["a"](d) if isinstance(v, list) for e in v],
    "a[*].b": lambda d: [e["b"] for e in PLACES["a[*]"](d) if isinstance(e, dict) and "b" in e],
    "a[*][1]": lambda d: [e[1] for e in PLACES["a[*]"](d) if isinstance(e, list) and len(e) > 1],
    "[*]": lambda d: d if isinstance(d, list) else [],
    "[*].a[*]": lambda d: [e for v in PLACES["[*]"](d) for e in PLACES["a[*]"](v)],
}


def document(payload: bytes | None) -> Any:
    try:
        return json.loads(payload or b"")
    except ValueError:
        return None


def leaves(values: list[Any]) -> list[str | float]:
    """What values are compared by: of arrays their elements; whole numbers that no float holds are texts."""
    each = [e for value in values for e in (value if isinstance(value, list) else [value])]
    plain = {True: "true", False: "false", None: "null"}
    return [
        plain[e]
        if e is None or isinstance(e, bool)
        else f"({type(e).__name__})"
        if isinstance(e, dict | list)
        else str(e)
        if isinstance(e, int) and abs(e) >= 2**53
        else e
        for e in each
    ]


deep_values = st.lists(
    st.tuples(st.sampled_from(["1", "2.5", "x", "ж", "true", "null", "-3", "*", "x*", "?", str(10**17)]), st.booleans())
    | st.tuples(st.sampled_from(["x y", "1", ""]), st.just(True)),
    min_size=1,
    max_size=2,
)
"""Values of headers and payloads, and whether they stand in quotes."""


def equals(value: str | float, wanted: str, *, in_quotes: bool) -> bool:
    """Whether a value is one that is written so."""
    if not in_quotes and wanted == "*":
        return True
    if isinstance(value, str):
        glob = not in_quotes and set(wanted) & set("*?")
        return re.fullmatch(translate(wanted), value) is not None if glob else value == wanted
    number = as_number(wanted, in_quotes=in_quotes)
    return number is not None and value == number


def as_number(wanted: str, *, in_quotes: bool) -> float | None:
    if in_quotes or not re.fullmatch(r"-?\d+(\.\d+)?", wanted) or abs(float(wanted)) >= 2**53:
        return None
    return float(wanted)


def ordered(value: str | float, sign: str, wanted: str, *, in_quotes: bool) -> bool:
    """Whether a value compares so: numbers with numbers, texts with texts."""
    number = as_number(wanted, in_quotes=in_quotes)
    if isinstance(value, str):
        return number is None and COMPARE[sign](value, wanted)
    return number is not None and not math.isnan(value) and COMPARE[sign](value, number)


@st.composite
def deep_terms(draw: st.DrawFn, name: str, values_of: Callable[[StoredEvent], list[Any]]) -> Written:
    sign, values = draw(st.sampled_from(sorted(COMPARE))), draw(deep_values)
    values = values if sign in UNORDERED else values[:1]

    def hit(value: str | float) -> bool:
        if sign in UNORDERED:
            return any(equals(value, wanted, in_quotes=in_quotes) for wanted, in_quotes in values)
        return ordered(value, sign, values[0][0], in_quotes=values[0][1])

    def test(event: StoredEvent) -> bool:
        found = leaves(values_of(event))
        return bool(found) and any(map(hit, found)) is (sign != "!=")

    return draw(term(name, sign, [quoted(text) if in_quotes else text for text, in_quotes in values])), test


@st.composite
def payload_terms(draw: st.DrawFn) -> Written:
    place = draw(st.sampled_from(sorted(PLACES)))
    return draw(deep_terms(f"payload.{place}", lambda event: PLACES[place](document(event.payload))))


@st.composite
def header_terms(draw: st.DrawFn) -> Written:
    written, name = draw(st.sampled_from([("tenant", "tenant"), ("Retry", "retry"), ('"my header"', "my header")]))

    def values(event: StoredEvent) -> list[Any]:
        return [value for each, value in document((event.headers or "").encode()) or [] if each.lower() == name]

    return draw(deep_terms(f"header.{written}", values))


LENGTHS = {"": 1e6, "ns": 1, "us": 1e3, "µs": 1e3, "ms": 1e6, "s": 1e9, "m": 6e10, "h": 3.6e12, "d": 8.64e13}
SIZES = {"": 1, "b": 1, "B": 1, "KB": 1024, "kb": 1024, "MB": 1024**2, "GB": 1024**3}
decimals = st.sampled_from([0, 1, 2, 3, 1.5, 0.5])
TEXTS = {
    "type": "type",
    "category": "category",
    "source": "source",
    "producer": "producer",
    "channel": "channel",
    "key": "key",
    "id": "id",
    "correlation": "correlation_id",
    "causation": "causation_id",
    "subscription": "subscription",
    "error": "error",
    "envelope": "envelope",
}
TERMS: dict[str, st.SearchStrategy[Written]] = {
    **{name: text_terms(name, field) for name, field in TEXTS.items()},
    "attempt": number_terms("attempt", "attempt", {"": 1}, st.integers(0, 4)),
    "fanout": number_terms("fanout", "fanout", {"": 1}, st.integers(0, 4)),
    "number": number_terms("number", "seq", {"": 1}, st.integers(0, 13)),
    "latency": number_terms("latency", "total_ns", LENGTHS, decimals),
    "queue": number_terms("queue", "queue_ns", LENGTHS, decimals),
    "handle": number_terms("handle", "handle_ns", LENGTHS, decimals),
    "size": number_terms("size", "size", SIZES, st.sampled_from([0, 2, 12, 13, 1024, 2048])),
    "priority": named_terms("priority", PRIORITIES, sorted(COMPARE)),
    "phase": named_terms("phase", PHASES, UNORDERED),
    **{name: moment_terms(name) for name in BOUNDS},
    "is": mark_terms(),
    "header.NAME": header_terms(),
    "payload.PATH": payload_terms(),
}
"""Filters by the name of their field, as the help has it."""

ANYWHERE = ["type", "category", "producer", "channel", "subscription", "correlation_id"]
ANYWHERE += ["id", "causation_id", "key", "error", "headers"]


def texts_of(event: StoredEvent) -> Iterable[str]:
    """All texts in which free text is found, escapes of JSON resolved as far as the events have any."""
    payload = (event.payload or b"").decode("utf-8", "replace").replace("\\u0417\\u0410", "ЗА")
    return [text for text in (payload, *(getattr(event, name) for name in ANYWHERE)) if text is not None]


@st.composite
def anywhere_terms(draw: st.DrawFn) -> Written:
    text = draw(st.sampled_from(["order", "RDE", "paid", "заказ", "x", "b", "a b", "x,y", "a(b", "id-1", "or"]))
    plain = not re.search(r"[\s(),]", text) and text.lower() not in ("or", "and", "not")
    written = text if plain and draw(st.booleans()) else quoted(text)
    return written, lambda event: any(text.lower() in each.lower() for each in texts_of(event))


@st.composite
def regex_terms(draw: st.DrawFn) -> Written:
    written = draw(
        st.sampled_from(
            [r"^or", r"d.*r$", r"[xp]a?i", r"з.каз", r"\/", r"(?-i)ORD", r"o|б", r"^$", r"a b", r"\(|\)", "x,y"]
        )
    )
    sensitive = written.startswith("(?-i)")
    pattern = re.compile(written.removeprefix("(?-i)"), 0 if sensitive else re.IGNORECASE)

    def test(event: StoredEvent) -> bool:
        values = [event.payload, *(getattr(event, name) for name in ANYWHERE)]
        texts = [value.decode("utf-8", "replace") if isinstance(value, bytes) else value for value in values]
        return any(text and pattern.search(text) for text in texts)

    return f"/{written}/", test


@st.composite
def alone(draw: st.DrawFn) -> Written:
    """A clause: of any field, a text, or a regular expression."""
    return draw(draw(st.sampled_from([*TERMS.values(), anywhere_terms(), regex_terms()])))


def opposite(inner: st.SearchStrategy[Written]) -> st.SearchStrategy[Written]:
    """A filter negated in one of the ways in which that is written."""
    forms = st.sampled_from(["not ({})", "(-({}))", "-({})", "NOT ({})", "- ({})", "not not not ({})"])
    return st.builds(lambda form, each: (form.format(each[0]), lambda e: not each[1](e)), forms, inner)


@st.composite
def negated_terms(draw: st.DrawFn) -> Written:
    """A clause with a sign before it and no parentheses."""
    text, test = draw(alone())
    return f"{draw(st.sampled_from(['-', 'not ', 'Not ']))}{text}", lambda event: not test(event)


def nested(inner: st.SearchStrategy[Written]) -> st.SearchStrategy[Written]:
    pairs = st.tuples(inner, inner)
    both = st.sampled_from(["({}) {}", "({}) and ({})", "({})({})", "(({}) AND ({}))"])
    either = st.sampled_from(["({} or {})", "({} OR {})", "(({}) or ({}))"])
    return st.one_of(
        st.builds(lambda form, p: (form.format(p[0][0], p[1][0]), lambda e: p[0][1](e) and p[1][1](e)), both, pairs),
        st.builds(lambda form, p: (form.format(p[0][0], p[1][0]), lambda e: p[0][1](e) or p[1][1](e)), either, pairs),
        opposite(inner),
    )


FILTERS = st.recursive(alone() | negated_terms(), nested, max_leaves=6)
"""Any filter. Beside another it has to stand in parentheses."""
