"""Table ``links``: straits, ports, borders and projects where an hour saved is worth most."""

from __future__ import annotations

import pandas as pd

from beltroad.appraisal.economy import Economy, Outcome
from beltroad.appraisal.marginal import link_values
from beltroad.appraisal.marginal_tables import rank_places
from beltroad.appraisal.schema import check_frame, variables
from beltroad.appraisal.transport import Transport

__all__ = ["worth_table"]

# How many of each kind a reader is shown; `beltroad links` ranks them all.
SHOWN = {"strait": 6, "port": 12, "border": 15, "project": 15}


def worth_table(economy: Economy, transport: Transport, outcome: Outcome) -> pd.DataFrame | None:
    """World value of an hour saved in the later state, by kind of place, the largest first.

    None for cases whose ways do not minimise hours (freight money counts, or proportional
    costs), and where nothing is worth anything.
    """
    case = outcome.case
    if case.money or case.proportional:
        return None
    values = link_values(
        economy, transport, case, "after", equilibrium=outcome.solved["after"], countries=False
    )
    tables = [rank_places(values, kind=kind, top=top).table for kind, top in SHOWN.items()]
    found = pd.concat([t for t in tables if len(t)], ignore_index=True)
    if found.empty:
        return None
    return check_frame(found[list(variables("links"))], "links")
