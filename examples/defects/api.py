"""The services over HTTP. A gateway before them checks who calls, and says so in the header `X-User-Id`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Header, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from examples.defects.defects import NEW, DefectsService
from examples.defects.projects import ProjectsService
from examples.defects.system import Site
from examples.defects.tables import NotFound, Refused

__all__ = ["create_app"]

User = Annotated[int, Header(alias="X-User-Id")]


class ProjectBody(BaseModel):
    """What a project is called."""

    name: str
    description: str = ""


class DefectBody(BaseModel):
    """How a defect is described."""

    title: str
    priority: str
    status: str = NEW
    description: str = ""


class NewDefect(DefectBody):
    """A defect, and where it was found."""

    project_id: int


def create_app(system: Site) -> FastAPI:
    """An application on a running system."""
    app = FastAPI(title="Defects")
    app.include_router(projects_api(system.projects))
    app.include_router(defects_api(system.defects))

    @app.get("/mails")
    async def mails() -> dict[str, Any]:
        (info,) = (i for i in system.event_bus.get_subscriptions_info() if i["name"] == "email_notifications")
        return {"sent": list(system.email.outgoing), "dead_lettered": info["dead_lettered"]}

    @app.get("/figures")
    async def figures() -> dict[str, int]:
        return await system.dashboard.figures()

    @app.exception_handler(NotFound)
    async def not_found(request: Request, error: NotFound) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, 404)

    @app.exception_handler(Refused)
    async def refused(request: Request, error: Refused) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, 409)

    return app


def projects_api(projects: ProjectsService) -> APIRouter:
    """The projects service."""
    api = APIRouter(prefix="/v1/projects")

    @api.get("/")
    async def every() -> list[dict[str, Any]]:
        return [asdict(project) for project in await projects.all()]

    @api.post("/", status_code=201)
    async def create(body: ProjectBody, user: User) -> dict[str, Any]:
        return asdict(await projects.create(user, **body.model_dump()))

    @api.get("/{project_id}")
    async def get(project_id: int) -> dict[str, Any]:
        return asdict(await projects.get(project_id))

    @api.put("/{project_id}")
    async def update(project_id: int, body: ProjectBody, user: User) -> dict[str, Any]:
        return asdict(await projects.update(user, project_id, **body.model_dump()))

    @api.delete("/{project_id}")
    async def delete(project_id: int, user: User) -> dict[str, Any]:
        return asdict(await projects.delete(user, project_id))

    return api


def defects_api(defects: DefectsService) -> APIRouter:
    """The defects service."""
    api = APIRouter(prefix="/v1/defects")

    @api.post("/", status_code=201)
    async def create(body: NewDefect, user: User) -> dict[str, Any]:
        return asdict(await defects.create(user, **body.model_dump()))

    @api.get("/{defect_id}")
    async def get(defect_id: int) -> dict[str, Any]:
        return asdict(await defects.get(defect_id))

    @api.put("/{defect_id}")
    async def update(defect_id: int, body: DefectBody, user: User) -> dict[str, Any]:
        return asdict(await defects.update(user, defect_id, **body.model_dump()))

    @api.delete("/{defect_id}")
    async def delete(defect_id: int, user: User) -> dict[str, Any]:
        return asdict(await defects.delete(user, defect_id))

    return api
