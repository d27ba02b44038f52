"""Of an economy: projects, parks, named services, ports and border crossings."""

from __future__ import annotations

import pandas as pd

from beltroad import evidence
from beltroad.app.answers import Answer, table_of
from beltroad.app.questions.country import Section, about, codes
from beltroad.app.questions.figures_base import (
    column,
    figure,
    origin_of_table,
    row_origins,
    text_column,
)
from beltroad.app.questions.projects.listing import coded, words_for

__all__ = ["parks", "projects", "transport"]


def projects(iso3: str, frame: pd.DataFrame | None = None) -> Section:
    """Transport and energy projects that lie in the economy, in part or whole."""
    about(iso3)
    every = evidence.load("projects") if frame is None else frame
    names = (
        every["countries"]
        .astype(object)
        .fillna("")
        .astype(str)
        .str.replace(",", ";")
        .str.replace(" ", ";")
    )
    own = every[[iso3 in cell.split(";") for cell in names]].copy()
    base = origin_of_table("projects", "claimed")
    if own.empty:
        return Section(id="projects", answer=Answer(), missing=("projects: none on record",))
    known = own["cost_usd_bn"].astype(float).dropna()
    made = base.model_copy(update={"kind": "computed"})
    figures = [
        figure(f"{iso3}-projects", "Projects on record", len(own), "projects",
               made.model_copy(update={"formula": "rows that name the economy"}),
               inputs=[(coded("status", str(k), words_for("en")), str(v))
                       for k, v in own["status"].value_counts().items()]),
        figure(f"{iso3}-projects-cost", "Cost of those with a figure, whole projects",
               round(float(known.sum()), 3), "billion USD, each of its own year",
               made.model_copy(update={"formula": "sum of cost_usd_bn",
                                       "note": "projects in several economies count in each"}),
               inputs=[("with a cost", f"{len(known)} of {len(own)}")]),
    ]  # fmt: skip
    own["opened"] = [f"{y:.0f}" if y == y else "" for y in own["year_open"].astype(float)]
    own["cost_usd_bn"] = own["cost_usd_bn"].astype(float)
    own["length_km"] = own["length_km"].astype(float)
    say = words_for("en")
    for name in ("mode", "status"):
        own[name] = [coded(name, str(v), say) for v in own[name]]
    own["_href"] = [f"/projects/{i}" for i in own["id"]]
    own["_origin"] = row_origins(own, "claimed")
    table = table_of("projects", "Projects", own, [
        text_column("name", "Project"), text_column("mode", "Mode"), text_column("status", "State"),
        text_column("opened", "Open since or due"), text_column("countries", "Economies"),
        column("length_km", "Length", "km", table="projects"),
        column("cost_usd_bn", "Cost", "billion USD", table="projects", decimals=2),
        text_column("financing", "Financing"), text_column("confidence", "Confidence"),
    ], origin=base)  # fmt: skip
    lost = len(own) - len(known)
    missing = (f"cost of {lost} of {len(own)} projects",) if lost else ()
    return Section(id="projects", answer=Answer(figures=tuple(figures), tables=(table,)),
                   missing=missing, links=((f"/projects?country={iso3}", "projects"),))  # fmt: skip


def parks(iso3: str) -> Section:
    """Cooperation zones, twin parks and border zones in the economy."""
    from beltroad.policy.parks import find

    about(iso3)
    own = find(iso3)
    if own.empty:
        return Section(id="parks", answer=Answer(), missing=("parks: none on record",))
    base = origin_of_table("parks", "claimed", method="parks")
    shown = own.assign(
        opened=[f"{y:.0f}" if y == y else "" for y in own["year_open"]],
        _origin=row_origins(own.assign(source_date=own["as_of"]), "claimed"),
    )  # fmt: skip
    one = figure(
        f"{iso3}-parks",
        "Parks and zones on record",
        len(own),
        "parks",
        base.model_copy(update={"kind": "computed", "formula": "rows of this host"}),
        inputs=[(str(k), str(v)) for k, v in own["status"].value_counts().items()],
    )
    table = table_of("parks", "Parks and zones", shown, [
        text_column("name", "Park"), text_column("kind", "Kind"), text_column("place", "Place"),
        text_column("partners", "Partners"), text_column("status", "State"),
        text_column("opened", "Open since"),
        column("firms", "Firms", "count", table="parks"),
        column("invested_usd_mn", "Invested", "million USD", table="parks", decimals=1),
        column("jobs", "Jobs", "persons", table="parks"),
        text_column("industries", "Industries"), text_column("confidence", "Confidence"),
    ], origin=base)  # fmt: skip
    lost = int(own["jobs"].isna().sum())
    return Section(
        id="parks", answer=Answer(figures=(one,), tables=(table,)),
        missing=(f"jobs in {lost} of {len(own)} parks",) if lost else (),
        links=((f"/rules/parks?host={iso3}", "parks"),),
    )  # fmt: skip


def transport(iso3: str) -> Section:
    """Named services that call, container ports, and crossings with their waits."""
    about(iso3)
    tables, missing, figures = [], [], []
    calls = evidence.load("service_places")
    calls = calls[calls["iso3"] == iso3]
    if len(calls):
        known = evidence.load("services").set_index("service_id")
        base = origin_of_table("service_places", "claimed", method="services")
        calls = calls.assign(
            service=[known.loc[s, "name"] for s in calls["service_id"]],
            state=[known.loc[s, "status"] for s in calls["service_id"]],
            _origin=row_origins(calls, "claimed"),
        )
        figures.append(
            figure(
                f"{iso3}-services",
                "Named services that call",
                int(calls["service_id"].nunique()),
                "services",
                base.model_copy(
                    update={"kind": "computed", "formula": "services with a place in the economy"}
                ),
            )
        )
        tables.append(table_of("services", "Named services", calls, [
            text_column("service", "Service"), text_column("place", "Place"),
            text_column("role", "Role"), text_column("state", "State"),
            text_column("confidence", "Confidence"),
        ], origin=base))  # fmt: skip
    else:
        missing.append("named services: none on record calls there")
    ports = evidence.load("container_ports")
    ports = ports[ports["iso3"] == iso3].sort_values("teu", ascending=False)
    if len(ports):
        base = origin_of_table("container_ports", "claimed")
        ports = ports.assign(
            year=[f"{y:.0f}" if y == y else "" for y in ports["year"]],
            _origin=row_origins(ports, "claimed"),
        )
        tables.append(table_of("ports", "Container ports", ports, [
            text_column("name", "Port"), text_column("locode", "Code"),
            column("teu", "Containers", "TEU a year", table="container_ports"),
            text_column("year", "Year"), text_column("role", "Role"),
        ], origin=base))  # fmt: skip
    missing += _borders(iso3, tables, figures)
    return Section(id="transport", answer=Answer(figures=tuple(figures), tables=tuple(tables)),
                   missing=tuple(missing))  # fmt: skip


def _borders(iso3: str, tables: list, figures: list) -> list[str]:  # type: ignore[type-arg]
    rows = evidence.load("borders")
    rows = rows[(rows["iso3_a"] == iso3) | (rows["iso3_b"] == iso3)].copy()
    if rows.empty:
        return []
    names = codes()
    here = rows["iso3_a"] == iso3
    rows["neighbour"] = [
        names.get(b if a == iso3 else a, "")
        for a, b in zip(rows["iso3_a"], rows["iso3_b"], strict=True)
    ]
    rows["wait_out"] = rows["wait_ab_hours"].where(here, rows["wait_ba_hours"])
    rows["wait_in"] = rows["wait_ba_hours"].where(here, rows["wait_ab_hours"])
    rows["_origin"] = row_origins(rows)
    base = origin_of_table("borders", method="parameters")
    measured = int(rows[["wait_out", "wait_in"]].notna().any(axis=1).sum())
    figures.append(figure(f"{iso3}-crossings", "Border crossings on record", len(rows), "crossings",
                          base.model_copy(update={"kind": "computed", "formula":
                                                  "rows with the economy on one side"}),
                          inputs=[("with a measured wait", str(measured))]))  # fmt: skip
    tables.append(table_of("borders", "Border crossings", rows, [
        text_column("name", "Crossing"), text_column("neighbour", "With"),
        text_column("mode", "Mode"),
        column("wait_out", "Wait, leaving", "hours", decimals=1, origin=base),
        column("wait_in", "Wait, entering", "hours", decimals=1, origin=base),
        column("fee_usd", "Fee", "USD", table="borders"),
    ], note="Where no wait was measured, routes take the usual one of the class of border.",
       origin=base))  # fmt: skip
    lost = len(rows) - measured
    return [f"waits at {lost} of {len(rows)} border crossings"] if lost else []
