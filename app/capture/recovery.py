"""Recovery: a copy of what can be read of a capture that is damaged, cut off, or was never closed.

The capture itself is not touched. In the copy rows keep their places, so what is missing is told there as well.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import Final, NamedTuple

from app.capture.file import CaptureFile, Change, reason_of
from app.capture.lock import NotRecorded
from app.capture.mending import mend
from connectors.capture.being_recorded import is_being_recorded
from connectors.capture.layout import DOCUMENTS, LeafHead
from connectors.capture.leaf import encode
from connectors.capture.opening import SpoiledCapture, size_told
from connectors.capture.reader import CaptureError, CaptureReader, Damaged

__all__ = ["Recovered", "recover"]

log = logging.getLogger(__name__)

MOST_PADDED: Final = 1 << 40
"""Bytes: a damaged file may say any size of itself."""


class Recovered(NamedTuple):
    """How many rows the copy has, and how many it lacks of those that were recorded, None if nobody knows."""

    rows: int
    lost: int | None


def recover(path: Path, to: Path) -> Recovered:
    """Copy what can be read into a new capture; takes long for a large one.

    Raises CaptureError when nothing can be read, NotRecorded when nothing can be written there.
    """
    if is_being_recorded(path):
        raise CaptureError(f"{path} is being recorded; stop that first")
    try:
        with tempfile.TemporaryDirectory(prefix=".recovery-", dir=to.parent) as folder:
            return copied_from(whole_copy(path, Path(folder)), path, to)
    except (OSError, sqlite3.Error) as error:
        raise NotRecorded(f"cannot recover {path} to {to}: {reason_of(error)}; choose another place") from error


def whole_copy(path: Path, folder: Path) -> Path:
    """A copy that is as long as it says, since SQLite reads no other, and mended. Raises CaptureError and OSError."""
    copy = folder / "copy"
    for added in ("", "-wal", ".lock"):
        file = path.with_name(path.name + added)
        if file.is_file():
            shutil.copyfile(file, folder / f"copy{added}")
    if not copy.exists():
        raise CaptureError(f"there is no file {path}; check the path")
    told = size_told(copy)
    if copy.stat().st_size < told <= MOST_PADDED:
        os.truncate(copy, told)
    mend(copy)
    return copy


def copied_from(copy: Path, path: Path, to: Path) -> Recovered:
    """Write all that can be read of the copy of a file to a new capture. Raises CaptureError when that is nothing."""
    try:
        reader = CaptureReader(copy)
        try:
            recovered = copied(reader, to)
        finally:
            reader.close()
        if not recovered.rows and recovered.lost != 0:
            to.unlink()
            raise SpoiledCapture("no row is whole")
    except SpoiledCapture as error:
        raise CaptureError(f"nothing of {path} can be read; use another copy of it, if there is one") from error
    except CaptureError as error:
        raise CaptureError(str(error).replace(str(copy), str(path))) from error
    return recovered


def copied(reader: CaptureReader, to: Path) -> Recovered:
    """Write all that can be read to a new capture."""
    survey = reader.survey()
    ends = [head.end for head in survey.leaves] + [lost.position + (lost.rows or 0) for lost in survey.lost]
    recorded = None if any(lost.rows is None for lost in survey.lost) else max(ends, default=0)
    documents = {name: reader.document(name) for name in DOCUMENTS}
    extent = documents["extent"]
    documents["extent"] = {**(extent if isinstance(extent, dict) else {}), "rows": recorded}
    file = CaptureFile(to, documents.pop("header") or {})
    rows = 0
    try:
        file.commit(Change(documents={name: told for name, told in documents.items() if told is not None}))
        for head in survey.leaves:
            rows += head.rows if copied_leaf(reader, head, file) else 0
    finally:
        file.close()
    return Recovered(rows, None if recorded is None else recorded - rows)


def copied_leaf(reader: CaptureReader, head: LeafHead, file: CaptureFile) -> bool:
    """Write a leaf, settled; False if it is damaged."""
    try:
        pieces = encode(reader.leaf(head), settled=True)
    except Damaged as error:
        log.info("leaf %s is left out: %s", head.leaf, error)
        return False
    file.commit(Change([(head._replace(settled=True), pieces)]))
    return True
