"""Rules that turn reported figures into whole series: deterministic, stated, flagged.

Nothing here knows a country. A :class:`~.book.Book` holds each value with its
kind and source; every rule fills only years that are still empty, and marks what it fills
``imputed`` (calculated from other figures of the same country) or ``assumed`` (a convention). The
rules and what they rest on are described in ``docs/methods/debt-inputs.md``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.finance.debt.inputs.book import RULE, Book
from beltroad.finance.debt.inputs.extend_fiscal import fiscal

__all__ = ["CONVERGENCE_YEARS", "extend"]

Array = NDArray[np.float64]
CONVERGENCE_YEARS = 5
"""Years over which growth moves from the last projection to its long-run value."""
HISTORY_YEARS = 10
RESERVES_YEARS = 5
GOODS_YEARS = 10
"""Years for which the share of goods in exports may be carried on."""
MOST_DRIFT = 2.0
"""Factor by which trade over GDP may move until the last projection of volumes."""


def extend(
    book: Book, dollar_deflator_pct: Array, outlook_debt_pct: Array
) -> list[tuple[str, str, str]]:
    """Apply all rules for series to a ledger; return gaps (variable, why, effect).

    Parameters
    ----------
    dollar_deflator_pct
        Growth of the deflator of United States GDP on the years of the ledger, per cent.
    outlook_debt_pct
        Public debt over GDP as its source projects it, on the same years, per cent.
    """
    gaps: list[tuple[str, str, str]] = []
    _macro(book, dollar_deflator_pct)
    gdp = book.get("gdp_usd_mn")
    for flow in ("exports", "imports"):
        _trade(book, flow, gdp, dollar_deflator_pct)
        gaps += _odd_ratio(book, f"{flow}_usd_mn", gdp)
    _ratios(book, gdp)
    gaps += _commodities(book)
    gaps += _reserves(book)
    gaps += _debt(book, gdp)
    gaps += fiscal(book, outlook_debt_pct)
    return gaps


def _hold(book: Book, name: str, *, mean_of: int = 1) -> None:
    """Keep the mean of the last known years of a ratio or rate to the end."""
    last = book.last_known(name)
    if not last:
        return
    values = book.get(name)
    known = values[book.years <= last]
    tail = known[np.isfinite(known)][-mean_of:]
    what = f"last value, {last}" if mean_of == 1 else f"mean of {len(tail)} years to {last}"
    flat = np.full(len(book.years), float(np.mean(tail)))
    book.put(name, flat, "assumed", f"{RULE}{what}, held", first=last + 1)


def _macro(book: Book, dollar_deflator_pct: Array) -> None:
    growth = book.get("real_growth_pct")
    last = book.last_known("real_growth_pct")
    if last:
        years = book.years
        ahead = growth[(years > last - 3) & (years <= last)]
        past = growth[(years >= book.start - HISTORY_YEARS) & (years < book.start)]
        goal = max(0.0, min(float(np.nanmean(ahead)), float(np.nanmean(past))))
        begin = float(growth[years == last][0])
        step = np.clip((years - last) / CONVERGENCE_YEARS, 0, 1)
        book.put(
            "real_growth_pct", begin + (goal - begin) * step, "assumed",
            f"{RULE}to the lower of the last 3 projected and {HISTORY_YEARS} past years",
            first=last + 1,
        )  # fmt: skip
    _hold(book, "deflator_growth_pct")
    last = book.last_known("gdp_usd_mn")
    if last:
        # The real exchange rate stays: GDP in dollars grows with output and dollar prices.
        factor = (1 + book.get("real_growth_pct") / 100) * (1 + dollar_deflator_pct / 100)
        path = book.get("gdp_usd_mn")
        for k in np.flatnonzero(book.years > last):
            path[k] = path[k - 1] * factor[k]
        book.put("gdp_usd_mn", path, "assumed",
                 f"{RULE}real growth and the deflator of the dollar", first=last + 1)  # fmt: skip


def _trade(book: Book, flow: str, gdp: Array, dollar_deflator_pct: Array) -> None:
    """Exports or imports: reported ratio or amount; then volumes at dollar prices; then ratio."""
    name, ratio = f"{flow}_usd_mn", f"{flow}_pct_gdp"
    book.carry(ratio, name, gdp / 100)
    last = book.last_known(name)
    if not last:
        return
    values = book.get(name)
    share = pd.Series(values / gdp).interpolate(limit_area="inside").to_numpy()
    book.put(name, share * gdp, "imputed", f"{RULE}ratio to GDP between known years")
    path = _at_projected_volumes(book, flow, dollar_deflator_pct)
    drift = path / gdp / (book.at(name, last) / book.at("gdp_usd_mn", last))
    known = drift[(book.years > last) & np.isfinite(drift)]
    # Where volumes and GDP do not fit together, the ratio says more than the volumes.
    if len(known) and known.min() > 1 / MOST_DRIFT and known.max() < MOST_DRIFT:
        book.put(name, path, "imputed",
                 f"{RULE}projected volumes (weo_2024_04) at the deflator of the dollar",
                 first=last + 1)  # fmt: skip
    last = book.last_known(name)
    held = book.at(name, last) / float(gdp[book.years == last][0])
    book.put(name, held * gdp, "assumed", f"{RULE}ratio to GDP of {last}, held", first=last + 1)


def _odd_ratio(book: Book, name: str, gdp: Array) -> list[tuple[str, str, str]]:
    """Tell where the last reported ratio to GDP is far from those of the ten years before."""
    last = book.last_known(name, book.start - 1)
    window = (book.years > last - HISTORY_YEARS) & (book.years <= last)
    ratio = book.get(name)[window] / gdp[window]
    if not np.isfinite(ratio).any():
        return []
    middle = float(np.nanmedian(ratio))
    if 1 / MOST_DRIFT < ratio[-1] / middle < MOST_DRIFT:
        return []
    return [
        (name, f"{100 * ratio[-1]:.0f} % of GDP in {last}, {100 * middle:.0f} % in the median of "
         f"{HISTORY_YEARS} years: a break in the source or a shock",
         "taken as reported; ratios to it are doubtful")
    ]  # fmt: skip


def _at_projected_volumes(book: Book, flow: str, dollar_deflator_pct: Array) -> Array:
    """Exports or imports after the last known year: volumes as projected, dollar prices."""
    name = f"{flow}_usd_mn"
    volume = book.get(f"{flow.removesuffix('s')}_volume_growth_pct")
    path = book.get(name)
    for k in np.flatnonzero(book.years > book.last_known(name)):
        path[k] = path[k - 1] * (1 + volume[k] / 100) * (1 + dollar_deflator_pct[k] / 100)
    return path


def _amount(book: Book, ratio: str, name: str, gdp: Array, *, mean_of: int = 1) -> None:
    _hold(book, ratio, mean_of=mean_of)
    book.carry(ratio, name, gdp / 100)


def _ratios(book: Book, gdp: Array) -> None:
    """Everything that is held as a ratio to GDP after the last known year."""
    balance = book.get("current_account_usd_mn") / gdp * 100
    last = book.last_known("current_account_usd_mn")
    if last:
        flat = np.full(len(book.years), balance[book.years == last][0]) * gdp / 100
        book.put("current_account_usd_mn", flat, "assumed",
                 f"{RULE}ratio to GDP of {last}, held", first=last + 1)  # fmt: skip
    _amount(book, "fdi_inflows_pct_gdp", "fdi_net_usd_mn", gdp, mean_of=5)
    _amount(book, "remittances_pct_gdp", "remittances_usd_mn", gdp)
    # Personal remittances are the part of current transfers that is open for most countries.
    values = book.get("remittances_usd_mn")
    book.put("current_transfers_usd_mn", values, "imputed", f"{RULE}remittances received")
    book.carry("revenue_with_grants_pct_gdp", "revenue_pct_gdp")
    _hold(book, "revenue_pct_gdp")


def _commodities(book: Book) -> list[tuple[str, str, str]]:
    """Commodities in exports: what manufactures leave of goods, times goods over all exports.

    A share of goods below the real one would hide exposure, one above it exaggerates: where goods
    are not known for a year the last known share stands in, where they never were, nothing does.
    """
    name = "commodity_exports_pct"
    rest = 100 - book.get("manufactures_exports_pct_goods")
    last = book.last_known("manufactures_exports_pct_goods", book.start - 1)
    none = "the commodity price test is not triggered"
    if not last:
        return [(name, f"no open figure of manufactures in exports after {book.start - 11}", none)]
    exports = book.get("exports_usd_mn")
    share = book.get("goods_exports_usd_mn") / np.where(exports > 0, exports, np.nan)
    # Goods of the balance of payments can exceed the exports of the national accounts.
    held = pd.Series(np.minimum(share, 1.0)).ffill(limit=GOODS_YEARS).to_numpy(dtype=np.float64)
    book.put(name, rest * held, "imputed",
             f"{RULE}100 less manufactures (wdi_TX.VAL.MANF.ZS.UN), times goods "
             "(wdi_BX.GSR.MRCH.CD) over exports", last=book.start - 1)  # fmt: skip
    if name not in book:
        return [(name, "no open figure of goods exports by which to weigh the share", none)]
    if last < book.start - 3:
        return [(name, f"no open figure after {last}", "the shares up to then are taken")]
    return []


def _reserves(book: Book) -> list[tuple[str, str, str]]:
    """Gross reserves from their share of external debt; then the coverage of imports returns.

    It moves over five years from its last value to the mean of the last five known ones: coverage
    after a crisis, or after a windfall, comes back part of the way (``docs/methods/debt-inputs.md``
    has the test against later years).
    """
    name, imports = "reserves_usd_mn", book.get("imports_usd_mn")
    stock = book.get("reserves_pct_external_debt") / 100 * book.get("external_debt_usd_mn")
    book.put(name, stock, "reported", "wdi_FI.RES.TOTL.DT.ZS", last=book.start - 1)
    last = book.last_known(name, book.start - 1)
    if not last:
        return [(name, "no open figure", "the composite indicator cannot be computed")]
    coverage = book.get(name) / np.where(imports > 0, imports, np.nan)
    begin = float(coverage[book.years == last][0])
    near = coverage[(book.years > last - RESERVES_YEARS) & (book.years <= last)]
    goal = float(np.mean(near[np.isfinite(near)]))
    step = np.clip((book.years - last) / CONVERGENCE_YEARS, 0, 1)
    book.put(name, (begin + (goal - begin) * step) * imports, "assumed",
             f"{RULE}coverage of imports from {last} to the mean of {RESERVES_YEARS} years",
             first=last + 1)  # fmt: skip
    if last < book.start - 2:
        return [(name, f"no open figure after {last}",
                 "the coverage of imports of the years before is carried on")]  # fmt: skip
    return []


def _debt(book: Book, gdp: Array) -> list[tuple[str, str, str]]:
    gaps = []
    stock = book.get("external_ppg_debt_usd_mn")
    private = np.maximum(book.get("external_debt_usd_mn") - stock, 0.0)
    name = "external_private_debt_usd_mn"
    book.put(name, private, "imputed", f"{RULE}total less public external debt",
             last=book.start - 1)  # fmt: skip
    last = book.last_known(name)
    if last:
        held = book.at(name, last) / float(gdp[book.years == last][0]) * gdp
        book.put(name, held, "assumed", f"{RULE}ratio to GDP of {last}, held", first=last + 1)
    # External debt with guarantees can be wider than the debt of the general government.
    external, public = stock / gdp * 100, book.get("public_debt_pct_gdp")
    narrow = np.isfinite(external) & np.isfinite(public) & (external > public)
    narrow &= book.years < book.start
    if narrow.any():
        wide = np.where(narrow, external, np.nan)
        book.put("public_debt_pct_gdp", wide, "imputed",
                 f"{RULE}public external debt, which is larger", replace=True)  # fmt: skip
        spell = ", ".join(str(y) for y in book.years[narrow])
        gaps.append(
            ("public_debt_pct_gdp", f"general government debt is below public external debt "
             f"(wider coverage, exchange rate of the year's end): {spell}",
             "the external figure counts as public debt in these years; no domestic debt is left")
        )  # fmt: skip
    return gaps
