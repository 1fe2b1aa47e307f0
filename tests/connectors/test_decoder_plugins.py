"""Decoders of others come through the same door as ours, and what they do wrong stays with them."""

from __future__ import annotations

import logging
import re
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from connectors.envelopes import plugins as door
from connectors.envelopes.envelope import Envelope
from connectors.envelopes.guard import MOST_FAULTS, GuardedDecoder
from connectors.envelopes.plugins import GROUP, OURS, plugins
from connectors.envelopes.recognise import Recogniser
from eventscope.decoder import Decoder, EnvelopeKind, Message, Rule

ROOT = Path(__file__).resolve().parents[2]
NOON = 1_764_590_400_000_000_000


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[str, dict[str, str]], Recogniser]]:
    """Installs a package with decoders: its source, and its entry points."""

    def installed(source: str, points: dict[str, str]) -> Recogniser:
        module = f"acme_{tmp_path.name}".replace("-", "_")
        (tmp_path / f"{module}.py").write_text(source)
        monkeypatch.syspath_prepend(str(tmp_path))
        found = [EntryPoint(name, f"{module}:{value}", GROUP) for name, value in points.items()]
        monkeypatch.setattr(door, "entry_points", lambda group: found)
        plugins.cache_clear()
        known = plugins()
        return Recogniser(known.kinds, [each() if isinstance(each, type) else each for each in known.decoders])

    yield installed
    monkeypatch.undo()
    plugins.cache_clear()


def fill(recogniser: Recogniser, headers: Any, payload: bytes) -> Envelope:
    values = [*Envelope()]
    recogniser.fill(values, headers, payload)
    return Envelope._make(values)


def test_ours_use_the_same_door() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["entry-points"][GROUP] == OURS


def test_the_example_of_the_documentation_works(install: Any) -> None:
    text = (ROOT / "docs" / "decoders.md").read_text()
    (source,) = [code for code in re.findall(r"```python\n(.*?)```", text, re.S) if "EnvelopeKind(" in code]
    (points,) = [code for code in re.findall(r"```toml\n(.*?)```", text, re.S) if "entry-points" in code]
    names = tomllib.loads(points)["project"]["entry-points"][GROUP]
    recogniser = install(source, {name: value.partition(":")[2] for name, value in names.items()})
    payload = b'{"meta": {"uid": "u1", "parents": ["u0"], "stamp": 1764590400000}}'
    headers = [("X-Acme-Event", b"order.created"), ("x-acme-order", b"o-1")]
    found = fill(recogniser, headers, payload)
    assert found[:5] == ("order.created", None, "u1", "o-1", "u0")
    assert (found.occurred_at, found.name) == (NOON, "acme")
    lines = fill(recogniser, [("content-type", b"text/x-acme")], b"event_type=paid\nevent_id=7")
    assert (lines.type, lines.id, lines.name) == ("paid", "7", "domain event")


def test_the_members_of_a_kind_with_header_marks_need_the_header(install: Any) -> None:
    source = (
        "from eventscope.decoder import *\n"
        "K = EnvelopeKind(name='k', header_marks=('x-k',), members=(Rule('type', 'special'),))\n"
    )
    recogniser = install(source, {"k": "K"})
    assert fill(recogniser, [("x-k", b"1")], b'{"special": "t"}').type == "t"
    assert fill(recogniser, [("x-other", b"1")], b'{"special": "t"}').type is None


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("raise SystemError('broken')", "SystemError"),
        ("X = 7", "neither an EnvelopeKind nor a Decoder"),
        ("from eventscope.decoder import *\nX = EnvelopeKind('x', headers=(Rule('colour', 'c'),))", "colour"),
        ("from eventscope.decoder import *\nclass X(Decoder): pass", "abstract"),
    ],
)
def test_a_plugin_that_cannot_be_used_is_logged_and_left_out(
    install: Any, caplog: pytest.LogCaptureFixture, source: str, reason: str
) -> None:
    with caplog.at_level(logging.WARNING):
        recogniser = install(source, {"x": "X"})
    assert "the decoder x cannot be used" in caplog.text
    assert reason in caplog.text
    assert fill(recogniser, [], b'{"event_type": "a", "event_id": "1"}').name == "domain event"


class Faulty(Decoder):
    """Claims everything, and does what a test says."""

    name = "faulty"

    def __init__(self, act: Callable[[], Any]) -> None:
        self.act = act
        self.calls = 0

    def claims(self, message: Message) -> bool:
        return True

    def decode(self, message: Message) -> Any:
        self.calls += 1
        return self.act()


def recogniser_with(decoder: Decoder) -> Recogniser:
    return Recogniser(plugins().kinds, [GuardedDecoder(decoder, "faulty")])


def raises(error: BaseException) -> Callable[[], Any]:
    def act() -> Any:
        raise error

    return act


@pytest.mark.parametrize(
    "act",
    [raises(KeyError("x")), raises(SystemExit(3)), raises(RecursionError()), lambda: time.sleep(0.06)],
    ids=["raises", "exits", "recurses", "is slow"],
)
def test_after_five_faults_it_is_not_asked_any_more_and_that_is_said_once(
    caplog: pytest.LogCaptureFixture, act: Callable[[], Any]
) -> None:
    decoder = Faulty(act)
    recogniser = recogniser_with(decoder)
    with caplog.at_level(logging.WARNING):
        rows = [fill(recogniser, [], b"anything") for _ in range(MOST_FAULTS + 5)]
    assert 1 <= decoder.calls <= MOST_FAULTS, "on a busy machine that it claims may be slow too"
    assert caplog.text.count("is not asked any more") == 1
    assert all(row.error is None for row in rows[MOST_FAULTS:])


def test_one_that_hangs_is_left_behind() -> None:
    free = threading.Event()
    decoder = Faulty(lambda: free.wait(30))
    recogniser = recogniser_with(decoder)
    first = fill(recogniser, [], b"anything")
    assert first.error == "the decoder faulty did not answer within 0.25 s"
    assert fill(recogniser, [], b"\xff").error is not None
    free.set()


def test_bytes_it_does_not_like_are_no_fault() -> None:
    decoder = Faulty(raises(ValueError("not one of ours")))
    recogniser = recogniser_with(decoder)
    assert {fill(recogniser, [], b"anything").error for _ in range(20)} == {"not one of ours"}
    assert decoder.calls == 20


def test_what_is_no_value_at_all_is_a_row_as_well() -> None:
    for value in (object(), {1: {2}}, float("nan"), "text", b"\xff", [lambda: 0]):
        assert fill(recogniser_with(Faulty(lambda value=value: value)), [], b"anything").name == "faulty"


def test_a_reader_of_somebody_else_that_raises_gives_no_value(install: Any) -> None:
    source = (
        "from eventscope.decoder import *\n"
        "K = EnvelopeKind('k', header_marks=('x-k',), headers=(Rule('id', 'x-k', lambda value: 1 / 0),))\n"
    )
    recogniser = install(source, {"k": "K"})
    for _ in range(10):
        found = fill(recogniser, [("x-k", b"1"), ("id", b"plain")], b"")
        assert (found.id, found.name) == ("plain", "k")


def test_a_kind_is_only_data() -> None:
    assert EnvelopeKind("k", headers=(Rule("id", "x"),)) == EnvelopeKind("k", headers=(Rule("id", "x"),))
