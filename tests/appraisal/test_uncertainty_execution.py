"""Draws made by one process, by three, on a cluster, or in two goes have the same bytes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from uncertain_problem import certain, small_problem

from beltroad import trade
from beltroad.appraisal.cache import source_digest
from beltroad.appraisal.progress import Progress
from beltroad.appraisal.uncertainty import cluster as cluster_module
from beltroad.appraisal.uncertainty import run as run_module
from beltroad.appraisal.uncertainty.blocks import ONE_BY_ONE, Store, block_bytes, evaluate_block
from beltroad.appraisal.uncertainty.build import _weights
from beltroad.appraisal.uncertainty.distributions import Fixed
from beltroad.appraisal.uncertainty.evaluate import SCALARS, Evaluator
from beltroad.appraisal.uncertainty.pool import on_this_machine
from beltroad.appraisal.uncertainty.run import draw
from beltroad.appraisal.uncertainty.sampling import Plan, split_groups
from beltroad.errors import BeltroadError, ConvergenceError, InputError

HERE = Path(__file__).parent
PLAN = Plan(1, 40, 5, split_groups(small_problem().inputs))


def files(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.glob("*/*.npz")}


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks made in this process: for what does not depend on who makes them."""

    def here(problem, plan, blocks, run, *, workers=None):
        return ((block, block_bytes(problem, plan, block, run)) for block in blocks)

    monkeypatch.setattr(run_module, "on_this_machine", here)


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    """One process, not interrupted."""
    folder = tmp_path_factory.mktemp("once")
    return draw(small_problem(), PLAN, workers=1, folder=folder), files(folder)


def test_certain_inputs_give_the_central_answer_in_every_draw() -> None:
    problem = certain(small_problem())
    assert split_groups(problem.inputs) == ()
    evaluator = Evaluator(problem)
    found = evaluate_block(evaluator, Plan(1, 8, 0, ()), 0)
    central = evaluator(problem.central)
    for row in range(8):
        np.testing.assert_array_equal(found["own_scalars"][row], central.scalars)
        np.testing.assert_array_equal(found["own_income_pct"][row], central.income_pct)
    assert evaluator.solves == 1


def test_a_draw_is_the_model_solved_at_its_values() -> None:
    problem = small_problem()
    evaluator = Evaluator(problem)
    values = problem.central.copy()
    names = list(problem.names)
    values[names.index("theta.goods")] = 3.3
    values[names.index("value_of_time.one")] = 0.011
    answer = evaluator(values)
    days = evaluator._days((
        5e4 * float((evaluator._goods_weight * [0.011, 0.01]).sum()), 6.8, 0.1, 1.0, 1.0,
    ))  # fmt: skip
    real = {}
    for state in ("before", "after"):
        change = trade.iceberg_change(days["economy"], days[state], np.array([0.011, 0.01]))
        change[:, np.arange(3), np.arange(3)] = 1.0
        solved = trade.solve(problem.calibration, change, theta=3.3, tolerance=1e-11)
        table = trade.country_results(problem.calibration, solved)
        real[state] = 1 + table["real_income_change_pct"].to_numpy() / 100
    expected = 100 * (real["after"] / real["before"] - 1)
    np.testing.assert_allclose(answer.income_pct, expected, atol=1e-7)
    assert np.abs(expected).max() > 0.01


def test_costs_alone_need_no_new_equilibrium() -> None:
    problem = small_problem()
    evaluator = Evaluator(problem)
    values = problem.central.copy()
    values[[n.startswith(("overrun", "discount")) for n in problem.names]] *= 1.3
    answer, central = evaluator(values), evaluator(problem.central)
    assert evaluator.solves == 1
    cost = list(SCALARS).index("project_cost_usd")
    assert answer.scalars[cost] == pytest.approx(1.3 * central.scalars[cost])
    np.testing.assert_array_equal(answer.income_pct, central.income_pct)
    # What lies in two economies is shared equally; the annuity is of the overrun's cost.
    assert answer.cost_usd[0] == pytest.approx(answer.cost_usd[2] / 9)


def test_delay_and_benefits_act_on_what_is_compared_with_cost_only() -> None:
    problem = small_problem()
    evaluator, names = Evaluator(problem), list(small_problem().names)
    values = problem.central.copy()
    values[[names.index(n) for n in ("delay.ONE", "delay.TWO", "benefit.ONE")]] = [3.0, -1.0, 0.5]
    answer, central = evaluator(values), evaluator(problem.central)
    assert evaluator.solves == 1
    share = 0.8 * 0.5 * 1.05**-3 + 0.2 * 1.05
    found, plan = (dict(zip(SCALARS, a.scalars, strict=True)) for a in (answer, central))
    gain, cost = plan["world_real_income_usd"], plan["annual_cost_usd"]
    # At the central values all is delivered, to the last bit.
    assert plan["gain_delivered_usd"] == gain
    assert plan["net_gain_usd"] == gain - cost
    assert found["gain_delivered_usd"] == pytest.approx(share * gain, rel=1e-12)
    assert found["net_gain_usd"] == pytest.approx(share * gain - cost, rel=1e-12)
    assert found["gain_to_cost"] == pytest.approx(share * gain / cost, rel=1e-12)
    acted = {"gain_delivered_usd", "net_gain_usd", "gain_to_cost", "economies_losing_after_cost"}
    for name in set(SCALARS) - acted:
        assert found[name] == plan[name], name
    np.testing.assert_array_equal(answer.cost_usd, central.cost_usd)


def test_net_gains_by_economy_add_up_to_the_delivered_gain_less_cost(once) -> None:
    result = once[0]
    table = result.draws_by_country.groupby("draw")["net_gain_usd"].sum()
    cost = result.answers["own_cost_usd"].sum(axis=1)
    np.testing.assert_allclose(table + cost, result.draws["gain_delivered_usd"], rtol=1e-9)
    assert (result.draws["gain_delivered_usd"] != result.draws["world_real_income_usd"]).all()


def test_weights_are_gains_where_all_are_known_and_costs_else() -> None:
    new = pd.DataFrame({"cost_usd": [3e9, 1e9]})
    np.testing.assert_allclose(_weights(new), [0.75, 0.25])
    np.testing.assert_allclose(_weights(new.assign(alone_gain_usd=[1e8, 3e8])), [0.25, 0.75])
    np.testing.assert_allclose(_weights(new.assign(alone_gain_usd=[-1e8, 3e8])), [0.0, 1.0])
    np.testing.assert_allclose(_weights(new.assign(alone_gain_usd=[np.nan, 3e8])), [0.75, 0.25])
    assert len(_weights(new.iloc[:0])) == 0


def test_one_worker_and_three_write_the_same_bytes(once, tmp_path: Path) -> None:
    result, bytes_of_one = once
    assert len(bytes_of_one) == PLAN.blocks + 1
    other = draw(small_problem(), PLAN, workers=3, folder=tmp_path)
    assert files(tmp_path) == bytes_of_one
    for name, values in result.answers.items():
        np.testing.assert_array_equal(values, other.answers[name])
    assert result.write(tmp_path / "a") / "uncertainty.csv"
    other.write(tmp_path / "b")
    for path in sorted((tmp_path / "a").iterdir()):
        if path.name != "run.json":
            assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


KILLED = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from uncertain_problem import small_problem
from beltroad.appraisal.uncertainty.run import draw
from beltroad.appraisal.uncertainty.sampling import Plan, split_groups
problem = small_problem()
plan = Plan(1, 640, 0, split_groups(problem.inputs))
draw(problem, plan, workers=1, folder=Path(sys.argv[2]))
"""


def test_a_run_that_was_killed_goes_on_where_it_was(once, in_process, tmp_path: Path) -> None:
    command = [sys.executable, "-c", KILLED, str(HERE), str(tmp_path)]
    running = subprocess.Popen(command)
    end = time.monotonic() + 60
    while len(files(tmp_path)) < 2 and time.monotonic() < end:
        time.sleep(0.02)
    running.send_signal(signal.SIGKILL)
    assert running.wait() == -signal.SIGKILL
    kept = files(tmp_path)
    assert 2 <= len(kept) < 40
    # Blocks that were finished are those of a run that was not stopped, and are not made again.
    plan = replace(PLAN, pairs=0)
    again = draw(small_problem(), plan, workers=2, folder=tmp_path)
    assert again.run["blocks_from_cache"] >= 2
    assert files(tmp_path).items() >= kept.items()
    fresh = draw(small_problem(), plan, workers=1, folder=tmp_path / "fresh")
    for name, data in files(tmp_path / "fresh").items():
        assert files(tmp_path)[name] == data, name
    np.testing.assert_array_equal(again.answers["own_scalars"], once[0].answers["own_scalars"])
    np.testing.assert_array_equal(again.answers["own_scalars"], fresh.answers["own_scalars"])


def test_finished_and_damaged_blocks(once, in_process, tmp_path: Path) -> None:
    problem, seen = small_problem(), []
    draw(problem, PLAN, workers=1, folder=tmp_path)
    known = files(tmp_path)
    path = next(p for p in tmp_path.rglob("block-00001*"))
    path.write_bytes(path.read_bytes()[:100])
    result = draw(
        problem, PLAN, workers=1, folder=tmp_path, progress=Progress(lambda n, f: seen.append(f))
    )
    assert result.run["blocks_from_cache"] == PLAN.blocks
    assert files(tmp_path) == known == once[1]
    assert seen[-1] == 1.0
    anew = draw(problem, PLAN, workers=1, folder=tmp_path, resume=False)
    assert anew.run["blocks_from_cache"] == 0


def test_more_draws_use_the_whole_blocks_of_fewer(in_process, tmp_path: Path) -> None:
    few = draw(small_problem(), replace(PLAN, draws=16, pairs=0), workers=1, folder=tmp_path)
    more = draw(small_problem(), replace(PLAN, draws=32, pairs=0), workers=1, folder=tmp_path)
    assert more.run["blocks_from_cache"] == 2
    np.testing.assert_array_equal(more.answers["own_scalars"][:16], few.answers["own_scalars"])


def test_other_inputs_or_seeds_are_other_runs(in_process, tmp_path: Path) -> None:
    first, plan = small_problem(), replace(PLAN, draws=2, pairs=0)
    other = small_problem(finance=Fixed(0.04))
    assert first.digest() != other.digest()
    assert first.digest() == small_problem().digest()
    for problem, chosen in ((first, plan), (other, plan), (first, replace(plan, seed=2))):
        assert draw(problem, chosen, workers=1, folder=tmp_path).run["blocks_from_cache"] == 0
    assert len([p for p in tmp_path.iterdir() if p.is_dir()]) == 3


def test_a_store_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    store = Store(blocked / "run")
    store.put(PLAN, ONE_BY_ONE, b"data")
    assert store.get(PLAN, ONE_BY_ONE) is None


def test_a_worker_that_dies_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    from beltroad.appraisal.uncertainty import pool

    started = []

    def start():
        started.append(original())
        started[-1].send_signal(signal.SIGKILL)
        return started[-1]

    original = pool._start
    monkeypatch.setattr(pool, "_start", start)
    with pytest.raises(BeltroadError, match="signal 9: out of memory"):
        list(on_this_machine(small_problem(), PLAN, [0], "run", workers=1))
    assert all(p.poll() is not None for p in started)


def test_leaving_early_ends_the_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    from beltroad.appraisal.uncertainty import pool

    started = []
    original = pool._start
    monkeypatch.setattr(pool, "_start", lambda: started.append(original()) or started[-1])
    coming = on_this_machine(small_problem(), PLAN, [0, 1, 2], "run", workers=2)
    next(coming)
    coming.close()
    assert len(started) == 2
    assert all(p.poll() is not None for p in started)


def test_draws_without_an_equilibrium_are_told_and_too_many_are_refused() -> None:
    problem = small_problem()
    evaluator = Evaluator(problem)
    evaluate_once = evaluator._solve

    def fails_once(*arguments):
        evaluator._solve = evaluate_once
        raise ConvergenceError("no equilibrium within 400 steps")

    evaluator._solve = fails_once
    found = evaluate_block(evaluator, replace(PLAN, pairs=0), 0)
    assert found["failed"].tolist() == ["no equilibrium within 400 steps"]
    assert np.isnan(found["own_scalars"][0]).all()
    assert np.isfinite(found["own_scalars"][1:]).all()


@pytest.mark.parametrize("workers", [0, -2])
def test_workers_must_be_at_least_one(workers: int) -> None:
    with pytest.raises(InputError, match="workers must be at least 1"):
        draw(small_problem(), PLAN, workers=workers)


CLUSTER = """
import sys
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=2, processes=True,
                      dashboard_address=None, local_directory=sys.argv[1]) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    """A cluster of two processes on this machine, in a process of its own."""
    pytest.importorskip("distributed")
    folder = tmp_path_factory.mktemp("dask")
    script = folder / "cluster.py"
    script.write_text(CLUSTER)
    running = subprocess.Popen(
        [sys.executable, str(script), str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True, env=os.environ | {"PYTHONWARNINGS": "ignore"},
    )  # fmt: skip
    yield running.stdout.readline().strip()
    running.stdin.close()
    running.wait(timeout=30)
    running.stdout.close()


@pytest.mark.thorough
@pytest.mark.filterwarnings("default")
def test_a_cluster_of_processes_gives_the_same_bytes(once, address: str, tmp_path: Path) -> None:
    result, known = once
    source_digest.cache_clear()  # as fresh as that of the workers
    other = draw(small_problem(), PLAN, cluster=address, folder=tmp_path)
    assert files(tmp_path) == known
    np.testing.assert_array_equal(other.answers["mixed_scalars"], result.answers["mixed_scalars"])


@pytest.mark.filterwarnings("default")
def test_a_cluster_with_other_source_is_refused(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_module, "source_digest", lambda: "other")
    # What runs there is found by name and reads the digest there.
    with pytest.raises(InputError, match="other source than here"):
        draw(small_problem(), PLAN, cluster=address)


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("wrong", ["tcp://127.0.0.1:1", "nonsense://x"])
def test_an_address_without_a_scheduler_is_told(wrong: str, monkeypatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster_module, "TIMEOUT_SECONDS", 1)
    with pytest.raises(InputError, match="no Dask scheduler answers"):
        draw(small_problem(), PLAN, cluster=wrong)


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"beltroad\[cluster\]"):
        draw(small_problem(), PLAN, cluster="tcp://127.0.0.1:8786")
