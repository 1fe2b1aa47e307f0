"""Avro: a schema of the registry, checked so that no bytes can exhaust time or stack, and what it reads."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

__all__ = ["AvroReader", "avro_reader"]

AvroReader = Callable[[bytes], Any]

PRIMITIVE_SIZES: Final = {
    **{"null": 0, "boolean": 1, "int": 1, "long": 1, "float": 4, "double": 8, "bytes": 1, "string": 1},
}


def avro_reader(schema: str, references: Mapping[str, str]) -> AvroReader:
    """A reader for values of a schema; raises ValueError that says why there is none.

    A schema in which something contains itself is read by Python code, whose recursion ends in an error; the compiled
    code would end the process. Arrays of values that take no bytes could be endless.
    """
    from fastavro import _read_py, parse_schema, schemaless_reader

    named: dict[str, Any] = {}
    try:
        for text in references.values():
            parse_schema(json.loads(text), named)
        parsed = parse_schema(json.loads(schema), named)
    except Exception as error:  # whatever a schema may do to its parser
        raise ValueError(f"its schema cannot be used: {error}") from error
    if not (shape := _Shape(named)).is_bounded(parsed):
        raise ValueError("its schema has arrays of nothing, which could be endless")
    read = _read_py.schemaless_reader if shape.recursive else schemaless_reader

    def reader(data: bytes) -> Any:
        stream = io.BytesIO(data)
        try:
            value = read(stream, parsed)
        except Exception as error:  # damaged bytes may raise anything
            raise ValueError(f"it does not fit its schema: {error or type(error).__name__}") from error
        if stream.tell() != len(data):
            raise ValueError("it does not fit its schema: bytes are left over")
        return value

    return reader


class _Shape:
    """What is asked of a schema before it is used."""

    def __init__(self, named: Mapping[str, Any]) -> None:
        self._named = named
        self._sizes: dict[str, int | None] = {}
        self.recursive = False

    def is_bounded(self, schema: Any) -> bool:
        """Whether the bytes of a value bound what is read."""
        try:
            return self.least(schema, ()) is not None
        except (RecursionError, KeyError, TypeError, ValueError):
            return False

    def least(self, schema: Any, above: tuple[str, ...]) -> int | None:
        """The fewest bytes of a value, at least roughly; None if it may be an endless array of nothing."""
        if isinstance(schema, list):
            sizes = [self.least(each, above) for each in schema]
            return None if None in sizes else 1
        if isinstance(schema, str):
            return self._named_least(schema, above)
        kind = schema["type"]
        if kind in ("array", "map"):
            inner = self.least(schema["items" if kind == "array" else "values"], above)
            return None if inner is None or (kind == "array" and inner == 0) else 1
        if kind in ("record", "error"):
            return self._record_least(schema, above)
        if kind == "fixed":
            return int(schema["size"])
        return 1 if kind == "enum" else self.least(kind, above)

    def _named_least(self, name: str, above: tuple[str, ...]) -> int | None:
        if name in PRIMITIVE_SIZES:
            return PRIMITIVE_SIZES[name]
        if name in above:
            self.recursive = True
            return 0
        if name not in self._sizes:
            self._sizes[name] = self.least(self._named[name], above)
        return self._sizes[name]

    def _record_least(self, schema: Mapping[str, Any], above: tuple[str, ...]) -> int | None:
        below = (*above, str(schema["name"]))
        sizes = [self.least(field["type"], below) for field in schema["fields"]]
        return None if None in sizes else sum(size or 0 for size in sizes)
