"""Which projects are there in a state of the network.

A state is a year, ``"today"`` or ``"complete"``. In a year, what had opened by then is there, and
what is under construction or planned is there from its expected year on. ``"today"`` is what is
open; ``"complete"`` adds all that is under construction or planned. What is stalled, shelved or
suspended is never there unless asked for.
"""

from __future__ import annotations

import pandas as pd

__all__ = [
    "COMING", "FINISHED", "HALTED", "YEARS", "State", "acts_on_freight", "present", "states_of",
    "there_by_year",
]  # fmt: skip

State = int | str
# Years for which the table of projects says what is there.
YEARS = tuple(range(2013, 2036))
FINISHED = ("completed", "operating", "partly_open")
COMING = ("under_construction", "planned")
HALTED = ("stalled", "shelved", "suspended")


def acts_on_freight(projects: pd.DataFrame) -> pd.Series:
    """Which projects change the freight network at all (passenger lines, airports do not)."""
    line = projects["effect"].isin(["new_link", "upgrade"]) & projects["mode"].isin(
        ["rail", "road", "water"]
    )
    place = (projects["effect"] == "terminal") & projects["mode"].isin(["port", "dryport"])
    place |= (projects["effect"] == "new_port") & (projects["mode"] == "port")
    place |= (projects["effect"] == "new_terminal") & (projects["mode"] == "dryport")
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


def there_by_year(projects: pd.DataFrame, *, with_halted: bool = False) -> pd.DataFrame:
    """How many projects that act on freight are there in each state, by mode.

    Rows are the years 2013 to 2035, ``today`` and ``complete``; a column each mode, and ``all``.
    """
    acting = projects[acts_on_freight(projects)]
    states: list[State] = [*YEARS, "today", "complete"]
    counts = {
        str(state): acting.loc[present(acting, state, with_halted=with_halted), "mode"]
        .value_counts()
        .reindex(sorted(acting["mode"].unique()), fill_value=0)
        for state in states
    }
    table = pd.DataFrame(counts).T
    return table.assign(all=table.sum(axis=1)).rename_axis(index="state")
