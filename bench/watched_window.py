"""A real window on a source under a flood, offscreen. Usage: python -m bench.watched_window URL

Talks as bench/told.py says. `-` instead of a URL is a window without a source.
"""

from __future__ import annotations

import asyncio
import sys

from PySide6.QtWidgets import QApplication

from app.session import Session
from app.settings import Settings
from bench.told import WARM_UP_S, all_come, report, told_count
from bench.watcher import Watcher
from connectors.registry import open_source
from eventscope.connector import SourceState
from widgets.look.theme import apply_theme
from widgets.loop import WindowLoop
from widgets.window.main_window import MainWindow
from widgets.window.program import begin, furnish


async def main(app: QApplication, url: str) -> None:
    apply_theme(app, "light")
    window = MainWindow()
    desk = furnish(app, window, Session(Settings()))
    window.resize(1600, 900)
    window.show()
    connector = open_source(url) if url != "-" else None
    begin(window)
    if connector is not None:
        desk.attach(connector)
        await live(window.session)
    watcher = Watcher(window)
    sent = told_count()
    await asyncio.sleep(WARM_UP_S)
    watcher.start()
    count = await sent
    figures = watcher.stop()
    missing = await all_come(lambda: window.session.counters().seen, count)
    counters = window.session.counters()
    report(**figures, missing=missing + counters.dropped, lost=counters.lost)
    await window.session.close()
    window.let_go()


async def live(session: Session) -> None:
    """Wait until the source is attached; raises RuntimeError if it does not get there."""
    async with asyncio.timeout(20):
        while (source := session.sources[0]).state is not SourceState.LIVE:
            if source.over:
                raise RuntimeError(f"{source.label}: {source.state} {source.detail}")
            await asyncio.sleep(0.05)


if __name__ == "__main__":
    qt = QApplication(["bench"])
    qt.setQuitOnLastWindowClosed(False)
    with asyncio.Runner(loop_factory=lambda: WindowLoop(qt)) as runner:
        runner.run(main(qt, sys.argv[1]))
