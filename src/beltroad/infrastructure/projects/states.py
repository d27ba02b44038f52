"""Which projects are there in a state of the network.

A state is a year, ``"today"`` or ``"complete"``. In a year, what had opened by then is there, and
what is under construction or planned is there from its expected year on. ``"today"`` is what is
open; ``"complete"`` adds all that is under construction or planned. What is stalled, shelved or
suspended is never there unless asked for.
"""

from __future__ import annotations

import pandas as pd

__all__ = ["COMING", "FINISHED", "HALTED", "State", "acts_on_freight", "present", "states_of"]

State = int | str
FINISHED = ("completed", "operating", "partly_open")
COMING = ("under_construction", "planned")
HALTED = ("stalled", "shelved", "suspended")


def acts_on_freight(projects: pd.DataFrame) -> pd.Series:
    """Which projects change the freight network at all (passenger lines, airports do not)."""
    line = projects["effect"].isin(["new_link", "upgrade"]) & projects["mode"].isin(
        ["rail", "road"]
    )
    place = (projects["effect"] == "terminal") & projects["mode"].isin(["port", "dryport"])
    return (projects["freight"] == "yes") & (line | place)


def present(projects: pd.DataFrame, state: State, *, with_halted: bool = False) -> pd.Series:
    """Which of the projects are there in ``state``; aligned with ``projects``."""
    done = projects["status"].isin(FINISHED)
    coming = projects["status"].isin(COMING)
    halted = projects["status"].isin(HALTED) & with_halted
    if state == "today":
        return done
    if state == "complete":
        return done | coming | halted
    # A finished project without a recorded year was there all along.
    year = projects["year_open"].fillna(0)
    known = projects["year_open"].notna()
    return (done & (year <= int(state))) | ((coming | halted) & known & (year <= int(state)))


def states_of(
    projects: pd.DataFrame, chosen: pd.Series, wanted: list[State], *, with_halted: bool
) -> pd.DataFrame:
    """Presence of every project in each wanted state.

    Projects that are not ``chosen`` stay as they are today in every state, so that a comparison
    of two states is about the chosen ones only.
    """
    today = present(projects, "today")
    return pd.DataFrame(
        {
            str(state): present(projects, state, with_halted=with_halted).where(chosen, today)
            for state in wanted
        }
    )
