"""The head of a document: what wrote it, when, by which clocks, and whether secrets were replaced."""

from __future__ import annotations

import time
from typing import Any, Final

from app.exports.times import rfc3339
from app.version import program_version

VERSION: Final = 1
"""Of the format. A reader of version 1 reads every later document of version 1: fields are only added."""


def head(redacted: bool) -> dict[str, Any]:
    """The member `eventscope` of a document."""
    return {
        "version": VERSION,
        "creator": {"name": "Eventscope", "version": program_version()},
        "exported_at": rfc3339(time.time_ns()),
        "redaction": {"applied": redacted},
        "clock": {"occurred_at": "source", "observed_at": "monitor"},
    }
