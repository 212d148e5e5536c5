"""`flask --app app awards select`: rank order and the best portfolio within all caps, from files. No database."""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask.cli import AppGroup

from portal.awards import sheet
from portal.platform.csv_rows import TableRefused

READ = click.Path(exists=True, dir_okay=False, path_type=Path)
WRITTEN = click.Path(dir_okay=False, writable=True, path_type=Path)
cli = AppGroup("awards", help="Selection within caps.")


@cli.command("select")
@click.argument("candidates", type=READ)
@click.option("--caps", type=READ, required=True, help="JSON: total, per_label, count, per_label_count, locks, rule.")
@click.option("--out", type=WRITTEN, required=True, help="Both lists and their differences, as JSON.")
def select(candidates: Path, caps: Path, out: Path) -> None:
    """Choose among CANDIDATES, a CSV file with the columns proposal, merit, amount and any others that a cap names.

    Nothing is awarded by it: it sets rank order, by the rule stop or skip, beside the portfolio of the greatest merit, and
    says why each proposal stands in one of them alone. Exit status 2 names the row, column or key that cannot be read,
    and the cap that the locked proposals pass.
    """
    try:
        told = sheet.select(sheet.read_candidates(candidates), caps)
        out.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except (TableRefused, OSError) as error:
        raise click.UsageError(str(error)) from error
    best, walked = told["best"], told["rank_order"]
    click.echo(
        f"rank order {walked['merit']:g} with {len(walked['chosen'])}, best {best['merit']:g} with {len(best['chosen'])} "
        f"(bound {best['bound']:g}, gap {best['gap']:.2%}), {len(told['differences'])} differences"
    )
