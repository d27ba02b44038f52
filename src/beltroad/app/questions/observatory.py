"""The observatory: what is known of each pillar, who differs, and what changed last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict

from beltroad import evidence
from beltroad.app.answers import Figure
from beltroad.app.database.models import RecordRow, RevisionRow
from beltroad.app.errors import NotFound
from beltroad.app.questions.figures import (
    Conflict,
    Indicator,
    claim_rows,
    conflicts,
    derived,
    findings_of,
    indicators,
)
from beltroad.app.questions.figures_base import count, figure, origin_of_table, row_origin
from beltroad.app.questions.kept import from_disk, once

if TYPE_CHECKING:
    from beltroad.app.database import Database

__all__ = [
    "PILLARS", "Change", "Observatory", "Pillar", "changes", "chosen_claims", "conflicts_of",
    "holding", "members", "observatory", "pillar", "warm",
]  # fmt: skip

PILLARS = ("policy", "infrastructure", "trade", "finance", "people", "risk", "green")
# Indicators that lead a pillar, in the order shown; all others are one click away.
LEADING: dict[str, tuple[str, ...]] = {
    "policy": (
        "bri_countries", "bri_organizations", "bri_documents", "aeo_economies", "ftz_pilot_zones",
        "negative_list_items", "bits",
    ),
    "infrastructure": (
        "china_europe_trains_trains", "china_europe_trains_cities_reached",
        "china_laos_railway_cumulative_freight", "new_land_sea_corridor_teu", "piraeus_teu",
        "air_silk_road_countries_reached", "middle_corridor_freight",
    ),
    "trade": (
        "bri_goods_trade", "bri_trade_share", "goods_trade", "bri_goods_trade_growth", "ftas",
        "services_trade", "income_gain",
    ),
    "finance": (
        "bri_outward_investment", "bri_two_way_investment_total", "bri_contracts_turnover",
        "aiib_financing_cumulative", "swap_bri_countries", "zones_investment", "srf_committed",
    ),
    "people": (
        "visa_unilateral", "visa_free_entries", "luban_workshops", "confucius_institutes",
        "joint_laboratories", "zones_jobs", "poverty_extreme_reduction",
    ),
    "risk": (),
    "green": (
        "digital_services_trade", "ecommerce_trade", "silk_road_ecommerce_partner_countries",
        "investment_mous", "environment_trainees", "fdi_hightech_share",
    ),
}  # fmt: skip
# Findings shown as recomputed figures beside the claims.
DERIVED: dict[str, tuple[str, ...]] = {
    "policy": ("standards-per-country", "negative-list-2024"),
    "infrastructure": ("trains-2025", "value-per-train"),
    "trade": ("partners-share-points", "routes-and-partners-2022"),
    "finance": ("pace-two-way", "contracts-done", "zones-per-job"),
    "people": ("environment-per-country",),
    "risk": (),
    "green": ("digital-services-a-year",),
}


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class Pillar(_Model):
    """One pillar: leading claims, computed figures and where claims differ."""

    id: str
    leading: tuple[Indicator, ...]
    figures: tuple[Figure, ...]
    conflicts: tuple[Conflict, ...]
    indicators: int
    claims: int
    unconfirmed: int


class Observatory(_Model):
    """All pillars, and how much is known in all."""

    pillars: tuple[Pillar, ...]
    indicators: int
    claims: int
    unconfirmed: int
    documents: int
    conflicts: int
    tables: int


class Change(_Model):
    """One change of a record of the registry."""

    kind: str
    key: str
    title: str
    revision: int
    action: str
    at: str
    who: str
    source: str


def members(name: str) -> list[Indicator]:
    """Indicators of a pillar; "green" is chosen across pillars, "risk" holds none of its own.

    Raises
    ------
    NotFound
        If there is no such pillar.
    """
    if name not in PILLARS:
        raise NotFound(f"no pillar {name!r:.40}: {', '.join(PILLARS)}")
    if name == "green":
        words = ("digital", "ecommerce", "green", "environment", "hightech", "juncao", "mous")
        return [i for i in indicators().values() if any(w in i.id for w in words)]
    return [i for i in indicators().values() if i.pillar == name]


@lru_cache(maxsize=16)
def pillar(name: str) -> Pillar:
    """One pillar of the observatory."""
    every = members(name)
    codes = {i.id for i in every}
    known = indicators()
    rows = [r for r in claim_rows().values() if r["indicator"] in codes]
    claims = {r["claim_id"] for r in rows}
    found = {f["finding"]: f for f in findings_of(claims)} if claims else {}
    figures = [derived(found[f]) for f in DERIVED[name] if f in found]
    figures += _RISK() if name == "risk" else _GREEN() if name == "green" else ()
    return Pillar(
        id=name, leading=tuple(known[i] for i in LEADING[name] if i in known),
        figures=tuple(figures),
        conflicts=tuple(c for c in conflicts() if claims & {s.claim for s in c.statements}),
        indicators=len(every), claims=len(rows),
        unconfirmed=sum(r["status"] != "read" for r in rows),
    )  # fmt: skip


@once
def observatory() -> Observatory:
    """Everything the front page shows of the evidence."""
    return from_disk(
        "observatory", _observatory,
        read=Observatory.model_validate_json, write=lambda o: o.model_dump_json().encode(),
    )  # fmt: skip


def _observatory() -> Observatory:
    rows = claim_rows().values()
    return Observatory(
        pillars=tuple(pillar(name) for name in PILLARS),
        indicators=len(indicators()), claims=len(rows),
        unconfirmed=sum(r["status"] != "read" for r in rows),
        documents=len({r["document"] for r in rows}), conflicts=len(conflicts()),
        tables=len(evidence.names()),
    )  # fmt: skip


def _RISK() -> list[Figure]:  # noqa: N802 (a part of the constant tables above)
    from beltroad.risk import country
    from beltroad.risk.warning.signals import warnings

    grades = country.grades()
    signals = warnings()
    ratings = evidence.load("debt_ratings")
    overrun = evidence.load("overrun")
    events = evidence.load("risk_events")
    graded = origin_of_table("risk_indicators", "computed", method="risk-country")
    high = grades[grades["grade"] >= 6]
    listed = ratings["external_rating"].value_counts()
    latest = str(ratings["listed_to"].max())
    rated = origin_of_table("debt_ratings").model_copy(update={"as_of": latest})
    severe = signals[signals["severity"].isin(["high", "critical"])]
    rail = overrun[(overrun["mode"] == "rail") & (overrun["basis"] == "mean_sd")].iloc[0]
    made = graded.model_copy(update={
        "formula": "number of economies whose grade is 6 or 7, from the fitted probability of "
                   "debt distress within two years", "as_of": str(grades["vintage"].max()),
    })  # fmt: skip
    return [
        figure("risk-graded", "Economies at the two worst grades of country risk", len(high),
               "economies", made, inputs=[("economies graded", f"{len(grades)}")]),
        figure("risk-distress", "Economies whose published rating is in debt distress",
               int(listed.get("in debt distress", 0)), "economies",
               rated.model_copy(update={"kind": "computed", "formula": "number of rows of table "
                                        "debt_ratings: external_rating in debt distress"}),
               inputs=[("economies with a published rating", f"{len(ratings)}")]),
        figure("risk-high", "Economies with a published high risk of debt distress",
               int(listed.get("high", 0)), "economies",
               rated.model_copy(update={"kind": "computed", "formula": "number of rows of table "
                                        "debt_ratings: external_rating high"})),
        figure("risk-signals", "Economies with a high or critical early-warning signal",
               severe["iso3"].nunique(), "economies",
               origin_of_table("risk_warning_thresholds", "computed", method="early-warning")
               .model_copy(update={"formula": "economies with at least one signal beyond its "
                                   "threshold, severity high or critical"}),
               inputs=[("signals that hold", f"{len(signals)}")]),
        count("risk-events", "Episodes of sovereign debt distress on record", len(events),
              "episodes", "risk_events", "every row"),
        figure("risk-overrun", "Mean cost overrun of rail projects", 100 * rail["mean_share"],
               "% of estimated cost",
               row_origin(rail.to_dict(), as_of=str(rail["year"]), method="risk-project"),
               inputs=[("projects", f"{rail['projects']:.0f}")]),
    ]  # fmt: skip


def _GREEN() -> list[Figure]:  # noqa: N802
    cables = evidence.load("cables")
    classes = evidence.load("green_classes")
    running = cables[cables["status"] == "in_service"]
    origin = origin_of_table("cables", "computed", method="cables")
    worst = classes[classes["class_before"] == "red"]
    return [
        count("green-cables", "Data cables in service", len(running), "cables", "cables",
              "status in_service"),
        figure("green-cable-km", "Length of data cables in service",
               running["length_km"].sum(), "km", origin.model_copy(update={
                   "formula": "sum of length_km over cables in service",
                   "note": f"{running['length_km'].isna().sum()} cables without a length"})),
        count("green-red", "Project types classed red before mitigation", len(worst), "types",
              "green_classes", "class_before red"),
        count("green-steps", "Dated steps of green policy", len(evidence.load("green_policy")),
              "steps", "green_policy", "every row"),
    ]  # fmt: skip


def changes(database: Database, limit: int = 8) -> list[Change]:
    """Last changes of records by people; what came with the bundled data is not one."""
    query = (
        sa.select(RevisionRow, RecordRow)
        .join(RecordRow, RevisionRow.record_id == RecordRow.id)
        .where(RevisionRow.who != "bundled data")
        .order_by(RevisionRow.id.desc())
        .limit(limit)
    )
    with database.session(write=False) as session:
        found: list[Any] = list(session.execute(query).all())
    return [
        Change(
            kind=record.kind, key=record.key, title=record.title, revision=revision.number,
            action=revision.action, at=revision.at.isoformat(timespec="minutes"),
            who=revision.who, source=revision.source or "",
        )
        for revision, record in found
    ]  # fmt: skip


def holding(every: list[Indicator], text: str) -> list[Indicator]:
    """Indicators whose title, code or latest speaker holds all words of a text."""
    from beltroad.evidence.claims.text import fold, words

    wanted = words(text)
    return [
        i for i in every if all(w in fold(f"{i.title} {i.id} {i.said_by} {i.unit}") for w in wanted)
    ]


def conflicts_of(code: str) -> list[Conflict]:
    """Conflicts between claims of which one at least is of this indicator."""
    rows = claim_rows()
    return [c for c in conflicts() if any(rows[s.claim]["indicator"] == code for s in c.statements)]


def chosen_claims(
    pillar: str | None = None, indicator: str | None = None, country: str | None = None,
    confirmed: bool | None = None, text: str = "",
) -> list[dict[str, Any]]:  # fmt: skip
    """Claims that fit all filters, newest first."""
    from beltroad.evidence.claims.text import fold, words

    codes = None if pillar is None else {i.id for i in members(pillar)}
    wanted = words(text)
    rows = [
        r for r in claim_rows().values()
        if (codes is None or r["indicator"] in codes)
        and (indicator is None or r["indicator"] == indicator)
        and (country is None or country in (r["geography"], r["partner"]))
        and (confirmed is None or (r["status"] == "read") == confirmed)
        and (not wanted or all(w in fold(" ".join((
            r["indicator_title"], r["subject"], r["said_by"], r["document_title"], r["wording"],
            r["indicator"]))) for w in wanted))
    ]  # fmt: skip
    rows.sort(key=lambda r: (r["period_end"], r["claim_id"]), reverse=True)
    return rows


def warm() -> Sequence[Callable[[], object]]:
    """What visitors would wait for after the front page, in the order in which they look."""
    from beltroad.app.questions import countries, country, search

    return (
        lambda: search.search("belt"), countries.countries, lambda: country.country("KEN"),
    )  # fmt: skip
