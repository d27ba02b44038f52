"""A case of the debt room as figures and tables, each with where it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from beltroad.app.answers import Answer, Column, Figure, Origin, Table, finite, table_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from beltroad.app.questions.debt.cases import Found
    from beltroad.finance.debt.ratings.assess import Assessment

__all__ = [
    "columns_for", "figures", "list_table", "notes", "number", "package", "path", "stress",
    "summary",
]  # fmt: skip

_MECHANICAL = "Mechanical, before any judgement: orientation, not an official rating."


def _rule(formula: str, found: Found | None = None, *, method: str = "debt-ratings", note: str = "",
          inputs: Iterable[tuple[str, str]] = ()) -> Origin:  # fmt: skip
    vintage = "" if found is None else str(found.inputs.settings.get("vintage") or "")
    return Origin(kind="computed", method=method, formula=formula, note=note, as_of=vintage,
                  inputs=tuple(inputs), source="" if found is None else
                  "Inputs of the country, see the inputs below")  # fmt: skip


def list_table(rows: list[dict[str, Any]]) -> Table:
    """All prepared countries with our rating, the published one, and how much is observed."""
    from beltroad.finance.debt.report import view

    rated = Origin(
        kind="computed", method="debt-ratings", note=_MECHANICAL,
        formula="high: the baseline breaches a threshold; moderate: only a stress test does; low: "
                "neither. Market-financing countries: the worse of near and medium term",
    )  # fmt: skip
    theirs = Origin(
        source="Latest joint assessment of IMF and World Bank", kind="observed",
        method="debt-published", note="As listed; the institutions add judgement.",
    )  # fmt: skip
    share = Origin(kind="computed", method="debt-inputs",
                   formula="yearly values of this kind over all yearly values")  # fmt: skip
    frame = pd.DataFrame(rows)
    frame["_href"] = "/debt/" + frame["iso3"]
    frame["why"] = frame["why"].map(lambda text: view.brief(view.note(str(text))))
    return table_of(
        "debt-countries", "Countries with prepared debt inputs", frame,
        (
            Column(name="name", title="Country"), Column(name="iso3", title="Code"),
            Column(name="framework", title="Framework",
                   description="lic: low-income countries; market: market-financing countries."),
            Column(name="class", title="Debt-carrying capacity",
                   origin=Origin(kind="computed", method="debt-ratings",
                                 formula="composite indicator: below 2.69 weak, above 3.05 "
                                         "strong")),
            Column(name="external", title="External risk", origin=rated),
            Column(name="overall", title="Overall risk or signal", origin=rated),
            Column(name="published", title="Published external risk", origin=theirs),
            Column(name="published_on", title="Published on", kind="date"),
            Column(name="notches", title="Ours less theirs", unit="notches", kind="number",
                   decimals=0, origin=Origin(kind="computed", method="debt-published",
                                             formula="rank of ours less rank of theirs")),
            Column(name="observed_pct", title="Observed inputs", unit="%", kind="number",
                   decimals=0, origin=share),
            Column(name="imputed_pct", title="Imputed", unit="%", kind="number", decimals=0,
                   origin=share),
            Column(name="assumed_pct", title="Assumed", unit="%", kind="number", decimals=0,
                   origin=share),
            Column(name="gaps", title="Gaps", unit="-", kind="number", decimals=0),
            Column(name="why", title="Why ours differs"),
        ),
        note=f"{_MECHANICAL} The signal of market-financing countries leaves solvency out here; "
             "the country's own page draws the fan that it needs.",
        origin=Origin(method="debt-ratings"),
    )  # fmt: skip


def figures(found: Found) -> tuple[Figure, ...]:
    """Ratings and what they rest on."""
    if found.market:
        return _market_figures(found)
    from beltroad.finance.debt.report import view

    case = _assessment(found)
    base = [(f"{e.label}, peak of the baseline", f"{e.baseline_pct:.1f}% (threshold "
             f"{e.threshold_pct:g}%)") for e in view.extremes(case)]  # fmt: skip
    shock = [(f"{e.label}, worst stress test {e.stress}", f"{e.stress_pct:.1f}% (threshold "
              f"{e.threshold_pct:g}%)") for e in view.extremes(case)]  # fmt: skip
    bri = getattr(found.case, "bri", None)
    external = bri.final_rating if bri is not None else case.external_rating
    said = (f"high: the baseline is {view.breach_words(case)}; moderate: only a stress test is; "
            "low: neither; in debt distress: an event that the settings state")  # fmt: skip
    out = [
        Figure(id="external", label="Risk of external debt distress", value=external,
               origin=_rule(said, found, note=_MECHANICAL, inputs=[*base[:4], *shock[:4]])),
        Figure(id="overall", label="Overall risk of public debt distress",
               value=case.overall_rating,
               origin=_rule(f"{said}; with public debt", found, note=_MECHANICAL,
                            inputs=[*base, *shock])),
        Figure(id="capacity", label="Debt-carrying capacity", value=case.capacity.final,
               origin=_rule("composite indicator below 2.69: weak; above 3.05: strong; else "
                            "medium; a class changes after two equal results in a row", found,
                            note=case.capacity.reason, inputs=_contributions(case))),
    ]  # fmt: skip
    if case.space:
        out.append(
            Figure(id="space", label="Space to absorb shocks", value=case.space,
                   origin=_rule("distance of the baseline to each external threshold, as a share "
                                "of it", found))
        )  # fmt: skip
    return tuple(out)


def _contributions(case: Assessment) -> list[tuple[str, str]]:
    composite = case.capacity.composite
    rows = case.capacity.contributions.to_dict("records")
    out = [(str(r["variable"]).replace("_", " "), f"{r['value']:.4g} x {r['coefficient']:.4g}")
           for r in rows]  # fmt: skip
    return [("composite indicator", "not known" if composite != composite else f"{composite:.2f}"),
            *out]  # fmt: skip


def _market_figures(found: Found) -> tuple[Figure, ...]:
    from beltroad.finance.debt.report import market_view

    case: Any = found.case
    result = case.assessment
    rules = {
        "overall": "the worse of near and medium term; a high long-term signal alone: moderate",
        "near": "two benchmarks above their upper line: high; one: moderate",
        "medium": "the worse of liquidity and solvency",
        "solvency": "fan index: width, probability of not stabilising, terminal level",
        "liquidity": "average gross financing need against benchmarks",
        "long": "flags: none low, one moderate, two or more high",
    }
    out = [
        Figure(id=key, label=title, value=str(result.signals[key]),
               origin=_rule(rules.get(key, ""), found, method="bri-dsf", note=_MECHANICAL))
        for key, title in market_view.SIGNALS.items()
    ]  # fmt: skip
    out.append(
        Figure(id="need", label="Average gross financing need of the medium term", unit="% of GDP",
               value=finite(result.average_need_pct_gdp),
               origin=_rule("mean of deficit and repayments over GDP", found, method="bri-dsf"))
    )  # fmt: skip
    return tuple(out)


def _assessment(found: Found) -> Assessment:
    case: Any = found.case
    result: Assessment = case.assessment
    return result


def summary(found: Found) -> Answer:
    """Ratings, the burdens with their thresholds, checks of realism, and notes."""
    from beltroad.finance.debt.report import view

    tables = list(_market_tables(found)) if found.market else [_burdens(found), _realism(found)]
    if (both := package(found)) is not None:
        tables.insert(0, both)
    return Answer(
        title=found.inputs.name or found.inputs.iso3, figures=figures(found),
        tables=tuple(tables), notes=tuple(view.capital(view.note(n)) for n in notes(found)),
    )  # fmt: skip


def notes(found: Found) -> tuple[str, ...]:
    """What could not be done, was assumed or filled in."""
    case: Any = found.case
    bri = getattr(case, "bri", None)
    said = [*(bri.notes if bri is not None else ()), *case.assessment.notes,
            *getattr(case, "notes", ())]  # fmt: skip
    return tuple(dict.fromkeys(said))


def _burdens(found: Found) -> Table:
    from beltroad.finance.debt.report import view

    case = _assessment(found)
    names = ("indicator", "label", "threshold_pct", "baseline_pct", "baseline_year",
             "baseline_years_above", "baseline_breach", "stress", "stress_pct", "stress_year",
             "stress_years_above", "stress_breach", "signal", "space_pct")  # fmt: skip
    frame = pd.DataFrame(
        [[getattr(e, n) for n in names] for e in view.extremes(case)], columns=list(names)
    )
    frame["stress"] = frame["stress"].map(view.scenario)
    for name in ("baseline_year", "stress_year"):
        frame[name] = frame[name].map(_year)
    window = view.window(case)
    peak = _rule(f"highest value of {window[0]} to {window[-1]}", found, method="debt-dynamics")
    breach = _rule(view.breach_words(case), found)
    return table_of(
        "burdens", "Burdens against thresholds", frame,
        (
            Column(name="label", title="Burden"),
            number("threshold_pct", "Threshold", "%", Origin(
                kind="assumed", method="debt-ratings",
                formula=f"threshold of the class {case.capacity.final}")),
            number("baseline_pct", "Baseline's peak", "%", peak),
            Column(name="baseline_year", title="in", origin=peak),
            number("baseline_years_above", "Years above", "years", breach, 0),
            Column(name="baseline_breach", title="Breach", kind="flag", origin=breach),
            Column(name="stress", title="Most extreme stress test", origin=_rule(
                "per burden the stress test with the highest value", found)),
            number("stress_pct", "Its peak", "%", peak),
            Column(name="stress_year", title="in", origin=peak),
            number("stress_years_above", "Years above", "years", breach, 0),
            Column(name="stress_breach", title="Breach", kind="flag", origin=breach),
            Column(name="signal", title="Alone it says"),
            number("space_pct", "Space", "% of threshold", _rule(
                "100 x (1 - baseline's peak / threshold)", found), 0),
        ),
        note=view.drivers(case),
    )  # fmt: skip


def number(name: str, title: str, unit: str, origin: Origin, decimals: int = 1) -> Column:
    """A column of numbers."""
    return Column(name=name, title=title, unit=unit or "-", kind="number",
                  decimals=decimals, origin=origin)  # fmt: skip


def columns_for(frame: pd.DataFrame, origin: Origin) -> list[Column]:
    """Columns of a table of the framework: words in place of names, units apart."""
    from beltroad.finance.debt.report import view

    out = []
    for name in map(str, frame.columns):
        title, _, unit = view.column_title(name).partition(", ")
        numeric = pd.api.types.is_numeric_dtype(frame[name]) and frame[name].dtype != bool
        kind = "number" if numeric else "link" if name == "url" else "text"
        unit = unit or ("-" if numeric else "")
        out.append(Column(name=name, title=title, unit=unit, kind=kind, origin=origin))
    return out


def _year(value: int) -> str:
    """A year without separators; nothing where none is known."""
    return str(value) if value else ""


def _realism(found: Found) -> Table:
    from beltroad.finance.debt.report import view

    frame = _assessment(found).realism.copy()
    frame["item"] = frame["item"].map(view.capital)
    return table_of(
        "realism", "Realism of the baseline", frame,
        (
            Column(name="item", title="Check"), Column(name="tool", title="Tool"),
            number("value", "Value", "", _rule("see the method page, realism tools", found), 2),
            Column(name="unit", title="Unit"),
            Column(name="flag", title="Flag", kind="flag", description="Looks optimistic."),
            Column(name="note", title="Remark"),
        ),
        note="The checks do not move a rating.",
    )  # fmt: skip


def stress(found: Found) -> Answer:
    """Highest value of every burden in every scenario; the framework's own tables for markets."""
    from beltroad.finance.debt.report import view

    if found.market:
        return Answer(title=found.inputs.name, tables=tuple(_market_tables(found)))
    case = _assessment(found)
    frame = view.heat(case)
    frame["label"] = frame["indicator"].map(view.label)
    frame["title"] = frame["scenario"].map(view.scenario)
    frame["peak_year"] = frame["peak_year"].map(_year)
    peak = _rule("highest value of the years that count for the rating", found,
                 method="debt-dynamics")  # fmt: skip
    table = table_of(
        "stress", "Stress tests", frame,
        (
            Column(name="title", title="Scenario"), Column(name="scenario", title="Code"),
            Column(name="label", title="Burden"), Column(name="indicator", title="Name"),
            number("peak_pct", "Peak", "%", peak),
            Column(name="peak_year", title="in", origin=peak),
            number("threshold_pct", "Threshold", "%", Origin(kind="assumed",
                                                              method="debt-ratings")),
            number("share_pct", "Peak over threshold", "%",
                    _rule("100 x peak / threshold", found), 0),
            number("years_above", "Years above", "years", _rule("strictly above", found), 0),
        ),
        note="Historical averages check realism and are never in the rating.",
    )  # fmt: skip
    return Answer(title=found.inputs.name, tables=(table, path(found)))


# Words for columns of the path whose names are abbreviations: title and unit.
_SPELT = {
    "Gdp": ("GDP", ""), "Gdp lcu mn": ("GDP, local currency", "million"),
    "Fdi net": ("FDI, net", ""), "External ppg debt": ("External public debt", ""),
    "Pv external": ("PV of external debt", ""),
}  # fmt: skip


def path(found: Found) -> Table:
    """The projected years of the baseline, with the package where there is one."""
    from beltroad.finance.debt.report import view

    case: Any = found.case
    one = case.assessment.path if found.market else case.assessment.paths["baseline"]
    frame = one.table.reset_index(names="year").astype({"year": int})
    frame["year"] = frame["year"].astype(str)
    origin = _rule("see the method page: debt, service and present value by year", found,
                   method="debt-dynamics")  # fmt: skip
    columns = [Column(name="year", title="Year")]
    for name in frame.columns[1:]:
        title, _, unit = view.column_title(str(name)).partition(", ")
        full = view.label(str(name))
        spelt, its_unit = _SPELT.get(title, (title, ""))
        columns.append(number(str(name), spelt if full == name else full,
                               "%" if full != name else unit or its_unit, origin))  # fmt: skip
    return table_of("path", "Baseline by year", frame, columns)


def _market_tables(found: Found) -> list[Table]:
    case: Any = found.case
    result = case.assessment
    parts = (
        ("near", "Near term: benchmarks", result.near.heat_map),
        ("medium", "Medium term", result.medium), ("long", "Long term: checks", result.long),
        ("loss", "Expected loss of creditors", result.loss), ("path", "", None),
    )  # fmt: skip
    out = []
    for key, title, frame in parts:
        if frame is None:
            out.append(path(found))
        elif len(frame):
            columns = columns_for(frame, _rule("see the method page", found, method="bri-dsf"))
            out.append(table_of(key, title, frame, columns))
    return out


def package(found: Found) -> Table | None:
    """Without and with the loans; None without any."""
    case: Any = found.case
    if case.beside is None:
        return None
    frame = case.beside.table(case.assessment).copy()
    frame["unit"] = frame["unit"].astype(str)
    facts = case.beside.facts()
    note = "No loans: nothing changes."
    if facts.loans:
        note = (
            f"USD {facts.disbursement_usd_mn:,.0f} million lent {facts.when}; present value "
            f"USD {facts.present_value_usd_mn:,.0f} million at {facts.discount_rate_pct:g}%, "
            f"grant element {facts.grant_element_pct:.1f}%."
        )
    origin = _rule("the same assessment with the loans on top of the baseline, in all scenarios",
                   found, method="debt-projects")  # fmt: skip
    return table_of(
        "without-and-with", "Without and with the loans", frame,
        (
            Column(name="item", title="What"), Column(name="unit", title="Unit"),
            number("without", "Without", "-", origin), number("with", "With", "-", origin),
        ),
        note=note,
    )  # fmt: skip
