"""The report: one HTML file that opens offline, loads nothing, and runs only its own script."""

from __future__ import annotations

import base64
import hashlib
import math
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import jinja2
from markupsafe import Markup

from beltroad.appraisal.report import (
    content,
    debts,
    draws,
    figures,
    headline,
    maps,
    outcomes,
    policies,
    projection,
    tables,
    theme,
    whopays,
    words,
    yardsticks,
)
from beltroad.appraisal.result import Appraisal
from beltroad.infrastructure.projects.status import STATUS_GROUPS, status_group

__all__ = ["html_report"]

_FOLDER = files("beltroad.appraisal.report") / "templates"


def html_report(appraisal: Appraisal) -> str:
    """The appraisal as a page for people. The same appraisal gives the same text.

    Everything a user wrote is escaped. A content security policy forbids every request, and every
    script but the one of the page, which sorts and filters tables and shows tooltips.
    """
    env = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: (_FOLDER / name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    script = (_FOLDER / "report.js").read_text(encoding="utf-8")
    style = (_FOLDER / "report.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return env.get_template("report.html.j2").render(
        **_content(appraisal),
        style=Markup(style),  # noqa: S704 (our own files)
        script=Markup(script),  # noqa: S704
        script_hash=digest,
    )


def _content(appraisal: Appraisal) -> dict[str, Any]:
    """Everything the template shows, by name."""
    names = dict(zip(appraisal.countries.iso3, appraisal.countries["name"], strict=True))
    scale = maps.classes(appraisal.countries.real_income_change_pct)
    fastest, largest = content.pairs(appraisal, names)
    states = appraisal.scenario.states
    return {
        "words": words,
        "theme": theme,
        "scenario": appraisal.scenario,
        "digest": appraisal.scenario.digest,
        "before": headline.state(states.before),
        "after": headline.state(states.after),
        "economy": headline.state(states.economy),
        "cards": headline.cards(appraisal),
        "range_note": headline.range_note(appraisal.sensitivity),
        "network": maps.network_map(appraisal.map_layers, appraisal.projects),
        "network_finding": _network_finding(appraisal),
        "status_counts": _status_counts(appraisal),
        "outlines": projection.outlines(),
        "map_size": (projection.WIDTH, projection.HEIGHT),
        "wide_view": " ".join(map(str, maps.WIDE_VIEW)),
        "narrow_view": " ".join(map(str, maps.NARROW_VIEW)),
        "scale": scale,
        "shades": maps.shades(appraisal.countries, scale),
        "shade_finding": _shade_finding(appraisal),
        "inside": int(appraisal.countries.in_model.astype(bool).sum()),
        "imputed": int((appraisal.countries.accounts == "imputed").sum()),
        "outside": int((~appraisal.countries.in_model.astype(bool)).sum()),
        "gains": figures.gains_figure(appraisal),
        "net": figures.net_figure(appraisal),
        "places": policies.places(appraisal),
        "levers": policies.levers(appraisal),
        "who_pays": whopays.who_pays(appraisal),
        "debts": debts.debts(appraisal),
        "households": outcomes.households(appraisal),
        "risks": outcomes.risks(appraisal),
        "environment": outcomes.environment(appraisal),
        "regions": figures.regions_figure(appraisal),
        "fastest": fastest,
        "largest": largest,
        "pair_count": len(appraisal.pairs),
        "scatter": figures.projects_figure(appraisal),
        "projects": content.projects(appraisal, names),
        "yardsticks": yardsticks.rows(appraisal.yardsticks),
        "open_yardsticks": yardsticks.not_computed(appraisal.yardsticks),
        "cases_figure": figures.cases_figure(appraisal),
        **draws.shown(appraisal, names),
        "cases": content.cases(appraisal),
        "economies": content.economies(appraisal),
        "flags": content.flags(appraisal),
        "assumptions": content.assumptions(appraisal),
        "sources": content.sources(appraisal),
        "versions": [
            *content.facts({"beltroad": appraisal.run.get("beltroad", "")}, raw=True),
            *_section(appraisal.run, "versions"),
        ],
        "run": content.run_facts(appraisal),
        "scenario_json": appraisal.scenario.model_dump_json(indent=1),
        "sort_value": _sort_value,
        "is_link": lambda text: bool(re.match(r"https?://[^\s\"<>]+$", str(text))),
    }


def _network_finding(appraisal: Appraisal) -> str:
    rows = appraisal.projects
    compared = rows[rows.state_before != rows.state_after]
    hosts = {code for text in compared.countries for code in str(text).split(";") if code}
    return (
        f"{words.count(len(compared), 'project')} in "
        f"{words.count(len(hosts), 'economy', 'economies')} make the difference between the two "
        "networks"
    )


def _status_counts(appraisal: Appraisal) -> list[tuple[str, str, int]]:
    groups = appraisal.projects.status.map(status_group)
    return [(key, title, int((groups == key).sum())) for key, (title, _) in STATUS_GROUPS.items()]


def _shade_finding(appraisal: Appraisal) -> str:
    known = appraisal.countries.real_income_change_pct.dropna()
    middle = float(known.median()) if len(known) else math.nan
    return (
        f"Before cost, real income rises in {words.share(int((known > 0).sum()), len(known))} "
        f"modelled economies; the middle one changes by {words.percent(middle)}"
    )


def _section(run: Mapping[str, Any], name: str) -> list[tuple[str, str]]:
    part = run.get(name)
    return content.facts(part, raw=True) if isinstance(part, Mapping) else []


def _sort_value(cell: tables.Cell) -> str | None:
    """The number behind a cell, for sorting and copying; empty where there is none."""
    if cell.value is None:
        return None
    return f"{cell.value:.6g}" if math.isfinite(cell.value) else ""


def _finalize(value: Any) -> Any:
    """Keep control characters out of the page; markup of our own passes unchanged."""
    return value if isinstance(value, Markup) or not isinstance(value, str) else theme.clean(value)
