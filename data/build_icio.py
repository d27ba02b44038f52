"""Industries and trade elasticities of the trade model.

Run: ``python data/build_icio.py``. Writes icio_industries into the bundle; the accounts are
written by ``build_world_trade.py``. Method and limits: docs/methods/trade.md.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd

from _common import write_table
from _icio_source import labels, read_flows

SCRIPT = "data/build_icio.py"
FACTS = Path(__file__).resolve().parent / "facts" / "trade_elasticities_cp2015.csv"
OECD = {
    "title": "OECD Inter-Country Input-Output (ICIO) tables, 2025 edition, year 2022",
    "url": "https://www.oecd.org/en/data/datasets/inter-country-input-output-tables.html",
    "licence": "CC BY 4.0",
    "vintage": "2022 (2025 edition)",
}
CP = {
    "title": "Caliendo and Parro (2015), Estimates of the Trade and Welfare Effects of NAFTA, "
    "Review of Economic Studies 82(1), Table 1 and the authors' replication files",
    "url": "https://doi.org/10.1093/restud/rdu035",
    "licence": "figures cited from a published article",
    "vintage": "2015 (data 1993)",
}
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


def main() -> None:
    """Build and write the table."""
    flows = read_flows()
    _, titles = labels()
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
