"""A country's debt without and with a project that is financed by loans.

Run: ``python examples/finance/debt_with_a_project.py``. Needs no network.
"""

from __future__ import annotations

from pathlib import Path

from beltroad.finance.debt.inputs import prepared
from beltroad.finance.debt.ratings.assess import assess
from beltroad.finance.project.exposure import project_package
from beltroad.finance.project.plan_file import read

PLAN = Path(__file__).parent / "railway-kenya.toml"


def main() -> None:
    """Print class, ratings and the burdens' peaks, without and with the loans of the plan."""
    kenya = prepared.inputs("KEN")
    package = project_package(read(PLAN), starting=kenya.first_year)  # as if it began today
    without, with_it = assess(kenya), assess(kenya, package=package)
    print(f"{kenya.name}: capacity {without.capacity.final}, "
          f"risk {without.overall_rating} without, {with_it.overall_rating} with")  # fmt: skip
    before, after = (each.signals.set_index(["indicator", "case"]) for each in (without, with_it))
    for indicator, case in before.index:
        if case == "baseline":
            row = (indicator, case)
            print(f"  {indicator}: {before.loc[row, 'peak_pct']:.1f} -> "
                  f"{after.loc[row, 'peak_pct']:.1f} "
                  f"(threshold {before.loc[row, 'threshold_pct']:g})")  # fmt: skip
    debt = [each.paths["baseline"].table["public_debt_pct_gdp"] for each in (without, with_it)]
    year = kenya.first_year + 5
    print(f"  public debt in {year}: {debt[0][year]:.1f} -> {debt[1][year]:.1f} % of GDP")


if __name__ == "__main__":
    main()
