"""The report's charts and findings for the pages, drawn once where the appraisal is made."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from beltroad.appraisal.report.charts import Figure
    from beltroad.appraisal.result import Appraisal

__all__ = ["PARTS", "charts_json", "findings_of"]

# Parts of the result pages, in their order.
PARTS = (
    "overview", "economies", "projects", "money", "people", "risk", "environment", "uncertainty",
    "yardsticks", "assumptions",
)  # fmt: skip


def charts_json(appraisal: Appraisal) -> bytes:
    """The drawings by part of the page: finding in words, wide and narrow drawing, source."""
    from beltroad.appraisal.report import draws, figures

    names = dict(zip(appraisal.countries.iso3, appraisal.countries["name"], strict=True))
    drawn = draws.shown(appraisal, names)["draws_figures"] or []
    by_part: dict[str, Iterable[Figure | None]] = {
        "overview": [figures.gains_figure(appraisal), figures.net_figure(appraisal)],
        "economies": [figures.regions_figure(appraisal)],
        "projects": [figures.projects_figure(appraisal)],
        "uncertainty": [figures.cases_figure(appraisal), *drawn],
    }
    found = [
        {"part": part, "key": f.key, "finding": f.finding, "subtitle": f.subtitle,
         "source": f.source, "note": f.note, "wide": f.wide, "narrow": f.narrow}
        for part, listed in by_part.items() for f in listed if f is not None
    ]  # fmt: skip
    return json.dumps(found).encode()


def findings_of(appraisal: Appraisal) -> dict[str, list[dict[str, Any]]]:
    """What the report says in sentences, by part: cards first, then money, people, risk, air."""
    from beltroad.appraisal.report import debts, headline, outcomes, whopays
    from beltroad.appraisal.uncertainty import report_part

    out: dict[str, list[dict[str, Any]]] = {
        "overview": [
            {"figure": c.figure, "what": c.what, "range": c.range, "more": c.more, "kind": c.kind}
            for c in headline.cards(appraisal)
        ],
        "money": [],
    }
    if (paid := whopays.who_pays(appraisal)) is not None:
        out["money"].append(_said("Who pays", "", paid.findings))
    if (owed := debts.debts(appraisal)) is not None:
        out["money"].append(_said("Debt of the hosts", owed.basis, owed.findings))
    for part, told in (
        ("people", outcomes.households(appraisal)), ("risk", outcomes.risks(appraisal)),
        ("environment", outcomes.environment(appraisal)),
    ):  # fmt: skip
        out[part] = [_said(each.title, each.basis, each.findings) for each in told]
    if appraisal.uncertainty is not None:
        said = report_part.finding(appraisal.uncertainty)
        out["uncertainty"] = [{"title": "", "basis": "", "findings": [str(said)]}]
    return out


def _said(title: str, basis: str, findings: Iterable[str]) -> dict[str, Any]:
    return {"title": title, "basis": str(basis), "findings": [str(f) for f in findings]}
