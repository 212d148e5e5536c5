"""`flask --app app awards select|match`: selection within caps, places of two levels; from files, without a database."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import click
from flask.cli import AppGroup

from portal.awards import sheet
from portal.platform.csv_rows import TableRefused, read_rows

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


@cli.command("match")
@click.argument("applicants", type=READ)
@click.option("--ranks", type=READ, required=True, help="CSV: group, applicant, rank.")
@click.option("--groups", type=READ, required=True, help="CSV: group, institute, places, institute_places.")
@click.option("--places", "all_places", type=click.IntRange(0), help="Of all institutes together.")
@click.option("--held", type=READ, help="CSV: applicant, group; offers that stand, which nobody loses.")
@click.option("--gone", type=READ, help="CSV: applicant; who declined or did not answer.")
@click.option("--out", type=WRITTEN, required=True, help="Who is placed where, and why no better choice was given.")
def match_places(
    applicants: Path, ranks: Path, groups: Path, all_places: int | None, held: Path | None, gone: Path | None, out: Path
) -> None:
    """Place APPLICANTS (CSV: applicant, choice1, choice2, choice3) in groups of institutes: a stable matching.

    With --held and --gone the places that are left are filled, round by round. Exit status 2 names what cannot be read.
    """
    from portal.awards import lists  # the package of engines loads SciPy: not in every process of the portal
    from portal.awards.engine.matching import BadPlaces, match

    try:
        choices, order = lists.read_choices(applicants), lists.read_ranks(ranks)
        found = match(
            lists.read_places(groups, all_places), choices, order,
            lists.read_held(held) if held else None,
            {row.text("applicant") for row in read_rows(gone, ("applicant",))} if gone else (),
        )  # fmt: skip
        with out.open("w", encoding="utf-8", newline="") as opened:
            lists.write_matching(opened, found, choices, order)
    except (TableRefused, BadPlaces, OSError) as error:
        raise click.UsageError(str(error)) from error
    chosen = Counter(found.choice(choices, who) for who in found.placed if found.placed[who] in choices.get(who, ()))
    told = ", ".join(f"{chosen[n]} their choice {n}" for n in sorted(filter(None, chosen)))
    click.echo(f"{len(found.placed)} of {len(choices)} placed: {told}")
