"""The search for wages: quasi-Newton with Anderson, then Newton, then step by step.

Each stage starts where the former stands and gives up by itself when it makes no headway:

1. Anderson acceleration of quasi-Newton steps, whose matrix takes the industries of a country
   together (`aggregate_jacobian`);
2. continuation: the change of costs, tariffs, deficits and bill is let in by parts, each solved
   from an extrapolation of the ones before; parts shrink where they fail and grow where not;
3. Newton with the exact Jacobian, damped, from where the first stage stopped;
4. the second stage from where it stopped, with the exact Jacobian where the stand-in does not do.

Where incomes vanish on the way, stages 3 and 4 are left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from beltroad.trade.calibration import Array
from beltroad.trade.solver.aggregate import aggregate_jacobian
from beltroad.trade.solver.anderson import Anderson
from beltroad.trade.solver.newton import inverse as inverse_of
from beltroad.trade.solver.newton import ln_gap, newton, regular_jacobian
from beltroad.trade.solver.system import State, System

__all__ = ["Path", "Run", "Vanished", "search"]

PATIENCE = 12  # steps in which the error must fall tenfold
REFRESH = 6
LONGEST_STEP = 1.0
ON_THE_WAY = 1e-5
SMALLEST_PART = 1.0 / 512.0
COARSEST_PART = 1.0 / 40.0
MARGIN = 1e-4  # income by wage bill: what parts are solved to decides no sign
Progress = Callable[[int, float], None]


@dataclass(frozen=True)
class Vanished:
    """Share of the change at which the first income vanishes, and how things are at ``at``.

    ``ratio`` is the income left for final spending by the wage bill, ``(N,)``.
    """

    share: float
    at: float
    ratio: Array


class Run:
    """Counts outer steps over all stages and tells the caller how it goes.

    Attributes
    ----------
    reached
        Share of the change that was solved, where it was let in by parts.
    vanished
        Where incomes vanish on that way, and have not come back.
    """

    def __init__(self, limit: int, progress: Progress | None) -> None:
        self.limit = limit
        self.progress = progress
        self.steps = 0
        self.reached: float | None = None
        self.vanished: Vanished | None = None

    @property
    def left(self) -> int:
        """Steps that may still be taken."""
        return max(0, self.limit - self.steps)

    def report(self, error: float) -> None:
        """Count one step."""
        self.steps += 1
        if self.progress is not None:
            self.progress(self.steps, error)


def search(system: System, state: State, tolerance: float, run: Run) -> tuple[State, str]:
    """Solve for wages; the state that comes back may not have converged.

    It is never improved by exact Jacobians once incomes have vanished on the way: where more
    flows out of a country than is earned there, there is nothing to be found.
    """
    state = accelerated(system, state, tolerance, run)
    if (state.error <= tolerance and system.solvent(state)) or not run.left:
        return state, "anderson"
    path = Path(system, tolerance, run)
    last = path.walk(exact=False)
    if last.error <= tolerance or run.vanished or not run.left:
        return last, "continuation"
    state = newton(system, state, tolerance, iterations=run.left, report=run.report)
    if state.error <= tolerance or not run.left:
        return state, "newton"
    last = path.walk(exact=True)
    return (last if last.error <= state.error else state), "continuation"


def accelerated(
    system: System, state: State, tolerance: float, run: Run, *, exact: bool = False
) -> State:
    """Anderson acceleration of quasi-Newton steps of ln wages; the best state seen.

    ``exact`` steers by the full Jacobian, which takes longer to put up and misleads less.
    """
    memory, inverse, age = Anderson(8), np.empty(0), 0
    error, mark, since = 1e-2, np.inf, 0
    best = state
    while run.left:
        state = system.evaluate(state, max(1e-2 * min(error, 1.0), 0.05 * tolerance))
        if state.error <= tolerance:  # wages fit; now prices and spending must, too
            state = system.evaluate(state, 0.05 * tolerance)
        error = state.error
        run.report(error)
        if error < best.error:
            best = state
        since = 0 if error < 0.1 * mark else since + 1
        mark = error if since == 0 else mark
        if error <= tolerance or since > PATIENCE or not np.isfinite(error):
            break
        if not inverse.size or (age >= REFRESH and since >= REFRESH):
            found = _steering(system, state, 0.02 * tolerance, exact)
            if found is None:
                break
            inverse, memory, age = found, Anderson(8), 0
        age += 1
        step = np.clip(-inverse @ ln_gap(state, tolerance), -LONGEST_STEP, LONGEST_STEP)
        moved = memory.step(state.ln_wage, state.ln_wage + step)
        moved = state.ln_wage + np.clip(moved - state.ln_wage, -LONGEST_STEP, LONGEST_STEP)
        state = state.moved(system.normalise(moved))
    return best


def _steering(system: System, state: State, bend: float, exact: bool) -> Array | None:
    """Inverse of the Jacobian, or of its stand-in; None where there is none."""
    with np.errstate(all="ignore"):
        try:
            matrix = regular_jacobian(system, state) if exact else _stand_in(system, state)
        except np.linalg.LinAlgError:
            return None
        if not np.isfinite(matrix).all():
            return None
        inverse = inverse_of(matrix, bend)
    return inverse if np.isfinite(inverse).all() else None


def _stand_in(system: System, state: State) -> Array:
    share = system.shares(state)
    net = share / system.tariff if system.taxed else share
    wage_bill = np.exp(state.ln_wage) * system.added
    bought = np.ascontiguousarray(state.expenditure.T)
    return aggregate_jacobian(share, net, system.theta, bought, wage_bill)


class Path:
    """The change let in by parts from the observed point, as far as it has been solved."""

    def __init__(self, system: System, tolerance: float, run: Run) -> None:
        self.system, self.tolerance, self.run = system, tolerance, run
        self.done, self.here = 0.0, system.start()
        self.before: tuple[float, State] | None = None
        self._ratio = system.income_ratio(self.here, at_start=True)
        run.reached, run.vanished = 0.0, None

    def walk(self, *, exact: bool) -> State:
        """Go on to the whole change; the last state that was tried.

        ``exact`` adds steps with the exact Jacobian where the quicker ones do not do. Once
        incomes have vanished the first part that fails is the last.
        """
        run, part = self.run, 0.25
        while run.left:
            goal = min(1.0, self.done + part)
            wanted = self.tolerance if goal == 1.0 else max(self.tolerance, ON_THE_WAY)
            target, found = self._part(goal, wanted, exact)
            if found.error <= wanted:
                self._keep(target, goal, found)
                if goal == 1.0 or (exact and run.vanished):
                    return found
                part *= 2.0
            else:
                part = 0.25 * (goal - self.done)
                if run.vanished or part < (SMALLEST_PART if exact else COARSEST_PART):
                    break
        return self.system.evaluate(
            self.here.moved(self.here.ln_wage), max(self.tolerance, ON_THE_WAY)
        )

    def _part(self, goal: float, wanted: float, exact: bool) -> tuple[System, State]:
        run, system = self.run, self.system
        if goal < 1.0:
            system = System(system.calibration, system.shock.part(system.calibration, goal))
        ahead = self.here.moved(self.here.ln_wage)
        if self.before is not None:
            ahead = _extrapolated(self.before, (self.done, self.here), goal)
            ahead.ln_wage = system.normalise(ahead.ln_wage)
        found = accelerated(system, ahead, wanted, run)
        if exact and found.error > wanted and run.left:
            fresh = ahead.moved(ahead.ln_wage)
            found = accelerated(system, fresh, wanted, run, exact=True)
        if exact and found.error > wanted and run.left:
            found = newton(system, found, wanted, iterations=run.left, report=run.report)
        return system, found

    def _keep(self, system: System, goal: float, found: State) -> None:
        """Note a solved part, and where incomes vanish between it and the one before."""
        ratio = system.income_ratio(found)
        short = ratio < -MARGIN
        if short.any():
            if self.run.vanished is None:
                fall = np.maximum(self._ratio - ratio, 1e-300)
                share = self.done + (goal - self.done) * np.clip(self._ratio / fall, 0.0, 1.0)
                self.run.vanished = Vanished(float(share[short].min()), goal, ratio)
            else:
                self.run.vanished = Vanished(self.run.vanished.share, goal, ratio)
        else:
            self.run.vanished = None
        self.before, self.here, self.done = (self.done, self.here), found, goal
        self._ratio, self.run.reached = ratio, goal


def _extrapolated(before: tuple[float, State], here: tuple[float, State], goal: float) -> State:
    """Straight line through the last two solutions, in ln wages and ln prices."""
    (s, old), (t, new) = before, here
    ratio = (goal - t) / (t - s)
    return State(
        new.ln_wage + ratio * (new.ln_wage - old.ln_wage),
        new.ln_price + ratio * (new.ln_price - old.ln_price),
        new.expenditure,
    )
