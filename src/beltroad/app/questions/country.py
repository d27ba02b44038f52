"""An economy in sections; each is asked for by name, answered once and kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING

import pandas as pd
from pydantic import BaseModel, ConfigDict

from beltroad import evidence
from beltroad.app.answers import Answer
from beltroad.app.errors import NotFound

if TYPE_CHECKING:
    from beltroad.policy.facts import FactTable

__all__ = ["SECTIONS", "Country", "Section", "about", "codes", "country", "section"]

# Section and the function of ``country_<module>`` that answers it, in the order of the page.
SECTIONS: dict[str, str] = {
    "overview": "ties:overview",
    "agreements": "ties:agreements",
    "scorecard": "ties:scorecard",
    "entry": "ties:entry",
    "trade": "economy:trade",
    "investment": "economy:investment",
    "debt": "economy:debt",
    "poverty": "people:poverty",
    "jobs": "people:jobs",
    "wellbeing": "people:wellbeing",
    "risk": "risk:risk",
    "projects": "places:projects",
    "parks": "places:parks",
    "transport": "places:transport",
}


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class Section(_Model):
    """One section: its answer, and in plain words what is not known."""

    id: str
    answer: Answer
    missing: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()


class Country(_Model):
    """An economy with its sections."""

    iso3: str
    name: str
    region: str
    income_group: str
    corridors: tuple[str, ...]
    sections: tuple[Section, ...]
    missing: tuple[str, ...]


@lru_cache(maxsize=1)
def codes() -> dict[str, str]:
    """Names of all economies by ISO code."""
    from beltroad.evidence import economies

    table = economies.table()
    return dict(zip(table["iso3"].astype(str), table["name"].astype(str), strict=True))


@lru_cache(maxsize=1)
def _known() -> pd.DataFrame:
    return evidence.load("countries").set_index("iso3")


def about(iso3: str) -> dict[str, object]:
    """The row of an economy in the table ``countries``; empty for those not in it.

    Raises
    ------
    NotFound
        If there is no such economy.
    """
    if iso3 not in codes():
        raise NotFound(f"no economy {iso3!r:.20}: give an ISO 3166-1 code of three letters")
    known = _known()
    return {str(k): v for k, v in known.loc[iso3].items()} if iso3 in known.index else {}


@lru_cache(maxsize=4096)
def _section(iso3: str, name: str) -> Section:
    module, _, function = SECTIONS[name].partition(":")
    answer: Callable[[str], Section] = getattr(
        import_module(f"beltroad.app.questions.country_{module}"), function
    )
    return answer(iso3)


def section(
    iso3: str, name: str, projects: pd.DataFrame | None = None,
    wellbeing: pd.DataFrame | None = None, agreements: FactTable | None = None,
) -> Section:  # fmt: skip
    """One section of an economy.

    Parameters
    ----------
    projects, wellbeing, agreements
        These as the registry has them, for the sections of that name (agreements also for entry);
        bundled ones if none.

    Raises
    ------
    NotFound
        If there is no such economy or section.
    """
    about(iso3)
    if name not in SECTIONS:
        raise NotFound(f"no section {name!r:.40}: {', '.join(SECTIONS)}")
    if name == "projects" and projects is not None:
        from beltroad.app.questions.country_places import projects as of_registry

        return of_registry(iso3, projects)
    if name == "wellbeing" and wellbeing is not None:
        from beltroad.app.questions.country_people import wellbeing as small_ones

        return small_ones(iso3, wellbeing)
    if name in ("agreements", "entry") and agreements is not None:
        from beltroad.app.questions import country_ties

        answer = country_ties.agreements if name == "agreements" else country_ties.entry
        return answer(iso3, agreements)
    return _section(iso3, name)


def country(
    iso3: str, projects: pd.DataFrame | None = None, sections: Sequence[str] | None = None,
    wellbeing: pd.DataFrame | None = None, agreements: FactTable | None = None,
) -> Country:  # fmt: skip
    """Sections of an economy (all if none are named), and what is not known in any of them.

    Raises
    ------
    NotFound
        If there is no such economy.
    """
    row = about(iso3)
    found = tuple(section(iso3, name, projects, wellbeing, agreements)
                  for name in sections or SECTIONS)  # fmt: skip
    return Country(
        iso3=iso3, name=codes()[iso3], region=str(row.get("region", "")),
        income_group=str(row.get("income_group", "")),
        corridors=tuple(c for c in str(row.get("corridor", "")).split(";") if c),
        sections=found, missing=tuple(m for s in found for m in s.missing),
    )  # fmt: skip
