"""Sea ways joined again in part, against joining all of them."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from test_searoutes import cases

from beltroad.infrastructure.shipments.searejoin import SeaJoin
from beltroad.infrastructure.shipments.searoutes import join_sea


@settings(max_examples=150, deadline=None)
@given(cases(), st.integers(0, 2**32 - 1))
def test_equals_joining_everything(case: tuple[np.ndarray, ...], seed: int) -> None:
    """Land ways of some places become shorter, longer or open; all others stay as they are."""
    to_port, from_port, *rest = case
    kept = SeaJoin.of(to_port[0], from_port[0], *(x[0] for x in rest), join_sea(*case)[0])
    old = kept.hours.copy()
    rng = np.random.default_rng(seed)
    out, into = (rng.random(to_port.shape[1]) < 0.3 for _ in range(2))
    new_to, new_from = to_port.copy(), from_port.copy()
    new_to[:, out] = rng.integers(0, 15, new_to[:, out].shape)
    new_from[:, :, into] = rng.integers(0, 15, new_from[:, :, into].shape)
    found = kept.hours_with(new_to[0], new_from[0])
    assert np.array_equal(found, join_sea(new_to, new_from, *rest)[0])
    assert np.array_equal(kept.hours, old)
    still = ~out[:, None] & ~into
    assert np.array_equal(found[still], old[still])
    assert kept.hours_with(to_port[0].copy(), from_port[0].copy()) is kept.hours
