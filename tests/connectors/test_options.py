"""URLs become options, or one sentence that says how to write them and repeats no secret."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.options import describe, option, read_options
from connectors.source_url import SourceUrlError

SECRET = "hunter2canary"


class Start(StrEnum):
    EARLIEST = "earliest"
    LATEST = "latest"


@dataclass(frozen=True)
class Queue:
    host: str = "localhost"
    port: int = 5672
    user: str = "guest"
    password: str = field(default="", repr=False)
    path: str = "/"
    exchange: tuple[str, ...] = field(default=(), metadata={"help": "exchanges"})
    rate: float = 1.0
    firehose: bool = False
    start: Start = Start.LATEST
    ca: Path | None = None
    limit: int | None = None
    api_token: int = 0

    def __post_init__(self) -> None:
        if self.rate <= 0:
            raise ValueError("the rate must be above 0")


@dataclass(frozen=True)
class Cluster:
    hosts: tuple[str, ...]
    path: str = ""


def test_each_part_and_parameter_finds_its_field() -> None:
    options = read_options(
        "q://me%40x:pa%2Fss@[::1]:99/v%20host?exchange=a,b&rate=2.5&firehose=yes&start=EARLIEST&ca=/x/y.pem&limit=-3",
        Queue,
    )
    assert options == Queue(
        "::1", 99, "me@x", "pa/ss", "v host", ("a", "b"), 2.5, True, Start.EARLIEST, Path("/x/y.pem"), -3
    )


@dataclass(frozen=True)
class Range:
    from_: str = option("where to begin", "latest", group="What to read", example="earliest")
    key: str | None = option("opens it", None, secret=True)
    start: Start = Start.LATEST


def test_a_name_that_python_keeps_for_itself_is_written_with_an_underscore() -> None:
    assert read_options("r:?from=first", Range).from_ == "first"
    with pytest.raises(SourceUrlError, match="did you mean 'from'"):
        read_options("r:?form=first", Range)
    with pytest.raises(SourceUrlError, match="has no option 'from_'"):
        read_options("r:?from_=first", Range)


def test_a_declaration_tells_what_a_dialog_needs() -> None:
    first, key, start = describe(Range)
    assert (first.name, first.field, first.group, first.example) == ("from", "from_", "What to read", "earliest")
    assert (first.choices, start.choices) == ((), ("earliest", "latest"))
    assert (first.secret, key.secret) == (False, True)


def test_a_secret_is_in_no_repr_and_no_error() -> None:
    assert SECRET not in repr(read_options(f"r:?key={SECRET}", Range))


def test_what_is_not_given_has_its_default() -> None:
    assert read_options("q:", Queue) == Queue()
    assert read_options("q://example", Queue) == Queue(host="example")


def test_several_hosts() -> None:
    assert read_options("c://a:1,b:2/topic,other", Cluster) == Cluster(("a:1", "b:2"), "topic,other")


def test_a_plus_stays_a_plus() -> None:
    assert read_options("q:?exchange=2025-01-01T00:00:00+02:00", Queue).exchange == ("2025-01-01T00:00:00+02:00",)


@pytest.mark.parametrize("url", ["f:/a/b.txt", "f:///a/b.txt", "f:%2Fa%2Fb.txt"])
def test_forms_of_a_path(url: str) -> None:
    @dataclass(frozen=True)
    class File:
        path: Path

    assert read_options(url, File) == File(Path("/a/b.txt"))
    assert read_options("f:a#b c.txt", File) == File(Path("a#b c.txt"))


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("q:?rate=fast", "q: rate takes a number, not 'fast'"),
        ("q:?rate=nan", "q: rate takes a number, not 'nan'"),
        ("q:?rate=-1", "q: the rate must be above 0"),
        ("q:?limit=1.5", "q: limit takes a whole number, not '1.5'"),
        ("q:?firehose=maybe", "q: firehose takes 1 or 0, not 'maybe'"),
        ("q:?start=middle", "q: start takes one of earliest, latest, not 'middle'"),
        ("q:?exchnage=x", "q: has no option 'exchnage'; did you mean 'exchange'?"),
        ("q:?host=x", "q: has no option 'host'; it takes exchange, rate"),
        ("q:?rate=1&rate=2", "q: rate is given twice"),
        ("q:?=1", "q: after ? write name=value"),
        ("q://a:1,b:2", "q: write the host as HOST or HOST:PORT"),
        ("q://h:99999999", "q: write the host as HOST or HOST:PORT"),
        ("c:", "c: the hosts is missing"),
    ],
)
def test_a_wrong_url_is_refused_in_a_sentence(url: str, sentence: str) -> None:
    kind: type[Any] = Cluster if url.startswith("c") else Queue
    with pytest.raises(SourceUrlError) as refusal:
        read_options(url, kind)
    assert str(refusal.value).startswith(sentence)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    "url",
    [
        f"q://user:{SECRET}@host:port/",
        f"q://user:{SECRET}/more@host/",
        f"q://user:1/{SECRET}@host/",
        f"q://user:{SECRET}?x@host/",
        f"q://user:1?{SECRET}@host/",
        f"q://user:a@{SECRET}@b@host:x/",
        f"q:?api_token={SECRET}",
        f"q:?rate=0&unknown={SECRET}",
        f"c://user:{SECRET}@host/",
    ],
)
def test_no_error_repeats_a_secret(url: str) -> None:
    kind: type[Any] = Cluster if url.startswith("c") else Queue
    with pytest.raises(SourceUrlError) as refusal:
        read_options(url, kind)
    assert SECRET not in str(refusal.value)
    assert SECRET not in repr(refusal.value.__cause__)


@given(st.text())
def test_any_text_gives_options_or_a_sentence(text: str) -> None:
    try:
        assert isinstance(read_options(f"q:{text}", Queue), Queue)
    except SourceUrlError as refusal:
        assert "\n" not in str(refusal) or "\n" in text  # noqa: PT017


def test_options_are_described_for_dialogs_and_help() -> None:
    described = {option.name: option for option in describe(Queue)}
    assert described["exchange"].help == "exchanges"
    assert described["exchange"].takes == "values joined by commas"
    assert described["password"].secret
    assert described["password"].part
    assert not described["rate"].part
    assert described["rate"].default == 1.0
    assert describe(Cluster)[0].required
