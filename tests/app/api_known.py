"""What a workspace holds that a request can name: by parameter, as query, as body."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from appraised import stored
from fastapi import FastAPI

from beltroad.app.accounts.roles import LOCAL
from beltroad.app.jobs import kinds, queue
from beltroad.app.questions import views
from beltroad.app.questions.debt import upload
from beltroad.app.questions.scenarios.starters import starters
from beltroad.app.registry import exports
from beltroad.app.registry.kinds import KINDS
from beltroad.app.registry.store import Registry
from beltroad.finance.debt.inputs import prepared

__all__ = ["Known"]

_V = "/api/v1"
_ENTRY = {"investor": "CHN", "host": "KAZ", "industry": "2410", "date": "2024-06-30"}
_LOAN = {"amount": 1000, "start": 2025, "over": 4, "rate": 3, "maturity": 20, "grace": 5}
_DEBT = ({}, _LOAN, {"framework": "bri", "on": "2024-06-30"}, {"framework": "market"})
_NAMES = {
    "iso3": ("KEN", "AGO", "FRA"), "section": ("debt", "trade", "risk", "projects"),
    "kind": tuple(KINDS), "claim": ("world-bank-2019-06-18-03",),
    f"{_V}/tables/{{name}} name": ("claims", "agreements"),
    f"{_V}/tables/{{name}}/rows name": ("claims", "agreements"),
    f"{_V}/indicators/{{name}} name": ("bri_countries", "bri_goods_trade"),
    f"{_V}/appraisals/{{hash}}/tables/{{name}} name": ("countries", "pairs"),
    f"{_V}/appraisals/{{hash}}/map/{{name}} name": ("gdp_usd", "exports_change_pct"),
    f"{_V}/results/{{question}}/files/{{name}} name": ("countries.csv", "report.html"),
    f"{_V}/services/{{id}} id": ("chongqing-duisburg",),
    "format": ("xlsx", "parquet"), "user_id": ("1",), "number": ("1",), "session_id": ("1",),
    "token_id": ("1",),
}  # fmt: skip
_QUERIES: dict[str, tuple[dict[str, Any], ...]] = {
    "/search": ({"q": "railway KEN"}, {"q": "port"}),
    "/places": ({"q": "Chong"}, {}), "/latency": ({"from": "Singapore", "to": "Marseille"}, {}),
    "/rules/entry": (_ENTRY, {**_ENTRY, "host": "VNM", "industry": "C29"}),
    "/rules/data": ({"importer": "SGP", "persons": 5000}, {"importer": "VNM"}),
    "/rules/disputes": (
        {"home": "CHN", "host": "KAZ"}, {"home": "CHN", "host": "PAK", "result": "award"},
    ),
    "/rules/parks": ({"investor": "CHN", "industry": "C29", "host": "ETH", "within_km": 300},),
    "/rules/relation": ({"one": "CHN", "other": "KAZ"},),
    "/countries": ({"per_page": 7, "page": 2}, {}), "/jobs": ({"mine": True, "state": "done"}, {}),
    "/countries/map": ({"column": "gdp_usd"}, {}), "/projects": ({"per_page": 5}, {"q": "rail"}),
    "/registry/{kind}": ({"state": "all", "per_page": 5, "sort": "-changed"}, {"search": "a"}),
    "/registry/{kind}/export": ({"format": "xlsx"}, {"format": "json"}, {"format": "oc4ids"}, {}),
    "/registry/{kind}/{key}": ({}, {"revision": 1}),
    "/debt/assess": ({}, {"framework": "lic"}), "/debt/{iso3}": _DEBT,
    "/debt/{iso3}/stress": _DEBT, "/debt/{iso3}/fan": _DEBT, "/debt/{iso3}/inputs": ({},),
    "/debt/uploads/{digest}": _DEBT, "/debt/{iso3}/{name}": _DEBT,
}  # fmt: skip


_RISK = {
    "id": "late", "title": "Late land", "level": "country", "category": "political",
    "iso3": "KEN", "owner": "ana", "likelihood": 3, "cost": 4,
}  # fmt: skip
_ALERT = {"source": "news", "key": "port", "title": "Port shut", "severity": "high", "iso3": "KEN"}
_CONTROL = {"title": "Hedge", "kind": "avoid", "owner": "ana", "due": "2027-01-01"}
_OF_RISK: dict[str, dict[str, Any]] = {
    "/controls": _CONTROL, "/review": {"note": "seen"}, "/close": {"reason": "over"},
    "/assign": {"to": "ana"}, "/snooze": {"until": "2030-01-01"}, "/watch": {},
    "/acknowledge": {"note": "seen"}, "/risks": {**_RISK, "id": "later"}, "/{key}": _RISK,
}  # fmt: skip


class Known:
    """Names and bodies that lead somewhere in the workspace of an application."""

    def __init__(self, app: FastAPI, ask: Callable[..., Any]) -> None:
        settings, database = app.state.settings, app.state.database
        registry = Registry(database)
        ask("registry/risk", json={"data": _RISK, "publish": True})
        ask("registry/alert", json={"data": _ALERT, "publish": True})
        self._scenario = starters()[0].mapping
        ask("scenarios", json={"scenario": self._scenario})
        few = registry.list("wellbeing", per_page=2).items
        previews = []
        for number in ("1", "2"):
            given = exports.export("wellbeing", few, "csv").body.decode("utf-8-sig")
            given = given.replace(few[0].title, f"{few[0].title} {number}")
            table = {"file": (f"{number}.csv", given.encode(), "text/csv")}
            found = ask("imports", data={"kind": "wellbeing"}, files=table)
            previews.append(found["id"])
        ask(f"imports/{previews[0]}/confirm", json={})
        self._records = {k: registry.list(k, state="all", per_page=3).items for k in KINDS}

        def keys(kind: str) -> list[str]:
            return [r.key for r in self._records[kind]]

        runs = [stored(settings, database, number) for number in (5, 7)]
        view = views.keep(database, "/countries/KEN", "Kenya", LOCAL)
        job = queue.submit(database, settings, "appraisal", {"scenario": self._scenario}, LOCAL)
        inputs = prepared.inputs("KEN")
        upload.keep(inputs, settings)
        projects = [r.key for r in self._records["project"]]
        self._names: dict[str, list[str]] = {
            **{name: list(known) for name, known in _NAMES.items()},
            "hash": runs, "question": runs, "job_id": [job.id, runs[0][:16]], "id": [view.id],
            "project": projects, "digest": [upload.digest_of(inputs)],
            "preview": previews, f"{_V}/scenarios/{{key}} key": keys("scenario"),
            "key": keys("scenario"),
        }  # fmt: skip
        self._keys = {"risks": keys("risk"), "alerts": keys("alert")}
        both = {"run": runs}
        self._queries: dict[str, tuple[dict[str, Any], ...]] = {
            **_QUERIES, "/compare": (both, {**both, "measure": "net_gain_usd"}),
            "/compare/map": (both,), "/compare/download/{format}": (both,),
            "/projects/geo": ({"id": projects},),
        }  # fmt: skip

    def names(self, path: str, name: str, given: dict[str, Any]) -> list[str]:
        """Values of a parameter of a path."""
        if name == "key" and "/registry/" in path:
            return [r.key for r in self._records.get(str(given.get("kind")), [])]
        if name == "key" and "/risk/" in path:
            return self._keys[path.split("/")[4]]
        return self._names.get(f"{path} {name}", self._names.get(name, []))

    def queries(self, path: str) -> tuple[dict[str, Any], ...]:
        """Queries that are answered."""
        return self._queries.get(path.removeprefix(_V), ({},))

    def bodies(self, path: str, given: dict[str, Any]) -> list[dict[str, Any]]:
        """Bodies that are accepted; ``{}`` where none is known."""
        if "/risk/" in path:
            return [body for end, body in _OF_RISK.items() if path.endswith(end)] or [{}]
        if path.endswith("/undo") and "registry" in path:
            return [{"to": 1, "note": "back"}]
        if path.endswith(("/publish", "/remove", "/restore", "/confirm")):
            return [{"note": "so"}, {}]
        if "/registry/" in path:
            found = list(self._records.get(str(given.get("kind")), []))
            here = [r for r in found if r.key == given.get("key")] or found
            return [
                {"data": dict(r.data), "source": "https://example.org", "note": "n"}
                | ({"revision": r.latest} if "{key}" in path else {})
                for r in here
            ] or [{"data": {}}]  # fmt: skip
        if "/scenarios" in path:
            return [{"scenario": self._scenario}]
        if path.endswith("/jobs"):
            return [{"kind": "appraisal", "request": {"scenario": self._scenario}},
                    *({"kind": name, "request": {}} for name in kinds.kinds())]  # fmt: skip
        if path.endswith("/views"):
            return [{"path": "/countries/KEN?a=b", "title": "Kenya"}]
        if path.endswith("/routes"):
            return [{"origin": "Chongqing", "destination": "Duisburg"}]
        if path.endswith("/disruption"):
            return [{"close": ["suez"]}, {"slow": ["malacca"], "factor": 2}]
        if path.endswith("/tokens"):
            return [{"name": "script", "role": "viewer", "days": 3}]
        if path.endswith("/users"):
            return [{"name": "ana", "password": "a long enough phrase 7", "role": "viewer"}]
        return [{}]
