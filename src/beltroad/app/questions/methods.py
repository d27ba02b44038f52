"""The method pages inside the workspace: the same files that the documentation is made of."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from markdown_it import MarkdownIt

from beltroad.app.errors import NotFound
from beltroad.errors import suggest

__all__ = ["html", "names", "titles"]

_ALIGNED = re.compile(r'\sstyle="text-align:(left|right|center)"')
_LINK = re.compile(r'<a href="([^"]*)">(.*?)</a>', re.DOTALL)
_IMAGE = re.compile(r"<img [^>]*>")
_METHOD = re.compile(r"(?:\./)?([a-z0-9-]+)\.md(#[\w-]+)?\Z")
_MATHS = re.compile(r"\$\$(.+?)\$\$", re.DOTALL)
_INLINE = re.compile(r"(?<![\\$\w`])\$(?![\s$])([^$\n`]+?)(?<!\s)\$(?![\w$])")
_FRACTION = re.compile(r"\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}")
_MACRO = re.compile(r"\\([A-Za-z]+|[,;:!|{}%& ])\s?")
# Signs for the names that our equations use; other names stay as they are written.
_SIGNS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε",
    "zeta": "ζ", "eta": "η", "theta": "θ", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν",
    "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ", "varphi": "φ",
    "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ",
    "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω", "cdot": "·", "times": "×",
    "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "approx": "≈",
    "sum": "∑", "prod": "∏", "int": "∫", "in": "∈", "infty": "∞", "partial": "∂", "to": "→",
    "pm": "±", "sqrt": "√", "mid": "|", "ldots": "…", "dots": "…", "sim": "∼", "cup": "∪",
    "cap": "∩", "propto": "∝", "ell": "ℓ", "lceil": "⌈", "rceil": "⌉", "max": "max ",
    "min": "min ", "exp": "exp ", "ln": "ln ", "log": "log ", "sin": "sin ", "Big": "", "big": "",
    "Bigl": "", "Bigr": "", "bigl": "", "bigr": "", "left": "", "right": "", "mathrm": "",
    "text": "", "operatorname": "", "mathbf": "", "!": "", "qquad": "    ", "quad": "  ",
    ",": " ", ";": " ", ":": " ", " ": " ", "{": "{", "}": "}", "%": "%", "|": "|",
}  # fmt: skip


def _folder() -> Path | None:
    """Inside an installed package, or beside the source in a clone."""
    package = Path(str(files("beltroad.app")))
    for path in (package / "methods", package.parents[2] / "docs" / "methods"):
        if path.is_dir():
            return path
    return None


@lru_cache(maxsize=1)
def titles() -> dict[str, str]:
    """Name and title of each method page, by name."""
    folder = _folder()
    if folder is None:
        return {}
    found = {}
    for path in sorted(folder.glob("*.md")):
        with path.open(encoding="utf-8") as handle:
            found[path.stem] = handle.readline().lstrip("# ").strip() or path.stem
    return found


def names() -> frozenset[str]:
    """Names of all method pages."""
    return frozenset(titles())


@lru_cache(maxsize=64)
def html(name: str) -> str:
    """One method page as HTML of our own making: no script, no style, no foreign picture.

    Raises
    ------
    NotFound
        If there is no such page; close names are suggested.
    """
    folder = _folder()
    if folder is None or name not in titles():
        raise NotFound(f"no method page {name!r:.60}. {suggest(name, sorted(titles()))}")
    text = (folder / f"{name}.md").read_text(encoding="utf-8")
    text = _MATHS.sub(lambda m: f"\n```\n{_signs(m[1].strip())}\n```\n", text)
    text = _INLINE.sub(lambda m: f"`{_signs(m[1])}`", text)
    page = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    page = _ALIGNED.sub(lambda m: ' class="n"' if m[1] == "right" else "", page)
    page = _LINK.sub(_linked, _IMAGE.sub("", page))
    return page.replace("<table>", '<div class="scroll" tabindex="0"><table>').replace(
        "</table>", "</table></div>"
    )


def _signs(equation: str) -> str:
    """An equation in one line of signs: simple fractions and names are turned, the rest is TeX."""
    before = ""
    while before != equation:
        before, equation = equation, _FRACTION.sub(r"(\1)/(\2)", equation)
    return _MACRO.sub(lambda m: _SIGNS.get(m[1], m[0]), equation)


def _linked(match: re.Match[str]) -> str:
    """A link to another method page stays one of ours; into the rest of the docs it is text."""
    target, text = match[1], match[2]
    if (found := _METHOD.match(target)) and found[1] in titles():
        return f'<a href="/help/methods/{found[1]}{found[2] or ""}">{text}</a>'
    if target.startswith(("https://", "http://")):
        return f'<a href="{target}" rel="noreferrer">{text}</a>'
    return text
