"""Ranks against a plain Gibbs sampler; the three groups; one more review."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from portal.ranking.engine import (
    INSIDE,
    NOT_SEPARABLE,
    OUTSIDE,
    Calibration,
    Scores,
    calibrate,
    rank,
    spread,
    worth_of_one_more,
)
from tests.factories.panels import harsh, panel

Array = NDArray[np.float64]
CHAINS, WARM, KEPT = 100, 200, 200


def _gibbs(calibration: Calibration, seed: int) -> Array:
    """Expected ranks by a plain Gibbs sampler: the variances fixed, a flat prior on the mean; 20,000 draws."""
    scores, v = calibration.equations.scores, calibration.variances
    assert scores.reviewer is not None
    generator = np.random.default_rng(seed)
    rows = np.arange(len(scores.score))
    of_proposal, of_reviewer = np.zeros((scores.P, len(rows))), np.zeros((scores.R, len(rows)))
    of_proposal[scores.proposal, rows] = 1
    of_reviewer[scores.reviewer, rows] = 1
    y = scores.score[:, None]
    u, s = np.zeros((scores.P, CHAINS)), np.zeros((scores.R, CHAINS))
    total = np.zeros(scores.P)
    for step in range(WARM + KEPT):
        rest = y - u[scores.proposal] - s[scores.reviewer]
        mean = rest.mean(axis=0) + generator.normal(0, np.sqrt(v.noise / len(rows)), CHAINS)
        precision = of_proposal.sum(axis=1)[:, None] / v.noise + 1 / v.proposal
        center = of_proposal @ (y - mean - s[scores.reviewer]) / v.noise / precision
        u = center + generator.standard_normal(u.shape) / np.sqrt(precision)
        precision = of_reviewer.sum(axis=1)[:, None] / v.noise + 1 / v.reviewer
        center = of_reviewer @ (y - mean - u[scores.proposal]) / v.noise / precision
        s = center + generator.standard_normal(s.shape) / np.sqrt(precision)
        if step >= WARM:
            total += (np.argsort(np.argsort(-u, axis=0), axis=0) + 1).sum(axis=1)
    return total / (KEPT * CHAINS)


@pytest.mark.parametrize("seed", range(4))
def test_expected_ranks_are_those_of_a_gibbs_sampler(seed: int) -> None:
    calibration = calibrate(panel(seed).scores)
    found = rank(calibration, 10_000, seed=seed).expected
    wanted = _gibbs(calibration, seed + 100)
    assert np.abs(found - wanted).max() < 0.15
    apart = wanted[:, None] - wanted[None, :] > 0.15
    assert (found[:, None] > found[None, :])[apart].all()


def test_the_draws_have_the_posterior_s_deviations() -> None:
    from portal.ranking.engine.draws import deviations

    calibration = calibrate(panel(1).scores)
    drawn = list(deviations(calibration.equations, 4000, np.random.default_rng(0)))
    score = np.concatenate([d.mean + d.proposal for d in drawn], axis=1)
    reviewer = np.concatenate([d.reviewer for d in drawn], axis=1)
    sure = spread(calibration)
    assert np.abs(score.std(axis=1) / sure.score - 1).max() < 0.05
    assert np.abs(reviewer.std(axis=1) / sure.reviewer - 1).max() < 0.05


def test_without_reviewers_the_draws_have_the_posterior_s_deviations() -> None:
    from portal.ranking.engine.draws import deviations

    given = panel(1).scores
    calibration = calibrate(Scores(given.proposal, given.score))
    drawn = list(deviations(calibration.equations, 4000, np.random.default_rng(0)))
    score = np.concatenate([d.mean + d.proposal for d in drawn], axis=1)
    assert np.abs(score.std(axis=1) / spread(calibration).score - 1).max() < 0.05


def test_the_stated_monte_carlo_error_is_that_of_repeated_runs() -> None:
    calibration = calibrate(panel(2).scores)
    runs = [rank(calibration, 200, seed) for seed in range(60)]
    seen = np.std([r.expected for r in runs], axis=0)
    stated = np.mean([r.error for r in runs], axis=0)
    assert seen.mean() == pytest.approx(stated.mean(), rel=0.15)


def test_a_seed_gives_one_ranking() -> None:
    calibration = calibrate(harsh(0, 60).scores)
    first, again, other = (rank(calibration, 51, seed) for seed in (7, 7, 8))
    assert (first.expected == again.expected).all()
    assert (first.expected != other.expected).any()
    assert first.draws == 51


def test_bounds_hold_their_share_and_ranks_add_up() -> None:
    found = rank(calibrate(harsh(0, 100).scores), 200, 1, inside=20)
    assert found.expected.sum() == pytest.approx(100 * 101 / 2)
    assert (found.low90 <= found.low50).all() and (found.low50 <= found.high50).all()
    assert (found.high50 <= found.high90).all()
    assert found.inside is not None
    assert found.inside.sum() == pytest.approx(20)


def test_a_group_tells_whether_the_50_percent_interval_crosses_the_line() -> None:
    line = 20
    found = rank(calibrate(harsh(3, 100).scores), 200, 1, inside=line)
    assert found.group is not None
    for low, high, group in zip(found.low50, found.high50, found.group, strict=True):
        assert group == (INSIDE if high <= line else OUTSIDE if low > line else NOT_SEPARABLE)
    assert set(found.group) == {INSIDE, OUTSIDE, NOT_SEPARABLE}


def test_whoever_is_inside_mostly_belongs_there() -> None:
    right, band, count = [], [], 0
    for seed in range(10):
        truth = harsh(seed)
        found = rank(calibrate(truth.scores), 100, seed, inside=80)
        top = set(np.argsort(-truth.merit)[:80].tolist())
        assert found.group is not None
        for n, group in enumerate(found.group):
            count += 1
            if group == INSIDE:
                right.append(n in top)
            elif group == NOT_SEPARABLE:
                band.append(n in top)
    assert np.mean(right) > 0.8
    assert 0.35 < np.mean(band) < 0.65
    assert 0.1 < len(band) / count < 0.3


def test_everybody_inside_is_no_line() -> None:
    found = rank(calibrate(panel(0).scores), 20, 0, inside=15)
    assert found.group == [INSIDE] * 15


def test_progress_is_told_to_the_end() -> None:
    told: list[tuple[int, int]] = []
    rank(calibrate(panel(0).scores), 101, 0, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (101, 101)
    assert len(told) > 1


def test_what_cannot_be_ranked_is_refused() -> None:
    calibration = calibrate(panel(0).scores)
    with pytest.raises(ValueError, match="two draws"):
        rank(calibration, 1)
    with pytest.raises(ValueError, match="more than"):
        rank(calibration, 10**8)


def test_one_more_review_is_worth_what_simulation_says() -> None:
    calibration = calibrate(panel(5).scores)
    sure, line = spread(calibration), 5
    found = worth_of_one_more(calibration, sure, line)
    score = calibration.score
    above, below = np.sort(score)[::-1][line - 1 : line + 1]
    middle, generator = (above + below) / 2, np.random.default_rng(0)
    for n in range(0, 15, 3):
        true = generator.normal(score[n], sure.score[n], 400_000)
        new = calibration.variances.reviewer + calibration.variances.noise
        seen = true + generator.normal(0, np.sqrt(new), len(true))
        share = sure.score[n] ** 2 / (sure.score[n] ** 2 + new)
        after = score[n] + share * (seen - score[n])
        wrong = np.mean((true > middle) != (score[n] > middle)) - np.mean((true > middle) != (after > middle))
        assert found[n] == pytest.approx(wrong, abs=0.004)


def test_one_more_review_is_worth_most_at_the_line() -> None:
    calibration = calibrate(panel(5).scores)
    found = worth_of_one_more(calibration, spread(calibration), 5)
    order = np.argsort(-calibration.score)
    assert int(np.argmax(found)) in order[3:7]
    assert (found >= 0).all()
    with pytest.raises(ValueError, match="both sides"):
        worth_of_one_more(calibration, spread(calibration), 15)
