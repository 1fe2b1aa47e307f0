"""What tests of exports share: a strict reader, the schemas, and exports as bytes."""

from __future__ import annotations

import io
import json
from typing import Any

import jsonschema
import msgspec
from hostile import store_of

import resources
from app.exports import write
from app.exports.event_json import event_json
from app.store.store import Store
from eventscope.connector import Record


def strict(text: str | bytes) -> Any:
    """JSON as its standard has it: finite numbers, no lone surrogates, and no name twice unless a payload's."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    value = json.loads(text, parse_constant=refuse)
    msgspec.json.decode(text)
    return value


def schema(name: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(strict(resources.path(f"schema/{name}.schema.json").read_bytes()))


def one(record: Record) -> dict[str, Any]:
    return event_json(store_of([record]).event(1))


def export(name: str, store: Store, **more: Any) -> bytes:
    out = io.BytesIO()
    write(name, store, range(store.oldest_seq, store.next_seq), out, **more)
    return out.getvalue()
