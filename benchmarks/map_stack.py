"""Maps in the browser: own SVG and canvas beside Leaflet, OpenLayers and MapLibre, one run.

All candidates draw the outlines of 234 economies and the network's main lines, pan 30 and zoom
30 steps, one frame each, in headless Chromium without a graphics card. Usage::

    python benchmarks/map_stack.py            # own renderers, and the peers if npm can fetch them
    python benchmarks/map_stack.py --own      # own renderers only, no network

The peers are fetched into a scratch folder and thrown away.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import http.server
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Error, sync_playwright

from beltroad.app.questions import boundaries, geo
from beltroad.app.web import STATIC

HERE = Path(__file__).resolve().parent
PEERS = ("leaflet@1.9.4", "ol@10.11.0", "maplibre-gl@6.17.0")
OWN = ("workspace", "svg", "canvas")
OTHERS = {"leaflet": "leaflet", "openlayers": "ol", "maplibre": "maplibre-gl"}
STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'"
)
LOOSE = "default-src 'self' 'unsafe-inline' 'unsafe-eval' blob: data:"
PAGE = (
    b"<!doctype html><meta charset=utf-8><title>map</title>"
    b"<link rel=stylesheet href=/box.css><div id=box></div>"
    b"<script type=module src=/map_pages/run.js></script>"
)
BOX = b"body{margin:0}#box{width:1200px;height:640px;position:relative;overflow:hidden}"
ROUNDS = 3


class _Server(http.server.ThreadingHTTPServer):
    policy = STRICT
    made: dict[str, bytes]
    peers: Path


class _Files(http.server.SimpleHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        body, kind = self.server.made.get(path), self.guess_type(path)
        if body is None:
            root = self.server.peers if path.startswith("/peers/") else (
                STATIC if path.startswith("/static/") else HERE / "map_pages"
            )  # fmt: skip
            file = (root / "/".join(path.split("/")[2:])).resolve()
            inside = file.is_relative_to(root.resolve()) and file.is_file()
            body = file.read_bytes() if inside else b""
        if path == "/":
            kind = "text/html"
        self.send_response(200)
        self.send_header("Content-Type", "text/javascript" if path.endswith("js") else kind)
        self.send_header("Content-Security-Policy", self.server.policy)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base's name)
        """Keep quiet."""


def fetched(folder: Path) -> bool:
    """Fetch the peers with npm; False if that is not possible."""
    npm = shutil.which("npm")
    if npm is None:
        return False
    done = subprocess.run(
        [npm, "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", *PEERS],
        cwd=folder, capture_output=True, timeout=300, check=False,
    )  # fmt: skip
    return done.returncode == 0


def measured(browser: Browser, url: str, stack: str) -> tuple[dict[str, Any], list[str]]:
    """One candidate: what it took, and what the browser complained of."""
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    said: list[str] = []
    page.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda e: said.append(str(e)))
    try:
        page.goto(f"{url}/?stack={stack}")
        page.wait_for_selector("html[data-done]", state="attached", timeout=60_000)
        page.wait_for_timeout(500)  # what it does after its start is not counted
        before = cpu_seconds()
        found = page.evaluate("window.go()")
        page.wait_for_timeout(500)  # what it still draws is
        return found | {"cpu": cpu_seconds() - before}, said
    except Error as error:
        return {"fault": str(error).splitlines()[0]}, said
    finally:
        page.close()


def cpu_seconds() -> float:
    """Processor time of all processes under this one: drawing happens off the page's thread."""
    parents, spent = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        pid = int(stat.parent.name)
        parents[pid], spent[pid] = int(fields[1]), int(fields[11]) + int(fields[12])
    family, found = {os.getpid()}, 1
    while found:
        more = {pid for pid, parent in parents.items() if parent in family} - family
        family, found = family | more, len(more)
    own = spent.get(os.getpid(), 0)
    return (sum(spent[pid] for pid in family if pid in spent) - own) / os.sysconf("SC_CLK_TCK")


def sent(stack: str, folder: Path) -> tuple[int, int]:
    """Bytes of program and style that a candidate brings, plain and compressed."""
    found = {
        "leaflet": ["leaflet/dist/leaflet.js", "leaflet/dist/leaflet.css"],
        "openlayers": ["ol/dist/ol.js"],
        "maplibre": [f"maplibre-gl/dist/maplibre-gl{e}" for e in (".mjs", "-worker.mjs", ".css")],
    }.get(stack)
    own = [STATIC / "map" / "projection.js", HERE / "map_pages" / f"{stack}.js"]
    if stack == "workspace":
        own = [*sorted((STATIC / "map").glob("*.js")), STATIC / "css" / "data.css"]
    files = own if found is None else [folder / "node_modules" / f for f in found]
    texts = [f.read_bytes() for f in files]
    return sum(map(len, texts)), sum(len(gzip.compress(t)) for t in texts)


def main() -> int:
    """Measure all candidates and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--own", action="store_true", help="own renderers only")
    asked = parser.parse_args()
    chromium = next((p for n in ("chromium", "google-chrome") if (p := shutil.which(n))), None)
    if chromium is None:
        print("no chromium found", file=sys.stderr)
        return 1
    network = geo.network(("rail", "sea"))
    data = {"/outlines.json": boundaries.outlines(None), "/network.json": network}
    links = sum(f["properties"]["value"] for f in network["features"])
    print(f"{links:,} links, {len(data['/outlines.json']['features'])} outlines, 1200 x 640")
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as play:
        folder = Path(scratch)
        stacks = list(OWN)
        if not asked.own:
            if fetched(folder):
                stacks += OTHERS
            else:
                print("npm could not fetch the peers: own renderers only")
        server = _Server(("127.0.0.1", 0), functools.partial(_Files, directory=scratch))
        server.peers = folder / "node_modules"
        server.made = {"/": PAGE, "/box.css": BOX} | {
            path: json.dumps(body).encode() for path, body in data.items()
        }
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        # WebGL without a graphics card wants switches of its own; they slow down all else.
        plain = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        webgl = play.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
                  "--ignore-gpu-blocklist"],
        )  # fmt: skip
        print(
            f"{'':12}{'bytes':>11}{'gzip':>9}{'ready ms':>10}{'median':>8}{'p95':>8}"
            f"{'cpu/frame':>11}  policy"
        )
        for stack in stacks:
            browser = webgl if stack == "maplibre" else plain
            server.policy, policy = STRICT, "strict"
            found, said = measured(browser, url, stack)
            refused = next((s for s in said if "Content Security Policy" in s), "")
            if "fault" in found:
                server.policy, policy = LOOSE, f"needs more: {(refused or found['fault'])[:90]}"
                found, said = measured(browser, url, stack)
            elif refused:
                policy = f"works, but: {refused[:90]}"
            size, packed = sent(stack, folder)
            if "fault" in found:
                print(
                    f"{stack:12}{size:>11,}{packed:>9,}  failed: {found['fault'][:120]} {said[:2]}"
                )
                continue
            runs = [found] + [measured(browser, url, stack)[0] for _ in range(ROUNDS - 1)]
            times = sorted(t for run in runs for t in run["times"])
            ready = statistics.median(run["ready"] for run in runs)
            p95 = times[int(0.95 * len(times))]
            cpu = 1000 * statistics.median(run["cpu"] / len(run["times"]) for run in runs)
            print(f"{stack:12}{size:>11,}{packed:>9,}{ready:>10.0f}"
                  f"{statistics.median(times):>8.1f}{p95:>8.1f}{cpu:>11.1f}  {policy}")  # fmt: skip
        plain.close()
        webgl.close()
        server.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
