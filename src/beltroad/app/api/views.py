"""API: views. A page as someone left it, under a short link."""

from __future__ import annotations

import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field

from beltroad.app.accounts.roles import Principal, Role, require
from beltroad.app.database.models import ViewRow
from beltroad.app.errors import Problem
from beltroad.app.questions import views

__all__ = ["router"]

router = APIRouter(tags=["views"])

ViewId = Annotated[str, Path(pattern="^[0-9a-f]{12}$", description="The view's id.")]


class NewView(BaseModel):
    """A page of the workspace with its query string."""

    path: str = Field(min_length=1, max_length=views.MOST_LETTERS, examples=["/compare?run=..."])
    title: str = Field("", max_length=200)


class View(BaseModel):
    """A kept view; ``link`` opens it."""

    id: str
    title: str
    path: str
    link: str
    who: str
    created_at: datetime.datetime


def _view(row: ViewRow) -> View:
    return View(id=row.id, title=row.title, path=row.path, link=f"/v/{row.id}", who=row.who,
                created_at=row.created_at)  # fmt: skip


_MISSING: dict[int | str, dict[str, Any]] = {404: {"model": Problem, "description": "Not found"}}


@router.post("/views", operation_id="views_keep", summary="Keep a view", response_model=View,
             status_code=201)  # fmt: skip
def views_keep(request: Request, body: NewView, who: Principal = require(Role.ANALYST)) -> View:
    """Gives a short link that opens the page as it was."""
    return _view(views.keep(request.app.state.database, body.path, body.title, who))


@router.get("/views/{id}", operation_id="views_get", summary="One kept view", response_model=View,
            responses=_MISSING)  # fmt: skip
def views_get(request: Request, id: ViewId, who: Principal = require(Role.VIEWER)) -> View:  # noqa: A002
    """Where its link leads, and who kept it."""
    return _view(views.kept(request.app.state.database, id))
