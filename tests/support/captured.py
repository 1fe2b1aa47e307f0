"""Captures made and read for tests."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from app.capture.recorder import Recorder
from app.store.packing import CODED
from app.store.store import Store
from app.store.stored import TEXT_PLACES, StoredEvent
from connectors.capture.leaf import Leaf
from connectors.capture.reader import CaptureError, CaptureReader, Damaged, Lost
from connectors.capture.row_text import NO_PAYLOAD, split_texts
from eventscope.step import UNKNOWN

ABSENT = {"attempt": 0, "fanout": -1, "size": NO_PAYLOAD, "occurred": UNKNOWN}
FIELDS = {"occurred": "occurred_at", "observed": "observed_at", "queue": "queue_ns", "handle": "handle_ns"}


def record_all(store: Store, path: Path, **options: Any) -> Recorder:
    """A recording of what a store has, ended at once."""
    recorder = Recorder(store, path, reserve=0, **options)
    recorder.stop()
    assert recorder.problem is None
    return recorder


def wait_for(recorder: Recorder, until: int) -> None:
    """Wait until all rows before this one are on the disk."""
    deadline = time.monotonic() + 20
    while recorder.until < until:
        assert recorder.problem is None
        assert time.monotonic() < deadline, f"recorded up to {recorder.until} only"
        time.sleep(0.01)


def events_in(path: Path) -> list[StoredEvent]:
    """All rows of a capture that has no damage."""
    reader = CaptureReader(path)
    survey = reader.survey()
    assert survey.lost == []
    events = [event for head in survey.leaves for event in events_of(reader.leaf(head))]
    reader.close()
    return events


def events_of(leaf: Leaf) -> list[StoredEvent]:
    """The rows of a leaf as a store would give them."""
    columns: dict[str, Sequence[Any]] = {
        FIELDS.get(name, f"{name}_ns" if name == "total" else name): known(column, ABSENT.get(name))
        for name, column in leaf.columns.items()
        if name not in leaf.dictionaries
    }
    for name, texts in leaf.dictionaries.items():
        columns[CODED.get(name, name)] = [texts[code] for code in leaf.columns[name].tolist()]
    rows = [split_texts(text) for text in leaf.texts.strings(0, leaf.rows)]
    columns |= {field: [row[place] for row in rows] for field, place in TEXT_PLACES.items()}
    sizes, payloads = leaf.columns["size"].tolist(), leaf.payloads.strings(0, leaf.rows)
    columns["payload"] = [None if size == NO_PAYLOAD else data for size, data in zip(sizes, payloads, strict=True)]
    seqs = np.arange(leaf.first_seq, leaf.first_seq + leaf.rows) if leaf.seqs is None else leaf.seqs
    columns["seq"] = seqs.tolist()
    return [StoredEvent(**dict(zip(columns, row, strict=True))) for row in zip(*columns.values(), strict=True)]


def known(column: Any, absent: int | None) -> list[Any]:
    """The values of a column, None where there is none."""
    return [None if value != value or value == absent else value for value in column.tolist()]


def stored(store: Store) -> list[StoredEvent]:
    """All rows of a store."""
    seqs = np.concatenate([chunk.seqs_of(np.arange(chunk.rows)) for chunk in store.chunks] or [np.empty(0, np.int64)])
    return [StoredEvent(*cells) for cells in store.cells(seqs, StoredEvent.__struct_fields__)]


def salvage(path: Path) -> dict[int, StoredEvent] | str:
    """The rows that can be read, by their position; why none can be read if so."""
    found: dict[int, StoredEvent] = {}
    try:
        reader = CaptureReader(path)
    except CaptureError as error:
        return str(error)
    try:
        survey = reader.survey()
        for head in survey.leaves:
            try:
                found |= dict(enumerate(events_of(reader.leaf(head)), head.position))
            except Damaged:
                survey.lost.append(Lost(head.position, head.rows))
    except CaptureError as error:
        return str(error)
    finally:
        reader.close()
    told = {n for lost in survey.lost for n in range(lost.position, lost.position + (lost.rows or 10**6))}
    assert not told & found.keys()
    return found


def lost_is_told(path: Path, lost: set[int]) -> bool:
    """Whether the reader tells that these rows are missing."""
    reader = CaptureReader(path)
    survey = reader.survey()
    told = {n for part in survey.lost for n in range(part.position, part.position + (part.rows or 10**6))}
    for head in survey.leaves:
        try:
            reader.leaf(head)
        except Damaged:
            told |= {*range(head.position, head.end)}
    reader.close()
    return lost <= told
