"""Presets, base tariffs and what they say on the bundled model."""

from __future__ import annotations

import numpy as np
import pytest

from beltroad import evidence
from beltroad.errors import InputError
from beltroad.trade import assemble, country_results, solve
from beltroad.trade.levers import (
    agreement_level,
    apply,
    assumptions,
    base_tariffs,
    describe,
    economy_groups,
    importer_tariffs,
    industry_mask,
    preset,
    preset_names,
)
from beltroad.trade.levers.pairs import DEEP, NONE, PARTIAL, SHALLOW

NAMES = (
    "rcep", "cptpp_accession_chn", "depa_accession_chn", "customs_connectivity",
    "silk_road_ecommerce", "trade_facilitation", "corridor_fta", "services_opening",
)  # fmt: skip


@pytest.fixture(scope="module")
def tariffed(world):
    """The bundled accounts with the tariffs of 2022."""
    tariff = base_tariffs(world.economies, world.industries)
    return assemble(
        world.economies, world.industries, world.trade_usd, world.gamma, world.theta,
        tariff=tariff, goods=world.goods,
    )  # fmt: skip


def test_every_preset_is_there():
    assert preset_names() == NAMES
    assert set(describe()["preset"]) == set(NAMES)
    assert (describe()["low"] <= describe()["high"]).all()


@pytest.mark.parametrize("name", NAMES)
def test_presets_load_and_act_at_every_level(name, tariffed):
    cuts = []
    for level in ("low", "central", "high"):
        done = apply(preset(name, level=level), tariffed)
        cuts.append(done.account["mean_cut_pct"].to_numpy(float))
        assert (done.cost_change <= 1).all()
        assert (done.tariff <= tariffed.tariff + 1e-15).all()
        assert not done.account["floored_pairs"].any()
    assert (cuts[0] <= cuts[1]).all()
    assert (cuts[1] <= cuts[2]).all()
    assert (cuts[2] > 0).all()


@pytest.mark.parametrize("name", NAMES)
def test_presets_name_only_known_economies(name):
    codes = set(evidence.load("countries")["iso3"])
    groups = economy_groups()
    for one in preset(name):
        for group in (*one.within, *one.importers, *one.exporters):
            assert set(groups[group]) <= codes


def test_a_value_of_a_preset_can_be_replaced():
    (only,) = preset("rcep", amounts={"rcep_tariff_cut": 42.0})
    assert only.amount == 42.0
    assert assumptions("rcep") == ("rcep_tariff_cut",)
    with pytest.raises(InputError, match="rcep_tariff_cut"):
        preset("rcep", amounts={"rcep_tarif_cut": 42.0})
    with pytest.raises(InputError, match="Did you mean 'rcep'"):
        preset("rcp")
    with pytest.raises(InputError, match="low, central, high"):
        preset("rcep", level="mid")


def test_members_are_those_of_the_agreements():
    groups = economy_groups()
    assert len(groups["rcep"]) == 15
    assert len(groups["cptpp"]) == 12
    assert set(groups["depa"]) == {"CHL", "KOR", "NZL", "SGP"}
    assert len(groups["silk_road_ecommerce"]) == 30
    assert "CHN" not in groups["cptpp"]


def test_agreements_join_who_they_should():
    codes = ("DEU", "FRA", "CHN", "JPN", "KOR", "BGD", "USA", "KAZ", "RUS", "IND")
    level = agreement_level(codes)
    at = {code: k for k, code in enumerate(codes)}

    def between(importer: str, exporter: str) -> int:
        return int(level[at[importer], at[exporter]])

    assert between("DEU", "FRA") == DEEP
    assert between("KAZ", "RUS") == DEEP
    assert between("CHN", "KOR") == SHALLOW
    assert between("CHN", "JPN") == NONE
    assert between("USA", "CHN") == NONE
    assert between("DEU", "BGD") == SHALLOW, "free entry of least developed countries"
    assert between("BGD", "DEU") == NONE, "which is not given back"
    assert between("IND", "CHN") == PARTIAL
    assert (np.diag(level) == NONE).all()


def test_base_tariffs_are_zero_at_home_in_agreements_and_on_services(world):
    codes = world.economies
    tariff = base_tariffs(codes, world.industries)
    own, level = np.arange(len(codes)), agreement_level(codes)
    assert (tariff[:, own, own] == 1).all()
    assert (tariff[:, level >= SHALLOW] == 1).all()
    assert (tariff[~industry_mask(["goods"], world.industries)] == 1).all()
    open_pair = tariff[world.industry("C27"), codes.index("CHN"), codes.index("JPN")]
    assert open_pair == pytest.approx(1.0311)
    assert tariff[world.industry("C27"), codes.index("USA"), codes.index("CHN")] == 1.193
    rest = codes.index("ROW")
    partners = level[rest] == NONE
    partners[rest] = False
    assert partners.sum() > 100
    assert (tariff[world.industry("A01"), rest, partners] > 1).all(), "the rest of the world pays"
    full, none = (base_tariffs(codes, world.industries, partial_left=x) for x in (1.0, 0.0))
    assert (none <= tariff).all()
    assert (tariff <= full).all()
    with pytest.raises(InputError, match="no tariff for economy 'CHM'"):
        base_tariffs(("CHM",), world.industries)
    with pytest.raises(InputError, match="no tariff class"):
        importer_tariffs(("CHN",), ("wheat",))


def _observed():
    accounts = evidence.load("icio_economies")
    return accounts.loc[~accounts["imputed"].astype(str).eq("True"), "iso3"]


def test_base_tariffs_agree_with_what_importers_really_charge(tariffed):
    """Means over partners against the World Bank's, which count preferences on their own."""
    c = tariffed
    goods = industry_mask(["manufactures"], c.industries)
    trade = c.trade_usd[goods].copy()
    own = np.arange(len(c.economies))
    trade[:, own, own] = 0
    charged = 100 * ((c.tariff[goods] - 1) * trade).sum(axis=(0, 2)) / trade.sum(axis=(0, 2))
    table = evidence.load("applied_tariffs").set_index("iso3")
    table = table.reindex(list(c.economies))  # the rest of the world has no row
    published = table["applied_manufactures_pct"].to_numpy(float)
    known = np.isfinite(published)
    codes = np.array(c.economies)[known]
    charged, published = charged[known], published[known]
    special = np.isin(codes, ["USA", "CHN"])  # their duties on each other are not in it
    assert np.corrcoef(charged[~special], published[~special])[0, 1] > 0.9
    assert np.median(np.abs(charged - published)) < 1.0
    # Where trade is observed; imputed pairs follow distance, not agreements.
    observed = table.index.isin(_observed())[known]
    listed = table["manufactures_pct"].to_numpy(float)[known]
    assert charged[observed].mean() < listed[observed].mean() / 1.5, "preferences count"


def test_rcep_is_small_and_like_published_estimates(tariffed):
    """UNCTAD (2021): exports within RCEP up by nearly 2 %. Japan had no tie to China before."""
    c = tariffed
    done = apply(preset("rcep"), c)
    after = solve(c, done.cost_change, tariff=done.tariff)
    place = [c.economies.index(m) for m in economy_groups()["rcep"] if m in c.economies]
    assert len(place) == 15
    inside = np.ix_(range(len(c.industries)), place, place)

    def abroad(flow):
        part = flow[inside]
        return part.sum() - np.trace(part, axis1=1, axis2=2).sum()

    growth = 100 * (abroad(after.trade_usd) / abroad(c.trade_usd) - 1)
    assert 0.5 < growth < 4.0
    result = country_results(c, after).loc[list(economy_groups()["rcep"])]
    gain = result["real_income_change_pct"]
    bloc = (gain * result["income_usd"]).sum() / result["income_usd"].sum()
    assert 0 < bloc < 0.25, "World Bank (2022): 0.21 % from tariffs alone"
    assert gain.idxmax() == "JPN"
    assert gain.abs().max() < 0.5


def test_rcep_from_full_tariffs_is_like_free_trade_in_the_literature(tariffed):
    """All tariffs among members abolished: real wages ranked as in a published table.

    Nature Communications 13 (2022), article 28004, Table 1, percent: the same kind of model, other
    data, and no earlier agreements among the members.
    """
    published = {
        "AUS": 0.3, "CHN": 0.4, "JPN": 0.3, "KOR": 2.4, "NZL": 0.4, "BRN": 0.5, "KHM": 11.9,
        "IDN": 0.9, "MYS": 4.7, "PHL": 2.0, "SGP": 3.5, "THA": 3.2, "VNM": 5.6,
    }  # fmt: skip
    c = tariffed
    place = [c.economies.index(m) for m in published]
    inside = np.ix_(range(len(c.industries)), place, place)
    tariff = c.tariff.copy()
    tariff[inside] = np.broadcast_to(
        1 + importer_tariffs(c.economies, c.industries)[:, :, None], c.pi.shape
    )[inside]
    own = np.arange(len(c.economies))
    tariff[:, own, own] = 1.0
    full = assemble(
        c.economies, c.industries, c.trade_usd, c.gamma, c.theta,
        tariff=tariff, goods=c.goods,
    )  # fmt: skip
    done = apply(preset("rcep", level="high"), full)
    after = country_results(full, solve(full, done.cost_change, tariff=done.tariff))
    ours = after["real_wage_change_pct"].loc[list(published)].to_numpy()
    assert (ours > 0).all()
    ranks = [np.argsort(np.argsort(x)) for x in (ours, list(published.values()))]
    assert np.corrcoef(*ranks)[0, 1] > 0.6
