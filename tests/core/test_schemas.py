"""The schemas describe every field, agree with the code and with each other, and refuse what is wrong."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from hostile import life, store_of

import resources
from app.exports.event_json import EventJson, TracedEventJson, event_json
from app.exports.trace_json import trace_json
from eventscope.event import EventPriority
from eventscope.step import Phase

NAMES = ("event", "trace", "document")


def schema(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(resources.path(f"schema/{name}.schema.json").read_text(encoding="utf-8"))
    return loaded


def valid(name: str, value: Any) -> bool:
    return jsonschema.Draft202012Validator(schema(name)).is_valid(value)


def undescribed(node: Any, place: str = "") -> Iterator[str]:
    """Places of properties without a description, those of the conditions left out."""
    for name, property_ in node.get("properties", {}).items():
        if "description" not in property_ and "$ref" not in property_:
            yield f"{place}/{name}"
        yield from undescribed(property_, f"{place}/{name}")
    for part in ("items", "$defs"):
        inner = node.get(part)
        for name, child in inner.items() if part == "$defs" and inner else [(part, inner)]:
            if isinstance(child, dict):
                yield from undescribed(child, f"{place}/{name}")


@pytest.mark.parametrize("name", NAMES)
def test_each_schema_is_right_in_itself(name):
    jsonschema.Draft202012Validator.check_schema(schema(name))
    assert schema(name)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("name", NAMES)
def test_every_field_is_described(name):
    assert list(undescribed(schema(name))) == []


def test_an_event_is_the_same_in_every_schema():
    event = schema("event")["$defs"]["event"]
    assert schema("trace")["$defs"]["event"] == event
    assert schema("document")["$defs"]["event"] == event
    assert schema("trace")["$defs"]["head"] == schema("document")["$defs"]["head"]


def test_the_fields_are_those_of_the_code():
    properties = schema("event")["$defs"]["event"]["properties"]
    assert set(properties) == set(EventJson.__struct_fields__)
    assert set(properties["priority"]["enum"]) == {priority.name for priority in EventPriority}
    assert set(properties["phase"]["enum"]) == {phase.label for phase in Phase}
    placed = schema("trace")["properties"]["events"]["items"]["properties"]
    assert set(placed) == set(TracedEventJson.__struct_fields__) - set(EventJson.__struct_fields__)


WRONG = [
    {"seq": 0}, {"seq": "1"}, {"priority": "URGENT"}, {"phase": "born"}, {"source": None}, {"unheard_of": 1},
    {"occurred_at": "2025-11-21T04:06:07Z"}, {"queue_ms": "1"}, {"attempt": 0}, {"headers": {"a": "b"}},
    {"headers": [["a"]]}, {"headers": [["a", "b", "c"]]}, {"payload_encoding": "hex"},
    {"payload_encoding": "base64", "payload": "%%"}, {"payload_encoding": "text", "payload": 1}, {"size": -1},
]  # fmt: skip


@pytest.mark.parametrize("change", WRONG, ids=str)
def test_a_wrong_event_is_refused(change):
    event = event_json(store_of(life()).event(1))
    assert valid("event", event)
    assert not valid("event", event | change)


@pytest.mark.parametrize("name", ["seq", "source", "observed_at", "phase", "payload", "payload_encoding"])
def test_an_incomplete_event_is_refused(name):
    event = event_json(store_of(life()).event(1))
    del event[name]
    assert not valid("event", event)


def test_a_wrong_trace_is_refused():
    trace = trace_json(store_of(life()), "c1")
    assert valid("trace", trace)
    for place, name in [("eventscope", "version"), ("trace", "complete")]:
        broken = copy.deepcopy(trace)
        del broken[place][name]
        assert not valid("trace", broken)
    for change in [{"depth": -1}, {"parent_seq": "1"}, {"unheard_of": 1}]:
        broken = copy.deepcopy(trace)
        broken["events"][0] |= change
        assert not valid("trace", broken)


def test_later_versions_may_say_more_about_themselves():
    trace = trace_json(store_of(life()), "c1")
    trace["eventscope"]["added_later"] = 1
    assert valid("trace", trace)


def test_a_resource_that_is_not_there_is_named():
    with pytest.raises(FileNotFoundError, match="nonsense"):
        resources.path("nonsense")
