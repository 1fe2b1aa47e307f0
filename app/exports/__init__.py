"""Exports: events and traces as files that other programs read. One module for each format."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from app.exports import chrome, csv, document, jaeger, jsonl, mermaid, otlp
from app.exports.selection import Selection
from app.exports.trace_json import whole_trace
from app.failure import WRONG_USAGE, Failure
from app.private_file import NotWritten, private_file
from app.redaction.redaction import Redactor
from app.store.store import Store
from app.traces.summary import TraceState
from app.traces.trace import Trace

__all__ = ["Report", "export_rows", "export_trace", "extension", "formats", "preview", "write"]

log = logging.getLogger(__name__)

WRITERS: Final[dict[str, Callable[[Selection, IO[bytes]], None]]] = {
    "json": document.write,
    "jsonl": jsonl.write,
    "csv": csv.write,
    "otlp": otlp.write,
    "jaeger": jaeger.write,
    "chrome": chrome.write,
    "mermaid": mermaid.write,
}


@dataclass(frozen=True, slots=True)
class Report:
    """What was written: rows, rows that were evicted meanwhile, and secrets replaced by pattern."""

    rows: int
    missing: int
    replaced: dict[str, int]


def formats() -> tuple[str, ...]:
    """The names of all formats."""
    return tuple(WRITERS)


def extension(name: str) -> str:
    """The file extension that suits a format, without the dot."""
    return {"jsonl": "jsonl", "csv": "csv", "mermaid": "mmd"}.get(name, "json")


def write(
    name: str,
    store: Store,
    seqs: Sequence[int],
    out: IO[bytes],
    *,
    trace: Trace | None = None,
    redact: bool = True,
) -> Report:
    """Write rows of the store in a format; of `trace`, when given, with its order and what is known of it."""
    selection = Selection(store, seqs, trace=trace, redactor=Redactor() if redact else None)
    WRITERS[name](selection, out)
    if selection.missing:
        log.warning("%d rows were evicted before they could be exported", selection.missing)
    return Report(selection.written, selection.missing, dict(selection.replaced))


def export_rows(
    name: str,
    store: Store,
    seqs: Sequence[int],
    path: Path | None = None,
    *,
    redact: bool = True,
    replace: bool = False,
) -> Report:
    """Export rows into a file, or to stdout without one. Raises Failure, and then leaves no file behind."""
    with target(path, replace) as out:
        return write(name, store, seqs, out, redact=redact)


def export_trace(
    name: str,
    store: Store,
    correlation_id: str,
    path: Path | None = None,
    *,
    state: TraceState | None = None,
    redact: bool = True,
    replace: bool = False,
) -> Report:
    """Export one trace in causal order, as `export_rows` does. `state` is how it stands, if that is known."""
    trace = whole_trace(store, correlation_id, state)
    with target(path, replace) as out:
        return write(name, store, [seq for seq, _, _ in trace.rows()], out, trace=trace, redact=redact)


def preview(store: Store, seqs: Sequence[int]) -> dict[str, int]:
    """How many secrets an export of these rows would replace, by pattern."""
    redactor = Redactor()
    for _ in Selection(store, seqs, redactor=redactor).events():
        pass
    return dict(redactor.replaced)


@contextlib.contextmanager
def target(path: Path | None, replace: bool) -> Iterator[IO[bytes]]:
    """Where an export goes."""
    if path is None:
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        with private_file(path, replace=replace) as out:
            yield out
    except NotWritten as error:
        raise Failure(str(error), WRONG_USAGE) from error
