"""Fifty readers of the workspace on two cores, alone and beside a long job.

    python benchmarks/workspace_load.py [--readers 50] [--seconds 20] [--pause 0]

Starts the workspace on an empty home, pinned to two cores, and readers in a process of their own,
pinned to the others where there are any. Each reader keeps one connection and asks one address
after the other: observatory, country and claims pages and their API. First every address once, to
fill the caches as the first visitor would; then the measured run, idle; then the same while a real
appraisal (examples/baseline.toml, over and over) runs on the same two cores at the priority that
workers have.

Prints requests, median, 95th and 99th percentile and faults, for everything and by kind of address.
Ends with exit code 1 if the 95th percentile of pages and data is above 300 ms in either run, or
any answer is a fault.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

TARGET_MS = 300.0
CODES = ("KEN", "KAZ", "LAO", "PAK", "DEU", "ETH", "IDN", "UZB", "BRA", "GRC")
PAGES = (
    "/", "/figures/policy", "/figures/finance", "/claims/bri_countries",
    "/claims/bri_goods_trade", "/countries", "/search?q=railway",
    *(f"/countries/{code}" for code in CODES),
)  # fmt: skip
DATA = (
    "/api/v1/observatory", "/api/v1/indicators?pillar=trade", "/api/v1/indicators/bri_countries",
    "/api/v1/claims?per_page=50", "/api/v1/claims?pillar=finance&page=2", "/api/v1/countries",
    "/api/v1/search?q=piraeus", *(f"/api/v1/countries/{code}" for code in CODES),
    *(f"/api/v1/countries/{code}/debt" for code in CODES[:4]),
)  # fmt: skip
SERVER = """
import sys
from dataclasses import replace
from pathlib import Path
import uvicorn
from beltroad.app import Settings, create_app
from beltroad.app.database import Database, migrate
from beltroad.app.registry import bundled
from beltroad.app.settings import Limits
# Fifty readers at one address would be held back as one visitor.
settings = replace(Settings.local(Path(sys.argv[1])),
                   limits=Limits(reads_per_minute=0, writes_per_minute=0))
database = Database(settings.database_url)
migrate.upgrade(database)
bundled.load(database)
uvicorn.run(create_app(settings, database), port=int(sys.argv[2]), log_level="error",
            access_log=False)
"""


def main() -> int:
    """Run both measurements and print them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--pause", type=float, default=0.0, help="seconds between two questions")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        found = asyncio.run(_read(int(args.child), args.readers, args.seconds, args.pause))
        print(json.dumps(found))
        return 0
    own, others = _cores()
    print(f"server on cores {own}, readers on {others}; {args.readers} readers, {args.seconds:g} s")
    slow = False
    with tempfile.TemporaryDirectory() as folder, _server(Path(folder) / "home", own) as port:
        first = time.perf_counter()
        for path in (*PAGES, *DATA):
            _once(port, path)
        print(f"first view of all {len(PAGES) + len(DATA)} addresses: "
              f"{time.perf_counter() - first:.1f} s")  # fmt: skip
        slow |= _report("idle", _measure(port, args, others))
        with _appraisals(Path(folder), own):
            slow |= _report("beside an appraisal", _measure(port, args, others))
    return int(slow)


def _cores() -> tuple[list[int], list[int]]:
    every = sorted(os.sched_getaffinity(0))
    return every[:2], every[2:4] or every[:2]


def _on(cores: list[int]) -> list[str]:
    return ["taskset", "-c", ",".join(map(str, cores))]


@contextlib.contextmanager
def _server(home: Path, cores: list[int]) -> Iterator[int]:
    home.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    began = time.perf_counter()
    process = subprocess.Popen([*_on(cores), sys.executable, "-c", SERVER, str(home), str(port)])
    try:
        while True:
            if process.poll() is not None:
                raise SystemExit("the server did not start")
            with contextlib.suppress(OSError):
                _once(port, "/api/v1/health")
                break
            time.sleep(0.1)
        print(f"empty home to first answer: {time.perf_counter() - began:.1f} s")
        yield port
    finally:
        process.terminate()
        process.wait(20)


@contextlib.contextmanager
def _appraisals(folder: Path, cores: list[int]) -> Iterator[None]:
    scenario = Path(__file__).parents[1] / "examples" / "baseline.toml"
    loop = (
        "import subprocess, sys\nn = 0\nwhile True:\n    n += 1\n"
        "    subprocess.run([sys.executable, '-m', 'beltroad.cli', 'appraise', sys.argv[1],"
        " '--out', f'{sys.argv[2]}/{n}'], check=True, stdout=subprocess.DEVNULL,"
        " stderr=subprocess.DEVNULL)\n"
    )
    process = subprocess.Popen(
        [*_on(cores), "nice", "-n", "10", sys.executable, "-c", loop, str(scenario),
         str(folder / "runs")], start_new_session=True,
    )  # fmt: skip
    try:
        time.sleep(3)
        if process.poll() is not None:
            raise SystemExit("the appraisal did not run")
        yield
        if process.poll() is not None:
            raise SystemExit("the appraisal ended during the measurement")
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def _once(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def _measure(port: int, args: argparse.Namespace, cores: list[int]) -> list[list[object]]:
    done = subprocess.run(
        [*_on(cores), sys.executable, __file__, "--child", str(port), "--readers",
         str(args.readers), "--seconds", str(args.seconds), "--pause", str(args.pause)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: list[list[object]] = json.loads(done.stdout)
    return found


async def _read(port: int, readers: int, seconds: float, pause: float) -> list[list[object]]:
    """Each reader's answers: path, milliseconds, status."""
    end = time.perf_counter() + seconds
    found: list[list[object]] = []

    async def reader(number: int) -> None:
        draw = random.Random(number)
        streams = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < end:
            path = draw.choice(PAGES if draw.random() < 0.5 else DATA)
            began = time.perf_counter()
            status = await _get(streams, path)
            found.append([path, 1000 * (time.perf_counter() - began), status])
            if pause:
                await asyncio.sleep(pause * (0.5 + draw.random()))
        streams[1].close()

    await asyncio.gather(*(reader(n) for n in range(readers)))
    return found


async def _get(streams: tuple[asyncio.StreamReader, asyncio.StreamWriter], path: str) -> int:
    read, write = streams
    write.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n\r\n".encode())
    head = (await read.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = next(int(line.split(":")[1]) for line in head.split("\r\n")
                  if line.startswith("content-length:"))  # fmt: skip
    await read.readexactly(length)
    return int(head.split(" ", 2)[1])


def _report(title: str, found: list[list[object]]) -> bool:
    """Print the percentiles; whether they miss the target or an answer was a fault."""
    faults = sum(int(str(status)) != 200 for _, _, status in found)
    missed = faults > 0
    for name, test in (
        ("all", lambda _: True), ("pages", lambda p: not p.startswith("/api")),
        ("data", lambda p: p.startswith("/api")),
    ):  # fmt: skip
        times = sorted(float(str(ms)) for path, ms, _ in found if test(str(path)))
        p50, p95, p99 = (times[min(len(times) - 1, int(len(times) * q))] for q in (0.5, 0.95, 0.99))
        missed |= p95 > TARGET_MS
        said = faults if name == "all" else "-"
        print(f"{title:>20}, {name:5}: {len(times):6} requests, p50 {p50:5.0f} ms, p95 "
              f"{p95:5.0f} ms, p99 {p99:5.0f} ms, faults {said}")  # fmt: skip
    return missed


if __name__ == "__main__":
    raise SystemExit(main())
