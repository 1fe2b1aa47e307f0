"""What the client library logs does not stand beside the one sentence that says what is wrong."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from connectors.rabbitmq.logs import KNOWN

ROOT = Path(__file__).parents[3]

LOGGED = """
import logging, sys
logging.basicConfig(level=logging.{level}, stream=sys.stdout, format="%(levelname)s")
import connectors.rabbitmq.link
for name in ("aiormq.connection", "aio_pika.robust_connection", "pika"):
    for level in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
        logging.getLogger(name).log(level, "a line")
"""


def test_the_lines_that_are_left_out_are_those_of_the_library() -> None:
    spec = find_spec("aiormq.connection")
    assert spec is not None
    assert spec.origin is not None
    text = Path(spec.origin).read_text("utf-8")
    for known in KNOWN:
        assert known in text, known


@pytest.mark.parametrize(
    ("level", "told"),
    [("ERROR", ["ERROR"]), ("WARNING", ["WARNING", "ERROR"]), ("DEBUG", ["INFO", "WARNING", "ERROR"])],
)
def test_the_library_is_as_talkative_as_the_program_but_never_tells_what_it_sends(level: str, told: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOGGED.replace("{level}", level)], cwd=ROOT, capture_output=True, text=True, timeout=50
    )
    assert done.stdout.split() == told * 3, done.stderr
