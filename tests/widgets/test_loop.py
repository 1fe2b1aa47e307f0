"""The window's loop: asyncio as it should be, and the private parts of qasync that it leans on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from widgets.loop import WindowLoop


@pytest.fixture
def loop(qapp: QApplication) -> Iterator[WindowLoop]:
    made = WindowLoop(qapp)
    asyncio.set_event_loop(None)
    yield made
    made.close()


def test_callbacks_run_in_the_order_they_were_asked_for(loop: WindowLoop) -> None:
    seen: list[int] = []

    async def main() -> None:
        for i in range(100):
            loop.call_soon(seen.append, i)
        await asyncio.sleep(0.01)

    loop.run_until_complete(main())
    assert seen == list(range(100))


def test_timers_fire_by_their_deadline_and_none_early(loop: WindowLoop) -> None:
    fired: list[tuple[str, float]] = []

    async def main() -> None:
        start = loop.time()
        for name, delay in (("late", 0.05), ("soon", 0.01), ("middle", 0.03)):
            loop.call_later(delay, lambda n=name, d=delay: fired.append((n, loop.time() - start - d)))
        await asyncio.sleep(0.08)

    loop.run_until_complete(main())
    assert [name for name, _ in fired] == ["soon", "middle", "late"]
    assert all(lateness > -0.001 for _, lateness in fired)


def test_cancelled_timers_do_not_pile_up(loop: WindowLoop) -> None:
    async def main() -> None:
        for _ in range(2_000):
            await asyncio.wait_for(asyncio.sleep(0), 3_600)

    loop.run_until_complete(main())
    assert len(loop._timer) < 300


def test_a_cancelled_callback_does_not_run(loop: WindowLoop) -> None:
    ran: list[int] = []

    async def main() -> None:
        loop.call_soon(ran.append, 1).cancel()
        loop.call_later(0.001, ran.append, 2).cancel()
        await asyncio.sleep(0.01)

    loop.run_until_complete(main())
    assert ran == []


def test_the_loop_reads_sockets(loop: WindowLoop) -> None:
    async def main() -> bytes:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(await reader.readexactly(4))
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"ping")
        reply = await reader.read()
        writer.close()
        await writer.wait_closed()
        server.close()
        await server.wait_closed()
        return reply

    assert loop.run_until_complete(main()) == b"ping"


def test_a_closed_loop_refuses_callbacks(qapp: QApplication) -> None:
    loop = WindowLoop(qapp)
    loop.close()
    with pytest.raises(RuntimeError):
        loop.call_later(1, print)


def test_nothing_runs_while_somebody_else_spins_qt(loop: WindowLoop, qapp: QApplication) -> None:
    """Between two runs, and before the first, a task would find no running loop."""
    ran: list[int] = []

    async def main() -> None:
        loop.call_later(0.001, ran.append, 1)

    loop.run_until_complete(main())
    loop.call_soon(ran.append, 2)
    for _ in range(20):
        time.sleep(0.001)
        qapp.processEvents()
    assert ran == []
    loop.run_until_complete(asyncio.sleep(0.01))
    assert sorted(ran) == [1, 2]
