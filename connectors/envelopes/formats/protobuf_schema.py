"""Protobuf with a schema of the registry, in the serialised form that needs no compiler."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any, Final

from connectors.envelopes.formats.protobuf import varint

__all__ = ["ProtobufReader", "indexes", "protobuf_reader"]

ProtobufReader = Callable[[bytes, tuple[int, ...]], Any]

MOST_INDEXES: Final = 64
KNOWN: Final = ("any", "duration", "empty", "field_mask", "struct", "timestamp", "wrappers")
"""Files of Google that every registry takes for granted."""


def protobuf_reader(schema: str, references: Mapping[str, str]) -> ProtobufReader:
    """A reader for messages, each by its path in a schema file; raises ValueError that says why there is none."""
    from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

    pool = descriptor_pool.DescriptorPool()
    try:
        add_known(pool)
        for name, text in references.items():
            add_file(pool, descriptor_pb2.FileDescriptorProto.FromString(base64.b64decode(text, validate=True)), name)
        file = descriptor_pb2.FileDescriptorProto.FromString(base64.b64decode(schema, validate=True))
        own = add_file(pool, file, file.name or "value.proto")
    except Exception as error:  # whatever a schema may do to its parser
        raise ValueError(f"its schema cannot be used: {error}") from error

    def reader(data: bytes, path: tuple[int, ...]) -> Any:
        try:
            descriptor = own.message_types_by_name[file.message_type[path[0]].name]
            for step in path[1:]:
                descriptor = descriptor.nested_types[step]
            found = message_factory.GetMessageClass(descriptor).FromString(data)
            return json_format.MessageToDict(found, preserving_proto_field_name=True, descriptor_pool=pool)
        except Exception as error:  # damaged bytes may raise anything
            raise ValueError(f"it does not fit its schema: {error or type(error).__name__}") from error

    return reader


def add_known(pool: Any) -> None:
    """Put Google's own files in."""
    from importlib import import_module

    for name in KNOWN:
        pool.AddSerializedFile(import_module(f"google.protobuf.{name}_pb2").DESCRIPTOR.serialized_pb)


def add_file(pool: Any, file: Any, name: str) -> Any:
    """Put a file in under the name by which others import it; its descriptor."""
    file.name = name
    pool.AddSerializedFile(file.SerializeToString())
    return pool.FindFileByName(name)


def indexes(data: bytes, at: int) -> tuple[tuple[int, ...], int]:
    """The path to a message in its file, as Confluent writes it, and where it ends; raises ValueError."""
    count, at = zigzag(data, at)
    if not 0 <= count <= MOST_INDEXES:
        raise ValueError("its message indexes are impossible")
    path: list[int] = []
    for _ in range(count):
        step, at = zigzag(data, at)
        path.append(step)
    if any(step < 0 for step in path):
        raise ValueError("its message indexes are impossible")
    return tuple(path) or (0,), at


def zigzag(data: bytes, at: int) -> tuple[int, int]:
    """A signed number and where it ends."""
    raw, at = varint(data, at)
    return (raw >> 1) ^ -(raw & 1), at
