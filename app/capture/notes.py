"""Notes: what a user noted about rows, as it stands in a capture."""

from __future__ import annotations

from typing import Any

from app.marks import Mark, Marks

__all__ = ["noted"]


def noted(marks: Marks) -> dict[str, Any]:
    """All notes as a document: numbers of rows, comments by row, and the row that times count from, with its time."""
    reference = marks.reference
    return {
        Mark.MARKED.value: marks.rows(Mark.MARKED).tolist(),
        Mark.IGNORED.value: marks.rows(Mark.IGNORED).tolist(),
        "comments": {str(seq): marks.comment(seq) for seq in marks.rows(Mark.COMMENTED).tolist()},
        "reference": None if reference is None else list(reference),
    }
