"""API: rules on entry, data, disputes, parks, and what holds between two economies."""

from __future__ import annotations

import dataclasses
import datetime
import types
import typing
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field, create_model

from beltroad.app.accounts.roles import Principal, Role, require
from beltroad.app.answers import Table
from beltroad.app.api._caching import NOT_CHANGED, cached
from beltroad.app.api.countries import published_agreements
from beltroad.app.questions.rules import asking as rules
from beltroad.errors import InputError
from beltroad.policy import dataflows as _dataflows
from beltroad.policy import disputes as _disputes
from beltroad.policy import entry as _entry

__all__ = ["router", "shape_of"]

router = APIRouter(tags=["rules"])
_DAY = 3600

Economy = Annotated[str, Query(min_length=2, max_length=80, description="Code or name.")]
SomeEconomy = Annotated[str, Query(max_length=80, description="Code or name; empty: any.")]
Industry = Annotated[
    str, Query(min_length=1, max_length=160, description="ISIC Rev.4 code or title, or C10T12.")
]
Words = Annotated[str, Query(max_length=160)]
Day = Annotated[str, Query(max_length=10, description="YYYY-MM-DD; empty: latest known.")]
Stake = Annotated[float, Query(gt=0, le=100, description="All foreign stakes, per cent.")]
Amount = Annotated[float | None, Query(gt=0, le=1e15, description="US dollars.")]
Persons = Annotated[int, Query(ge=0, le=10**11)]
Several = Annotated[list[Annotated[str, Field(max_length=80)]], Query(max_length=12)]


def shape_of(kind: type[Any], prefix: str) -> type[BaseModel]:
    """The model of a dataclass and of those in it, so that the API says what the function gives.

    Names begin with ``prefix``, since several pillars call their results ``Answer``.
    """
    hints = typing.get_type_hints(kind)
    fields: dict[str, Any] = {
        each.name: (_shape(hints[each.name], prefix), ...) for each in dataclasses.fields(kind)
    }
    doc = (kind.__doc__ or "").strip().split("\n\n")[0]
    made: type[BaseModel] = create_model(f"{prefix}{kind.__name__}", __doc__=doc, **fields)
    return made


def _shape(hint: Any, prefix: str) -> Any:
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return shape_of(hint, prefix)
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple:
        return list[_shape(parts[0], prefix)]  # type: ignore[misc]
    if origin in (types.UnionType, typing.Union):
        return typing.Union[tuple(_shape(p, prefix) for p in parts)]  # noqa: UP007
    return hint


EntryAnswer = shape_of(_entry.Answer, "Entry")
OutboundAnswer = shape_of(_entry.OutboundAnswer, "Outbound")
DataAnswer = shape_of(_dataflows.Answer, "Data")
DisputeRoutes = shape_of(_disputes.Routes, "Dispute")
DisputeAnswer = shape_of(_disputes.Answer, "Enforcement")


class EntryReply(BaseModel):
    """What the host says and what the investor's home says; a fault where one cannot say."""

    entry: EntryAnswer | None  # type: ignore[valid-type]
    entry_fault: str
    outbound: OutboundAnswer | None  # type: ignore[valid-type]
    outbound_fault: str
    orientation: str = "Orientation from published rules, not legal advice."


class DataReply(BaseModel):
    """One answer, or one for each direction that has rules."""

    answers: list[DataAnswer]  # type: ignore[valid-type]
    notes: list[str]


class DisputeReply(BaseModel):
    """All routes, or the answers for one kind of result; and the forums at these places."""

    home: str
    host: str
    contract: str
    on: datetime.date
    result: str
    routes: DisputeRoutes | None  # type: ignore[valid-type]
    answers: list[DisputeAnswer]  # type: ignore[valid-type]
    forums: Table


@router.get(
    "/rules/entry", operation_id="rules_entry", response_model=EntryReply, responses=NOT_CHANGED,
    summary="May a foreign investor hold a stake in an industry",
)  # fmt: skip
def entry(
    request: Request,
    investor: Economy,
    host: Economy,
    industry: Industry,
    stake_pct: Stake = 100.0,
    date: Day = "",
    activity: Words = "",
    zone: Several = [],  # noqa: B006 (FastAPI copies it)
    amount_usd: Amount = None,
    enterprise: Literal["", "central", "local", "private"] = "",
    route: Literal["direct", "controlled"] = "direct",
    fact: Several = [],  # noqa: B006
    who: Principal = require(Role.VIEWER),
) -> Response:
    """Verdict of the host's entry list with items, conditions and sources; outbound rules.

    ``fact`` is NAME=VALUE, a fact that one of the lists asks about.
    """

    def build() -> EntryReply:
        found = rules.entry(
            investor, host, industry, stake_pct, on=date, activity=activity, zones=zone,
            amount_usd=amount_usd, enterprise=enterprise, route=route, facts=_facts(fact),
        )  # fmt: skip
        return EntryReply.model_validate(dataclasses.asdict(found))

    return cached(request, build, max_age=_DAY)


def _facts(given: list[str]) -> dict[str, str]:
    out = {}
    for each in given:
        name, sign, value = each.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise InputError(f"fact {each!r:.60}: give NAME=VALUE")
        out[name.strip()] = value.strip()
    return out


@router.get(
    "/rules/data", operation_id="rules_data", response_model=DataReply, responses=NOT_CHANGED,
    summary="Which procedure data need to leave an economy",
)  # fmt: skip
def data(
    request: Request,
    importer: Economy,
    exporter: Economy = "CHN",
    persons: Persons = 0,
    sensitive_persons: Persons = 0,
    held_persons: Annotated[int | None, Query(ge=0, le=10**11)] = None,
    important_data: bool = False,
    critical_infrastructure: bool = False,
    purpose: Words = "other",
    zone_list: Words = "none",
    approved: bool = False,
    consent: bool = False,
    both: bool = False,
    date: Day = "",
    who: Principal = require(Role.VIEWER),
) -> Response:
    """Procedure, the rule behind it, thresholds near by, and what would make it lighter."""

    def build() -> DataReply:
        found = rules.data(
            exporter, importer, persons=persons, sensitive=sensitive_persons, both=both, on=date,
            held_persons=held_persons, important_data=important_data,
            critical_infrastructure=critical_infrastructure, purpose=purpose, zone_list=zone_list,
            approved=approved, consent=consent,
        )  # fmt: skip
        return DataReply.model_validate(dataclasses.asdict(found))

    return cached(request, build, max_age=_DAY)


@router.get(
    "/rules/disputes", operation_id="rules_disputes", response_model=DisputeReply,
    responses=NOT_CHANGED, summary="Routes for a dispute, and where their results are enforceable",
)  # fmt: skip
def disputes(
    request: Request,
    home: Economy,
    host: Economy,
    contract: Literal["commercial", "investment"] = "commercial",
    result: Literal["", "judgment", "award", "investment_award", "icsid_award", "settlement"] = "",
    seat: Several = [],  # noqa: B006
    date: Day = "",
    who: Principal = require(Role.VIEWER),
) -> Response:
    """All routes; with ``result`` only where that kind of result is enforceable."""

    def build() -> DisputeReply:
        found = rules.disputes_between(
            home, host, contract=contract, result=result, seats=seat, on=date
        )
        plain = {f.name: getattr(found, f.name) for f in dataclasses.fields(found)}
        plain["routes"] = dataclasses.asdict(found.routes) if found.routes else None
        plain["answers"] = [dataclasses.asdict(each) for each in found.answers]
        return DisputeReply.model_validate(plain)

    return cached(request, build, max_age=_DAY)


@router.get(
    "/rules/parks", operation_id="rules_parks", response_model=Table, responses=NOT_CHANGED,
    summary="Parks in order of how well they suit an investor",
)  # fmt: skip
def parks(
    request: Request,
    investor: Economy,
    industry: Industry,
    stake_pct: Stake = 100.0,
    host: SomeEconomy = "",
    activity: Words = "",
    partner: SomeEconomy = "",
    within_km: Annotated[float | None, Query(gt=0, le=25_000)] = None,
    date: Day = "",
    who: Principal = require(Role.VIEWER),
) -> Response:
    """Entry verdict, industry match, agreements in force and nearest gateway of each park."""
    return cached(
        request,
        lambda: rules.parks(investor, industry, stake_pct=stake_pct, host=host, activity=activity,
                            partner=partner, within_km=within_km, on=date),
        max_age=_DAY,
    )  # fmt: skip


@router.get(
    "/rules/relation", operation_id="rules_relation", response_model=Table, responses=NOT_CHANGED,
    summary="What holds between two economies on a date",
)  # fmt: skip
def relation(
    request: Request,
    one: Economy,
    other: Economy,
    date: Day = "",
    who: Principal = require(Role.VIEWER),
) -> Response:
    """Agreements, conventions, recognitions and visa rules, each with its source."""
    facts, state = published_agreements(request)
    return cached(request, lambda: rules.relation(one, other, date, facts), key=state)
