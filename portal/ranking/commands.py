"""`flask --app app ranking solve` needs no database: from a file of scores to a ranking that says how sure it is.

`flask --app app ranking replay` computes the stored runs of a stage anew from what they froze.
"""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask.cli import AppGroup

from portal.platform.csv_rows import TableRefused
from portal.ranking import queries, service, sheet

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


@cli.command("replay")
@click.argument("where", metavar="CALL/STAGE")
def replay(where: str) -> None:
    """Compute every run of a stage anew from its frozen inputs and compare the hashes; nothing is written.

    CALL and STAGE are codes. A line for each run; exit status 1 where a hash is another one, 2 without such a stage.
    """
    call, _, code = where.partition("/")
    stage = queries.staged(call, code)
    if stage is None:
        raise click.UsageError(f"{where}: no call and stage of these codes")
    held = True
    for run_id in queries.kept_ids(stage.id):
        kept = queries.kept(run_id)
        found = service.replay(kept)
        held = held and found.held
        told = [f"{part} {_told(same)}" for part, same in found._asdict().items()]
        click.echo(" ".join([kept.public_id, *([kept.track] if kept.track else []), *told]))
    raise SystemExit(0 if held else 1)


def _told(same: bool | None) -> str:
    return "none" if same is None else "same" if same else "OTHER"
