"""The projects service: what is built, and who answers for it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from eventscope import Event
from examples.defects.service import DomainService, named
from examples.defects.tables import Refused, row

__all__ = ["Project", "ProjectsService"]

COLUMNS: Final = "project_id, name, description, owner_id"
INSERT: Final = f"INSERT INTO projects (name, description, owner_id) VALUES (?, ?, ?) RETURNING {COLUMNS}"  # noqa: S608
UPDATE: Final = f"UPDATE projects SET name = ?, description = ? WHERE project_id = ? RETURNING {COLUMNS}"  # noqa: S608
DELETE: Final = f"DELETE FROM projects WHERE project_id = ? RETURNING {COLUMNS}"  # noqa: S608
GET: Final = f"SELECT {COLUMNS} FROM projects WHERE project_id = ?"  # noqa: S608
ALL: Final = f"SELECT {COLUMNS} FROM projects ORDER BY project_id"  # noqa: S608
DEFECTS_OF: Final = "SELECT count(*) FROM defects WHERE project_id = ?"

Told = tuple["Project", Sequence[Event]]


@dataclass(frozen=True, slots=True)
class Project:
    """A row of the table."""

    project_id: int
    name: str
    description: str
    owner_id: int


class ProjectsService(DomainService):
    """Emits `project.created`, `project.updated` and `project.deleted`.

    Every method may raise sqlite3.Error, and then nothing is changed.
    """

    async def create(self, user_id: int, name: str, description: str = "") -> Project:
        """Begin a project, which belongs to who begins it. Raises Refused for one without a name."""
        name = named(name, "a project")

        def work(db: sqlite3.Connection) -> Told:
            made = Project(*row(db, "project", 0, INSERT, name, description, user_id))
            data = {"project_id": made.project_id, "name": name, "owner_id": user_id}
            return made, [self._fact("project.created", user_id, data)]

        return await self._change(work)

    async def update(self, user_id: int, project_id: int, name: str, description: str = "") -> Project:
        """Give a project another name and description. Raises NotFound, and Refused for one without a name."""
        name = named(name, "a project")

        def work(db: sqlite3.Connection) -> Told:
            made = Project(*row(db, "project", project_id, UPDATE, name, description, project_id))
            data = {"project_id": project_id, "name": name, "updated_by": user_id}
            return made, [self._fact("project.updated", user_id, data)]

        return await self._change(work)

    async def delete(self, user_id: int, project_id: int) -> Project:
        """Delete a project and return what it was. Raises NotFound, and Refused while it has defects."""

        def work(db: sqlite3.Connection) -> Told:
            if defects := db.execute(DEFECTS_OF, (project_id,)).fetchone()[0]:
                raise Refused(f"project {project_id} has {defects} defects; delete those first")
            gone = Project(*row(db, "project", project_id, DELETE, project_id))
            return gone, [self._fact("project.deleted", user_id, {"project_id": project_id, "deleted_by": user_id})]

        return await self._change(work)

    async def get(self, project_id: int) -> Project:
        """A project. Raises NotFound."""
        return await self._database.run(lambda db: Project(*row(db, "project", project_id, GET, project_id)))

    async def all(self) -> list[Project]:
        """All projects, the oldest first."""
        return await self._database.run(lambda db: [Project(*cells) for cells in db.execute(ALL)])
