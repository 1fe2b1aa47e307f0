"""The defects service: what is wrong in a project, and how far that is put right."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from eventscope import Event, EventPriority
from examples.defects.service import DomainService, named
from examples.defects.tables import Refused, row

__all__ = ["CLOSED", "NEW", "NEXT", "PRIORITIES", "Defect", "DefectsService"]

NEW: Final = "Новая"
CLOSED: Final = "Закрыта"
NEXT: Final = {
    NEW: ("В работе",),
    "В работе": ("Решена", NEW),
    "Решена": (CLOSED, "В работе"),
    CLOSED: (),
}
"""The statuses, and which may follow which: on, or a step back. What is closed stays closed."""

PRIORITIES: Final = {
    "Низкий": EventPriority.LOW,
    "Средний": EventPriority.NORMAL,
    "Высокий": EventPriority.HIGH,
    "Критический": EventPriority.CRITICAL,
}
"""The priorities of defects, and how urgent the events about them are."""

COLUMNS: Final = "defect_id, title, description, status, priority, project_id, reporter_id"
INSERT: Final = f"INSERT INTO defects ({COLUMNS}) VALUES (NULL, ?, ?, ?, ?, ?, ?) RETURNING {COLUMNS}"  # noqa: S608
UPDATE: Final = (
    "UPDATE defects SET title = ?, description = ?, status = ?, priority = ? "  # noqa: S608
    f"WHERE defect_id = ? RETURNING {COLUMNS}"
)
DELETE: Final = f"DELETE FROM defects WHERE defect_id = ? RETURNING {COLUMNS}"  # noqa: S608
GET: Final = f"SELECT {COLUMNS} FROM defects WHERE defect_id = ?"  # noqa: S608
PROJECT: Final = "SELECT project_id FROM projects WHERE project_id = ?"
OPEN: Final = "SELECT count(*) FROM defects WHERE status <> ?"

Told = tuple["Defect", Sequence[Event]]


@dataclass(frozen=True, slots=True)
class Defect:
    """A row of the table."""

    defect_id: int
    title: str
    description: str
    status: str
    priority: str
    project_id: int
    reporter_id: int


class DefectsService(DomainService):
    """Emits `defect.created`, `defect.status_changed`, `defect.updated` and `defect.deleted`.

    Every method may raise sqlite3.Error, and then nothing is changed.
    """

    async def create(
        self, user_id: int, project_id: int, title: str, priority: str, description: str = "", status: str = NEW
    ) -> Defect:
        """Report a defect of a project. Raises NotFound for the project, and Refused for what makes no sense."""
        title = sensible(title, status, priority)

        def work(db: sqlite3.Connection) -> Told:
            row(db, "project", project_id, PROJECT, project_id)
            made = Defect(*row(db, "defect", 0, INSERT, title, description, status, priority, project_id, user_id))
            return made, [self._about(made, "created", user_id, facts_of(made))]

        return await self._change(work)

    async def update(
        self, user_id: int, defect_id: int, title: str, status: str, priority: str, description: str = ""
    ) -> Defect:
        """Describe a defect anew; a change of status is told first, by an event of its own.

        Raises NotFound, and Refused for what makes no sense or a status that may not follow the present one.
        """
        title = sensible(title, status, priority)

        def work(db: sqlite3.Connection) -> Told:
            before = Defect(*row(db, "defect", defect_id, GET, defect_id))
            after = Defect(*row(db, "defect", defect_id, UPDATE, title, description, status, priority, defect_id))
            return after, self._changed(before, after, user_id)

        return await self._change(work)

    async def delete(self, user_id: int, defect_id: int) -> Defect:
        """Delete a defect and return what it was. Raises NotFound."""

        def work(db: sqlite3.Connection) -> Told:
            gone = Defect(*row(db, "defect", defect_id, DELETE, defect_id))
            return gone, [self._about(gone, "deleted", user_id, {"deleted_by": user_id})]

        return await self._change(work)

    async def get(self, defect_id: int) -> Defect:
        """A defect. Raises NotFound."""
        return await self._database.run(lambda db: Defect(*row(db, "defect", defect_id, GET, defect_id)))

    async def count_open(self) -> int:
        """How many defects are not closed."""
        count: int = await self._database.run(lambda db: db.execute(OPEN, (CLOSED,)).fetchone()[0])
        return count

    def _changed(self, before: Defect, after: Defect, user_id: int) -> list[Event]:
        if after.status == before.status:
            return [self._updated(after, user_id)]
        if after.status not in NEXT[before.status]:
            ways = " or ".join(NEXT[before.status]) or "nothing"
            raise Refused(f"{after.status} may not follow {before.status}; {ways} may")
        change = {"old_status": before.status, "new_status": after.status, "changed_by": user_id}
        moved = self._about(after, "status_changed", user_id, change)
        # Both tell of one request, whether an event led to it or not.
        return [moved, self._updated(after, user_id, correlation_id=moved.correlation_id)]

    def _updated(self, defect: Defect, user_id: int, **fields: Any) -> Event:
        return self._about(defect, "updated", user_id, {"title": defect.title, "updated_by": user_id}, **fields)

    def _about(self, defect: Defect, what: str, user_id: int, data: dict[str, Any], **fields: Any) -> Event:
        told = {"defect_id": defect.defect_id, **data}
        return self._fact(f"defect.{what}", user_id, told, priority=PRIORITIES[defect.priority], **fields)


def sensible(title: str, status: str, priority: str) -> str:
    """The title of a defect. Raises Refused without one, and for a status or a priority that is none."""
    for value, known in ((status, NEXT), (priority, PRIORITIES)):
        if value not in known:
            raise Refused(f"{value!r} is unknown; use one of {', '.join(known)}")
    return named(title, "a defect")


def facts_of(defect: Defect) -> dict[str, Any]:
    """What the event tells of a new defect, beside its id."""
    names = ("title", "status", "priority", "project_id", "reporter_id")
    return {name: getattr(defect, name) for name in names}
