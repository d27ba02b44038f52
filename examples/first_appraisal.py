"""A first appraisal from Python: run a scenario, look at the tables, write the report.

Run: ``python examples/first_appraisal.py [FOLDER]``
"""

import sys
from pathlib import Path

import beltroad as br

here = Path(__file__).resolve().parent
out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("out")

result = br.appraise(here / "central-asia.toml", apply=["projects-only"])

world, corridor = result.headlines.real_income_pct
cost = result.headlines.annual_cost_usd / 1e9
print(f"Real income: world {world:+.4f} %, economies along the corridors {corridor:+.4f} %")
print(f"The projects cost {cost:,.2f} bn USD a year in capital and upkeep")

columns = ["name", "shipment_time_change_pct", "real_income_change_pct", "net_gain_usd"]
print(result.countries.nsmallest(8, "shipment_time_change_pct")[columns].to_string(index=False))
print("Units:", {name: result.countries.attrs["units"][name] for name in columns[1:]})

print("Report:", result.write(out) / "report.html")
