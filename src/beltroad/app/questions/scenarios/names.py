"""Codes and names of what a scenario names: economies, corridors, crossings, ports, presets."""

from __future__ import annotations

from functools import lru_cache

from beltroad import evidence

__all__ = ["code_of", "countries", "crossings", "places", "ports", "presets"]


@lru_cache(maxsize=1)
def countries() -> dict[str, str]:
    """Code and short English name of every economy, by name."""
    table = evidence.load("countries").sort_values("name")
    return dict(zip(table["iso3"].astype(str), table["name"].astype(str), strict=True))


@lru_cache(maxsize=1)
def _by_name() -> dict[str, str]:
    return {name.casefold(): code for code, name in countries().items()}


def code_of(word: str) -> str:
    """The code of an economy given by name or code; what is neither stays as it is."""
    if word.upper() in countries():
        return word.upper()
    return _by_name().get(word.casefold(), word)


@lru_cache(maxsize=1)
def crossings() -> dict[str, str]:
    """Listed border crossings: id and name with the two economies."""
    table = evidence.load("borders").sort_values("border_id")
    return {
        str(r.border_id): f"{r.name} ({r.iso3_a}-{r.iso3_b}, {r.mode})"
        for r in table[["border_id", "name", "iso3_a", "iso3_b", "mode"]].itertuples(index=False)
    }


@lru_cache(maxsize=1)
def ports() -> tuple[str, ...]:
    """Ports of the network by UN/LOCODE."""
    from beltroad.appraisal.scenario_file import known_codes

    return tuple(sorted(known_codes()["port"]))


@lru_cache(maxsize=1)
def places() -> tuple[str, ...]:
    """Names of cities of which there is one, with dry ports: what a schedule may name."""
    from beltroad.appraisal.scenario_file import place_refs

    single = (name for name, refs in place_refs().items() if len(refs) == 1)
    return tuple(sorted(name for name in single if name[:1].isalpha()))


@lru_cache(maxsize=1)
def presets() -> dict[str, str]:
    """Policy levers that go by a name, with their title."""
    table = evidence.load("lever_presets").drop_duplicates("preset")
    return dict(zip(table["preset"].astype(str), table["title"].astype(str), strict=True))
