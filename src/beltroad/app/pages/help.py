"""Pages: help: how to read a figure, keys, colours, methods, data and their licences."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from markupsafe import Markup

from beltroad import evidence
from beltroad.app.accounts.roles import Role, require
from beltroad.app.answers import Column, Figure, Origin, Table
from beltroad.app.questions import methods
from beltroad.app.texts import text
from beltroad.app.web import language_of, render

__all__ = ["router"]

router = APIRouter(include_in_schema=False, dependencies=[require(Role.VIEWER)])
_KINDS = ("observed", "claimed", "computed", "imputed", "assumed")


def _example(language: str) -> Figure:
    """A figure that explains itself; its parts say what they are for."""

    def t(key: str) -> str:
        return text(key, language)

    origin = Origin(
        kind="computed", formula=t("help.example_formula"), as_of="2025",
        method="shipments", source=t("help.example_source"), note=t("help.example_note"),
        inputs=((t("help.example_before"), "400 h"), (t("help.example_after"), "340 h")),
    )  # fmt: skip
    return Figure(id="example", label=t("help.example"), value=-15.0, unit="%", low=-18.0,
                  high=-11.0, origin=origin)  # fmt: skip


def _data(language: str) -> Table:
    """All bundled tables with publisher, licence and vintage."""

    def t(key: str) -> str:
        return text(key, language)

    rows = []
    for name in evidence.names():
        info = evidence.info(name)
        published = [s for s in info.sources if s.url.startswith("http")]
        rows.append({
            "title": info.title, "name": name,
            "sources": "; ".join(s.title for s in info.sources[:3])
            + (f" (+{len(info.sources) - 3})" if len(info.sources) > 3 else ""),
            "url": published[0].url if published else None,
            "licence": "; ".join(dict.fromkeys(s.licence for s in info.sources)),
            "as_of": "; ".join(dict.fromkeys(s.vintage for s in info.sources)),
            "rows": info.rows or None,
        })  # fmt: skip
    columns = (
        Column(name="title", title=t("help.data_title")),
        Column(name="name", title=t("help.data_name")),
        Column(name="sources", title=t("common.source")),
        Column(name="url", title=t("help.data_link"), kind="link"),
        Column(name="licence", title=t("common.licence")),
        Column(name="as_of", title=t("common.as_of")),
        Column(name="rows", title=t("help.data_rows"), kind="number", decimals=0),
    )
    return Table(id="data", title=t("help.data"), columns=columns, rows=tuple(rows),
                 total=len(rows))  # fmt: skip


@router.get("/help")
def page(request: Request) -> Response:
    """All help on one page."""
    language = language_of(request)
    return render(
        request, "pages/help.html", kinds=_KINDS, example=_example(language),
        methods=methods.titles(), data=_data(language),
    )  # fmt: skip


@router.get("/help/methods/{name}")
def method(
    request: Request,
    name: Annotated[str, Path(pattern=r"^[a-z0-9-]{1,60}$")],
) -> Response:
    """One method page."""
    body = Markup(methods.html(name))  # noqa: S704 (our own files, HTML in them is escaped)
    return render(request, "pages/help_method.html", name=name, title=methods.titles()[name],
                  body=body, others=methods.titles())  # fmt: skip
