"""The core works where Qt cannot be imported at all."""

from __future__ import annotations

import json

WITHOUT_QT = """
import sys

class NoQt:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("PySide6", "shiboken6", "qasync", "pyqtgraph"):
            raise ModuleNotFoundError(f"{name} is not to be had", name=name)

sys.meta_path.insert(0, NoQt())
from eventscope.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


def test_tail_watches_the_demo(python):
    done = python(["-c", WITHOUT_QT, "tail", "demo:orders?rate=500&seed=3", "--limit", "100"])
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(events) == 100
    assert {"order.created", "inventory.reserved"} <= {event["type"] for event in events}


def test_a_recording_is_exported(python, tmp_path):
    capture, exported = tmp_path / "orders.jsonl", tmp_path / "trace.json"
    done = python(["-c", WITHOUT_QT, "record", "demo:orders?rate=500", "--limit", "60", "-o", str(capture)])
    assert done.returncode == 0, done.stderr
    correlation = json.loads(capture.read_text().splitlines()[0])["correlation_id"]
    done = python(["-c", WITHOUT_QT, "export", str(capture), "--trace", correlation, "-o", str(exported)])
    assert done.returncode == 0, done.stderr
    assert json.loads(exported.read_text())["trace"]["correlation_id"] == correlation


def test_the_window_says_in_one_sentence_what_to_install(python):
    done = python(["-c", WITHOUT_QT, "demo:"])
    assert done.returncode == 2
    assert done.stderr.startswith("eventscope: error: ")
    assert "pip install 'eventscope[desktop]'" in done.stderr
    assert "Traceback" not in done.stderr
