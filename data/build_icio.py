"""Trade, input costs, output and elasticities for the trade model, from OECD ICIO 2022.

Run: ``python data/build_icio.py``. Writes icio_trade, icio_inputs, icio_output, icio_economies
and icio_industries into the bundle. Method and limits: docs/methods/trade.md.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd

from _common import write_table
from _icio_source import (
    MINIMUM_VALUE_ADDED_SHARE,
    IcioFlows,
    final_demand,
    labels,
    read_flows,
    value_added,
)

SCRIPT = "data/build_icio.py"
FACTS = Path(__file__).resolve().parent / "facts" / "trade_elasticities_cp2015.csv"
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
CP = {
    "title": "Caliendo and Parro (2015), Estimates of the Trade and Welfare Effects of NAFTA, "
    "Review of Economic Studies 82(1), Table 1 and the authors' replication files",
    "url": "https://doi.org/10.1093/restud/rdu035",
    "licence": "figures cited from a published article",
    "vintage": "2015 (data 1993)",
}
IMPUTED = (
    "Final demand by destination is imputed (bi-proportional scaling of each seller's pattern of "
    "intermediate sales, final spending of each economy set to its value added, so trade is "
    "balanced); the rest of the world is left out as buyer and seller, its purchases are spread "
    "over the 80 economies. Everything else is taken over or follows by arithmetic."
)

# ICIO industry -> sectors of Caliendo and Parro. C26 joins three of theirs.
SECTORS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("A01", "A02", "A03"), ("Agriculture",)),
    **dict.fromkeys(("B05", "B06", "B07", "B08"), ("Mining",)),
    "C10T12": ("Food",),
    "C13T15": ("Textile",),
    "C16": ("Wood",),
    "C17_18": ("Paper",),
    "C19": ("Petroleum",),
    **dict.fromkeys(("C20", "C21"), ("Chemicals",)),
    "C22": ("Plastic",),
    "C23": ("Minerals",),
    **dict.fromkeys(("C24A", "C24B"), ("Basic metals",)),
    "C25": ("Metal products",),
    "C26": ("Office", "Communication", "Medical"),
    "C27": ("Electrical",),
    "C28": ("Machinery n.e.c.",),
    "C29": ("Auto",),
    **dict.fromkeys(("C301", "C302T309"), ("Other Transport",)),
    "C31T33": ("Other",),
}
SERVICES_RANGE = (3.0, 8.22)
SMALLEST = 1.0


def elasticities(industries: list[str], titles: dict[str, str]) -> pd.DataFrame:
    """Two named sets of trade elasticities per industry, with ranges and how each came about."""
    with FACTS.open(encoding="utf-8") as handle:
        table = {row["sector"]: row for row in csv.DictReader(handle)}
    central, error = (float(table["Aggregate"][c]) for c in ("theta_full", "se_full"))
    rows = []
    for code in industries:
        sectors = SECTORS.get(code, ())
        goods = bool(sectors)
        spread = (central - 2 * error, central + 2 * error) if goods else SERVICES_RANGE
        row: dict[str, object] = {
            "industry": code,
            "title": titles[code],
            "is_goods": goods,
            "theta_uniform": central,
            "theta_uniform_low": round(spread[0], 2),
            "theta_uniform_high": round(spread[1], 2),
            "cp_sector": " + ".join(sectors),
        }
        if not goods:
            rule = "no estimate for services: aggregate estimate of goods (imputed)"
            estimate, sd, used = np.nan, np.nan, central
            low, high = SERVICES_RANGE
        elif len(sectors) > 1:
            weight = np.array([float(table[s]["se_99"]) for s in sectors]) ** -2.0
            values = np.array([float(table[s]["theta_99"]) for s in sectors])
            estimate, sd = float(weight @ values / weight.sum()), float(weight.sum() ** -0.5)
            used, rule = estimate, "mean of the sectors' estimates weighted by precision"
            low, high = float(values.min()), float(values.max())
        else:
            (sector,) = sectors
            estimate, sd = (float(table[sector][c]) for c in ("theta_99", "se_99"))
            used, rule = (
                float(table[sector]["theta_counterfactual"]),
                table[sector]["counterfactual_rule"],
            )
            low, high = max(SMALLEST, used - 2 * sd), used + 2 * sd
            if rule.startswith("replaced"):
                low = central
        row |= {
            "cp_estimate": round(estimate, 2),
            "cp_standard_error": round(sd, 2),
            "theta_caliendo_parro": round(used, 2),
            "theta_caliendo_parro_low": round(low, 2),
            "theta_caliendo_parro_high": round(high, 2),
            "theta_rule": rule,
            "source": "Caliendo and Parro (2015), Table 1; uniform: full sample, aggregate; "
            "by sector: 99 % sample",
            "confidence": "medium" if goods else "low",
        }
        rows.append(row)
    return pd.DataFrame(rows)


def compact(values: np.ndarray) -> np.ndarray:
    """Float32 with 16 bits of mantissa (relative error below 8e-6), which compresses better.

    The data are not known to that accuracy; the accounts are closed exactly when they are read.
    """
    bits = values.astype("float32").view("uint32")
    return ((bits + np.uint32(0x40)) & np.uint32(0xFFFFFF80)).view("float32")


def trade_table(flows: IcioFlows, final: np.ndarray) -> pd.DataFrame:
    """Long table of flows that are not zero, float32, labels as categories."""
    inter = flows.intermediate.sum(2).transpose(0, 2, 1)
    j, n, i = np.nonzero((inter > 0) | (final > 0))
    return pd.DataFrame(
        {
            "industry": pd.Categorical.from_codes(j, flows.industries),
            "importer": pd.Categorical.from_codes(n, flows.economies),
            "exporter": pd.Categorical.from_codes(i, flows.economies),
            "intermediate_musd": compact(inter[j, n, i]),
            "final_musd": compact(final[j, n, i]),
        }
    )


def input_table(flows: IcioFlows) -> pd.DataFrame:
    """Share of gross output spent on each input, all origins together."""
    used = flows.intermediate.sum(1).transpose(2, 0, 1)  # n, k, j
    output = flows.output.T[:, None, :]
    share = np.divide(used, output, out=np.zeros_like(used), where=output > 0)
    worst = share.sum(1).max()
    if worst > 1 - MINIMUM_VALUE_ADDED_SHARE + 1e-9:
        raise SystemExit(f"an industry spends {worst:.3f} of its output on inputs")
    n, k, j = np.nonzero(share)
    return pd.DataFrame(
        {
            "country": pd.Categorical.from_codes(n, flows.economies),
            "input_industry": pd.Categorical.from_codes(k, flows.industries),
            "using_industry": pd.Categorical.from_codes(j, flows.industries),
            "cost_share": compact(share[n, k, j]),
        }
    )


def main() -> None:
    """Build and write the five tables."""
    flows = read_flows()
    names, titles = labels()
    added = value_added(flows)
    final = final_demand(flows, added)
    total = flows.intermediate.sum(2).transpose(0, 2, 1) + final
    cross = total * (1 - np.eye(len(added)))
    used = flows.intermediate.sum((0, 1))
    sources = [OECD, COPY]
    write_table(
        "icio_trade",
        trade_table(flows, final),
        title="Intermediate and final trade by industry between 80 economies, 2022",
        script=SCRIPT,
        sources=sources,
        columns={
            "industry": ("-", "ICIO industry that makes the goods or services"),
            "importer": ("-", "ISO 3166 alpha-3 of the buyer (may equal the exporter)"),
            "exporter": ("-", "ISO 3166 alpha-3 of the seller"),
            "intermediate_musd": ("million USD", "sales to industries, basic prices"),
            "final_musd": ("million USD", "sales to final demand; imputed by destination"),
        },
        notes=IMPUTED,
        fmt="parquet",
    )
    write_table(
        "icio_inputs",
        input_table(flows),
        title="Input cost shares by economy and using industry, 2022",
        script=SCRIPT,
        sources=sources,
        columns={
            "country": ("-", "ISO 3166 alpha-3"),
            "input_industry": ("-", "ICIO industry that supplies the input"),
            "using_industry": ("-", "ICIO industry that uses it"),
            "cost_share": ("share of gross output", "spending on the input, all 80 origins"),
        },
        notes="One less the column sum is the value added share (with taxes on inputs and inputs "
        "from the rest of the world). Two columns are bounded at 0.98: ISL C21, CYP H51.",
        fmt="parquet",
    )
    j, n = np.nonzero(flows.output.T)[::-1]
    write_table(
        "icio_output",
        pd.DataFrame(
            {
                "country": [flows.economies[x] for x in n],
                "industry": [flows.industries[x] for x in j],
                "gross_output_musd": flows.output[j, n].round(3),
                "value_added_musd": (flows.output - used)[j, n].round(3),
                "recorded_output_musd": flows.recorded_output[j, n].round(3),
            }
        ),
        title="Gross output and value added by economy and industry, 2022",
        script=SCRIPT,
        sources=sources,
        columns={
            "country": ("-", "ISO 3166 alpha-3"),
            "industry": ("-", "ICIO industry"),
            "gross_output_musd": ("million USD", "output that closes the accounts of the 80"),
            "value_added_musd": ("million USD", "output less inputs from the 80 economies"),
            "recorded_output_musd": ("million USD", "output as published"),
        },
        notes="Output that closes the accounts differs from the published one by at most 1.6 %.",
        fmt="parquet",
    )
    write_table(
        "icio_economies",
        pd.DataFrame(
            {
                "iso3": flows.economies,
                "name": [names[c] for c in flows.economies],
                "value_added_musd": added.round(3),
                "gross_output_musd": flows.output.sum(0).round(3),
                "exports_musd": cross.sum((0, 1)).round(3),
                "imports_musd": cross.sum((0, 2)).round(3),
                "intermediate_exports_musd": (
                    (flows.intermediate.sum(2).transpose(0, 2, 1) * (1 - np.eye(len(added))))
                    .sum((0, 1))
                    .round(3)
                ),
            }
        ),
        title="The 80 economies of the trade model, 2022",
        script=SCRIPT,
        sources=sources,
        columns={
            "iso3": ("-", "ISO 3166 alpha-3"),
            "name": ("-", "name used by the OECD"),
            "value_added_musd": ("million USD", "output less inputs from the 80 economies"),
            "gross_output_musd": ("million USD", "output, basic prices"),
            "exports_musd": ("million USD", "goods and services to the other 79; part imputed"),
            "imports_musd": ("million USD", "goods and services from the other 79; part imputed"),
            "intermediate_exports_musd": ("million USD", "inputs sold to the other 79; observed"),
        },
        notes=IMPUTED,
    )
    write_table(
        "icio_industries",
        elasticities(flows.industries, titles),
        title="The 50 industries of the trade model with trade elasticities",
        script=SCRIPT,
        sources=[OECD, CP],
        columns={
            "industry": ("-", "ICIO industry (ISIC Rev. 4)"),
            "title": ("-", "title used by the OECD"),
            "is_goods": ("-", "true where a physical good crosses the border"),
            "theta_uniform": ("elasticity", "set `uniform`: aggregate estimate, full sample"),
            "theta_uniform_low": ("elasticity", "estimate less two standard errors"),
            "theta_uniform_high": ("elasticity", "estimate plus two standard errors"),
            "cp_sector": ("-", "sector of Caliendo and Parro (ISIC Rev. 3) mapped to it"),
            "cp_estimate": ("elasticity", "their estimate, 99 % sample"),
            "cp_standard_error": ("elasticity", "its standard error"),
            "theta_caliendo_parro": ("elasticity", "set `caliendo_parro_sectoral`"),
            "theta_caliendo_parro_low": ("elasticity", "lower end of the range, at least 1"),
            "theta_caliendo_parro_high": ("elasticity", "upper end of the range"),
            "theta_rule": ("-", "how the sectoral value came about"),
            "source": ("-", "where the figures are from"),
            "confidence": ("-", "low, medium or high"),
        },
        notes="Sectoral set: the values of the authors' own counterfactual (two estimates below "
        "2 replaced by 8.22 there). Petroleum, 64.85 (15.61), is an outlier; the default set is "
        "uniform. B09 is a service to mines and is not counted as goods.",
    )


if __name__ == "__main__":
    main()
