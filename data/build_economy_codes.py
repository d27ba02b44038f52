"""Build ``economy_codes`` and ``economy_aliases``: one mapping of names and codes, old and new.

Codes are those of ISO 3166-1 (as packaged by pycountry) and XKX, user-assigned, for Kosovo. Names,
old codes and providers' own codes stand in ``facts/economy_aliases.csv``; what has no single
successor, and what is a group of economies, is listed there too, so that it is refused with the
reason.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pycountry

from _common import write_table

FACTS = Path(__file__).resolve().parent / "facts"
KINDS = {"economy", "dissolved", "aggregate"}
SCRIPT = "data/build_economy_codes.py"
ISO = {
    "title": "ISO 3166-1, codes of countries and territories, as packaged by pycountry",
    "url": "https://www.iso.org/iso-3166-country-codes.html",
    "licence": "facts",
    "vintage": "2026",
}
OWN = {
    "title": "Code lists of the providers named in column scheme (World Bank, IMF, CEPII, UN "
    "Comtrade, Gapminder), collected by the developers",
    "url": "data/facts/economy_aliases.csv",
    "licence": "facts",
    "vintage": "2026",
}


def codes() -> pd.DataFrame:
    """One row for each ISO 3166-1 economy and Kosovo."""
    ours = pd.read_csv(FACTS / "economies.csv", keep_default_na=False, dtype=str)
    short = dict(zip(ours["iso3"], ours["name"], strict=True))
    rows = [
        {
            "iso3": each.alpha_3,
            "iso2": each.alpha_2,
            "iso_numeric": each.numeric,
            "name": short.get(each.alpha_3, each.name),
            "iso_name": each.name,
            "official_name": getattr(each, "official_name", each.name),
        }
        for each in pycountry.countries
    ]
    rows.append(
        {"iso3": "XKX", "iso2": "XK", "iso_numeric": "", "name": short["XKX"],
         "iso_name": "Kosovo", "official_name": "Republic of Kosovo"}
    )  # fmt: skip
    return pd.DataFrame(rows).sort_values("iso3", ignore_index=True)


def aliases(known: set[str]) -> pd.DataFrame:
    """Check the aliases typed by hand."""
    table = pd.read_csv(FACTS / "economy_aliases.csv", keep_default_na=False, dtype=str)
    wrong = table[
        ~table["kind"].isin(KINDS)
        | table["kind"].eq("economy") & ~table["iso3"].isin(known)
        | table["kind"].ne("economy") & (table["iso3"].ne("") | table["note"].eq(""))
    ]
    twice = table[table.duplicated(["alias", "scheme"], keep=False)]
    if len(wrong) or len(twice):
        raise SystemExit(f"economy_aliases.csv: wrong or given twice:\n{wrong}\n{twice}")
    return table.sort_values(["scheme", "alias"], ignore_index=True)


def main() -> None:
    """Write both tables."""
    table = codes()
    write_table(
        "economy_codes",
        table,
        title="Economies: ISO 3166-1 codes and English names",
        script=SCRIPT,
        sources=[ISO],
        columns={
            "iso3": ("-", "ISO 3166-1 alpha-3; XKX (user-assigned) for Kosovo"),
            "iso2": ("-", "ISO 3166-1 alpha-2; XK for Kosovo"),
            "iso_numeric": ("-", "ISO 3166-1 numeric, three digits; empty for Kosovo"),
            "name": ("-", "short English name used by beltroad"),
            "iso_name": ("-", "English short name in ISO 3166-1"),
            "official_name": ("-", "official English name"),
        },
        notes="A code says nothing about the status of a territory.",
    )
    write_table(
        "economy_aliases",
        aliases(set(table["iso3"])),
        title="Other names and codes of economies, dissolved states and groups",
        script=SCRIPT,
        sources=[OWN],
        columns={
            "alias": ("-", "name or code as it occurs"),
            "scheme": ("-", "who uses it: name, former, or a provider"),
            "kind": (
                "-",
                "economy; dissolved (no single successor: refused); aggregate (a group: refused)",
            ),
            "iso3": ("-", "ISO 3166-1 alpha-3 it stands for, where one economy is meant"),
            "note": ("-", "remark, or why it is refused"),
        },
    )


if __name__ == "__main__":
    main()
