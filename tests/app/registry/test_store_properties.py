"""Whatever is done to a record, nothing of its history is lost."""

from __future__ import annotations

import contextlib

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beltroad.app.database import Database
from beltroad.app.errors import Conflict, NotFound
from beltroad.app.registry.store import Registry

STEP = st.one_of(
    st.tuples(st.just("save"), st.integers(0, 3), st.booleans()),
    st.tuples(st.sampled_from(["publish", "remove", "restore"]), st.just(0), st.just(False)),
    st.tuples(st.just("undo"), st.integers(1, 6), st.just(False)),
)
_made = 0


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, max_size=8))
def test_history_is_append_only(
    database: Database, steps: list[tuple[str, int, bool]]
) -> None:  # fmt: skip
    global _made  # each example has a record of its own
    _made += 1
    key = f"s-{_made}"
    registry = Registry(database)
    sheet = {"id": key, "name": "0", "toml": 'name = "x"'}
    registry.save("scenario", "", sheet, who="ana")
    before = registry.history("scenario", key)
    for action, n, flag in steps:
        done = None
        with contextlib.suppress(Conflict, NotFound):
            if action == "save":
                done = registry.save("scenario", key, {**sheet, "name": f"{n}"}, who="ana",
                                     publish=flag)  # fmt: skip
                assert done.data["name"] == f"{n}"
            elif action == "undo":
                done = registry.undo("scenario", key, to=n, who="ana")
                assert done.data == before[n - 1].data
            else:
                done = getattr(registry, action)("scenario", key, who="ana")
        now = registry.history("scenario", key)
        assert now[: len(before)] == before
        assert len(now) - len(before) in ((0,) if done is None else (0, 1))
        assert [r.number for r in now] == [*range(1, len(now) + 1)]
        record = registry.get("scenario", key)
        assert record.latest == len(now)
        if record.published is not None:
            assert now[record.published - 1].state == "published"
        assert record.removed == (now[-1].state == "removed")
        before = now
