"""The table of the shop's history as a source: each aggregate is a stream with all its versions."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from contextlib import closing

from played import ROOT, rows_of

from app.session import Session
from connectors.registry import open_source
from eventscope.step import Phase

TABLE = "SELECT aggregate_id, version, event_id, event_type FROM events ORDER BY sequence"


async def test_each_aggregate_is_a_stream_while_another_process_writes_it(tmp_path):
    path = tmp_path / "shop.db"
    options = ("--rate", "300", "--seconds", "1", "--seed", "5", "--tap", str(tmp_path / "tap.sock"))
    shop = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "examples.orders", *options),
        cwd=ROOT, env={**os.environ, "ORDERS_DATABASE": str(path)}, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    selling = asyncio.get_running_loop().create_task(shop.communicate())
    while not path.exists() or path.stat().st_size == 0:
        await asyncio.sleep(0.02)
    session = Session()
    session.attach(open_source(f"sqlite:{path}"))
    _, said = await selling
    assert shop.returncode == 0, said.decode()
    with closing(sqlite3.connect(path)) as db:
        stored = db.execute(TABLE).fetchall()
    async with asyncio.timeout(20):
        while len(rows_of(session)) < len(stored):
            session.drain()
            await asyncio.sleep(0.02)
    rows = rows_of(session)
    assert [(row.id, row.type) for row in rows] == [(id_, type_) for _, _, id_, type_ in stored]
    assert {row.phase for row in rows} == {Phase.PUBLISHED}
    histories: dict[str, list[tuple[int, str]]] = {}
    for aggregate, version, id_, _ in stored:
        histories.setdefault(aggregate, []).append((version, id_))
    assert len(histories) > 20
    seqs = range(session.store.oldest_seq, session.store.next_seq)
    (source,) = {row[0] for row in session.store.cells(seqs, ("source",))}
    for aggregate, history in histories.items():
        stream = session.streams.stream(source, aggregate)
        assert stream, aggregate
        assert [(entry.version, entry.id) for entry in stream.entries] == history
        assert [version for version, _ in history] == list(range(1, len(history) + 1))
    assert session.streams.anomalies(2**62) == []
    await session.close()
