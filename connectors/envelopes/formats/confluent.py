"""Values written with a schema registry: which schema, and the value by it.

The schema's id stands before the value (a zero byte and four bytes, big-endian), or its GUID in a header
(`__value_schema_id`: a byte 1 and sixteen bytes). For Protobuf the path to the message in its file follows.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final, NamedTuple
from uuid import UUID

import msgspec

from connectors.envelopes.formats.avro import AvroReader, avro_reader
from connectors.envelopes.formats.protobuf import fields_of
from connectors.envelopes.formats.protobuf_schema import ProtobufReader, indexes, protobuf_reader
from connectors.envelopes.formats.schema_registry import NoSchema, Schema, SchemaRegistry
from eventscope.decoder import Decoder, Message, NotDecoded

__all__ = ["Confluent", "Mark", "mark_of"]

GUID_HEADER: Final = "__value_schema_id"
MOST_READERS: Final = 500


class Mark(NamedTuple):
    """The schema that a value was written with, by id or GUID, and where the value begins."""

    key: str
    start: int
    after: bytes = b""
    """What a header says behind the GUID."""


def mark_of(message: Message) -> Mark | None:
    """The mark of a message, if it has one."""
    stated = message.header(GUID_HEADER)
    if isinstance(stated, bytes) and len(stated) >= 17 and stated[0] == 1:
        return Mark(str(UUID(bytes=stated[1:17])), 0, stated[17:])
    if len(message.payload) > 5 and message.payload[0] == 0:
        return Mark(str(int.from_bytes(message.payload[1:5], "big")), 5)
    return None


class Confluent(Decoder):
    """Decodes by the schemas of a registry; without one it reads JSON, and says which schema would be needed.

    With `schema` all values are of that one, and carry no mark.
    """

    name: ClassVar = "schema registry"

    def __init__(self, registry: SchemaRegistry | None = None, schema: str = "") -> None:
        self._registry = registry
        self._schema = schema
        self._readers: dict[tuple[str, str], AvroReader | ProtobufReader | ValueError] = {}

    def claims(self, message: Message) -> bool:
        """By the mark of a schema."""
        return mark_of(message) is not None

    def decode(self, message: Message) -> Any:
        """The value; raises ValueError."""
        mark = Mark(self._schema, 0) if self._schema else mark_of(message)
        if mark is None:
            raise ValueError("no schema is named")
        data = message.payload[mark.start :]
        if data[:1] in (b"{", b"["):
            try:
                return msgspec.json.decode(data)
            except msgspec.DecodeError:
                pass
        if self._registry is None:
            raise NotDecoded(f"schema {mark.key} is needed; attach the source with registry=http://HOST:PORT")
        schema = self._registry.schema(mark.key)
        if isinstance(schema, NoSchema):
            raise ValueError(f"schema {mark.key} unknown: {schema.why}")
        return self._by(schema, mark, data)

    def _by(self, schema: Schema, mark: Mark, data: bytes) -> Any:
        if schema.kind == "PROTOBUF":
            return self._protobuf(schema, mark, data)
        if schema.kind != "AVRO":
            raise ValueError(f"schema {mark.key} is of the unknown kind {schema.kind[:40]}")
        reader = self._reader(schema)
        return reader(data)  # type: ignore[call-arg]

    def _protobuf(self, schema: Schema, mark: Mark, data: bytes) -> Any:
        path, start = indexes(mark.after or data, 0)
        data = data if mark.after else data[start:]
        try:
            reader = self._reader(schema)
        except ValueError:
            return fields_of(data)
        return reader(data, path)  # type: ignore[call-arg]

    def _reader(self, schema: Schema) -> AvroReader | ProtobufReader:
        key = (schema.kind, schema.text)
        if key not in self._readers:
            if len(self._readers) >= MOST_READERS:
                self._readers.clear()
            try:
                make = protobuf_reader if schema.kind == "PROTOBUF" else avro_reader
                self._readers[key] = make(schema.text, schema.references)
            except ValueError as error:
                self._readers[key] = error
            except ImportError as error:
                self._readers[key] = ValueError(f"{error.name} is missing; run: pip install 'eventscope[registry]'")
        reader = self._readers[key]
        if isinstance(reader, ValueError):
            raise reader
        return reader
