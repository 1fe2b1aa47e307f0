"""Connectors are found by scheme, one is imported, and what is missing is said in one sentence."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from connectors import registry
from connectors.registry import OURS, connector_class, open_source, schemes
from connectors.source_url import SourceUrlError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Packages that bring connectors: one that works, one that lacks a module, one that is none."""
    points = [
        EntryPoint("pulsar", "absent_pulsar_client:Pulsar", registry.GROUP),
        EntryPoint("broken", "connectors.registry:NoSuchName", registry.GROUP),
        EntryPoint("odd", "connectors.registry:schemes", registry.GROUP),
        EntryPoint("tap", "somebody.else:Tap", registry.GROUP),
    ]
    monkeypatch.setattr(registry, "entry_points", lambda group: points)
    monkeypatch.setitem(registry.OURS, "redis", "connectors.absent_redis_client:Redis")
    registry._found.cache_clear()
    yield
    registry._found.cache_clear()


def test_the_built_in_connectors_are_those_of_the_project_file() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = project["entry-points"][registry.GROUP]
    assert {name: value for name, value in declared.items() if name in OURS} == OURS
    assert set(OURS) <= set(schemes())


@pytest.mark.parametrize("scheme", ["file", "inprocess", "tap"])
def test_opening_a_source_imports_no_other_connector(scheme: str) -> None:
    code = (
        "import sys\n"
        "from connectors.registry import OURS, open_source, schemes\n"
        "schemes(); before = set(sys.modules)\n"
        f"open_source({scheme!r} + ':' + ('x' if {scheme!r} == 'file' else ''))\n"
        "kinds = {kind.partition(':')[0] for kind in OURS.values()}\n"
        "print(sorted(kinds & before), sorted(kinds & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.stdout, done.stderr) == (f"[] [{OURS[scheme].partition(':')[0]!r}]\n", "")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("kafak://x", "'kafak' is no kind of source; did you mean kafka:?"),
        ("wat:", "'wat' is no kind of source; known are "),
        ("demo", "a source is a URL; write demo:"),
        ("events.jsonl", "a source is a URL that begins with "),
        ("", "a source is a URL that begins with "),
        ("user:secret@host", "'user' is no kind of source"),
        ("redis://h", "redis: needs connectors.absent_redis_client; run: pip install 'eventscope[redis]'"),
        ("pulsar://h", "pulsar: needs absent_pulsar_client; run: pip install absent_pulsar_client"),
        ("broken:", "broken: its connector is broken"),
        ("odd:", "odd: connectors.registry:schemes is no Connector"),
    ],
)
def test_what_cannot_be_opened_is_said_in_one_sentence(installed: None, url: str, sentence: str) -> None:
    with pytest.raises(SourceUrlError) as refusal:
        open_source(url)
    assert str(refusal.value).startswith(sentence)
    assert "secret" not in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_foreign_package_cannot_take_the_place_of_ours(installed: None) -> None:
    assert connector_class("tap").__module__ == "connectors.tap.connector"


def test_schemes_are_not_case_sensitive() -> None:
    assert open_source("TAP:").label == "tap"
