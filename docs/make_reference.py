"""Hook of mkdocs: reference pages made from the code, and equations as MathML.

The pages cannot fall behind the code, because they are written from it while the site is built:
result variables from ``variables.csv``, scenario keys from the pydantic models, bundled tables
from their metadata, commands from the command line itself. Equations become MathML, which
browsers draw by themselves: no script and no font is fetched from anywhere.

Run by itself (``python docs/make_reference.py FOLDER``) it writes the pages as Markdown.
"""

from __future__ import annotations

import html
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import latex2mathml.converter
import typer

from beltroad import cli, evidence
from beltroad.appraisal import schema
from beltroad.appraisal.scenario import Scenario
from beltroad.infrastructure.projects.states import there_by_year

# Meaning of the keys of a scenario; the models say type, bounds and default.
KEYS = {
    "Scenario.name": "title of the report",
    "Scenario.description": "a paragraph under the title",
    "Scenario.states": "the two states of the network that are compared, and that of the accounts",
    "Scenario.projects": "what the comparison is about",
    "Scenario.reforms": "shorter waits, in the later state",
    "Scenario.schedules": "services that leave more often, in the later state",
    "Scenario.levers": "tariffs, agreements, border days, services and data rules, later state",
    "Scenario.financing": "who lends, gives, invests and builds; the first that fits a project",
    "Scenario.debt": "how project loans enter the debt assessments of the hosts",
    "DebtPart.assess": "whether hosts are assessed",
    "DebtPart.timing": "`to_come`: projects not yet open; `all`: as if all were borrowed anew",
    "DebtPart.public_share": "part of the loans that the host's state owes or guarantees",
    "DebtPart.loan_share": "of the cost, where `financing` says nothing; so the next three",
    "DebtPart.interest_rate": "a year, as a fraction",
    "DebtPart.maturity_years": "from disbursement to the last repayment",
    "DebtPart.grace_years": "without repayment of principal",
    "DebtPart.disbursed_over_years": "up to the opening, in equal parts",
    "DebtPart.reached_over_years": "from the opening until the gain is there in full",
    "DebtPart.dividend": "shares of the appraised gain from trade that come true, rising",
    "Scenario.people": "what is said of poverty and jobs",
    "PeoplePart.assess": "whether poverty and jobs are worked out",
    "PeoplePart.year": "incomes and population are projected to it, with and without",
    "PeoplePart.lines": "poverty lines: USD a day @ year of purchasing power parities",
    "PeoplePart.pass_through": "of income to households, from and to; else by kind of survey",
    "Scenario.risk": "what is said of the risk of projects and of the loans behind them",
    "RiskPart.assess": "whether risk is worked out",
    "RiskPart.draws": "scenarios of losses",
    "RiskPart.recovery_pct": "of loans after default; else that published for public borrowers",
    "Scenario.green": "what is said of projects under the green guidance, and of emissions",
    "GreenPart.assess": "whether it is said",
    "GreenPart.by_mode": "whether emissions of rail, road, river and sea are told apart",
    "GreenPart.types": "type of a project by id, where that told from its mode does not fit",
    "GreenPart.protected": "projects that harm an ecologically important area",
    "GreenPart.mitigated": "projects whose mitigation meets accepted standards",
    "Scenario.uncertainty": "how many draws, and of what; else 32 draws and 12 pairs",
    "Scenario.parameters": "choices of the method",
    "Scenario.sensitivity": "also run the sensitivity cases and the draws",
    "Scenario.seed": "of the draws: the same seed, the same numbers",
    "States.before": "earlier state",
    "States.after": "later state",
    "States.economy": "state of the network to which the economic accounts (2022) belong",
    "Projects.include": "`all`, `none` or a list of ids; the others stay as they are today",
    "Projects.where": "keep only projects that match",
    "Projects.exclude": "ids to leave out",
    "Projects.with_halted": "count what is stalled, shelved or suspended as coming",
    "Projects.inline": "projects of your own",
    "Projects.revised": "projects of the table with some of their facts put right",
    "Filter.country": "any of these hosts (ISO 3166 alpha-3)",
    "Filter.mode": "any of these modes",
    "Filter.status": "any of these statuses",
    "Filter.corridor": "any of these corridors",
    "InlineProject.id": "capital letters, digits and hyphens; not an id of the table",
    "InlineProject.name": "name in the report",
    "InlineProject.mode": "what is built",
    "InlineProject.effect": "lines: `new_link`, `upgrade`; ports: `new_port`, `terminal`; dry "
    "ports: `new_terminal`, `terminal`",
    "InlineProject.countries": "hosts, who bear the cost in equal parts",
    "InlineProject.waypoints": "`[latitude, longitude]` in order; one for a port or dry port",
    "InlineProject.locode": "UN/LOCODE of the port or dry port; else its id is its code",
    "InlineProject.gauge_mm": "track gauge; else that of the nearest station",
    "InlineProject.borders": "listed crossings whose waits count where a new line crosses",
    "InlineProject.capacity_teu_per_year": "TEU a year; recorded for congestion",
    "InlineProject.length_km": "published length; else 1.2 times the great circle of each leg",
    "InlineProject.speed_before_kmh": "speed of the line before an upgrade",
    "InlineProject.speed_after_kmh": "design or operating speed",
    "InlineProject.hours_saved_terminal": "hours a container saves in the port or dry port",
    "InlineProject.year_open": "from which year it is there; without it only in `complete`",
    "InlineProject.cost_usd_bn": "capital cost, billion USD; without it cost counts as unknown",
    "RevisedProject.id": "id of the project in the table (`beltroad tables projects`)",
    "RevisedProject.name": "name in the report",
    "RevisedProject.countries": "hosts, who bear the cost in equal parts",
    "RevisedProject.corridor": "corridor by which `where` finds it",
    "RevisedProject.status": "state; what is stalled, shelved or suspended is not coming",
    "RevisedProject.year_start": "first year of works",
    "RevisedProject.year_open": "year of opening, or `unknown`",
    "RevisedProject.cost_usd_bn": "capital cost, billion USD, or `unknown`",
    "RevisedProject.effect": "as for `InlineProject`; `capacity` and `none` change no hours",
    "RevisedProject.freight": "whether it carries freight at all",
    "RevisedProject.waypoints": "`[latitude, longitude]` in order; one for a port or dry port",
    "RevisedProject.length_km": "published length, or `unknown`",
    "RevisedProject.gauge_mm": "track gauge, or `unknown`",
    "RevisedProject.speed_before_kmh": "speed of the line before an upgrade, or `unknown`",
    "RevisedProject.speed_after_kmh": "design or operating speed, or `unknown`",
    "RevisedProject.hours_saved_terminal": "hours saved in the port or dry port, or `unknown`",
    "RevisedProject.source": "where the revised facts come from; shown in the project's notes",
    "Reform.name": "name in the report",
    "Reform.borders": "ids of listed crossings (`beltroad tables borders`)",
    "Reform.countries": "all land crossings of these economies",
    "Reform.ports": "time in these ports (UN/LOCODE)",
    "Reform.ports_of": "time in all ports of these economies",
    "Reform.wait_factor": "what remains of the wait: 0.5 halves it, 0 removes it",
    "Reform.hours_cut": "hours less, after the factor; never below nothing",
    "Schedule.name": "name in the report",
    "Schedule.mode": "what leaves: trains, ships or barges",
    "Schedule.places": "cities (name or id), ports (UN/LOCODE), dry ports (id)",
    "Schedule.countries": "all terminals of the mode in these economies",
    "Schedule.departures_per_week": "goods wait half the interval, at most the mean of the mode",
    "Parameters.value_of_time": "value of a day in transit, by industry",
    "Parameters.mode_choice": "`switch`: shippers choose land or sea again; `fixed`: they do not",
    "Parameters.elasticities": "set of trade elasticities",
    "Parameters.domestic": "shorter times within an economy count too",
    "Parameters.discount_rate": "for the annual cost of projects",
    "Parameters.life_years": "life of all projects; else by mode",
    "Parameters.trade_data": "folder of your own accounts, relative to the file",
    "Parameters.network": "single rows of `network_parameters`, by `parameter.mode.group`",
    "LeverPart.preset": "name of a preset (`beltroad trade levers`); then only `level`, `amounts`",
    "LeverPart.level": "value of each assumption of the preset",
    "LeverPart.amounts": "other values for assumptions of the preset, by key",
    "LeverPart.name": "name in the report; needed without a preset",
    "LeverPart.within": "economies or groups; each imports from each",
    "LeverPart.importers": "economies or groups that import; empty: all",
    "LeverPart.exporters": "economies or groups that export; empty: all",
    "LeverPart.both_directions": "importers and exporters also the other way round",
    "LeverPart.industries": "industries or groups of them; empty: all that the amount can act on",
    "LeverPart.unless_agreement": "leave alone pairs that have a `deep` (or `any`) agreement",
    "LeverPart.tariff_factor": "what remains of the tariff: 0 abolishes it",
    "LeverPart.tariff_rate_pct": "new tariff, percent of value, also upwards",
    "LeverPart.border_cost_cut_pct": "goods: percent of delivered cost less",
    "LeverPart.days_cut": "goods: days less at the border, worth the value of time",
    "LeverPart.services_cost_cut_pct": "traded services: percent of delivered cost less",
    "LeverPart.data_cost_cut_pct": "services delivered digitally: percent of delivered cost less",
    "Financing.name": "name of the entry",
    "Financing.projects": "ids; empty: all",
    "Financing.countries": "hosts; empty: all",
    "Financing.loan_share": "part of capital that is lent",
    "Financing.lenders": "share of each lender, by economy",
    "Financing.interest_rate": "a year, 0.03 is 3 %",
    "Financing.maturity_years": "life of the loan, grace included",
    "Financing.grace_years": "years before the first repayment",
    "Financing.equity_share": "part of capital from owners abroad",
    "Financing.investors": "share of each investor, by economy",
    "Financing.return_rate": "what investors earn a year",
    "Financing.grant_share": "part of capital that is given",
    "Financing.donors": "share of each donor, by economy",
    "Financing.builder_share": "part of the works that builders from elsewhere do",
    "Financing.builders": "share of each builder's economy",
    "Uncertainty.draws": "states of the world for the quantiles",
    "Uncertainty.pairs": "draws that split the variance; 0: no split",
    "Uncertainty.fixed": "inputs, families or groups held at their central value",
    "Uncertainty.inputs": "another distribution for an input or a family",
    "InputShape.shape": "kind of distribution; it says which of the other keys are needed",
    "InputShape.value": "`fixed`",
    "InputShape.low": "`uniform`, `triangular`, `two_piece`; bound of `truncated_normal`",
    "InputShape.mode": "`triangular`",
    "InputShape.central": "`two_piece`: half of the draws lie on either side",
    "InputShape.high": "`uniform`, `triangular`, `two_piece`",
    "InputShape.mean": "`truncated_normal`",
    "InputShape.sd": "`truncated_normal`: standard deviation before truncation",
    "InputShape.median": "`lognormal`",
    "InputShape.sigma": "`lognormal`: standard deviation of the logarithm",
    "InputShape.values": "`discrete`",
    "InputShape.weights": "`discrete`: weight of each value",
}
TOP = {
    "base": ("text", "another scenario file, over which this one is laid"),
    "overrides": ("tables", "named variants: `[overrides.NAME]` with any keys of a scenario"),
    "apply": ("list of text", "overrides to switch on always"),
}


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table."""
    head = list(head)
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    for row in rows:
        cells = (str(c).replace("|", "\\|").replace("\n", " ").strip() for c in row)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def variables_page() -> str:
    """Every variable that crosses a seam."""
    out = ["# Result variables\n", (
        "Declared once in `src/beltroad/appraisal/variables.csv` and checked in every run. The "
        "tables `times`, `access` and `costs` pass between the stages; all others are what readers "
        "get. USD are of the accounts' year, `USD/a` a year.\n"
    )]  # fmt: skip
    for name in schema._declared():
        rows = [
            (f"`{v.name}`", "" if v.is_text else v.unit, " × ".join(v.dims), v.title,
             v.description + (" May be missing." if v.missing and not v.is_text else ""))
            for v in schema.variables(name).values()
        ]  # fmt: skip
        out += [f"\n## {name}\n", table(("name", "unit", "by", "title", "what it is"), rows)]
    return "\n".join(out)


def _type(node: dict[str, Any], defs: dict[str, Any]) -> str:
    """Type, allowed values and bounds of a JSON schema node in plain words."""
    if "$ref" in node:
        name = node["$ref"].rsplit("/", 1)[-1]
        return f"table [{name}](#{name.lower()})"
    for key in ("anyOf", "allOf", "oneOf"):
        if key in node:
            parts = [_type(n, defs) for n in node[key] if n.get("type") != "null"]
            return " or ".join(dict.fromkeys(parts))
    if "const" in node:
        return f"`{json.dumps(node['const'])}`"
    if "enum" in node:
        return ", ".join(f"`{v}`" for v in node["enum"])
    kind = node.get("type", "")
    if kind == "array":
        if "prefixItems" in node:
            return "[" + ", ".join(_type(n, defs) for n in node["prefixItems"]) + "]"
        return f"list of: {_type(node.get('items', {}), defs)}"
    if kind == "object":
        return f"table of: {_type(node.get('additionalProperties', {}), defs)}"
    names = {
        "string": "text",
        "number": "number",
        "integer": "whole number",
        "boolean": "true or false",
    }
    bounds = [
        f"{sign} {node[key]:g}"
        for key, sign in (("minimum", "≥"), ("exclusiveMinimum", ">"),
                          ("maximum", "≤"), ("exclusiveMaximum", "<"))
        if key in node
    ]  # fmt: skip
    return names.get(kind, kind) + (f" {', '.join(bounds)}" if bounds else "")


def _default(node: dict[str, Any], *, required: bool) -> str:
    if required:
        return "**needed**"
    value = node.get("default")
    return "" if value in (None, [], {}) or isinstance(value, dict) else f"`{json.dumps(value)}`"


def scenario_page() -> str:
    """Keys of a scenario file, from the models that read it."""
    model = Scenario.model_json_schema()
    defs = model.get("$defs", {})
    out = ["# Scenario keys\n", (
        "A scenario is a TOML file. Every key has a default, so that the shortest scenario is an "
        "empty file. Unknown keys, codes and values out of range are refused, all in one message.\n"
    )]  # fmt: skip
    for name, part in [("Scenario", model), *defs.items()]:
        needed = set(part.get("required", ()))
        rows = [
            (f"`{key}`", _type(node, defs), _default(node, required=key in needed),
             KEYS.get(f"{name}.{key}", node.get("description", "")))
            for key, node in part.get("properties", {}).items()
        ]  # fmt: skip
        if name == "Scenario":
            rows += [(f"`{key}`", kind, "", text) for key, (kind, text) in TOP.items()]
        about = part.get("description", "").replace("``", "`")
        out += [f"\n## {name}\n", about + "\n", table(("key", "type", "default", "meaning"), rows)]
    return "\n".join([*out, _states_section()])


def _states_section() -> str:
    """How many recorded projects are there in each state of the network."""
    counts = there_by_year(evidence.load("projects"))
    rows = [
        (f"`{state}`", *row) for state, row in zip(counts.index, counts.to_numpy(), strict=True)
    ]
    return (
        "\n## Projects in each state of the network\n\nRecorded projects that act on freight and "
        "are there in a year: what had opened by then, and what is under construction or planned "
        "from its expected year on. Coming projects without a year are in `complete` only.\n\n"
        + table(("state", *counts.columns), rows)
    )


def _link(url: str) -> str:
    return f"[{url.split('/')[2]}]({url})" if url.startswith("http") else url


def tables_page() -> str:
    """Every bundled table with sources and columns, from its metadata."""
    out = ["# Bundled tables\n", (
        "`beltroad tables NAME` prints the same, `beltroad.evidence.load(\"NAME\")` gives the "
        "frame. An empty cell of a column with a unit means: not known.\n"
    )]  # fmt: skip
    every = [evidence.info(name) for name in evidence.names()]
    rows = [(f"[{t.name}](#{t.name})", f"{t.rows:,}", t.title, f"`{t.script}`") for t in every]
    out.append(table(("table", "rows", "title", "made by"), rows))
    for t in every:
        out.append(f"\n## {t.name}\n\n{t.title}. `{t.file}`, {t.rows:,} rows.\n")
        sources = [(s.title, _link(s.url), s.licence, s.vintage) for s in t.sources]
        out.append(table(("source", "address", "licence", "vintage"), sources))
        if t.units:
            columns = [
                (f"`{c}`", "" if u == "-" else u, t.descriptions[c]) for c, u in t.units.items()
            ]
            out.append(table(("column", "unit", "what it is"), columns))
        if t.notes:
            notes = re.sub(r"\s*\n\s*(?=\d\. )", "\n", t.notes)
            out.append(html.escape(notes, quote=False) + "\n")
    return "\n".join(out)


def cli_page() -> str:
    """Commands and options, from the command line itself."""
    out = ["# Command line\n", (
        "Exit codes: 0 done, 1 could not be done (no equilibrium, results not written), 2 bad "
        "input, 130 stopped by the user. Messages go to the error stream.\n"
    )]  # fmt: skip
    group: Any = typer.main.get_command(cli.app)
    for name, command in _commands(group):
        out.append(f"\n## beltroad {name}\n\n{(command.help or '').strip()}\n")
        rows = []
        for p in command.params:
            if p.name == "help":
                continue
            names = f"`{p.name.upper()}`" if p.param_type_name == "argument" else ", ".join(
                f"`{o}`" for o in (*p.opts, *p.secondary_opts))  # fmt: skip
            default = "" if p.default in (None, False, ()) else f"`{p.default}`"
            rows.append((names, getattr(p, "help", "") or "", default))
        out.append(table(("option", "what it does", "default"), rows))
    return "\n".join(out)


def _commands(group: Any, prefix: str = "") -> list[tuple[str, Any]]:
    """Commands with their names, those of groups (`beltroad trade ...`) included."""
    out: list[tuple[str, Any]] = []
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            out += _commands(command, f"{prefix}{name} ")
        else:
            out.append((prefix + name, command))
    return out


PAGES = {
    "reference/variables.md": variables_page,
    "reference/scenario.md": scenario_page,
    "reference/tables.md": tables_page,
    "reference/cli.md": cli_page,
}


def on_files(files: Any, config: Any) -> Any:
    """Add the generated pages to the site."""
    from mkdocs.structure.files import File

    for path, make in PAGES.items():
        files.append(File.generated(config, path, content=make()))
    return files


def on_page_content(text: str, **_: Any) -> str:
    """Turn the equations that arithmatex has marked into MathML."""

    def inline(found: re.Match[str]) -> str:
        return latex2mathml.converter.convert(html.unescape(found[1]).strip())

    def block(found: re.Match[str]) -> str:
        tex = html.unescape(found[1]).strip()
        return (
            f'<div class="math-block">{latex2mathml.converter.convert(tex, display="block")}</div>'
        )

    text = re.sub(r":(?:class|func|meth|attr|mod):\s*(?=<code>)", "", text)
    text = re.sub(r'<span class="arithmatex">\\\((.*?)\\\)</span>', inline, text, flags=re.S)
    return re.sub(r'<div class="arithmatex">\\\[(.*?)\\\]</div>', block, text, flags=re.S)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    for path, make in PAGES.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(make(), encoding="utf-8")
        print(target)
