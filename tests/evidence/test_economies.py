"""One mapping of names and codes: complete, unambiguous, loud about what it does not know."""

from __future__ import annotations

import pycountry
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beltroad import evidence
from beltroad.errors import InputError
from beltroad.evidence import economies

TABLE = economies.table()


def test_every_iso_code_and_name_finds_its_economy() -> None:
    for each in pycountry.countries:
        for text in (each.alpha_3, each.alpha_2, each.numeric, each.name):
            assert economies.iso3(text) == each.alpha_3
            assert economies.iso3(text.lower()) == each.alpha_3
    assert len(TABLE) == len(list(pycountry.countries)) + 1  # and Kosovo
    assert economies.iso3("XK") == economies.iso3("kosovo") == "XKX"


def test_every_economy_of_other_tables_is_known() -> None:
    for name, column in (("countries", "iso3"), ("membership", "iso3"), ("polygons", None)):
        if column:
            codes = set(evidence.load(name)[column])
            assert codes <= set(TABLE["iso3"])


@pytest.mark.parametrize(
    ("text", "iso3"),
    [
        ("Viet Nam", "VNM"), ("Congo, Dem. Rep.", "COD"), ("Côte d’Ivoire", "CIV"), ("ROM", "ROU"),
        ("Türkiye", "TUR"), ("Turkiye", "TUR"), ("St. Lucia", "LCA"), ("the Gambia", "GMB"),
        ("Lao PDR", "LAO"), ("TMP", "TLS"), ("Korea, Rep.", "KOR"), ("Hong Kong SAR, China", "HKG"),
        (" kaz ", "KAZ"), (4, "AFG"), ("ZAR", "COD"), ("EL", "GRC"), ("Bahamas, The", "BHS"),
    ],
)  # fmt: skip
def test_names_old_and_new(text: object, iso3: str) -> None:
    assert economies.iso3(text) == iso3


@pytest.mark.parametrize(
    ("text", "scheme", "iso3"),
    [("490", "comtrade", "TWN"), ("842", "comtrade", "USA"), ("UVK", "imf_weo", "XKX"),
     ("WBG", "world_bank", "PSE"), ("PAL", "cepii", "PSE"), ("156", "comtrade", "CHN")],
)  # fmt: skip
def test_codes_of_providers(text: str, scheme: str, iso3: str) -> None:
    assert economies.iso3(text, scheme) == iso3


@pytest.mark.parametrize(
    ("text", "scheme", "said"),
    [
        ("Kazakstn", None, "Did you mean 'Kazakhstan'"),
        ("490", None, "no economy '490'"),
        ("YUG", None, "stands for no single economy"),
        ("SUN", None, "fifteen successors"),
        ("WLD", "world_bank", "a group (World)"),
        ("Korea", None, "KOR or PRK"),
        ("", None, "no economy ''"),
        ("KAZ", "comtrad", "Did you mean 'comtrade'"),
    ],
)
def test_what_is_not_one_economy_is_refused(text: str, scheme: str | None, said: str) -> None:
    with pytest.raises(InputError) as caught:
        economies.iso3(text, scheme)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_column_names_all_that_it_cannot_map() -> None:
    with pytest.raises(InputError, match=r"2 of 4 .*'XX1'.*'YUG' \(Yugoslavia"):
        economies.iso3_column(["KAZ", "XX1", "YUG", "156", "KAZ"])
    mapped = economies.iso3_column(["KAZ", "WLD", "EAS"], "world_bank", aggregates="empty")
    assert mapped == ["KAZ", "", ""]
    with pytest.raises(InputError, match="World"):
        economies.iso3_column(["WLD"], "world_bank")


def test_no_alias_hides_an_iso_code() -> None:
    """An alias that is read everywhere never means another economy than ISO says."""
    aliases = evidence.load("economy_aliases")
    own = dict(zip(TABLE["iso2"], TABLE["iso3"], strict=True))
    own |= {code: code for code in TABLE["iso3"]}
    everywhere = aliases[aliases["scheme"].isin(["name", "former"])]
    taken = everywhere[everywhere["alias"].isin(own)]
    assert (taken["iso3"] == taken["alias"].map(own)).all()


@given(st.text(max_size=12))
def test_any_text_is_an_economy_or_a_clear_refusal(text: str) -> None:
    found = economies.lookup(text)
    assert (found.kind == "economy") == (found.iso3 in set(TABLE["iso3"]))
    if found.kind != "economy":
        with pytest.raises(InputError) as caught:
            economies.iso3(text)
        assert len(str(caught.value)) < 400
