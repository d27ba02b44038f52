"""The search for wages: quasi-Newton with Anderson, then Newton, then step by step.

Each stage starts where the former stands and gives up by itself when it makes no headway:

1. Anderson acceleration of quasi-Newton steps, whose matrix takes the industries of a country
   together (`aggregate_jacobian`);
2. Newton with the exact Jacobian, damped;
3. continuation: the change of costs, tariffs, deficits and bill is let in by parts, each solved
   from an extrapolation of the ones before; parts shrink where they fail and grow where not.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from beltroad.trade.calibration import Array
from beltroad.trade.solver.aggregate import aggregate_jacobian
from beltroad.trade.solver.anderson import Anderson
from beltroad.trade.solver.newton import inverse as inverse_of
from beltroad.trade.solver.newton import ln_gap, newton, regular_jacobian
from beltroad.trade.solver.system import State, System

__all__ = ["Run", "search"]

PATIENCE = 12  # steps in which the error must fall tenfold
REFRESH = 6
LONGEST_STEP = 1.0
ON_THE_WAY = 1e-5
SMALLEST_PART = 1.0 / 512.0
COARSEST_PART = 1.0 / 40.0
Progress = Callable[[int, float], None]


class Run:
    """Counts outer steps over all stages and tells the caller how it goes.

    Attributes
    ----------
    reached
        Share of the change that was solved, where it was let in by parts.
    """

    def __init__(self, limit: int, progress: Progress | None) -> None:
        self.limit = limit
        self.progress = progress
        self.steps = 0
        self.reached: float | None = None

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
    """Solve for wages; the state that comes back may not have converged."""
    state = accelerated(system, state, tolerance, run)
    if state.error <= tolerance or not run.left:
        return state, "anderson"
    last = _by_parts(system, tolerance, run, exact=False)
    if last.error <= tolerance or not run.left:
        return last, "continuation"
    state = newton(system, state, tolerance, iterations=run.left, report=run.report)
    if state.error <= tolerance or not run.left:
        return state, "newton"
    last = _by_parts(system, tolerance, run, exact=True)
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


def _by_parts(system: System, tolerance: float, run: Run, *, exact: bool) -> State:
    """Let the change in by parts from the observed point; the last state that was tried.

    ``exact`` adds Newton steps where the quicker ones do not do.
    """
    done, part = 0.0, 0.25
    before: tuple[float, State] | None = None
    here, run.reached = system.start(), 0.0
    while run.left:
        goal = min(1.0, done + part)
        last = goal == 1.0
        target = (
            system
            if last
            else System(system.calibration, system.shock.part(system.calibration, goal))
        )
        ahead = here.moved(here.ln_wage)
        if before is not None:
            ahead = _extrapolated(before, (done, here), goal)
            ahead.ln_wage = target.normalise(ahead.ln_wage)
        wanted = tolerance if last else max(tolerance, ON_THE_WAY)
        found = accelerated(target, ahead, wanted, run)
        if exact and found.error > wanted and run.left:
            fresh = ahead.moved(ahead.ln_wage)
            found = accelerated(target, fresh, wanted, run, exact=True)
        if exact and found.error > wanted and run.left:
            found = newton(target, found, wanted, iterations=run.left, report=run.report)
        if found.error <= wanted:
            if last:
                run.reached = 1.0
                return found
            before, here, done = (done, here), found, goal
            run.reached, part = done, 2.0 * part
        else:
            part *= 0.25
            if part < (SMALLEST_PART if exact else COARSEST_PART):
                break
    return system.evaluate(here.moved(here.ln_wage), max(tolerance, ON_THE_WAY))


def _extrapolated(before: tuple[float, State], here: tuple[float, State], goal: float) -> State:
    """Straight line through the last two solutions, in ln wages and ln prices."""
    (s, old), (t, new) = before, here
    ratio = (goal - t) / (t - s)
    return State(
        new.ln_wage + ratio * (new.ln_wage - old.ln_wage),
        new.ln_price + ratio * (new.ln_price - old.ln_price),
        new.expenditure,
    )
