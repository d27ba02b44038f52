"""The screen of 2018 run again: debt, a pipeline on top, and who crosses a line.

Hurley, Morris and Portelance added the projects they had identified to public debt and looked at
the ratio to GDP and the share owed to China; 23 of 68 economies were vulnerable before, eight at
particular risk after. Their pipeline and their cut-offs were not found in a readable form. Ours is
another screen with the same idea, its rules stated beforehand and not fitted to their eight:

1. debt is that of 2016, per cent of GDP (World Economic Outlook);
2. the pipeline is what Chinese official lenders then committed in 2017 to 2021 (AidData), in full;
3. a benchmark: 55 per cent for economies under the low-income framework (its value for medium
   capacity, there for the present value), 70 for the others (IMF 2013, emerging economies);
4. vulnerable before: debt above the benchmark. At particular risk: debt with the pipeline above
   it, and the pipeline at least a tenth of GDP.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from beltroad.errors import InputError
from beltroad.finance.debt import parameters
from beltroad.finance.debt.published.findings import (
    comparison,
    exposure,
    findings,
    published,
    row,
)

__all__ = ["Rules", "compare_screen", "screen"]

_PIPELINES = ("committed_2013_2016_usd_mn", "committed_2017_2021_usd_mn")


@dataclass(frozen=True)
class Rules:
    """Rules of the screen.

    Attributes
    ----------
    low_income_pct_gdp, other_pct_gdp
        Benchmarks of public debt, per cent of GDP.
    material_pct_gdp
        Least pipeline that makes a country one of particular risk.
    pipeline
        Column of ``exposure`` that stands for the pipeline.
    disbursed_share
        Share of the pipeline that becomes public debt.
    """

    low_income_pct_gdp: float
    other_pct_gdp: float
    material_pct_gdp: float = 10.0
    pipeline: str = "committed_2017_2021_usd_mn"
    disbursed_share: float = 1.0

    @classmethod
    def load(cls) -> Rules:
        """The rules of the module's text, benchmarks from ``debt_parameters``."""
        return cls(
            low_income_pct_gdp=parameters.load("lic-dsf")["threshold.medium.pv_public_to_gdp_pct"],
            other_pct_gdp=parameters.load("mac-dsa-2013")["benchmark.debt_pct_gdp"],
        )


def screen(rules: Rules | None = None, table: pd.DataFrame | None = None) -> pd.DataFrame:
    """Every corridor economy with known debt, before and after the pipeline.

    Parameters
    ----------
    rules
        None: :meth:`Rules.load`.
    table
        Rows as those of :func:`findings.exposure`; None: the bundled ones.

    Returns
    -------
    DataFrame
        ``iso3, benchmark_pct_gdp, debt_pct_gdp, pipeline_pct_gdp, debt_after_pct_gdp,
        vulnerable_before, particular_risk``, by debt after.

    Raises
    ------
    InputError
        If the pipeline or a share is not known.
    """
    rules = rules or Rules.load()
    if rules.pipeline not in _PIPELINES:
        raise InputError(f"screen: pipeline {rules.pipeline!r}; one of {', '.join(_PIPELINES)}")
    if not 0 <= rules.disbursed_share <= 1:
        raise InputError(f"screen: disbursed_share must be 0 to 1, not {rules.disbursed_share}")
    data = exposure() if table is None else table
    data = data[(data["corridor"] == "yes") & (data["iso3"] != "CHN")]
    data = data.dropna(subset=["public_debt_2016_pct_gdp", "gdp_2016_usd_mn"])
    low = data["low_income_framework"] == "yes"
    pipeline = 100 * data[rules.pipeline].fillna(0.0) / data["gdp_2016_usd_mn"]
    out = pd.DataFrame({"iso3": data["iso3"]})
    out["benchmark_pct_gdp"] = low.map(
        {True: rules.low_income_pct_gdp, False: rules.other_pct_gdp}
    ).astype(float)
    out["debt_pct_gdp"] = data["public_debt_2016_pct_gdp"]
    out["pipeline_pct_gdp"] = pipeline * rules.disbursed_share
    out["debt_after_pct_gdp"] = out["debt_pct_gdp"] + out["pipeline_pct_gdp"]
    out["vulnerable_before"] = out["debt_pct_gdp"] > out["benchmark_pct_gdp"]
    out["particular_risk"] = (out["debt_after_pct_gdp"] > out["benchmark_pct_gdp"]) & (
        out["pipeline_pct_gdp"] >= rules.material_pct_gdp
    )
    return out.sort_values("debt_after_pct_gdp", ascending=False, ignore_index=True)


def compare_screen(result: pd.DataFrame) -> pd.DataFrame:
    """Counts and members of the screen beside those of 2018."""
    name = "hurley_2018"
    members = findings(name)
    eight = set(members.loc[members["quantity"] == "member", "iso3"])
    ours = set(result.loc[result["particular_risk"], "iso3"])
    seen = eight & set(result["iso3"])
    rule = "their pipeline and cut-offs are not public; our rules were set beforehand"
    rows = [
        row(name, "economies looked at", float(len(result)),
            published(name, "economies looked at"), "corridor economies with known debt of 2016"),
        row(name, "vulnerable before the pipeline", float(result["vulnerable_before"].sum()),
            published(name, "vulnerable before the pipeline"),
            "theirs by rating and debt ratio, ours by debt against a benchmark"),
        row(name, "at particular risk", float(len(ours)),
            published(name, "at particular risk", "count"), rule),
        row(name, "of the eight, also ours", float(len(eight & ours)), float(len(seen)),
            f"ours and theirs: {_names(eight & ours)}; theirs only: {_names(seen - ours)}; "
            f"ours only: {_names(ours - eight)}"),
    ]  # fmt: skip
    return comparison(rows)


def _names(codes: set[str]) -> str:
    return ", ".join(sorted(codes)) or "none"
