"""Print how well the accounts of the trade model agree with what is recorded.

Run: ``python data/check_world.py [--leave-out KAZ LAO ...]``. Leaving economies out takes about
half a minute each.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import pandas as pd

from _icio_source import observed, read_flows
from _leave_out import table as leave_out_table
from _world_figures import ROW, figures, split_out
from beltroad import evidence
from beltroad.trade import calibrate, country_results, solve

USUAL = ("KAZ", "LAO", "PAK", "VNM", "EGY", "MAR")


def accounts() -> None:
    """Identities of the calibration as loaded."""
    start = time.process_time()
    c = calibrate()
    spent = time.process_time() - start
    inputs = np.einsum("nkj,nj->nk", c.gamma, c.sales)
    print(f"{len(c.economies)} economies, {len(c.industries)} industries; {spent:.2f} s CPU")
    print(
        f"  value added {c.value_added.sum() / 1e12:.2f} tn USD, output "
        f"{c.sales.sum() / 1e12:.1f}, tariff revenue {c.tariff_revenue.sum() / 1e9:.0f} bn"
    )
    gaps = {
        "payments to factors": np.abs((c.beta * c.sales).sum(axis=1) / c.value_added - 1).max(),
        "sales": np.abs(c.trade_usd.sum(axis=1).T - c.sales).max() / c.sales.max(),
        "spending": np.abs((c.expenditure - inputs).sum(axis=1) / c.income - 1).max(),
        "deficits": abs(c.deficit.sum()) / c.value_added.sum(),
    }  # fmt: skip
    print("  gaps: " + ", ".join(f"{k} {v:.1e}" for k, v in gaps.items()))


def trade_against_records() -> None:
    """Exports and imports by economy, model against record."""
    t = evidence.load("icio_economies").set_index("iso3")
    imputed = t["imputed"].astype(str) == "True"
    for side in ("exports", "imports"):
        off = 100 * (t[f"{side}_musd"] / t[f"{side}_recorded_musd"] - 1)
        for label, rows in (("observed", ~imputed), ("imputed", imputed)):
            part = off[rows].dropna()
            print(f"{side}, {label}: median gap {part.abs().median():.1f} %, nine in ten within "
                  f"{part.abs().quantile(0.9):.0f} % ({len(part)} with a record)")  # fmt: skip
    off = 100 * (t["exports_musd"] / t["exports_recorded_musd"] - 1)
    worst = off.abs().sort_values(ascending=False).index[:10]
    print("furthest from the record (exports, percent, bn USD in the model):")
    for code in worst:
        print(f"  {code} {off[code]:+.0f} %, {t.loc[code, 'exports_musd'] / 1e3:.1f} bn: "
              f"{reason(code, t.loc[code])}")  # fmt: skip
    china = t.loc["CHN"]
    print(f"China: exports {china['exports_musd'] / 1e3:.0f} bn (recorded "
          f"{china['exports_recorded_musd'] / 1e3:.0f}), goods at basic prices "
          f"{china['goods_exports_musd'] / 1e3:.0f}")  # fmt: skip
    seen = t[~imputed]
    for column in ("source_residual_musd", "value_added_musd"):
        ratio = seen[column] * 1e6 / seen["gdp_usd"]
        low, high = ratio.quantile([0.05, 0.95])
        print(f"{column} over GDP of the observed: total "
              f"{seen[column].sum() * 1e6 / seen['gdp_usd'].sum():.3f}, 5 to 95 % {low:.3f} to "
              f"{high:.3f}")  # fmt: skip


def reason(code: str, row: pd.Series) -> str:
    """Why an economy's exports differ from the record."""
    if code in ("HKG", "SGP", "NLD", "BEL", "ARE"):
        return "goods that pass through are left out"
    if row["intermediate_exports_musd"] > row["exports_recorded_musd"]:
        return "inputs sold abroad alone are above the record"
    if row["exports_recorded_musd"] < 0.05 * row["gdp_usd"] / 1e6:
        return "record below 5 % of GDP (official exchange rate)"
    if row["exports_musd"] < row["exports_recorded_musd"]:
        return "record above what can be made at home (goods that pass through)"
    return "trade of similar economies, that the weight of the record does not undo"


def pairs() -> None:
    """Recorded pairs of goods trade, model against record."""
    c = calibrate()
    others = [code for code in c.economies if code != ROW]
    known = figures(others, [])
    place = np.array([known.economies.index(code) for code in c.economies])
    recorded = known.goods_trade_usd[np.ix_(place, place)] / 1e9
    flow = c.trade_usd[c.goods].sum(axis=0) / 1e9
    n, i = np.nonzero(np.isfinite(recorded))
    ratio = flow[n, i] / (0.8 * recorded[n, i])
    print(
        f"{len(n)} recorded pairs: model over 0.8 of the record: median {np.median(ratio):.2f}, "
        f"middle half {np.quantile(ratio, 0.25):.2f} to {np.quantile(ratio, 0.75):.2f}"
    )
    for a, b in (("CHN", "KAZ"), ("CHN", "KGZ"), ("CHN", "UZB"), ("CHN", "PAK"), ("KAZ", "CHN"),
                 ("TKM", "CHN"), ("IRQ", "CHN"), ("TUR", "GEO"), ("CHN", "MNG"), ("MNG", "CHN"),
                 ("CHN", "LAO"), ("CHN", "USA")):  # fmt: skip
        x, y = c.economies.index(b), c.economies.index(a)
        print(f"  {a} to {b}: {flow[x, y]:.2f} bn (record {recorded[x, y]:.2f})")


def shock() -> None:
    """Time of a corridor shock: two equilibria on one core, as an appraisal solves them."""
    c = calibrate()
    corridor = {*evidence.load("corridor_economies")["iso3"], "CHN"}
    inside = np.isin(c.economies, sorted(corridor))
    pair = np.outer(inside, inside) & ~np.eye(len(inside), dtype=bool)
    change = np.where(c.goods[:, None, None] & pair, 0.97, 1.0)
    start = time.process_time()
    first = solve(c, np.where(change < 1, 1.01, 1.0))
    second = solve(c, change, start=first)
    spent = time.process_time() - start
    print(
        f"two equilibria: {spent:.2f} s CPU, steps {first.steps} and {second.steps}, residual "
        f"{second.residuals.largest:.1e}"
    )
    gains = country_results(c, second)["real_income_change_pct"]
    print(
        "  -3 % on goods between corridor economies, real income: "
        + ", ".join(
            f"{k} {gains[k]:.2f}" for k in ("CHN", "KAZ", "KGZ", "UZB", "MNG", "LAO", "PAK", "VNM")
        )
    )


def main() -> None:
    """Print every check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leave-out", nargs="*", metavar="ISO3", default=None)
    asked = parser.parse_args()
    accounts()
    trade_against_records()
    pairs()
    shock()
    if asked.leave_out is not None:
        flows = read_flows()
        base = observed(flows)
        known = figures(base.economies, split_out(base.economies))
        goods = evidence.load("icio_industries")["is_goods"].to_numpy(bool)
        with pd.option_context("display.width", 250, "display.max_columns", 20):
            found = leave_out_table(flows, known, goods, asked.leave_out or USUAL)
            print(found.round(2).to_string(index=False))


if __name__ == "__main__":
    main()
