"""The command line: thin commands over the same functions that Python users call.

Exit codes: 0 done, 1 could not be done (no equilibrium, results not written), 2 bad input,
130 stopped by the user.
"""

# Importing a module of commands registers them; the order is that of ``beltroad --help``.
from beltroad.cli import (
    access,
    accuracy,
    appraise,
    cables,
    check,
    debt,
    debt_assess,
    debt_fans,
    debt_list,
    debt_projects,
    debt_published,
    debt_ratings,
    debt_template,
    disrupt,
    evidence,
    evidence_fetch,
    evidence_providers,
    finance,
    finance_plan,
    invest,
    invest_import,
    invest_partners,
    links,
    network,
    people,
    policy,
    policy_check,
    policy_dataflow,
    policy_disputes,
    policy_entry,
    policy_parks,
    policy_profile,
    policy_scorecard,
    risk,
    risk_shocks,
    route,
    services,
    tables,
    trade,
    trade_gravity,
    trade_import,
    trade_levers,
    uncertainty,
)
from beltroad.cli.console import app, main

__all__ = [
    "access", "accuracy", "app", "appraise", "cables", "check", "debt", "debt_assess", "debt_fans",
    "debt_list", "debt_projects", "debt_published", "debt_ratings", "debt_template", "disrupt",
    "evidence", "evidence_fetch", "evidence_providers", "finance", "finance_plan", "invest",
    "invest_import", "invest_partners", "links", "main", "network", "people", "policy",
    "policy_check", "policy_dataflow", "policy_disputes", "policy_entry", "policy_parks",
    "policy_profile", "policy_scorecard", "risk", "risk_shocks", "route", "services", "tables",
    "trade", "trade_gravity", "trade_import", "trade_levers", "uncertainty",
]  # fmt: skip
