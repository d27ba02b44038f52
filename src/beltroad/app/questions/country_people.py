"""Of an economy: poverty, people in work, wellbeing projects."""

from __future__ import annotations

from typing import Any

import pandas as pd

from beltroad.app.answers import Answer, table_of
from beltroad.app.questions.country import Section, about
from beltroad.app.questions.figures_base import (
    column,
    figure,
    origin_of_table,
    row_origins,
    text_column,
)

__all__ = ["jobs", "poverty", "wellbeing"]

YEAR = 2030  # the horizon of the poverty method


def poverty(iso3: str) -> Section:
    """Head counts below the international lines, at the last survey and in the outlook."""
    from beltroad.people import poverty as method

    about(iso3)
    data = method.bundled_data()
    surveys = data.surveys.table
    own = surveys[surveys["iso3"] == iso3]
    if iso3 not in data.known or own.empty:
        return Section(id="poverty", answer=Answer(),
                       missing=("poverty: no household survey at hand",))  # fmt: skip
    row = own.iloc[0]
    none = pd.Series({iso3: 0.0})
    then = method.outlook(none, year=None)
    later = method.outlook(none, year=YEAR)
    base = origin_of_table("income_distributions", str(row["kind"]), method="poverty")
    surveyed = base.model_copy(update={"as_of": f"{row['survey_year']:.0f}"})
    grown = origin_of_table("growth_outlook", "computed", method="poverty")
    figures = []
    for before, after in zip(then.to_dict("records"), later.to_dict("records"), strict=True):
        line = f"{before['line_usd']:.2f} USD a day ({before['ppp_year']} PPP)"
        for each, origin, when in ((before, surveyed, "last survey"),
                                   (after, grown, str(YEAR))):  # fmt: skip
            value = each["headcount_without_pct"]
            if value != value:
                continue
            kind = "imputed" if each["imputed"] else "computed"
            made = origin.model_copy(update={
                "kind": kind, "formula": "head count of the Lorenz curve fitted to the survey's "
                "shares" + ("" if each is before else ", mean income grown to the year, "
                            "distribution as it is"),
                "as_of": surveyed.as_of if each is before else str(YEAR),
                "note": "; ".join(t for t in (origin.note, each["note"]) if t),
            })  # fmt: skip
            figures.append(figure(
                f"{iso3}-poor-{before['line']}-{when}".replace(" ", "-"),
                f"People below {line}, {when}", round(value, 2), "% of people", made,
                inputs=[("form of the curve", str(each["form"])),
                        ("Gini index", f"{each['gini_without']:.1f}"),
                        ("population", f"{each['population']:,.0f}")],
            ))  # fmt: skip
    both = pd.concat([then.assign(when="last survey"), later.assign(when=str(YEAR))])
    both["poor"] = both["headcount_without_pct"] / 100 * both["population"]
    table = table_of("poverty", "Poverty lines", both, [
        text_column("line", "Line", "USD a day at PPP of the year"), text_column("when", "When"),
        column("headcount_without_pct", "Below the line", "% of people", decimals=2, origin=base),
        column("poor", "Poor", "persons", origin=base.model_copy(
            update={"kind": "computed", "formula": "head count x population"})),
        column("gap_without_pct", "Poverty gap", "% of the line", decimals=2, origin=base),
        column("growth_elasticity", "Growth elasticity", "% of head count for 1 % of income",
               decimals=2, origin=base),
        text_column("note", "Note"),
    ], origin=base)  # fmt: skip
    missing = [f"poverty: {row['note']}"] if row["kind"] != "observed" and row["note"] else []
    return Section(id="poverty", answer=Answer(figures=tuple(figures), tables=(table,)),
                   missing=tuple(missing))  # fmt: skip


def jobs(iso3: str) -> Section:
    """People in work by broad sector."""
    from beltroad.people import jobs as labour

    about(iso3)
    people = labour.employment()
    own = people[people["iso3"] == iso3].copy()
    if own.empty:
        return Section(id="jobs", answer=Answer(), missing=("people in work by sector",))
    total = int(own["employed_persons"].sum())
    own["share_pct"] = 100 * own["employed_persons"] / total
    year = f"{own['year'].iloc[0]}"
    kind = "imputed" if (own["kind"] == "imputed").any() else "observed"
    base = origin_of_table("employment", kind, method="jobs").model_copy(update={"as_of": year})
    said: Any = [
        base.model_copy(update={"kind": r["kind"], "note": f"from {r['source']}"}).model_dump()
        for r in own.to_dict("records")
    ]
    own["_origin"] = said
    table = table_of("jobs", "People in work by sector", own, [
        text_column("sector", "Sector"), column("employed_persons", "In work", "persons",
                                                table="employment"),
        column("share_pct", "Share", "% of people in work", decimals=1, origin=base),
    ], origin=base)  # fmt: skip
    whole = figure(
        f"{iso3}-employed",
        "People in work",
        total,
        "persons",
        base.model_copy(update={"formula": "sum over sectors"}),
        inputs=[(str(r["sector"]), f"{r['employed_persons']:,}") for r in own.to_dict("records")],
    )
    return Section(id="jobs", answer=Answer(figures=(whole,), tables=(table,)))


def wellbeing(iso3: str, rows: pd.DataFrame | None = None) -> Section:
    """Small projects in health, water, training and the like; ``rows`` as the registry has them."""
    from beltroad.people import wellbeing as method

    about(iso3)
    found = method.projects(iso3=iso3, rows=rows)
    if found.empty:
        return Section(id="wellbeing", answer=Answer(),
                       missing=("wellbeing projects: none on record, which does not say that there "
                                "are none",))  # fmt: skip
    base = origin_of_table("wellbeing_projects", method="wellbeing")
    covered = method.coverage(found, only=iso3)
    figures = [
        figure(
            f"{iso3}-wellbeing",
            "Wellbeing projects and programmes on record",
            len(found),
            "projects",
            base.model_copy(update={"kind": "computed", "formula": "rows that name the economy"}),
        )
    ]
    rows = covered[covered["iso3"] == iso3]
    if len(rows) and rows["people_reported"].iloc[0] == rows["people_reported"].iloc[0]:
        one = rows.iloc[0]
        figures.append(figure(
            f"{iso3}-reached", "People reached, as reported", float(one["people_reported"]),
            "persons", base.model_copy(update={
                "kind": "claimed", "formula": "sum over projects that report people, without "
                "programmes that hold them", "note": f"counted as: {one['bases']}"}),
            inputs=[("projects that report people", f"{one['with_people']:.0f}"),
                    ("evaluated", f"{one['evaluated']:.0f}")]))  # fmt: skip
    shown = found.assign(_origin=row_origins(found, "claimed"))  # fmt: skip
    table = table_of("wellbeing", "Wellbeing projects", shown, [
        text_column("name", "Project"), text_column("kind", "Kind"), text_column("scope", "Scope"),
        text_column("period_start", "From", kind="date"), text_column("status", "Status"),
        column("cost_usd", "Cost", table="wellbeing_projects"),
        column("people_reached", "People reached", "persons", table="wellbeing_projects"),
        text_column("reached_basis", "Counted as"), text_column("evaluated", "Evaluated"),
        text_column("funder", "Funder"), text_column("confidence", "Confidence"),
    ], origin=base)  # fmt: skip
    lost = int(found["people_reached"].isna().sum())
    missing = [f"people reached by {lost} of {len(found)} wellbeing projects"] if lost else []
    return Section(
        id="wellbeing",
        answer=Answer(figures=tuple(figures), tables=(table,)),
        missing=tuple(missing),
        links=((f"/registry/wellbeing?search={iso3}", "registry"),),
    )
