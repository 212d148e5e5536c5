"""`flask --app app ranking solve`: from a file of scores to a ranking that says how sure it is. No database."""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask.cli import AppGroup

from portal.platform.csv_rows import TableRefused
from portal.ranking import sheet

READ = click.Path(exists=True, dir_okay=False, path_type=Path)
WRITTEN = click.Path(dir_okay=False, writable=True, path_type=Path)
cli = AppGroup("ranking", help="Rankings.")


@cli.command("solve")
@click.argument("reviews", type=READ)
@click.option("--out", type=WRITTEN, required=True, help="The ranking, as CSV.")
@click.option("--inside", type=click.IntRange(min=1), help="How many are inside the funding line.")
@click.option("--trim", is_flag=True, help="The trimmed mean as well: from 5 scores on without one highest and lowest.")
@click.option("--draws", type=click.IntRange(2, 1_000_000), default=200, show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
def solve(reviews: Path, out: Path, inside: int | None, trim: bool, draws: int, seed: int) -> None:
    """Rank the proposals of REVIEWS, a CSV file with the columns proposal, reviewer, score and perhaps weight.

    Each line of the ranking has n, raw, trimmed and calibrated score, the 50 and 90 % bounds of the rank, its expected
    value, and with --inside the probability of standing inside the line and the group. One line of JSON on standard
    output tells variances, seed and Monte Carlo error. Exit status 2 names the row and column that cannot be read.
    """

    def progress(done: int, total: int) -> None:
        if total >= 1000 or len(found) >= 20_000:
            click.echo(f"\r{done:,} of {total:,} draws", nl=done == total, err=True)

    try:
        found, unread = sheet.read_reviews(reviews)
        rows, report = sheet.solve(found, inside, trim, draws, seed, progress)
        sheet.write_rows(out, rows)
    except (TableRefused, OSError) as error:
        raise click.UsageError(str(error)) from error
    if unread:
        report["unread_columns"] = unread
    click.echo(json.dumps(report, ensure_ascii=False))
