"""What the scripts of the trade policy tables share: sources, unions, code lists."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from _common import BUNDLE

__all__ = ["CONFIDENCE", "EUN", "EUN_MEMBERS", "economies", "expand", "facts", "sources"]

FACTS = Path(__file__).resolve().parent / "facts"
EUN = "EUN"
# The customs union as it stands since February 2020.
EUN_MEMBERS = (
    "AUT", "BEL", "BGR", "CYP", "CZE", "DEU", "DNK", "ESP", "EST", "FIN",
    "FRA", "GRC", "HRV", "HUN", "IRL", "ITA", "LTU", "LUX", "LVA", "MLT",
    "NLD", "POL", "PRT", "ROU", "SVK", "SVN", "SWE",
)  # fmt: skip
CONFIDENCE = {"high", "medium", "low"}


def facts(name: str) -> pd.DataFrame:
    """One table of ``facts/`` with every cell as text, so that codes such as NA survive."""
    return pd.read_csv(FACTS / f"{name}.csv", dtype=str, keep_default_na=False)


def economies() -> pd.DataFrame:
    """The bundled table ``countries`` by ISO code (built before the policy tables)."""
    return pd.read_csv(BUNDLE / "countries.csv", keep_default_na=False).set_index("iso3")


def expand(codes: str) -> list[str]:
    """Codes of a list in which ``EUN`` stands for the members of the European Union."""
    return [c for code in codes.split() for c in (EUN_MEMBERS if code == EUN else [code])]


def sources(keys: set[str]) -> list[dict[str, str]]:
    """Rows of ``facts/policy_sources.csv`` in the form the metadata wants."""
    table = facts("policy_sources").set_index("source")
    if unknown := keys - set(table.index):
        raise SystemExit(f"sources not in policy_sources.csv: {sorted(unknown)}")
    return [
        {
            "title": f"[{key}] {table.at[key, 'source_title']}",
            "url": str(table.at[key, "source_url"]),
            "licence": str(table.at[key, "licence"]),
            "vintage": str(table.at[key, "vintage"]),
        }
        for key in sorted(keys)
    ]
