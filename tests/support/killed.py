"""Captures as a recorder leaves them that is killed."""

from __future__ import annotations

import shutil
from pathlib import Path

from captured import salvage, wait_for
from recording import add

from app.capture.recorder import Recorder
from app.store.store import Store
from app.store.stored import StoredEvent
from connectors.capture.layout import PAGE_BYTES
from connectors.capture.write_ahead import FRAME, HEAD

STEPS = 12
FRAME_BYTES = FRAME + PAGE_BYTES

Rows = dict[int, StoredEvent]


class Killed:
    """A capture as a recorder leaves it that is killed: some rows in the file itself, others beside it."""

    def __init__(self, folder: Path, *, checkpoint_at: int = 0) -> None:
        self.path = folder / "killed.eventscope"
        self.wal = folder / "killed.eventscope-wal"
        self.lock = folder / "killed.eventscope.lock"
        live = folder / "live.eventscope"
        store = Store()
        recorder = Recorder(store, live, reserve=0)
        self.ends: list[int] = []
        for step in range(STEPS):
            add(store, 150)
            wait_for(recorder, store.next_seq)
            self.ends.append(store.next_seq - 1)
            if step + 1 == checkpoint_at:
                recorder._file._db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        for added in ("", "-wal", ".lock"):
            shutil.copy(f"{live}{added}", f"{self.path}{added}")
        recorder.stop()
        store.close()
        live.unlink()
        self.data = self.wal.read_bytes()
        found = salvage(self.path)
        assert isinstance(found, dict)
        self.rows: Rows = found

    def lies(self, folder: Path, data: bytes, *, lock: bool) -> Path:
        """A copy with another write-ahead file."""
        folder.mkdir(exist_ok=True)
        path = folder / "mutant.eventscope"
        shutil.copy(self.path, path)
        path.with_name(path.name + "-wal").write_bytes(data)
        path.with_name(path.name + "-shm").unlink(missing_ok=True)
        beside = path.with_name(path.name + ".lock")
        shutil.copy(self.lock, beside) if lock else beside.unlink(missing_ok=True)
        return path


def commits(data: bytes) -> list[int]:
    """Where the transactions end in a write-ahead file."""
    frames = range(HEAD, len(data) - FRAME_BYTES + 1, FRAME_BYTES)
    return [at + FRAME_BYTES for at in frames if any(data[at + 4 : at + 8])]


def flipped(data: bytes, at: int, bit: int = 0) -> bytes:
    copy = bytearray(data)
    copy[at] ^= 1 << bit
    return bytes(copy)
