"""``beltroad risk register``: risks of projects, countries and the whole, with their controls."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from beltroad.cli.lines import say
from beltroad.cli.output import check_files, print_json, rounded_records
from beltroad.cli.risk import risk_app
from beltroad.cli.risk_watch import By, Folder, Json, day
from beltroad.errors import InputError

__all__ = ["register_app"]

register_app = typer.Typer(no_args_is_help=True, help="Register of risks with controls.")
risk_app.add_typer(register_app, name="register")

Set = Annotated[
    list[str] | None,
    typer.Option("--set", help="FIELD=VALUE, again for more: likelihood=4, residual_cost=2 ..."),
]


@register_app.command("list")
def list_risks(
    level: Annotated[str | None, typer.Option(help="project, country or overall.")] = None,
    iso3: Annotated[str | None, typer.Option(help="Only of this economy.")] = None,
    project: Annotated[str | None, typer.Option(help="Only of this project.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False,
    journal: Folder = None,
    as_json: Json = False,
) -> None:
    """List risks, the gravest first, and what is due."""
    from beltroad.evidence import economies
    from beltroad.risk import register as reg
    from beltroad.risk.journal import Journal
    from beltroad.risk.register.model import LEVELS
    from beltroad.risk.register.scales import RATINGS

    if level is not None and level not in LEVELS:
        raise InputError(f"--level {level!r:.40}: give {', '.join(LEVELS)}")
    book = Journal.at(journal)
    code = economies.iso3(iso3) if iso3 else None
    found = [r for r in reg.register(book.events()).values()
             if (every or r.live) and level in (None, r.level) and code in (None, r.iso3)
             and project in (None, r.project)]  # fmt: skip
    found.sort(key=lambda r: (-RATINGS.index(r.residual_rating) if r.residual_rating else 1, r.id))
    if as_json:
        print_json(rounded_records(reg.frame(found)))
        return
    console = Console()
    if not found:
        say(console, "no risks; add one: beltroad risk register add")
        return
    shown = Table("risk", "level", "where", "title", "before", "after", "status", "owner",
                  box=None, pad_edge=False)  # fmt: skip
    for r in found:
        shown.add_row(escape(r.id), r.level, escape(f"{r.iso3} {r.project}".strip()),
                      escape(r.title), r.inherent_rating, r.residual_rating, r.status,
                      escape(r.owner))  # fmt: skip
    console.print(shown)
    today = book.clock().date()
    late = reg.overdue_controls(found, today)
    for row in late.to_dict("records"):
        say(console, f"overdue: {row['risk']} {row['control']} {row['title']}, {row['owner']}, "
            f"{row['days_late']} days")  # fmt: skip
    due = reg.due_reviews(found, today)
    if len(due):
        say(console, f"review due: {', '.join(due['risk'])}")


@register_app.command()
def add(
    title: Annotated[str, typer.Argument(help="What could happen.")],
    level: Annotated[str, typer.Option(help="project, country or overall.")],
    category: Annotated[str, typer.Option(help="debt, political, security, legal, ...")],
    by: By,
    iso3: Annotated[str, typer.Option(help="Economy.")] = "",
    project: Annotated[str, typer.Option(help="Project.")] = "",
    owner: Annotated[str, typer.Option(help="Who answers for it.")] = "",
    probability: Annotated[float | None, typer.Option(help="Per cent; gives likelihood.")] = None,
    values: Set = None,
    journal: Folder = None,
) -> None:
    """Add a risk."""
    from beltroad.evidence import economies
    from beltroad.risk import register as reg
    from beltroad.risk.journal import Journal

    own = ("title", "level", "category", "iso3", "project", "owner")
    fields = _fields(values, own + ("likelihood",) * (probability is not None))
    if probability is not None:
        fields["likelihood"] = reg.likelihood_of(probability)
    if fields.get("likelihood") and any(fields.get(d) for d in _EFFECTS):
        fields.setdefault("status", "assessed")
    risk = reg.add(Journal.at(journal), by=by, title=title, level=level, category=category,
                   iso3=economies.iso3(iso3) if iso3 else "", project=project, owner=owner,
                   **fields)  # fmt: skip
    say(Console(), f"{risk.id}: {risk.status}{', ' * bool(risk.inherent_rating)}"
        f"{risk.inherent_rating}")  # fmt: skip


@register_app.command()
def update(risk: str, by: By, values: Set = None, journal: Folder = None) -> None:
    """Change fields of a risk."""
    from beltroad.risk import register as reg
    from beltroad.risk.journal import Journal

    found = reg.update(Journal.at(journal), risk, by=by, **_fields(values))
    say(Console(), f"{found.id}: {found.status}, {found.residual_rating or 'not assessed'}")


@register_app.command()
def control(
    risk: str, title: str, by: By,
    kind: Annotated[str, typer.Option(help="prevent, detect or respond.")],
    owner: Annotated[str, typer.Option(help="Who sees to it.")],
    key: Annotated[str, typer.Option("--id", help="Key; an existing one is changed.")] = "",
    due: Annotated[str, typer.Option(help="Day, YYYY-MM-DD.")] = "",
    status: Annotated[str, typer.Option(help="planned, in_place, failed, dropped.")] = "planned",
    journal: Folder = None,
) -> None:  # fmt: skip
    """Add a control to a risk, or change one."""
    from beltroad.risk import register as reg
    from beltroad.risk.journal import Journal

    book = Journal.at(journal)
    if not key:
        key = f"C{len(reg.find(reg.register(book.events()), risk).controls) + 1}"
    found = reg.set_control(book, risk, reg.Control(key, title, kind, owner, due, status), by=by)
    say(Console(), f"{found.id}: control {key}, {status}")


@register_app.command()
def review(
    risk: str, by: By, note: Annotated[str, typer.Option(help="What was found.")],
    journal: Folder = None,
) -> None:  # fmt: skip
    """Note that a risk has been looked at again."""
    from beltroad.risk import register as reg
    from beltroad.risk.journal import Journal

    say(Console(), f"{reg.review(Journal.at(journal), risk, note=note, by=by).id}: reviewed")


@register_app.command()
def close(
    risk: str, by: By, reason: Annotated[str, typer.Option(help="Why it is over.")],
    journal: Folder = None,
) -> None:  # fmt: skip
    """Close a risk, with the reason."""
    from beltroad.risk import register as reg
    from beltroad.risk.journal import Journal

    say(Console(), f"{reg.close(Journal.at(journal), risk, reason=reason, by=by).id}: closed")


@register_app.command()
def matrix(
    inherent: Annotated[bool, typer.Option("--inherent", help="Before controls.")] = False,
    journal: Folder = None,
    as_json: Json = False,
) -> None:
    """Show risks by likelihood and effect, and the ratings of countries and of the whole."""
    from beltroad.risk import register as reg
    from beltroad.risk.country import grades
    from beltroad.risk.journal import Journal

    risks = reg.register(Journal.at(journal).events())
    live = [r for r in risks.values() if r.live and r.inherent_rating]
    pairs = [(r.likelihood, r.effect) if inherent else (r.residual_step, r.residual_effect)
             for r in live]  # fmt: skip
    table = reg.matrix(pairs)
    rated = reg.countries(risks, grades())
    whole = reg.overall(risks, rated)
    if as_json:
        print_json(
            {
                "matrix": table.to_numpy().tolist(),
                "likelihood": list(table.index),
                "countries": rounded_records(rated),
                "overall": rounded_records(whole),
            }
        )
        return
    console = Console()
    say(console, f"likelihood (rows) and effect (columns) {'before' if inherent else 'after'} "
        "controls")  # fmt: skip
    for step, row in table.iterrows():
        cells = "".join(f"{n:>4}" if n else "   ." for n in row)
        say(console, f"  {step}{cells}")
    say(console, "       1   2   3   4   5")
    shown = Table("country", "rating", "own", "projects", "grade", "high", "any of them, %",
                  box=None, pad_edge=False)  # fmt: skip
    for each in rated.to_dict("records"):
        grade = "" if each["grade"] != each["grade"] else f"{each['grade']:.0f}"
        low, high = each["any_high_from_pct"], each["any_high_to_pct"]
        span = f"{low:.0f}" if low == high else f"{low:.0f}-{high:.0f}"
        shown.add_row(each["iso3"], each["rating"], each["own"], each["projects"], grade,
                      str(each["high"]), span if each["high"] else "")  # fmt: skip
    console.print(shown)
    say(console, f"overall: {whole['rating'].iloc[-1] or 'not assessed'}")


@register_app.command()
def history(
    risk: Annotated[str | None, typer.Argument(help="One risk.")] = None,
    since: Annotated[str | None, typer.Option(help="Day, YYYY-MM-DD.")] = None,
    journal: Folder = None,
    as_json: Json = False,
) -> None:
    """Show what changed, by whom and when."""
    from beltroad.risk import register as reg
    from beltroad.risk.journal import Journal, visible

    events = Journal.at(journal).events()
    key = reg.find(reg.register(events), risk).id if risk else ""
    table = reg.changes(events, day(since, "--since").isoformat() if since else "", key)
    if as_json:
        print_json(rounded_records(table))
        return
    console = Console()
    for row in table.to_dict("records"):
        before = f"{row['before']} -> " if row["before"] else ""
        say(console, visible(f"{row['at'][:16].replace('T', ' ')}  {row['id']}  {row['by']}  "
                             f"{row['field']}: {before}{row['after']}"))  # fmt: skip
    if table.empty:
        say(console, "nothing changed")


@register_app.command("export")
def export_register(
    out: Annotated[Path, typer.Argument(help="A workbook (.xlsx), or a folder for CSV files.")],
    template: Annotated[bool, typer.Option("--template", help="Empty, to be filled in.")] = False,
    journal: Folder = None,
) -> None:
    """Write the register, or an empty template, as Excel or CSV."""
    from beltroad.files import check_writable, write_atomically, write_files
    from beltroad.risk import register as reg
    from beltroad.risk.journal import Journal

    risks = [] if template else list(reg.register(Journal.at(journal).events()).values())
    if out.suffix.casefold() == ".xlsx":
        check_files([out])
        write_atomically(out, reg.workbook(risks))
    else:
        check_writable(out)
        write_files(reg.csv_files(risks), out)
    say(Console(), f"{out}: {len(risks)} risks")


@register_app.command("import")
def import_risks(
    file: Annotated[Path, typer.Argument(help="Workbook, or CSV of risks.")], by: By,
    controls: Annotated[Path | None, typer.Option(help="CSV of controls.")] = None,
    journal: Folder = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Take over risks from a table: all rows, or none."""
    from beltroad.risk import register as reg
    from beltroad.risk.journal import Journal

    count = reg.import_register(Journal.at(journal), file, controls, by=by)
    if as_json:
        print_json(count)
    else:
        say(Console(), ", ".join(f"{n} {word}" for word, n in count.items()))


_EFFECTS = ("cost", "time", "people", "environment")


def _fields(values: list[str] | None, own: tuple[str, ...] = ()) -> dict[str, Any]:
    """``--set`` options as fields; steps become numbers. ``own`` have options of their own."""
    from beltroad.errors import suggest
    from beltroad.risk.register.model import STEPS
    from beltroad.risk.register.tables import COLUMNS

    out: dict[str, Any] = {}
    for each in values or []:
        name, equals, text = each.partition("=")
        name = name.strip()
        if not equals:
            raise InputError(f"--set {each!r:.60}: write it as FIELD=VALUE")
        if name in out or name in own:
            raise InputError(f"--set {name}: given twice")
        if name not in COLUMNS:
            raise InputError(f"--set {each!r:.60}: {name!r:.40} is no field. "
                             f"{suggest(name, COLUMNS)} Fields: {', '.join(COLUMNS)}")  # fmt: skip
        if name in STEPS:
            if text.strip() not in ("0", "1", "2", "3", "4", "5"):
                raise InputError(f"--set {each!r:.60}: give a step from 1 to 5")
            out[name] = int(text)
        else:
            out[name] = text.replace(",", " ").split() if name == "feeds" else text.strip()
    return out
