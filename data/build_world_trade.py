"""Accounts of the trade model: 80 observed economies, all others imputed, balanced into one world.

Run: ``python data/build_world_trade.py``. Writes icio_trade, icio_inputs, icio_output,
icio_economies and world_trade into the bundle. Method and limits: docs/methods/world-accounts.md;
``python data/check_world.py`` prints how well the result agrees with what is recorded.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from _common import write_table
from _icio_source import MILLION, IcioFlows, labels, observed, read_flows
from _world_figures import ROW, bundled, facts, figures, split_out
from beltroad import evidence
from beltroad.trade.world import Figures, World, extend

SCRIPT = "data/build_world_trade.py"
OECD = {
    "title": "OECD Inter-Country Input-Output (ICIO) tables, 2025 edition, year 2022",
    "url": "https://www.oecd.org/en/data/datasets/inter-country-input-output-tables.html",
    "licence": "CC BY 4.0",
    "vintage": "2022 (2025 edition)",
}
COPY = {
    "title": "Benchmark arrays inside the Python package sanction-simulator 0.1.4 (Bhattathiripad "
    "and Veetil; code MIT), derived from the OECD ICIO",
    "url": "https://www.oecd.org/en/data/datasets/inter-country-input-output-tables.html",
    "licence": "CC BY 4.0 (data, OECD)",
    "vintage": "2022 (2025 edition)",
}
IMPUTED = (
    "Inputs sold between the 80 economies of the OECD tables are observed. Final demand by "
    "destination and every flow with another economy are imputed (gravity start, donors' "
    "structure, entropy balancing to output, final spending and recorded trade); see "
    "docs/methods/world-accounts.md. Typed by hand: what goods an economy mainly exports, and the "
    "land borders of states younger than the table of borders."
)
OBSERVED_BITS, IMPUTED_BITS = 11, 9
SMALLEST_MUSD = 1e-3  # imputed flows below 1,000 USD a year are left out
SOURCED = (
    "gdp_2022", "trade_totals_sources", "trade_totals_goods_only", "bilateral_goods_trade",
    "bilateral_goods_shares", "common_borders",
)  # fmt: skip
OFF = 0.2  # exports that differ by more than this part from the record get a flag


def compact(values: np.ndarray, bits: int) -> np.ndarray:
    """Float32 with fewer bits of mantissa (relative error 2 ** -(bits + 1)): compresses better.

    The data are not known to that accuracy; the accounts are closed exactly when they are read.
    """
    drop = 23 - bits
    word = values.astype("float32").view("uint32") + np.uint32(1 << (drop - 1))
    return (word & np.uint32((0xFFFFFFFF << drop) & 0xFFFFFFFF)).view("float32")


def sources() -> list[dict[str, str]]:
    """Every source of the figures that went in, once."""
    out = [OECD, COPY]
    for name in SOURCED:
        table = facts(name).drop_duplicates(["source_title"])
        for row in table[table["source_url"] != ""].itertuples():
            licence = getattr(row, "licence", "") or "facts"
            vintage = str(getattr(row, "vintage", "") or getattr(row, "year", "2022"))
            out.append(
                {
                    "title": row.source_title,
                    "url": row.source_url,
                    "licence": licence,
                    "vintage": vintage,
                }
            )
    return out


def observed_trade(world: World) -> pd.DataFrame:
    """Flows between the observed economies: inputs as observed, final demand as imputed."""
    c = world.observed
    inputs, final = (a[:, :c, :c] / MILLION for a in (world.inputs, world.final))
    j, n, i = np.nonzero((inputs > 0) | (final > 0))
    codes = list(world.economies[:c])
    return pd.DataFrame(
        {
            "industry": pd.Categorical.from_codes(j, list(world.industries)),
            "importer": pd.Categorical.from_codes(n, codes),
            "exporter": pd.Categorical.from_codes(i, codes),
            "intermediate_musd": compact(inputs[j, n, i], OBSERVED_BITS),
            "final_musd": compact(final[j, n, i], OBSERVED_BITS),
        }
    )


def imputed_trade(world: World) -> pd.DataFrame:
    """Flows with an imputed economy on either side, inputs and final demand together."""
    flow = world.trade / MILLION
    flow[:, : world.observed, : world.observed] = 0.0
    lost = flow[flow < SMALLEST_MUSD].sum()
    print(f"flows below {SMALLEST_MUSD} m USD left out: {lost:.1f} m USD of {flow.sum():.0f}")
    j, n, i = np.nonzero(flow >= SMALLEST_MUSD)
    codes = list(world.economies)
    return pd.DataFrame(
        {
            "industry": pd.Categorical.from_codes(j, list(world.industries)),
            "importer": pd.Categorical.from_codes(n, codes),
            "exporter": pd.Categorical.from_codes(i, codes),
            "trade_musd": compact(flow[j, n, i], IMPUTED_BITS),
        }
    )


def input_table(world: World) -> pd.DataFrame:
    """Share of gross output spent on each input, all origins together."""
    share = world.cost_share
    worst = share.sum(axis=1).max()
    if worst > 0.98 + 1e-9:
        raise SystemExit(f"an industry spends {worst:.3f} of its output on inputs")
    n, k, j = np.nonzero(share > 1e-7)
    value = share[n, k, j]
    seen = n < world.observed
    value = np.where(seen, compact(value, OBSERVED_BITS), compact(value, IMPUTED_BITS))
    return pd.DataFrame(
        {
            "country": pd.Categorical.from_codes(n, list(world.economies)),
            "input_industry": pd.Categorical.from_codes(k, list(world.industries)),
            "using_industry": pd.Categorical.from_codes(j, list(world.industries)),
            "cost_share": value.astype("float32"),
        }
    )


def output_table(world: World, flows: IcioFlows) -> pd.DataFrame:
    """Gross output and value added by economy and industry."""
    added = world.output - world.use.sum(axis=1)
    recorded = np.full(world.output.shape, np.nan)
    recorded[: world.observed] = flows.recorded_output.T
    n, j = np.nonzero(world.output)
    return pd.DataFrame(
        {
            "country": [world.economies[x] for x in n],
            "industry": [world.industries[x] for x in j],
            "gross_output_musd": (world.output / MILLION)[n, j].round(3),
            "value_added_musd": (added / MILLION)[n, j].round(3),
            "recorded_output_musd": recorded[n, j].round(3),
            "imputed": n >= world.observed,
        }
    )


def economy_table(
    world: World, known: Figures, flows: IcioFlows, names: dict[str, str], goods: np.ndarray
) -> pd.DataFrame:
    """One row an economy: size, trade in the model and in the records, donors, flags."""
    c, total = world.observed, len(world.economies)
    away = 1.0 - np.eye(total)
    trade = world.trade
    exports = (trade * away).sum(axis=(0, 1))
    imports = (trade * away).sum(axis=(0, 2))
    sent = (world.inputs * away).sum(axis=(0, 1))
    called = bundled("countries").set_index("iso3")["name"].to_dict()
    years = facts("gdp_2022").set_index("iso3")
    residual = observed(flows).residual.sum(axis=1)
    rows = []
    for k, code in enumerate(world.economies):
        seen = k < c
        flags = []
        if not np.isfinite(known.exports_usd[k]):
            flags.append("no record of trade in goods and services: donors' share of GDP")
        elif abs(exports[k] / known.exports_usd[k] - 1.0) > OFF:
            flags.append(f"exports differ from the record by more than {OFF:.0%}")
        if code in years.index and years.loc[code, "confidence"] != "high":
            flags.append(f"GDP: {years.loc[code, 'note'] or 'IMF'}")
        if code == ROW:
            flags.append("world GDP less all others; place is the mean of its members")
        mix = "" if seen else donor_text(world.donors[k - c], world.economies)
        rows.append(
            {
                "iso3": code,
                "name": names.get(code) or called.get(code, "Rest of the world"),
                "imputed": not seen,
                "donors": mix,
                "gdp_usd": round(known.gdp_usd[k]),
                "value_added_musd": world.value_added[k] / MILLION,
                "source_residual_musd": residual[k] / MILLION if seen else np.nan,
                "gross_output_musd": world.output[k].sum() / MILLION,
                "deficit_musd": world.deficit[k] / MILLION,
                "exports_musd": exports[k] / MILLION,
                "imports_musd": imports[k] / MILLION,
                "exports_recorded_musd": known.exports_usd[k] / MILLION,
                "imports_recorded_musd": known.imports_usd[k] / MILLION,
                "goods_exports_musd": (trade[goods][:, :, k].sum() - trade[goods][:, k, k].sum())
                / MILLION,
                "intermediate_exports_musd": sent[k] / MILLION,
                "flags": "; ".join(flags),
            }
        )
    table = pd.DataFrame(rows)
    numbers = [c for c in table.columns if c.endswith("_musd")]
    table[numbers] = table[numbers].round(3)
    return table.sort_values("iso3")


def donor_text(weights: np.ndarray, economies: tuple[str, ...]) -> str:
    """Donors by weight, such as ``KAZ 0.41; AGO 0.20``."""
    order = np.argsort(-weights, kind="stable")
    return "; ".join(f"{economies[k]} {weights[k]:.2f}" for k in order if weights[k] >= 0.005)


def main() -> None:
    """Build and write the five tables."""
    flows = read_flows()
    names, _ = labels()
    base = observed(flows)
    goods = evidence.load("icio_industries")["is_goods"].to_numpy(bool)
    known = figures(base.economies, split_out(base.economies))
    world = extend(base, known, goods)
    print({k: float(f"{v:.3g}") for k, v in world.residuals.items()})
    write(world, known, flows, names, goods)


def write(
    world: World, known: Figures, flows: IcioFlows, names: dict[str, str], goods: np.ndarray
) -> None:
    """Write the tables of a balanced world."""
    origin = sources()
    write_table(
        "icio_trade",
        observed_trade(world),
        title="Intermediate and final trade by industry between 80 economies, 2022",
        script=SCRIPT,
        sources=[OECD, COPY],
        columns={
            "industry": ("-", "ICIO industry that makes the goods or services"),
            "importer": ("-", "ISO 3166 alpha-3 of the buyer (may equal the exporter)"),
            "exporter": ("-", "ISO 3166 alpha-3 of the seller"),
            "intermediate_musd": ("million USD", "sales to industries, basic prices; observed"),
            "final_musd": ("million USD", "sales to final demand; imputed by destination"),
        },
        notes=IMPUTED,
        fmt="parquet",
    )
    write_table(
        "world_trade",
        imputed_trade(world),
        title="Imputed trade by industry with the economies that the OECD tables do not show, 2022",
        script=SCRIPT,
        sources=origin,
        columns={
            "industry": ("-", "ICIO industry that makes the goods or services"),
            "importer": ("-", "ISO 3166 alpha-3 of the buyer, or ROW (rest of the world)"),
            "exporter": ("-", "ISO 3166 alpha-3 of the seller, or ROW"),
            "trade_musd": ("million USD", "sales to industries and final demand; imputed"),
        },
        notes=f"{IMPUTED} At least one side is an imputed economy. Flows below 1,000 USD a year "
        "are left out.",
        fmt="parquet",
    )
    write_table(
        "icio_inputs",
        input_table(world),
        title="Input cost shares by economy and using industry, 2022",
        script=SCRIPT,
        sources=origin,
        columns={
            "country": ("-", "ISO 3166 alpha-3, or ROW"),
            "input_industry": ("-", "ICIO industry that supplies the input"),
            "using_industry": ("-", "ICIO industry that uses it"),
            "cost_share": ("share of gross output", "spending on the input, all origins"),
        },
        notes="One less the column sum is the value added share, at least 0.02. Economies flagged "
        "imputed in icio_economies have the cost shares of their donors; those of the 80 hold, "
        "beside the observed inputs, the imputed ones from the other economies.",
        fmt="parquet",
    )
    write_table(
        "icio_output",
        output_table(world, flows),
        title="Gross output and value added by economy and industry, 2022",
        script=SCRIPT,
        sources=origin,
        columns={
            "country": ("-", "ISO 3166 alpha-3, or ROW"),
            "industry": ("-", "ICIO industry"),
            "gross_output_musd": ("million USD", "output that closes the accounts"),
            "value_added_musd": ("million USD", "output less inputs from all economies"),
            "recorded_output_musd": ("million USD", "output as published; unknown where imputed"),
            "imputed": ("-", "True where the economy is not in the OECD tables"),
        },
        notes="Output of the 80 that closes the accounts differs from the published one by at "
        "most 1.6 %.",
        fmt="parquet",
    )
    write_table(
        "icio_economies",
        economy_table(world, known, flows, names, goods),
        title="The economies of the trade model, 2022",
        script=SCRIPT,
        sources=origin,
        columns={
            "iso3": ("-", "ISO 3166 alpha-3; XKX for Kosovo, ROW for the rest of the world"),
            "name": ("-", "name used by the OECD, or short English name"),
            "imputed": ("-", "True where the economy is not in the OECD tables"),
            "donors": ("-", "observed economies whose structure it has, with weights"),
            "gdp_usd": ("USD", "GDP at market prices"),
            "value_added_musd": ("million USD", "output less inputs from all economies"),
            "source_residual_musd": (
                "million USD",
                "output less inputs from the 80 alone, as in the source; unknown where imputed",
            ),
            "gross_output_musd": ("million USD", "output, basic prices"),
            "deficit_musd": ("million USD", "final spending less value added; sums to zero"),
            "exports_musd": ("million USD", "goods and services to all others; part imputed"),
            "imports_musd": ("million USD", "goods and services from all others; part imputed"),
            "exports_recorded_musd": ("million USD", "goods and services as recorded"),
            "imports_recorded_musd": ("million USD", "goods and services as recorded"),
            "goods_exports_musd": ("million USD", "goods, basic prices"),
            "intermediate_exports_musd": ("million USD", "inputs sold to industries abroad"),
            "flags": ("-", "what to know about the figures, joined by ';'"),
        },
        notes=IMPUTED,
    )


if __name__ == "__main__":
    main()
