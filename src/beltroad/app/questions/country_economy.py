"""Of an economy: trade by the model's accounts, two-way investment, debt."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pandas as pd

from beltroad import evidence
from beltroad.app.answers import Answer, Column, Figure, Origin, table_of
from beltroad.app.questions.country import Section, about, codes
from beltroad.app.questions.figures_base import column, figure, origin_of_table, text_column
from beltroad.errors import InputError

__all__ = ["debt", "flows", "investment", "trade"]

HOME = "CHN"
PARTNERS = 25
IMPUTED = (
    "this economy is not in the OECD tables: its accounts are imputed from donors and recorded "
    "totals"
)


@lru_cache(maxsize=1)
def flows() -> pd.DataFrame:
    """Trade in all industries between each pair: million USD by importer and exporter."""
    from beltroad.trade.model import TradeModel

    accounts = TradeModel.bundled().calibration
    whole = accounts.trade_usd.sum(axis=0) / 1e6
    names = list(accounts.economies)
    table = pd.DataFrame(whole, index=pd.Index(names, name="importer"),
                         columns=pd.Index(names, name="exporter"))  # fmt: skip
    pairs = table.reset_index().melt("importer", value_name="trade_musd")
    return pairs[["importer", "exporter", "trade_musd"]]


@lru_cache(maxsize=1)
def accounts() -> pd.DataFrame:
    """The economies of the trade model."""
    return evidence.load("icio_economies").set_index("iso3")


def trade(iso3: str) -> Section:
    """Exports, imports and partners in the accounts that the trade model rests on."""
    about(iso3)
    known = accounts()
    if iso3 not in known.index:
        return Section(id="trade", answer=Answer(),
                       missing=("trade: not one of the economies of the trade model",))  # fmt: skip
    row: Any = known.loc[iso3]
    kind = "imputed" if row["imputed"] else "observed"
    base = origin_of_table("icio_economies", kind, method="world-accounts")
    # Totals of economies in the tables are recorded; flows by partner are in part imputed for all.
    partly = origin_of_table("world_trade", "imputed", method="world-accounts").model_copy(
        update={"note": "inputs between economies of the OECD tables are observed; final demand by "
                        "destination and every other flow are imputed"})  # fmt: skip
    note = IMPUTED + f": {row['donors']}" if row["imputed"] else ""
    base = base.model_copy(update={"note": note, "as_of": "2022"})
    figures: list[Figure] = [
        figure(f"{iso3}-{name}", label, float(row[f"{name}_musd"]), "million USD", base,
               inputs=[("as recorded", f"{row[f'{name}_recorded_musd']:,.0f} million USD")])
        for name, label in (("exports", "Exports of goods and services, 2022"),
                            ("imports", "Imports of goods and services, 2022"))
    ]  # fmt: skip
    every = flows()
    out = every[(every["exporter"] == iso3) & (every["importer"] != iso3)]
    into = every[(every["importer"] == iso3) & (every["exporter"] != iso3)]
    both = pd.DataFrame({
        "exports": out.set_index("importer")["trade_musd"],
        "imports": into.set_index("exporter")["trade_musd"],
    }).fillna(0.0)  # fmt: skip
    if HOME in both.index:
        china: Any = both.loc[HOME]
        figures += [
            figure(f"{iso3}-{name}-china", f"{label} China, 2022", float(china[name]),
                   "million USD", partly.model_copy(update={
                       "formula": "sum over industries of the accounts", "as_of": "2022"}),
                   inputs=[("share of the total", f"{100 * china[name] / both[name].sum():.1f} %")])
            for name, label in (("exports", "Exports to"), ("imports", "Imports from"))
        ]  # fmt: skip
    both["total"] = both["exports"] + both["imports"]
    both["share_exports"] = 100 * both["exports"] / both["exports"].sum()
    both["share_imports"] = 100 * both["imports"] / both["imports"].sum()
    both["balance"] = both["exports"] - both["imports"]
    top = both.sort_values("total", ascending=False).head(PARTNERS).rename_axis("iso3")
    top = top.reset_index()
    names = codes()
    top["partner"] = [names.get(c, "Rest of the world" if c == "ROW" else c) for c in top["iso3"]]
    top["_href"] = [f"/countries/{c}" if c in names else "" for c in top["iso3"]]
    table = table_of("trade", f"Largest partners in goods and services, 2022 ({len(both)} in all)",
                     top, [
        text_column("partner", "Partner"),
        column("exports", "Exports to it", "million USD", origin=partly),
        column("share_exports", "Share of exports", "%", decimals=1, origin=partly),
        column("imports", "Imports from it", "million USD", origin=partly),
        column("share_imports", "Share of imports", "%", decimals=1, origin=partly),
        column("balance", "Balance", "million USD", origin=partly.model_copy(
            update={"formula": "exports less imports"})),
    ], origin=partly)  # fmt: skip
    missing = [f"trade: {IMPUTED}"] if row["imputed"] else []
    notes = (str(row["flags"]),) if row["flags"] else ()
    return Section(id="trade", answer=Answer(figures=tuple(figures), tables=(table,), notes=notes),
                   missing=tuple(missing))  # fmt: skip


def _recency(period: str) -> int:
    """Order of periods: the later its end, then the longer it is; in days of a rough calendar.

    >>> sorted(["2024", "2021-06-30", "2000:2021", "2021", "2023-01:2023-06"], key=_recency)
    ['2021-06-30', '2021', '2000:2021', '2023-01:2023-06', '2024']
    """
    first, _, last = period.rpartition(":")
    end = _day(last, (12, 31))
    start = _day(first or last, (1, 1)) if first or ":" not in period else end
    return 1_000_000 * end + end - start


def _day(text: str, rest: tuple[int, int]) -> int:
    """A year, month or day as a number; what is not said is taken from ``rest``."""
    parts = [int(p) for p in text.split("-") if p.isdecimal()]
    year, month, day = (*parts, *(0, *rest)[len(parts) :]) if parts else (0, 0, 0)
    return 372 * year + 31 * month + day


@lru_cache(maxsize=1)
def _ledger() -> pd.DataFrame:
    from beltroad.finance import invest

    return invest.load()


def investment(iso3: str) -> Section:
    """What each source says of investment between the economy and China, side by side."""
    from beltroad.finance import invest

    about(iso3)
    if iso3 == HOME:
        return Section(id="investment", answer=Answer(),
                       links=(("/figures/finance", "figures"),))  # fmt: skip
    table = invest.side_by_side(_ledger(), iso3)
    if table.empty:
        return Section(
            id="investment",
            answer=Answer(),
            missing=("two-way investment with China: no source lists the economy",),
        )
    about_source = evidence.load("investment_sources").astype(str).set_index("source")
    origins = []
    for row in table.to_dict("records"):
        known = about_source.loc[row["source"]] if row["source"] in about_source.index else None
        origins.append(Origin(
            source=row["source"] if known is None else f"{known['publisher']}: {known['title']}",
            url=str(row["document"] or ("" if known is None else known["url"])),
            as_of=str(row["period"]), licence="" if known is None else known["licence"],
            kind="claimed", method="investment",
            note=f"confidence {row['confidence']}; told by {row['told_by']}"
                 + ("" if known is None or not known["note"] else f"; {known['note']}"),
        ))  # fmt: skip
    said: Any = [o.model_dump() for o in origins]
    shown = table.assign(_origin=said)
    figures: list[Figure] = []
    for direction, label in (("outward", "From China"), ("inward", "To China")):
        for measure in ("stock", "flow", "commitment"):
            mine = table[(table["direction"] == direction) & (table["measure"] == measure)]
            if mine.empty:
                continue
            last: Any = mine["period"].astype(str).map(_recency).idxmax()
            row = table.loc[last]
            unit = f"million {row['price_basis'].replace('current ', '')}".replace(
                "million constant", "million (constant)"
            )
            figures.append(figure(
                f"{iso3}-{direction}-{measure}",
                f"{label}: {row['instrument'].replace('_', ' ')}, {measure}, {row['period']}",
                float(row["value_mn"]), unit, origins[list(table.index).index(last)],
                inputs=[("bound", str(row["bound"])), ("price basis", str(row["price_basis"]))],
            ))  # fmt: skip
    made = table_of("investment", "Investment with China as each source has it", shown, [
        text_column("direction", "Direction", "outward: from China; inward: into China"),
        text_column("measure", "Measure"), text_column("period", "Period"),
        text_column("instrument", "Counts"), text_column("source", "Source"),
        column("value_mn", "Amount", "millions, in the price basis of the row", decimals=1),
        text_column("price_basis", "Price basis"), text_column("bound", "Bound"),
        column("ratio", "To the first source", "ratio", decimals=2, description="To the first row "
               "of the same direction, measure and period: how far sources differ."),
        text_column("confidence", "Confidence"),
    ], note="Rows of different sources or price bases are never added.",
       origin=origin_of_table("investment", "claimed", method="investment"))  # fmt: skip
    missing = []
    if not (table["direction"] == "inward").any():
        missing.append("investment into China: no source lists the economy")
    notes: tuple[str, ...] = ()
    try:
        notes = invest.balance(_ledger(), iso3).notes
    except InputError:  # only loans and aid, say: there is nothing to balance
        missing.append("a balance of direct investment: no source has it both ways")
    return Section(
        id="investment",
        answer=Answer(figures=tuple(figures), tables=(made,), notes=notes),
        missing=tuple(missing),
    )


_SERIES = (
    ("public_debt_pct_gdp", "Public debt", "% of GDP"),
    ("external_ppg_debt_usd_mn", "Public external debt", "million USD"),
    ("reserves_usd_mn", "Reserves", "million USD"),
    ("revenue_pct_gdp", "Revenue", "% of GDP"),
    ("primary_balance_pct_gdp", "Primary balance", "% of GDP"),
    ("real_growth_pct", "Growth", "% a year"),
)


def debt(iso3: str) -> Section:
    """Published rating, our mechanical one where inputs are prepared, and the key series."""
    from beltroad.finance.debt.inputs import prepared
    from beltroad.finance.debt.published.findings import ratings
    from beltroad.finance.debt.published.ratings import framework_beside

    about(iso3)
    figures: list[Figure] = []
    missing: list[str] = []
    listed = ratings()
    own = listed[listed["iso3"] == iso3]
    if len(own):
        row = own.iloc[0]
        figures.append(figure(
            f"{iso3}-published", "Published rating of external debt distress",
            str(row["external_rating"]), "", origin_of_table("debt_ratings").model_copy(
                update={"as_of": str(row["published_on"]),
                        "note": f"listed to {row['listed_to']}"
                        + (f"; public debt {row['sustainability']}" if row["sustainability"]
                           else "")})))  # fmt: skip
    else:
        missing.append("published rating: the economy is not in the list of the LIC-DSF")
    if iso3 not in prepared.codes():
        missing.append("own debt assessment: no prepared inputs")
        return Section(id="debt", answer=Answer(figures=tuple(figures)), missing=tuple(missing))
    inputs = prepared.inputs(iso3)
    figures += _rated(inputs, framework=framework_beside(inputs), missing=missing)  # fmt: skip
    base = origin_of_table("debt_series", method="debt-inputs")
    rows = inputs.series.reindex(columns=[n for n, *_ in _SERIES])
    last = inputs.first_year
    rows = rows[(rows.index >= last - 10) & (rows.index <= last + 4)]
    origins = inputs.origins
    columns: list[Column] = [text_column("year", "Year"), text_column("kind", "Figures are")]
    columns += [column(n, title, unit, decimals=1, origin=base) for n, title, unit in _SERIES]
    kinds = []
    for year in rows.index:
        said = origins[(origins["year_from"] <= year) & (origins["year_to"] >= year)
                       & origins["variable"].isin([n for n, *_ in _SERIES])]  # fmt: skip
        kinds.append(", ".join(sorted(set(said["kind"]))))
    frame = rows.assign(year=[str(y) for y in rows.index], kind=kinds)
    table = table_of("debt", "Key series", frame, columns, origin=base,
                     note=f"First year of projection: {last}.")  # fmt: skip
    for name, title, unit in _SERIES[:2]:
        known = inputs.series[name].loc[: last - 1].dropna()
        if len(known):
            figures.append(
                figure(
                    f"{iso3}-last-{name}",
                    f"{title}, {known.index[-1]}",
                    round(float(known.iloc[-1]), 2),
                    unit,
                    _told(inputs, name, int(known.index[-1]), base),
                )
            )
    if len(inputs.gaps):
        missing.append(f"{len(inputs.gaps)} inputs of the debt assessment, among them "
                       + ", ".join(str(v) for v in inputs.gaps["variable"].head(5)))  # fmt: skip
    return Section(id="debt", answer=Answer(figures=tuple(figures), tables=(table,)),
                   missing=tuple(missing), links=((f"/debt/{iso3}", "debt"),))  # fmt: skip


def _told(inputs: Any, variable: str, year: int, base: Origin) -> Origin:
    """Where one value of a series comes from: its own source, and whether that only estimates."""
    rows = inputs.origins
    rows = rows[(rows["variable"] == variable) & (rows["year_from"] <= year)
                & (rows["year_to"] >= year)]  # fmt: skip
    if rows.empty:
        return base.model_copy(update={"as_of": str(year)})
    kind, key = str(rows["kind"].iloc[0]), str(rows["source"].iloc[0])
    listed = evidence.load("debt_sources").astype(str).set_index("source")
    said: dict[str, str] = {"source": key, "url": "", "licence": "", "note": ""}
    if key in listed.index:
        row = listed.loc[key]
        said = {"source": str(row["title"]), "url": str(row["url"]), "licence": str(row["licence"]),
                "note": f"edition of {row['vintage']}"}  # fmt: skip
    if kind in ("estimate", "projection"):
        said["note"] = "; ".join(filter(None, (said["note"], f"{kind} of the source")))
    meant = {"reported": "observed", "estimate": "observed", "projection": "observed"}
    return base.model_copy(
        update={**said, "as_of": str(year), "kind": meant.get(kind, kind)}
    )  # fmt: skip


def _rated(inputs: Any, *, framework: str, missing: list[str]) -> list[Figure]:
    """Our mechanical rating under the framework that fits the country."""
    from beltroad.finance.debt.bri.market import assess_market
    from beltroad.finance.debt.ratings.assess import assess

    code = inputs.iso3
    base = origin_of_table("debt_series", "computed", method="debt-ratings")
    base = base.model_copy(update={"as_of": str(inputs.settings.get("vintage", ""))})
    try:
        if framework == "lic":
            found = assess(inputs)
            made = base.model_copy(
                update={
                    "formula": "worst signal of external debt indicators against the thresholds of "
                    "the class, baseline and stress tests; mechanical, before any judgement"
                }
            )
            told = [("debt-carrying capacity", str(found.capacity.final))]
            told += [
                (f"{r['indicator']}, {r['case']}", f"peak {r['peak_pct']:.1f} % "
                 f"(threshold {r['threshold_pct']:.0f} %)")
                for r in found.signals.to_dict("records")
            ]  # fmt: skip
            return [
                figure(f"{code}-external", "Own rating of external debt distress",
                       found.external_rating, "", made, inputs=told),
                figure(f"{code}-overall", "Own overall rating", found.overall_rating, "", made),
            ]  # fmt: skip
        signals = assess_market(inputs).signals
        made = base.model_copy(update={
            "method": "bri-dsf", "formula": "near, medium and long term signals of the framework "
            "for countries with market access; parts without data are unknown"})  # fmt: skip
        return [
            figure(
                f"{code}-overall",
                "Own overall signal (market access)",
                str(signals["overall"]),
                "",
                made,
                inputs=[(k, str(v)) for k, v in signals.items() if k != "overall"],
            )
        ]
    except InputError as error:
        missing.append(f"own debt rating: {error}")
        return []
