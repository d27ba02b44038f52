"""Pages: questions about rules as forms; the address holds the question, so a link reopens it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from beltroad.app.accounts.roles import Principal, Role, require
from beltroad.app.api.countries import published_agreements
from beltroad.app.pages._forms import number
from beltroad.app.questions.rules import asking as rules
from beltroad.app.web import render
from beltroad.errors import InputError

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
_ENTERPRISES = ("central", "local", "private")
_ROUTES = ("direct", "controlled")
_RESULTS = ("judgment", "award", "investment_award", "icsid_award", "settlement")
_MOST = 200  # characters of a field; what is longer is no name, code or date


@router.get("/rules")
def index(request: Request, who: Principal = require(Role.VIEWER)) -> HTMLResponse:
    """What can be asked."""
    return render(request, "pages/rules.html", coverage=rules.coverage())


@router.get("/rules/entry")
def entry(request: Request, who: Principal = require(Role.VIEWER)) -> HTMLResponse:
    """May this investor hold this stake."""
    asked = _asked(request, investor="CHN", stake="100", route="direct")
    options = rules.entry_options(asked["investor"], asked.get("host", ""), asked.get("date", ""))
    facts = {name.removeprefix("fact."): value for name, value in asked.items()
             if name.startswith("fact.") and value}  # fmt: skip
    known = {fact.id for fact in (*options.facts, *options.outbound_facts)}
    zones = [z for z in request.query_params.getlist("zone") if z][:10]

    def ask() -> rules.EntryReply:
        return rules.entry(
            asked["investor"], asked["host"], asked["industry"],
            _number(asked, "stake", 100.0), on=asked.get("date", ""),
            activity=asked.get("activity", ""), zones=zones,
            amount_usd=_number(asked, "amount_usd"), enterprise=asked.get("enterprise", ""),
            route=asked.get("route", ""), facts={n: v for n, v in facts.items() if n in known},
        )  # fmt: skip

    return _page(
        request, "pages/rules_entry.html", asked, ask, ("host", "industry"), options=options,
        zones=zones, enterprises=_ENTERPRISES, routes=_ROUTES,
    )  # fmt: skip


@router.get("/rules/data")
def data(request: Request, who: Principal = require(Role.VIEWER)) -> HTMLResponse:
    """Which procedure data need to leave."""
    from beltroad.policy.dataflows import CHOICES

    asked = _asked(request, exporter="CHN", purpose="other", zone_list="none")

    def ask() -> rules.DataReply:
        return rules.data(
            asked["exporter"], asked["importer"],
            persons=_whole(asked, "persons") or 0, sensitive=_whole(asked, "sensitive") or 0,
            both="both" in asked, on=asked.get("date", ""),
            held_persons=_whole(asked, "held"), important_data="important" in asked,
            critical_infrastructure="ciio" in asked, purpose=asked["purpose"],
            zone_list=asked["zone_list"], approved="approved" in asked, consent="consent" in asked,
        )  # fmt: skip

    return _page(request, "pages/rules_data.html", asked, ask, ("importer",), choices=CHOICES)


@router.get("/rules/disputes")
def disputes(request: Request, who: Principal = require(Role.VIEWER)) -> HTMLResponse:
    """Which routes there are, and where a result is enforceable."""
    asked = _asked(request, home="CHN", contract="commercial")
    seats = [s for s in request.query_params.getlist("seat") if s.strip()][:8]

    def ask() -> rules.DisputeReply:
        return rules.disputes_between(
            asked["home"], asked["host"], contract=asked["contract"],
            result=asked.get("result", ""), seats=seats, on=asked.get("date", ""),
        )  # fmt: skip

    return _page(request, "pages/rules_disputes.html", asked, ask, ("host",), results=_RESULTS)


@router.get("/rules/parks")
def parks(request: Request, who: Principal = require(Role.VIEWER)) -> HTMLResponse:
    """Which parks suit."""
    asked = _asked(request, investor="CHN", stake="100")

    def ask() -> Any:
        return rules.parks(
            asked["investor"], asked["industry"], stake_pct=_number(asked, "stake", 100.0),
            host=asked.get("host", ""), activity=asked.get("activity", ""),
            partner=asked.get("partner", ""), within_km=_number(asked, "within_km"),
            on=asked.get("date", ""),
        )  # fmt: skip

    return _page(request, "pages/rules_parks.html", asked, ask, ("industry",))


@router.get("/rules/relation")
def relation(request: Request, who: Principal = require(Role.VIEWER)) -> HTMLResponse:
    """What holds between two economies."""
    asked = _asked(request, one="CHN")

    def ask() -> Any:
        facts, _ = published_agreements(request)
        return rules.relation(asked["one"], asked["other"], asked.get("date", ""), facts)

    return _page(request, "pages/rules_relation.html", asked, ask, ("other",))


def _page(
    request: Request, template: str, asked: Mapping[str, str], ask: Callable[[], Any],
    needed: tuple[str, ...], **context: Any,
) -> HTMLResponse:  # fmt: skip
    """The form, and under it the answer, or why there is none."""
    answer, fault = None, ""
    if all(asked.get(name) for name in needed):
        try:
            answer = ask()
        except InputError as error:
            fault = str(error)
    return render(
        request, template, status=422 if fault else 200, asked=asked, answer=answer, fault=fault,
        economies=rules.economies(), industries=rules.industries(), coverage=rules.coverage(),
        **context,
    )  # fmt: skip


def _asked(request: Request, **defaults: str) -> dict[str, str]:
    """The fields of the address, over defaults; empty ones count as not given."""
    given = {name: value.strip()[:_MOST] for name, value in request.query_params.items()}
    return defaults | {name: value for name, value in given.items() if value}


def _number(asked: Mapping[str, str], name: str, default: float | None = None) -> Any:
    text = asked.get(name, "")
    return number(text, name) if text else default


def _whole(asked: Mapping[str, str], name: str) -> int | None:
    value = _number(asked, name)
    if value is None:
        return None
    if value != int(value) or not 0 <= value <= 10**11:
        raise InputError(f"{name} {asked[name]!r:.40}: give a whole number, 0 or more")
    return int(value)
