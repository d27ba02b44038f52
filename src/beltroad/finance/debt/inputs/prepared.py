"""Country inputs prepared from open figures, so that an assessment runs out of the box.

Reported figures lie in the bundled tables ``debt_series``, ``debt_settings`` and ``debt_terms``;
what a full set of inputs needs beyond them is derived by the rules of ``extend`` and
``borrowing``, and flagged. They are a starting point to be replaced by a country's own figures.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad import evidence
from beltroad.errors import InputError
from beltroad.evidence import economies
from beltroad.finance.debt.inputs import borrowing
from beltroad.finance.debt.inputs.book import RULE, Book
from beltroad.finance.debt.inputs.extend import extend
from beltroad.finance.debt.model import CountryInputs
from beltroad.finance.debt.vocabulary import SERIES, SETTINGS

__all__ = ["FIRST_PROJECTION_YEAR", "VINTAGE", "codes", "countries", "inputs", "outlook_debt"]

FIRST_PROJECTION_YEAR = 2024
LAST_YEAR = 2044
FIRST_YEAR = 2004
MOST_INFLATION_PCT = 100.0
"""Above it, ratios to GDP in local currency say nothing about debt in dollars."""
VINTAGE = "World Economic Outlook, April 2024; World Bank debt and development figures to 2023-24"
_BASE = ("gdp_usd_mn", "real_growth_pct", "deflator_growth_pct", "exports_usd_mn",
         "imports_usd_mn", "current_account_usd_mn", "fdi_net_usd_mn", "revenue_pct_gdp",
         "primary_balance_pct_gdp", "public_debt_pct_gdp", "external_ppg_debt_usd_mn")  # fmt: skip
_ORIGIN_COLUMNS = ["variable", "year_from", "year_to", "kind", "source"]
_NAMES_OF = {
    "exports_usd_mn": ("exports_usd_mn", "exports_pct_gdp"),
    "imports_usd_mn": ("imports_usd_mn", "imports_pct_gdp"),
    "fdi_net_usd_mn": ("fdi_inflows_pct_gdp",),
    "revenue_pct_gdp": ("revenue_with_grants_pct_gdp",),
}


def inputs(iso3: str) -> CountryInputs:
    """Prepared inputs of one country, with origins and gaps.

    Parameters
    ----------
    iso3
        ISO 3166-1 code or English name.

    Raises
    ------
    InputError
        If there is no such economy, or open figures do not suffice for it.
    """
    code = economies.iso3(iso3)
    if code not in _ready():
        lacking = _lacking().get(code)
        why = f"open figures lack {', '.join(lacking)}" if lacking else "no figures are prepared"
        raise InputError(
            f"{code}: no prepared debt inputs ({why}); make a blank template with "
            f"'beltroad debt template {code}', fill it in and assess that"
        )
    return _inputs(code)


def codes() -> tuple[str, ...]:
    """ISO 3166-1 alpha-3 codes of the countries with prepared inputs, sorted; takes no time."""
    return _ready()


def countries() -> pd.DataFrame:
    """Countries with prepared inputs.

    Returns
    -------
    DataFrame
        iso3, name, framework, vintage, first_projection_year, series_known and series_needed
        (of the needed series), imputed_pct and assumed_pct (share of all yearly values before
        the projection and in it that are our own calculation or a convention), gaps (number).
        The first call works out all inputs (some seconds).
    """
    return _countries().copy()


@lru_cache(maxsize=1)
def _countries() -> pd.DataFrame:
    rows = []
    for code in _ready():
        one = _inputs(code)
        span = one.origins["year_to"] - one.origins["year_from"] + 1
        of_series = one.origins["variable"].isin(list(SERIES))
        total = float(span[of_series].sum())
        shares = {
            kind: 100 * float(span[of_series & (one.origins["kind"] == kind)].sum()) / total
            for kind in ("imputed", "assumed")
        }
        needed = [name for name, each in SERIES.items() if each.needed]
        rows.append(
            {
                "iso3": code,
                "name": one.name,
                "framework": one.settings["framework"],
                "vintage": VINTAGE,
                "first_projection_year": FIRST_PROJECTION_YEAR,
                "series_known": sum(name in one.series.columns for name in needed),
                "series_needed": len(needed),
                "imputed_pct": round(shares["imputed"], 1),
                "assumed_pct": round(shares["assumed"], 1),
                "gaps": len(one.gaps),
            }
        )
    return pd.DataFrame(rows)


def outlook_debt(iso3: str) -> pd.Series:
    """Public debt in per cent of GDP as the World Economic Outlook itself projects it.

    A yardstick for our baseline, not an input to it.
    """
    code = economies.iso3(iso3)
    rows = _rows(code)
    rows = rows[rows["variable"] == "public_debt_pct_gdp"]
    return pd.Series(
        rows["value"].to_numpy(float), index=pd.Index(rows["year"], name="year"), name=code
    )


@lru_cache(maxsize=8)
def _table(name: str) -> pd.DataFrame:
    """A bundled table, read once; without its provenance, which pandas copies at every step."""
    table = evidence.load(name)
    table.attrs = {}
    return table


@lru_cache(maxsize=1)
def _series() -> dict[str, pd.DataFrame]:
    table = _table("debt_series")
    table = table[table["year"] >= FIRST_YEAR]
    return {str(code): part for code, part in table.groupby("iso3", observed=True)}


def _rows(code: str) -> pd.DataFrame:
    empty = pd.DataFrame(columns=["variable", "year", "value", "kind", "source"])
    return _series().get(code, empty)


@lru_cache(maxsize=1)
def _lacking() -> dict[str, tuple[str, ...]]:
    """What keeps a country from being prepared: needed series without a usable value."""
    out = {}
    base = FIRST_PROJECTION_YEAR - 1
    for code, rows in _series().items():
        if code in ("WLD", "USA"):
            continue
        last = rows.groupby("variable", observed=True)["year"].max().to_dict()
        lacking = []
        for name in _BASE:
            newest = max(last.get(raw, 0) for raw in _NAMES_OF.get(name, (name,)))
            # Trade and investment may end earlier: their ratios are then carried on.
            least = base - 5 if name in _NAMES_OF and name != "revenue_pct_gdp" else base
            if newest < least:
                lacking.append(name)
        price = rows.loc[
            (rows["variable"] == "deflator_growth_pct") & rows["year"].isin([base, base + 1])
        ]
        if price["value"].max() > MOST_INFLATION_PCT:
            lacking.append(f"steady prices: inflation above {MOST_INFLATION_PCT:g} %")
        if lacking:
            out[code] = tuple(lacking)
    return out


@lru_cache(maxsize=1)
def _ready() -> tuple[str, ...]:
    return tuple(c for c in sorted(_series()) if c not in ("WLD", "USA") and c not in _lacking())


@lru_cache(maxsize=1)
def _dollar() -> pd.Series:
    """Growth of the deflator of the dollar; its last value is held."""
    rows = _rows("USA")
    rows = rows[rows["variable"] == "deflator_growth_pct"]
    years = pd.Index(range(FIRST_YEAR, LAST_YEAR + 1))
    return pd.Series(rows["value"].to_numpy(float), index=rows["year"]).reindex(years).ffill()


def _outlook(code: str) -> NDArray[np.float64]:
    """The source's own debt path on the years of a ledger."""
    path = outlook_debt(code).reindex(range(FIRST_YEAR, LAST_YEAR + 1))
    return path.to_numpy(dtype=np.float64)


def _facts(code: str) -> pd.DataFrame:
    table = _table("debt_settings")
    return table[table["iso3"] == code]


def _fact(facts: pd.DataFrame, setting: str, default: str) -> str:
    found = facts.loc[facts["setting"] == setting, "value"]
    return str(found.iloc[0]) if len(found) else default


def _interest(code: str) -> dict[str, float]:
    table = _table("debt_terms")
    rows = table[table["iso3"] == code]
    return dict(zip(rows["instrument"], rows["interest_pct"].astype(float), strict=True))


@lru_cache(maxsize=256)
def _inputs(code: str) -> CountryInputs:
    rows = _rows(code)
    projected_debt = (rows["variable"] == "public_debt_pct_gdp") & (
        rows["year"] >= FIRST_PROJECTION_YEAR
    )
    book = Book(rows[~projected_debt], FIRST_YEAR, LAST_YEAR, FIRST_PROJECTION_YEAR)
    gaps = extend(book, _dollar().to_numpy(), _outlook(code))
    facts, interest = _facts(code), _interest(code)
    framework = _fact(facts, "framework", "market")
    terms = borrowing.existing_terms(book, _outlook(code), interest, framework)
    settings, origins = _settings(facts, terms)
    instruments = borrowing.instruments(
        book, interest, terms, framework, settings["market_access"] == "yes"
    )
    _service_history(book, terms.settings["existing_external_interest_pct"])
    frame, outside = _within_bounds(book.frame(SERIES))
    gaps += outside
    if "cpia" in frame.columns:
        frame.loc[frame.index >= FIRST_PROJECTION_YEAR, "cpia"] = np.nan
    elif settings["framework"] == "lic":
        gaps.append(("cpia", "not published", "the composite indicator cannot be computed"))
    if not (origins["variable"] == "disaster_prone").any():
        gaps.append(("disaster_prone", "not on a list that was read", "taken as no"))
    if np.isfinite(float(settings["union_reserves_pct_imports"])):
        effect = "the composite indicator uses the coverage of imports of the monetary union"
        gaps = [(n, w, effect if n == "reserves_usd_mn" else e) for n, w, e in gaps]
    shared = _table("debt_gaps")
    shared = shared[shared["iso3"].isin(["", code])]
    listed = pd.DataFrame(gaps, columns=["variable", "why", "effect"])
    all_gaps = pd.concat([shared[["variable", "why", "effect"]], listed], ignore_index=True)
    of_terms = pd.DataFrame(
        [(f"instrument: {i.name}", FIRST_PROJECTION_YEAR, LAST_YEAR, i.kind, i.source)
         for i in instruments],
        columns=_ORIGIN_COLUMNS,
    )  # fmt: skip
    return CountryInputs(
        iso3=code,
        name=economies.name(code),
        series=frame,
        settings=settings,
        instruments=instruments,
        origins=pd.concat([book.origins(SERIES), origins, of_terms], ignore_index=True),
        gaps=all_gaps,
        sources=_table("debt_sources").copy(),
    )


def _settings(
    facts: pd.DataFrame, terms: borrowing.Borrowing
) -> tuple[dict[str, float | str], pd.DataFrame]:
    """All settings of the vocabulary: derived, a fact, or the default; and where they come from."""
    words = {str(row["setting"]): row for row in facts.to_dict("records")}
    values: dict[str, float | str] = {}
    origins = []
    year = FIRST_PROJECTION_YEAR
    for name, each in SETTINGS.items():
        if name in terms.settings:
            term = terms.settings[name]
            values[name] = term.value
            origins.append((name, year, year, term.kind, term.source))
        elif name == "first_projection_year":
            values[name] = float(year)
        elif name == "vintage":
            values[name] = VINTAGE
        elif name in words:
            row = words[name]
            values[name] = row["value"] if each.choices else float(row["value"])
            origins.append((name, year, year, row["kind"], row["source"]))
        elif each.choices or each.unit == "-":
            values[name] = each.default
        else:
            values[name] = float(each.default) if each.default else float("nan")
    return values, pd.DataFrame(origins, columns=_ORIGIN_COLUMNS)


def _service_history(book: Book, rate: borrowing.Terms) -> None:
    """Split the service paid into interest and principal at the average rate."""
    service, stock = book.get("external_ppg_service_usd_mn"), book.get("external_ppg_debt_usd_mn")
    before = np.concatenate([[np.nan], stock[:-1]])
    interest = np.minimum(rate.value / 100 * before, service)
    last = FIRST_PROJECTION_YEAR - 1
    source = f"{RULE}average interest on the stock a year before"
    book.put("external_interest_usd_mn", interest, "imputed", source, last=last)
    source = "wdi_DT.TDS.DPPG.CD less interest"
    book.put("external_principal_usd_mn", service - interest, "imputed", source, last=last)
    bill = book.get("primary_balance_pct_gdp") - book.get("net_lending_pct_gdp")
    source = f"{RULE}primary less overall balance (weo_2024_04)"
    book.put("public_interest_pct_gdp", bill, "imputed", source, last=last)
    paid = np.maximum(bill - interest / book.get("gdp_usd_mn") * 100, 0.0)
    source = f"{RULE}primary less overall balance (weo_2024_04) less external interest"
    book.put("domestic_interest_pct_gdp", paid, "imputed", source, last=last)


def _within_bounds(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[tuple[str, str, str]]]:
    """Leave out past values that no assessment would accept (debt relief booked as revenue)."""
    gaps = []
    for name in frame.columns:
        low, high = SERIES[name].low, SERIES[name].high
        values = frame[name].to_numpy()
        bad = np.isfinite(values) & ((values < low) | (values > high))
        if bad.any():
            years = ", ".join(str(y) for y in frame.index[bad])
            gaps.append((name, f"outside {low:g} to {high:g} in {years}", "left empty"))
            frame.loc[bad, name] = np.nan
    return frame, gaps
