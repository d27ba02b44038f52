"""Of an economy: its main figures, what holds with China, the scorecard, and entry."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from beltroad import evidence
from beltroad.app.answers import Answer, Figure, Origin, table_of
from beltroad.app.questions.country import Section, about, codes
from beltroad.app.questions.figures_base import (
    column,
    figure,
    origin_of_table,
    row_origin,
    row_origins,
    text_column,
)

if TYPE_CHECKING:
    from beltroad.policy.facts import FactTable
    from beltroad.policy.scorecard import Scorecard

__all__ = ["agreements", "card", "entry", "facts_of", "overview", "relation_of", "scorecard"]

HOME = "CHN"
_STATES = {"in_force": "in force", "not": "no", "unknown": "not known"}
_ORDER = {"in_force": 0, "signed": 1, "suspended": 2, "ended": 3, "unknown": 4, "not": 5}


@lru_cache(maxsize=1)
def card() -> Scorecard:
    """The scorecard at its usual weights."""
    from beltroad.policy.scorecard import scorecard as score

    return score()


def facts_of(rows: pd.DataFrame) -> FactTable:
    """Agreements of the registry as dated facts to answer from."""
    from beltroad.policy.facts import FactTable

    return FactTable(rows)


def relation_of(iso3: str, facts: FactTable | None = None) -> pd.DataFrame:
    """What holds with China; of China itself what it is party to."""
    return _bundled(iso3) if facts is None else _own(iso3, facts)


def _relation(iso3: str, facts: FactTable | None = None) -> pd.DataFrame:
    from beltroad.policy.profile import profile, relation

    if iso3 == HOME:
        table = profile(iso3, rows=facts)
        return table.assign(state_one=table["state"], state_other="")
    return relation(iso3, HOME, rows=facts)


_bundled = lru_cache(maxsize=300)(_relation)
_own = lru_cache(maxsize=2)(_relation)  # few: each keeps the registry's rows of its time


def overview(iso3: str) -> Section:
    """Population, output, public debt, and the cooperation document."""
    row = about(iso3)
    figures: list[Figure] = []
    missing: list[str] = []
    for name, label, unit in (
        ("population", "Population", "persons"),
        ("gdp_usd", "Gross domestic product", "USD"),
        ("public_debt_pct_gdp", "Public debt", "% of GDP"),
    ):
        prefix = {"gdp_usd": "gdp", "public_debt_pct_gdp": "debt"}.get(name, name)
        value: Any = row.get(name, math.nan)
        if value != value:
            missing.append(f"{label}: no figure")
            continue
        year: Any = row.get(f"{prefix}_year")
        key = str(row.get(f"{prefix}_source", ""))
        source = next(
            (s for s in evidence.info("countries").sources if s.title.startswith(f"[{key}]")), None
        )
        told = "estimate or projection of the source" if row.get(f"{prefix}_is_estimate") else ""
        base = origin_of_table("countries")
        origin = base if source is None else Origin(
            source=source.title.removeprefix(f"[{key}] "), url=source.url, licence=source.licence,
            kind="observed", note=f"edition of {source.vintage}" + (f"; {told}" if told else ""),
        )  # fmt: skip
        as_of = f"{year:.0f}" if year == year and year is not None else ""
        figures.append(figure(f"{iso3}-{name}", label, value, unit,
                              origin.model_copy(update={"as_of": as_of})))  # fmt: skip
    if not row:
        missing.insert(0, "this economy is in no table of figures")
    return Section(id="overview", answer=Answer(figures=tuple(figures)), missing=tuple(missing))


def agreements(iso3: str, facts: FactTable | None = None) -> Section:
    """Treaties, agreements and recognitions with China; ``facts`` as the registry has them.

    The cooperation document is that of the bundled table of members, which has no registry.
    """
    about(iso3)
    table = relation_of(iso3, facts)
    rank = table["state"].map(_ORDER).fillna(3)  # the document that is asked for most leads
    table = table.assign(rank=rank.where(table["instrument"] != "bri_document", -1))
    table = table.sort_values(["rank", "pillar"], kind="stable")
    held = table[table["state"] == "in_force"]
    document = table[table["instrument"] == "bri_document"]
    figures = [
        figure(f"{iso3}-in-force", "Instruments in force" + ("" if iso3 == HOME else " with China"),
               len(held), "instruments",
               origin_of_table("policy_instruments", "computed", method="policy").model_copy(
                   update={"formula": "instruments and directions whose state is in force"}),
               inputs=[("looked at", f"{len(table)}"),
                       ("not known", f"{int((table['state'] == 'unknown').sum())}")]),
    ]  # fmt: skip
    missing = []
    if len(document):
        said = document.iloc[0]
        state = _STATES.get(said["state"], said["state"])
        figures.insert(0, figure(
            f"{iso3}-document", "Belt and Road cooperation document",
            f"{state}{', since ' + said['since'] if said['since'] else ''}", "",
            row_origin(said.to_dict(), method="policy",
                       source=said["source_title"] or origin_of_table("membership").source,
                       note=f"confidence {said['confidence'] or 'not given'}; {said['note']}"),
        ))  # fmt: skip
        if said["state"] == "unknown":
            missing.append("whether there is a cooperation document")
    unknown = table.loc[table["state"] == "unknown", "title"].drop_duplicates().tolist()
    if unknown:
        missing.append(
            f"{len(unknown)} instruments whose lists do not say: "
            + "; ".join(unknown[:6])
            + ("; ..." if len(unknown) > 6 else "")
        )
    shown = table[table["state"] != "unknown"]
    shown = shown.assign(
        state=[_STATES.get(s, s) for s in shown["state"]],
        _origin=row_origins(shown, method="policy"),
    )
    columns = [
        text_column("title", "Instrument"), text_column("pillar", "Pillar"),
        text_column("scope", "Direction"), text_column("state", "State"),
        text_column("since", "Since", kind="date"), text_column("terms", "Terms"),
        text_column("confidence", "Confidence"), text_column("note", "Note"),
    ]  # fmt: skip
    made = table_of("agreements", "Agreements, conventions and recognitions", shown, columns,
                    origin=origin_of_table("policy_facts", method="policy"))  # fmt: skip
    links = () if iso3 == HOME else ((f"/rules/relation?one=CHN&other={iso3}", "rules"),)
    return Section(
        id="agreements", answer=Answer(figures=tuple(figures), tables=(made,)),
        missing=tuple(missing), links=links,
    )  # fmt: skip


def scorecard(iso3: str) -> Section:
    """Score and rank of cooperation with the range of ranks, by pillar and by indicator."""
    about(iso3)
    found = card()
    if iso3 not in found.values.index:
        return Section(
            id="scorecard",
            answer=Answer(),
            missing=(
                "no scorecard: it is on cooperation with China, and this economy is not scored",
            ),
        )
    base = origin_of_table("scorecard_indicators", "computed", method="scorecard")
    note = "rests on the bundled facts, not on agreements changed in the registry"
    base = base.model_copy(update={"note": "; ".join(t for t in (base.note, note) if t)})
    figures: list[Figure] = []
    missing: list[str] = []
    if iso3 in found.ranking.index:
        row: Any = found.ranking.loc[iso3]
        ranked = base.model_copy(update={
            "formula": "rank of the weighted mean of the five pillars; range: 5th to 95th "
                       "percentile of ranks under random weights of the pillars"})  # fmt: skip
        figures = [
            figure(f"{iso3}-rank", "Rank of cooperation", int(row["rank"]),
                   f"of {len(found.ranking)} (index)", ranked, low=float(row["rank_low"]),
                   high=float(row["rank_high"]),
                   inputs=[("share of the weight known", f"{100 * row['coverage']:.0f} %")]),
            figure(f"{iso3}-score", "Score of cooperation", round(float(row["score"]), 3),
                   "index, 0 to 1", base.model_copy(update={
                       "formula": "mean of the five pillars' scores, equal weights"}),
                   inputs=[(p, f"{row[p]:.2f}" if row[p] == row[p] else "not known")
                           for p in found.weights]),
        ]  # fmt: skip
    else:
        missing.append("rank of cooperation: too little is known")
    names = list(found.indicators["indicator"])
    table = found.indicators.assign(
        value=found.values[names].loc[iso3].to_numpy(),
        score=found.normalised[names].loc[iso3].to_numpy(),
    )
    made = table_of("scorecard", "Indicators of the scorecard", table, [
        text_column("title", "Indicator"), text_column("pillar", "Pillar"),
        column("value", "Value", "as in column unit", decimals=3, origin=base),
        text_column("unit", "Unit"),
        column("score", "Score", "index, 0 to 1", decimals=2, origin=base),
        column("weight", "Weight in its pillar", "index", decimals=1, origin=base),
        text_column("note", "Note"),
    ], origin=base)  # fmt: skip
    lost = int(table["value"].isna().sum())
    if lost:
        missing.append(f"{lost} of {len(table)} indicators of the scorecard")
    return Section(id="scorecard", answer=Answer(figures=tuple(figures), tables=(made,)),
                   missing=tuple(missing))  # fmt: skip


def entry(iso3: str, facts: FactTable | None = None) -> Section:
    """Visas both ways, as far as the tables know them; ``facts`` as the registry has them."""
    about(iso3)
    if iso3 == HOME:
        visas = evidence.load("visa_requirements")
        free = visas[(visas["destination"] == HOME) & (visas["requirement"] == "visa_free")]
        made = origin_of_table("visa_requirements", "computed").model_copy(
            update={"formula": "passports whose requirement is visa_free"}
        )
        one = figure("CHN-visa-free", "Passports that enter China without a visa", len(free),
                     "passports", made)  # fmt: skip
        return Section(id="entry", answer=Answer(figures=(one,)),
                       links=(("/rules/entry?host=CHN", "entry"),))  # fmt: skip
    table = relation_of(iso3, facts)
    visas = table[table["instrument"].str.contains("visa")].copy()
    visas["direction"] = [
        scope.replace(iso3, codes()[iso3]).replace(HOME, "China") for scope in visas["scope"]
    ]
    visas["state"] = [_STATES.get(s, s) for s in visas["state"]]
    visas["_origin"] = row_origins(visas, method="policy")  # fmt: skip
    lines = [
        figure(f"{iso3}-visa-{n}", f"{r['title']}, {r['direction']}",
               f"{r['state']}{', since ' + r['since'] if r['since'] else ''}", "",
               row_origin(r, method="policy"))
        for n, r in enumerate(visas.to_dict("records"))
        if r["state"] in ("in force", "signed")
    ]  # fmt: skip
    made_table = table_of("entry", "Visas between the economy and China", visas, [
        text_column("title", "Rule"), text_column("direction", "Direction"),
        text_column("state", "State"), text_column("since", "Since"), text_column("terms", "Terms"),
        text_column("confidence", "Confidence"),
    ], origin=origin_of_table("policy_facts", method="policy"))  # fmt: skip
    missing = () if len(visas) else ("visa rules with China",)
    return Section(
        id="entry", answer=Answer(figures=tuple(lines), tables=(made_table,)), missing=missing,
        links=(
            (f"/rules/entry?host={iso3}", "entry"), (f"/rules/disputes?host={iso3}", "disputes"),
        ),
    )  # fmt: skip
