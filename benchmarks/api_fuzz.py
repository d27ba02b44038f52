"""Send every endpoint of the API what its description allows and forbids, for long.

    python benchmarks/api_fuzz.py [--examples 200] [--start 1] [--only debt] [--database URL]

In process, without a server, on an empty home; jobs are queued and not run. The short form of it
is tests/app/test_api_schema.py. Prints one line an operation (statuses seen, seconds) and every
answer that is not as described. Ends with exit code 1 if there is any. ``--start`` is the seed:
another one sends other requests.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
import warnings
from dataclasses import replace
from pathlib import Path

HERE = Path(__file__).parents[1]
sys.path[:0] = [str(HERE / "tests"), str(HERE / "tests" / "app")]


def main() -> int:
    """Ask everything; 1 if something was answered wrongly."""
    parser = argparse.ArgumentParser(description="Fuzz the API.")
    parser.add_argument("--examples", type=int, default=200)
    parser.add_argument("--start", type=int, default=1)
    parser.add_argument("--only", default="", help="pattern of operations")
    parser.add_argument("--database", default="", help="an empty database instead of SQLite")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")

    from api_cases import Fuzzer, operations

    from beltroad.app import Settings, create_app
    from beltroad.app.database import Database, migrate
    from beltroad.app.registry import bundled
    from beltroad.app.settings import Limits

    wrong = 0
    with tempfile.TemporaryDirectory() as home:
        limits = Limits(reads_per_minute=0, writes_per_minute=0, queued_jobs_per_user=10_000)
        made = replace(Settings.local(Path(home)), limits=limits)
        if asked.database:
            made = replace(made, database_url=asked.database)
        database = Database(made.database_url)
        migrate.upgrade(database)
        bundled.load(database)
        app = create_app(made, database)
        fuzzer = Fuzzer(app)
        for label in operations(app):
            if not re.search(asked.only, label):
                continue
            began = time.monotonic()
            try:
                fuzzer.check(label, asked.examples, start=asked.start)
            except (Exception, BaseExceptionGroup) as error:  # noqa: BLE001 (whatever it is, it is told)
                wrong += 1
                print(f"WRONG {label}\n{_told(error)}", flush=True)
            seen = ", ".join(map(str, sorted(fuzzer.seen.get(label, ()))))
            print(f"{time.monotonic() - began:6.1f} s  {label}: {seen}", flush=True)
        database.dispose()
    print(f"{wrong} operations with wrong answers")
    return int(wrong > 0)


def _told(error: BaseException) -> str:
    inner = getattr(error, "exceptions", ())
    text = "\n".join(str(e) for e in inner) if inner else f"{type(error).__name__}: {error}"
    return text[:3_000]


if __name__ == "__main__":
    raise SystemExit(main())
