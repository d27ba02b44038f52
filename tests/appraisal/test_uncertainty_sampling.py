"""Distributions and the numbers that are drawn from them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from uncertain_problem import small_problem

from beltroad.appraisal.uncertainty.distributions import (
    BenefitClass,
    DelayClass,
    Discrete,
    Fixed,
    LogNormal,
    ReferenceClass,
    Triangular,
    TruncatedNormal,
    TwoPiece,
    Uniform,
)
from beltroad.appraisal.uncertainty.inputs import (
    GROUPS,
    default_inputs,
    inputs_table,
    theta_names,
    with_part,
)
from beltroad.appraisal.uncertainty.part import InputShape, Uncertainty
from beltroad.appraisal.uncertainty.sampling import (
    BLOCK,
    Plan,
    block_values,
    mixed_values,
    stratified,
)
from beltroad.errors import InputError

P = np.linspace(0.001, 0.999, 401)


@pytest.mark.parametrize(
    ("ours", "known"),
    [
        (Uniform(2, 5), stats.uniform(2, 3)),
        (Triangular(1, 2, 6), stats.triang(0.2, 1, 5)),
        (TruncatedNormal(1.45, 2.8, 1.0), stats.truncnorm((1 - 1.45) / 2.8, np.inf, 1.45, 2.8)),
        (TruncatedNormal(4.55, 0.35), stats.norm(4.55, 0.35)),
        (LogNormal(2.0, 0.3), stats.lognorm(0.3, scale=2.0)),
    ],
    ids=lambda d: type(d).__name__,
)
def test_quantiles_are_those_of_the_named_distribution(ours, known) -> None:
    np.testing.assert_allclose(ours.quantile(P), known.ppf(P), rtol=1e-7)


def test_two_pieces_have_their_median_at_the_central_value_and_end_at_the_ends() -> None:
    skewed = TwoPiece(0.0, 0.0002, 0.006)
    np.testing.assert_allclose(skewed.quantile([0, 0.5, 1]), [0.0, 0.0002, 0.006], atol=1e-18)
    # Each half is a right triangle: a third of its width from the median on average.
    mean = np.mean(skewed.quantile((np.arange(100_000) + 0.5) / 100_000))
    assert mean == pytest.approx((0.0002 * 2 / 3 + 0.0002 + 0.0058 / 3) / 2, rel=1e-5)


def test_a_discrete_distribution_gives_each_value_its_weight() -> None:
    shape = Discrete((1.0, 2.0, 5.0), (1.0, 0.0, 3.0))
    drawn = shape.quantile((np.arange(1000) + 0.5) / 1000)
    values, counts = np.unique(drawn, return_counts=True)
    assert values.tolist() == [1.0, 5.0]
    assert counts.tolist() == [250, 750]
    assert shape.quantile(1.0) == 5.0


@given(st.floats(0.2, 20), st.floats(0.01, 10), st.integers(0, 2**31))
@settings(max_examples=60, deadline=None)
def test_draws_below_one_are_never_used(mean: float, sd: float, seed: int) -> None:
    if stats.norm.cdf((1 - mean) / sd) > 0.99:
        return
    uniform = np.random.default_rng(seed).random(200)
    drawn = TruncatedNormal(mean, sd, 1.0).quantile(np.append(uniform, [0.0, 1.0]))
    assert np.isfinite(drawn).all()
    assert (drawn >= 1.0).all()
    assert np.all(np.diff(TruncatedNormal(mean, sd, 1.0).quantile(P)) >= 0)


@pytest.mark.parametrize("elasticities", ["uniform", "caliendo_parro_sectoral"])
def test_no_elasticity_of_either_set_is_drawn_below_one(elasticities: str, parameters) -> None:
    inputs = defaults(parameters, elasticities=elasticities)
    thetas = [i for i in inputs if i.family == "theta"]
    assert {i.name for i in thetas} == set(theta_names(elasticities))
    for each in thetas:
        assert each.distribution.quantile([0.0, 1e-9, 0.5, 1.0]).min() >= 1.0
    for block in range(3):
        drawn = block_values(inputs, 3, block)
        assert drawn[:, [i.family == "theta" for i in inputs]].min() >= 1.0
    if elasticities == "uniform":
        goods = next(i for i in thetas if i.name == "theta.goods")
        assert repr(goods.distribution) == "TruncatedNormal(mean=4.55, sd=0.35, low=1.0)"


def test_central_values_are_the_medians_of_ranges(parameters) -> None:
    for each in defaults(parameters):
        if isinstance(each.distribution, TwoPiece | LogNormal):
            assert each.distribution.quantile(0.5) == pytest.approx(each.central)
        assert each.group in GROUPS
        assert each.source


def test_a_number_rests_on_seed_name_and_block_alone() -> None:
    inputs = small_problem().inputs
    whole = block_values(inputs, 1, 4)
    some = block_values(inputs[5:1:-1], 1, 4)
    np.testing.assert_array_equal(some, whole[:, 5:1:-1])
    for other in (block_values(inputs, 2, 4), block_values(inputs, 1, 5)):
        assert (other[:, 0] != whole[:, 0]).all()
    assert (block_values(inputs, 1, 4, partner=True)[:, 0] != whole[:, 0]).all()


def test_every_slice_of_a_distribution_is_met_once_in_a_block() -> None:
    for name in ("a", "b"):
        slices = np.floor(stratified(7, name, 2) * BLOCK).astype(int)
        assert sorted(slices) == list(range(BLOCK))
    far = [np.corrcoef(stratified(7, "a", b), stratified(7, "b", b))[0, 1] for b in range(200)]
    assert abs(np.mean(far)) < 4 / np.sqrt(200 * BLOCK)


def test_members_of_a_family_are_correlated_as_stated() -> None:
    inputs = small_problem().inputs
    names = [i.name for i in inputs]
    drawn = np.concatenate([block_values(inputs, 1, b) for b in range(120)])
    scores = stats.norm.ppf(stats.rankdata(drawn, axis=0) / (len(drawn) + 1))

    def between(a: str, b: str) -> float:
        return np.corrcoef(scores[:, names.index(a)], scores[:, names.index(b)])[0, 1]

    assert between("value_of_time.one", "value_of_time.two") == pytest.approx(0.5, abs=0.07)
    assert between("overrun.ONE", "overrun.TWO") == pytest.approx(0.5, abs=0.07)
    assert between("overrun.ONE", "value_of_time.two") == pytest.approx(0.0, abs=0.08)


def test_delay_and_benefits_are_tied_as_the_risk_pillar_has_them() -> None:
    inputs = small_problem().inputs
    names = [i.name for i in inputs]
    drawn = np.concatenate([block_values(inputs, 1, b) for b in range(150)])

    def between(a: str, b: str) -> float:
        return stats.spearmanr(drawn[:, names.index(a)], drawn[:, names.index(b)]).statistic

    assert between("delay.ONE", "overrun.ONE") == pytest.approx(0.5, abs=0.05)
    assert between("delay.TWO", "overrun.TWO") == pytest.approx(0.5, abs=0.05)
    # What two delays share by themselves, and by their costs (0.5 between normal scores).
    tied = 0.5176**2 * 0.5 + (1 - 0.5176**2) * 0.2091
    assert between("delay.ONE", "delay.TWO") == pytest.approx(
        6 / np.pi * np.arcsin(tied / 2), abs=0.05
    )
    assert between("benefit.ONE", "delay.ONE") == pytest.approx(0.0, abs=0.06)
    # The marginals are those of the classes, whatever they are tied to.
    for name in ("delay.ONE", "benefit.ONE"):
        shape = inputs[names.index(name)].distribution
        np.testing.assert_allclose(
            np.quantile(drawn[:, names.index(name)], [0.2, 0.5, 0.8]),
            shape.quantile([0.2, 0.5, 0.8]), rtol=0.06,
        )  # fmt: skip


def test_exchanged_groups_keep_the_tie_and_leave_the_rest() -> None:
    inputs = small_problem().inputs
    names = [i.name for i in inputs]
    own, partner = (block_values(inputs, 1, 3, partner=p) for p in (False, True))
    late = names.index("delay.ONE")
    mixed = {g: mixed_values(inputs, 1, 3, g, own, partner) for g in GROUPS}
    for g, values in mixed.items():
        for k, each in enumerate(inputs):
            if each.group == g and each.family != "delay":
                np.testing.assert_array_equal(values[:, k], partner[:, k])
            elif each.group != g and each.family != "delay":
                np.testing.assert_array_equal(values[:, k], own[:, k])
    # A delay has a part of its own and a part of cost: either group moves it, no other does.
    for g in GROUPS:
        moved = (mixed[g][:, late] != own[:, late]).all()
        assert moved == (g in ("project_cost", "delivery")), g
    assert (mixed["delivery"][:, late] != partner[:, late]).all()
    # A cost that is certain has nothing to be tied to.
    fixed = small_problem(project_cost=Fixed(1.0)).inputs
    own, partner = (block_values(fixed, 1, 3, partner=p) for p in (False, True))
    np.testing.assert_array_equal(
        mixed_values(fixed, 1, 3, "delivery", own, partner)[:, late], partner[:, late]
    )
    for block in range(2):
        drawn = np.concatenate([mixed_values(inputs, 1, b, "delivery", *(
            block_values(inputs, 1, b, partner=p) for p in (False, True)
        )) for b in range(60 * block, 60 * block + 60)])  # fmt: skip
        found = stats.spearmanr(drawn[:, late], drawn[:, names.index("overrun.ONE")]).statistic
        assert found == pytest.approx(0.5, abs=0.1)


def test_correlations_are_those_of_the_table_of_project_risk() -> None:
    from beltroad import evidence
    from beltroad.risk.project.classes import dependence

    table = evidence.load("uncertain_inputs").set_index("input")
    shared = 2 * np.sin(np.pi * dependence("between_projects_rank") / 6)
    assert table.loc[["delay", "benefit"], "shared"].tolist() == pytest.approx(
        [shared] * 2, abs=1e-4
    )
    assert table.loc["delay", "tie"] == pytest.approx(
        2 * np.sin(np.pi * dependence("cost_delay_rank") / 6), abs=1e-4
    )


def test_projects_still_to_come_have_a_delay_and_benefits_of_their_class(parameters) -> None:
    named = {i.name: i for i in defaults(parameters)}
    assert named["delay.ONE"].distribution == DelayClass("rail", 5.0)
    assert named["delay.ONE"].tied_to == "overrun.ONE"
    assert named["benefit.ONE"].distribution == BenefitClass("rail")
    # A finished project has neither; the planned time that is not known is that of the others.
    assert named["delay.TWO"].distribution == Fixed(0.0)
    assert named["benefit.TWO"].distribution == Fixed(1.0)
    assert named["delay.TEN"].distribution == DelayClass("dryport", 5.0)
    assert named["benefit.TEN"].distribution == Fixed(1.0)
    assert {i.group for i in named.values() if i.family in ("delay", "benefit")} == {"delivery"}


def test_delay_and_benefits_are_those_of_the_risk_pillar() -> None:
    import pandas as pd

    from beltroad.risk.project import forecast

    known = forecast(pd.DataFrame([{"id": "A", "mode": "rail", "cost_usd": 1e9, "years": 6}]))
    delay, benefit = DelayClass("rail", 6.0), BenefitClass("rail")
    assert delay.quantile(0.8) == pytest.approx(known["delay_p80_years"][0])
    assert benefit.quantile(0.2) == pytest.approx(known["benefit_ratio_p80"][0])
    assert delay.quantile([0.0, 1.0])[0] > -6
    with pytest.raises(InputError, match="nothing is published"):
        BenefitClass("port")
    with pytest.raises(InputError, match="above 0"):
        DelayClass("rail", 0.0)


def test_a_plan_counts_blocks_rows_and_pairs() -> None:
    plan = Plan(1, 40, 20, ("elasticities",))
    assert plan.blocks == 3
    assert [plan.rows(b) for b in range(3)] == [(16, 7), (16, 7), (8, 6)]
    for draws, pairs in ((32, 12), (33, 40), (17, 17), (2, 0), (40, 38)):
        few = Plan(1, draws, pairs, ("elasticities",))
        rows = [few.rows(b) for b in range(few.blocks)]
        assert sum(n for n, _ in rows) == draws
        assert sum(p for _, p in rows) == min(pairs, draws)
        assert all(p <= n for n, p in rows)
    with pytest.raises(InputError, match="draws must be at least 2"):
        Plan(1, 1, 0, ())


def test_a_scenario_can_fix_inputs_and_give_others(parameters) -> None:
    inputs = defaults(parameters)
    part = Uncertainty(
        fixed=("transit_times", "discount_rate", "overrun"),
        inputs={
            "theta.goods": InputShape(shape="uniform", low=3, high=8),
            "value_of_time": InputShape(shape="fixed", value=0.01),
        },
    )
    changed = {i.name: i for i in with_part(inputs, part)}
    assert changed["theta.goods"].distribution == Uniform(3, 8)
    assert changed["theta.goods"].source == "set by the scenario"
    assert changed["transit_days.sea"].distribution == Fixed(1.0)
    assert changed["discount_rate"].distribution.certain
    assert changed["overrun.ONE"].distribution == Fixed(1.0)
    assert changed["value_of_time.C26"].distribution == Fixed(0.01)
    table = inputs_table(tuple(changed.values()))
    assert (table["p5"] <= table["p50"]).all()
    assert (table["p50"] <= table["p95"]).all()


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ({"fixed": ("transit",)}, "no input or group 'transit'"),
        ({"inputs": {"thetta": {"shape": "fixed", "value": 3}}}, "Did you mean 'theta'"),
        ({"inputs": {"theta": {"shape": "uniform", "low": 0.5, "high": 3}}}, "at least 1"),
        ({"inputs": {"pass_through": {"shape": "fixed", "value": 1.2}}}, "at most 1"),
        ({"inputs": {"overrun": {"shape": "uniform", "low": 0, "high": 3}}}, "above 0"),
        ({"inputs": {"benefit": {"shape": "uniform", "low": -1, "high": 3}}}, "at least 0"),
    ],
)
def test_faults_of_the_part_say_what_and_how(parameters, part, message: str) -> None:
    with pytest.raises(InputError, match=message):
        with_part(defaults(parameters), Uncertainty.model_validate(part))


@pytest.mark.parametrize(
    "shape",
    [
        {"shape": "uniform", "low": 1},
        {"shape": "uniform", "low": 1, "high": 2, "mode": 1},
        {"shape": "uniform", "low": 3, "high": 2},
        {"shape": "lognormal", "median": -1, "sigma": 0.1},
        {"shape": "discrete", "values": [1, 2], "weights": [1]},
        {"shape": "gamma"},
    ],
)
def test_shapes_that_make_no_sense_are_refused(shape) -> None:
    with pytest.raises(ValueError, match="validation error"):
        InputShape.model_validate(shape)


def test_reference_classes_are_those_of_the_risk_pillar() -> None:
    from beltroad.risk import reference_class

    assert ReferenceClass("rail").quantile(0.8) == reference_class("rail").quantile(0.8)


def defaults(parameters, *, elasticities: str = "uniform"):
    import pandas as pd

    projects = pd.DataFrame(
        {
            "id": ["ONE", "TWO", "TEN"], "mode": ["rail", "port", "dryport"],
            "realised": [False, True, False], "years": [5.0, 3.0, np.nan],
        }
    )  # fmt: skip
    return default_inputs(
        elasticities=elasticities, value_of_time="central", parameters=parameters,
        discount_rate=0.05, life_years=None, projects=projects,
    )  # fmt: skip


@pytest.fixture(scope="module")
def parameters():
    from beltroad import evidence
    from beltroad.infrastructure.parameters import NetworkParameters

    return NetworkParameters.of(evidence.load("network_parameters"), {})
