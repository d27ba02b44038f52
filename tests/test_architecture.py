"""Rules of the house that a machine can check."""

from __future__ import annotations

import ast
import hashlib
import importlib
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import beltroad
from beltroad import evidence

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "beltroad"
MODULES = sorted(SOURCE.rglob("*.py"))
BUNDLE = SOURCE / "evidence" / "bundle"
# Install size: what run time does without; tests and data/ scripts may use both.
NOT_AT_RUN_TIME = {"scipy", "pyarrow", "geopandas", "shapely", "matplotlib"}
MAX_LINES = 400
MAX_BUNDLE_BYTES = 20_000_000


@cache
def imported(path: Path) -> frozenset[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return frozenset(names)


def test_layers_import_downwards_only() -> None:
    from importlinter.cli import lint_imports

    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0


def test_modules_are_small_and_stay_light() -> None:
    lines = {p: len(p.read_text(encoding="utf-8").splitlines()) for p in MODULES}
    assert {p: n for p, n in lines.items() if n > MAX_LINES} == {}
    heavy = {p: imported(p) & NOT_AT_RUN_TIME for p in MODULES}
    assert {p: names for p, names in heavy.items() if names} == {}


def test_run_time_packages_are_declared() -> None:
    """The library needs its own dependencies alone; the workspace those of the extra too."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    def names(listed: list[str]) -> set[str]:
        return {re.split(r"[>=\[]", d)[0].strip().replace("-", "_") for d in listed}

    declared = names(project["dependencies"])
    known_as = {
        "vl_convert": "vl_convert_python", "markdown_it": "markdown_it_py",
        "pydantic_core": "pydantic", "annotated_types": "pydantic", "anyio": "starlette",
    }  # fmt: skip
    starter = SOURCE / "cli" / "serve.py"
    workspace = {p for p in MODULES if p.is_relative_to(SOURCE / "app") or p == starter}
    for paths, allowed in (
        (set(MODULES) - workspace, declared),
        (workspace, declared | names(project["optional-dependencies"]["app"])),
    ):
        used = set().union(*(imported(p) for p in paths))
        used -= set(sys.stdlib_module_names) | {"beltroad"}
        assert {known_as.get(name, name) for name in used} <= allowed


@pytest.mark.parametrize("name", [*beltroad.__all__, "__version__"])
def test_public_names_can_be_had(name: str) -> None:
    assert getattr(beltroad, name) is not None
    assert name in dir(beltroad)


def test_unknown_names_are_refused() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = beltroad.nothing


def test_every_listed_name_of_a_module_exists() -> None:
    for path in MODULES:
        parts = path.relative_to(SOURCE.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        module = importlib.import_module(name)
        assert module.__doc__, name
        for each in getattr(module, "__all__", []):
            assert hasattr(module, each), f"{name}.{each}"


def test_importing_beltroad_is_quick_and_light() -> None:
    """The package itself loads nothing of weight; --help and --version stay instant."""
    code = "import sys, beltroad; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numpy", "pandas", "numba", "altair"} & set(done.stdout.split())


@pytest.mark.parametrize("name", evidence.names())
def test_every_bundled_table_says_where_it_comes_from(name: str) -> None:
    about = evidence.info(name)
    data = (BUNDLE / about.file).read_bytes()
    assert hashlib.sha256(data).hexdigest() == about.sha256
    assert evidence.read_bytes(name) == data
    assert about.title
    assert (ROOT / about.script).is_file()
    assert about.sources
    for source in about.sources:
        assert source.title.strip()
        assert source.licence.strip()
        assert source.vintage.strip()
    if about.file.endswith((".csv", ".parquet")):
        frame = evidence.load(name)
        assert len(frame) == about.rows > 0
        assert set(frame.columns) == set(about.units)
        assert all(about.descriptions.values())


def test_the_bundle_holds_nothing_else_and_stays_small() -> None:
    known = {f"{n}.json" for n in evidence.names()} | {
        evidence.info(n).file for n in evidence.names()
    }
    files = [p for p in BUNDLE.rglob("*") if p.is_file()]
    assert {p.name for p in files} == known
    assert sum(p.stat().st_size for p in files) < MAX_BUNDLE_BYTES
