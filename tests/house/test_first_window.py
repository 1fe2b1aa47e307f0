"""The first window: it is painted before anything slow is imported."""

from __future__ import annotations

from bench.startup import OURS

SLOW = ("asyncio", "numpy", "pyqtgraph", "qasync", "app.session", "eventscope")


def test_the_first_window_imports_nothing_that_it_does_not_show(python, tmp_path):
    told = f"print([name for name in {SLOW!r} if name in sys.modules], flush=True)\nos._exit(0)"
    done = python(["-c", OURS.replace("os._exit(0)", told)], env={"EVENTSCOPE_CONFIG": str(tmp_path / "none.toml")})
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr
