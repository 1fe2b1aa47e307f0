"""The installed PySide6 keeps the interpreter's own objects: a bad one loses a reference per call, then aborts.

From Python 3.12 on None and True never die, so there is nothing to see there.
"""

from __future__ import annotations

import sys

import pytest

PROBE = """
import sys
from PySide6.QtCore import QObject, Signal

class Bell(QObject):
    rung = Signal()

bell = Bell()
bell.rung.emit(), bell.setObjectName("bell")
none, true = sys.getrefcount(None), sys.getrefcount(True)
for _ in range(400):
    bell.rung.emit()
    bell.setObjectName("bell")
    bell.blockSignals(False)
print(sys.getrefcount(None) - none, sys.getrefcount(True) - true)
"""


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None and True are immortal")
def test_void_calls_and_signals_keep_the_count_of_none_and_true(python):
    done = python(["-c", PROBE])
    assert done.returncode == 0, done.stderr
    none, true = map(int, done.stdout.split())
    assert abs(none) < 100, "references to None come or go with each call"
    assert abs(true) < 100, "references to True come or go with each call"
