"""The calibrated score against the dense solution, REML against the dense likelihood, gains against simpler means."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize

from portal.ranking.engine import (
    Scores,
    Spread,
    Variances,
    by_moments,
    by_restricted_likelihood,
    calibrate,
    constant_scorers,
    interval,
    outliers,
    panels,
    spread,
)
from portal.ranking.engine.spread import _estimated
from tests.factories.panels import Truth, harsh, nips14, panel

Array = NDArray[np.float64]
REPEATS = 40


def _weighted(seed: int) -> Scores:
    """A ragged panel: weights, a pair that met twice, a proposal and a reviewer without scores."""
    generator = np.random.default_rng(seed)
    proposal = np.append(generator.integers(0, 12, 60), 0)
    reviewer = np.append(generator.integers(0, 7, 60), 0)
    proposal, reviewer = np.append(proposal, 0), np.append(reviewer, 0)
    return Scores(proposal, generator.normal(5, 2, 62), reviewer, generator.uniform(0.2, 3, 62), 14, 8)


def _design(scores: Scores) -> tuple[Array, Array, Array]:
    assert scores.reviewer is not None
    rows = np.arange(len(scores.score))
    of_proposal, of_reviewer = np.zeros((len(rows), scores.P)), np.zeros((len(rows), scores.R))
    of_proposal[rows, scores.proposal] = 1
    of_reviewer[rows, scores.reviewer] = 1
    return np.ones(len(rows)), of_proposal, of_reviewer


def _dense(scores: Scores, v: Variances) -> tuple[Array, Array]:
    """Posterior mean and covariance of (mean, proposals, reviewers), from the full precision matrix."""
    ones, of_proposal, of_reviewer = _design(scores)
    x = np.hstack([ones[:, None], of_proposal, of_reviewer])
    prior = np.concatenate([[0.0], np.full(scores.P, 1 / v.proposal), np.full(scores.R, 1 / v.reviewer)])
    precision = (x.T * (scores.w / v.noise)) @ x + np.diag(prior)
    covariance = np.linalg.inv(precision)
    return covariance @ (x.T @ (scores.w / v.noise * scores.score)), covariance


@pytest.mark.parametrize("seed", range(5))
def test_calibration_is_the_dense_solution(seed: int) -> None:
    scores, variances = _weighted(seed), Variances(1.3, 0.7, 0.9)
    effects, _ = _dense(scores, variances)
    found = calibrate(scores, variances)
    assert found.mean == pytest.approx(effects[0], abs=1e-8)
    assert found.proposal == pytest.approx(effects[1 : scores.P + 1], abs=1e-8)
    assert found.reviewer == pytest.approx(effects[scores.P + 1 :], abs=1e-8)


@pytest.mark.parametrize("seed", range(3))
def test_deviations_are_those_of_the_dense_solution(seed: int) -> None:
    scores, variances = _weighted(seed), Variances(1.3, 0.7, 0.9)
    _, covariance = _dense(scores, variances)
    found, last = spread(calibrate(scores, variances)), scores.P + 1
    of_scores = np.hstack([np.ones((scores.P, 1)), np.eye(scores.P)])
    wanted = np.sqrt(np.diag(of_scores @ covariance[:last, :last] @ of_scores.T))
    assert found.score == pytest.approx(wanted)
    assert found.reviewer == pytest.approx(np.sqrt(np.diag(covariance)[last:]))
    assert found.mean == pytest.approx(np.sqrt(covariance[0, 0]))


def test_without_reviewers_scores_and_deviations_are_those_of_the_dense_solution() -> None:
    given = _weighted(1)
    scores, v = Scores(given.proposal, given.score, None, given.weight, given.P), Variances(1.3, 0.0, 0.9)
    ones, of_proposal, _ = _design(given)
    x = np.hstack([ones[:, None], of_proposal])
    covariance = np.linalg.inv(
        (x.T * (scores.w / v.noise)) @ x + np.diag(np.append(0.0, np.full(scores.P, 1 / v.proposal)))
    )
    effects = covariance @ (x.T @ (scores.w / v.noise * scores.score))
    found = calibrate(scores, v)
    lift = np.hstack([np.ones((scores.P, 1)), np.eye(scores.P)])
    assert found.score == pytest.approx(lift @ effects)
    assert spread(found).score == pytest.approx(np.sqrt(np.diag(lift @ covariance @ lift.T)))
    assert not found.severity


def test_estimated_deviations_are_near_the_exact_ones() -> None:
    calibration = calibrate(harsh(0).scores)
    exact, near = spread(calibration), _estimated(calibration.equations, seed=1)
    assert np.abs(near.score / exact.score - 1).max() < 0.06
    assert np.abs(near.reviewer / exact.reviewer - 1).max() < 0.12


def test_moments_are_those_of_the_analysis_of_variance_on_a_full_panel() -> None:
    truth = panel(3, 30, 8)
    y = truth.scores.score.reshape(30, 8)
    rows, columns = y.mean(axis=1), y.mean(axis=0)
    noise = ((y - rows[:, None] - columns[None, :] + y.mean()) ** 2).sum() / (29 * 7)
    found = by_moments(truth.scores)
    assert found.noise == pytest.approx(noise)
    assert found.proposal == pytest.approx((8 * rows.var(ddof=1) - noise) / 8)
    assert found.reviewer == pytest.approx((30 * columns.var(ddof=1) - noise) / 30)


def test_moments_of_weighted_scores_are_unbiased() -> None:
    generator = np.random.default_rng(5)
    found = []
    for _ in range(300):
        proposal, reviewer = np.repeat(np.arange(60), 4), generator.integers(0, 20, 240)
        weight = generator.uniform(0.3, 3, 240)
        score = (
            generator.normal(0, 1.2, 60)[proposal] + generator.normal(0, 0.8, 20)[reviewer]
            + generator.normal(0, 1, 240) / np.sqrt(weight)
        )  # fmt: skip
        v = by_moments(Scores(proposal, score, reviewer, weight))
        found.append((v.proposal, v.reviewer, v.noise))
    assert np.mean(found, axis=0) == pytest.approx([1.44, 0.64, 1.0], rel=0.05)


def _restricted(scores: Scores) -> Array:
    """REML by maximising the restricted likelihood of the dense covariance."""
    ones, of_proposal, of_reviewer = _design(scores)
    squares = of_proposal @ of_proposal.T, of_reviewer @ of_reviewer.T, np.diag(1 / scores.w)

    def minus_two_log(logs: Array) -> float:
        v = sum(np.exp(log) * square for log, square in zip(logs, squares, strict=True))
        root = np.linalg.cholesky(v)
        one, y = np.linalg.solve(root, ones), np.linalg.solve(root, scores.score)
        rest = y - one * (one @ y) / (one @ one)
        return float(2 * np.log(np.diag(root)).sum() + np.log(one @ one) + rest @ rest)

    start = np.zeros(3)
    answer = minimize(minus_two_log, start, method="Nelder-Mead", options={"xatol": 1e-5, "fatol": 1e-8})
    return np.exp(answer.x)


@pytest.mark.parametrize("seed", range(3))
def test_reml_is_that_of_the_dense_likelihood(seed: int) -> None:
    scores = harsh(seed, 60).scores
    found = by_restricted_likelihood(scores)
    assert [found.proposal, found.reviewer, found.noise] == pytest.approx(_restricted(scores), rel=0.01)


def test_reml_of_weighted_scores_is_that_of_the_dense_likelihood() -> None:
    generator = np.random.default_rng(2)
    proposal, reviewer = np.repeat(np.arange(30), 4), generator.integers(0, 12, 120)
    weight = generator.uniform(0.3, 3, 120)
    score = (
        generator.normal(0, 1.2, 30)[proposal] + generator.normal(0, 0.9, 12)[reviewer]
        + generator.normal(0, 1, 120) / np.sqrt(weight)
    )  # fmt: skip
    scores = Scores(proposal, score, reviewer, weight)
    found = by_restricted_likelihood(scores)
    assert [found.proposal, found.reviewer, found.noise] == pytest.approx(_restricted(scores), rel=0.01)


def test_moments_stay_near_reml() -> None:
    off = []
    for seed in range(8):
        scores = harsh(seed).scores
        near, best = by_moments(scores), by_restricted_likelihood(scores)
        off.append([near.proposal / best.proposal - 1, near.reviewer / best.reviewer - 1, near.noise / best.noise - 1])
    assert np.abs(off).mean(axis=0).max() < 0.08


def _standardised(scores: Scores) -> Array:
    """Z-scores within each reviewer, averaged by proposal."""
    assert scores.reviewer is not None
    z = np.zeros(len(scores.score))
    for r in range(scores.R):
        own = scores.reviewer == r
        deviation = scores.score[own].std()
        z[own] = (scores.score[own] - scores.score[own].mean()) / deviation if deviation > 0 else 0.0
    return np.bincount(scores.proposal, weights=z) / np.bincount(scores.proposal)


def _raw(scores: Scores) -> Array:
    return np.bincount(scores.proposal, weights=scores.score) / np.bincount(scores.proposal)


def _hits(truth: Truth, estimate: Array, top: float = 0.2) -> float:
    """Precision at the true top fifth; equal estimates in the order of the proposals, which says nothing."""
    size = int(top * len(truth.merit))
    best, found = np.argsort(-truth.merit)[:size], np.argsort(-estimate, kind="stable")[:size]
    return len(set(best.tolist()) & set(found.tolist())) / size


def _gain(make: Callable[[int], Truth], other: Callable[[Scores], Array]) -> tuple[float, float]:
    """Mean gain of the calibrated score over 40 panels, and its t."""
    gains = [_hits(t, calibrate(t.scores).score) - _hits(t, other(t.scores)) for t in map(make, range(REPEATS))]
    return float(np.mean(gains)), float(np.mean(gains) / (np.std(gains, ddof=1) / np.sqrt(REPEATS)))


def test_with_harsh_reviewers_calibration_beats_the_raw_mean() -> None:
    gain, t = _gain(harsh, _raw)
    assert gain >= 0.03, f"gain {gain:.3f}"
    assert t > 2


def test_with_harsh_reviewers_calibration_beats_z_scores() -> None:
    gain, t = _gain(harsh, _standardised)
    assert gain >= 0.015, f"gain {gain:.3f}"
    assert t > 2


def test_where_reviewers_agree_calibration_is_not_below_the_raw_mean() -> None:
    gain, _ = _gain(nips14, _raw)
    assert gain >= 0


def test_half_of_the_true_scores_lie_in_the_50_percent_interval() -> None:
    inside = []
    for truth in map(harsh, range(REPEATS)):
        calibration = calibrate(truth.scores)
        low, high = interval(calibration.score, spread(calibration).score, 0.5)
        inside.append(((truth.merit >= low) & (truth.merit <= high)).mean())
    assert 0.45 < np.mean(inside) < 0.55


def test_severity_is_found() -> None:
    truth = harsh(4)
    assert np.corrcoef(calibrate(truth.scores).reviewer, truth.reviewer)[0, 1] > 0.7


def test_scores_all_equal_tell_nothing_and_break_nothing() -> None:
    scores = Scores(np.repeat(np.arange(4), 3), np.full(12, 7.0), np.tile(np.arange(3), 4))
    found = calibrate(scores)
    assert found.score == pytest.approx(np.full(4, 7.0))


def test_one_score_each_breaks_nothing() -> None:
    found = calibrate(Scores(np.arange(5), np.array([1.0, 2, 3, 4, 5]), np.arange(5)))
    assert (np.diff(found.score) > 0).all()
    assert not found.severity


def test_reviewers_who_always_give_one_score_are_flagged() -> None:
    scores = Scores(
        np.array([0, 1, 2, 0, 1, 2, 0, 1]), np.array([5.0, 5, 5, 3, 4, 5, 6, 6]), np.array([0, 0, 0, 1, 1, 1, 2, 2])
    )
    assert constant_scorers(scores).tolist() == [0]


def test_a_score_far_from_what_all_others_foretell_is_flagged() -> None:
    truth = panel(1, 20, 6)
    score = truth.scores.score.copy()
    score[17] += 40
    calibration = calibrate(Scores(truth.scores.proposal, score, truth.scores.reviewer), by_moments(truth.scores))
    found = outliers(calibration, spread(calibration))
    assert found[0].place == 17
    assert found[0].off > 3


def test_the_outlier_measure_is_the_leave_one_out_prediction() -> None:
    scores, v = _weighted(2), Variances(1.3, 0.7, 0.9)
    calibration = calibrate(scores, v)
    found = {o.place: o.off for o in outliers(calibration, spread(calibration), far=0.0)}
    for left in (0, 7, 60):
        assert scores.reviewer is not None
        kept = np.arange(62) != left
        rest = Scores(scores.proposal[kept], scores.score[kept], scores.reviewer[kept], scores.w[kept], 14, 8)
        effects, covariance = _dense(rest, v)
        x = np.zeros(len(effects))
        x[[0, 1 + scores.proposal[left], 15 + scores.reviewer[left]]] = 1
        deviation = np.sqrt(x @ covariance @ x + v.noise / scores.w[left])
        assert found[left] == pytest.approx((scores.score[left] - x @ effects) / deviation)


def test_panels_without_a_shared_reviewer_are_told_apart() -> None:
    scores = Scores(np.array([0, 1, 2, 3, 3]), np.ones(5) * [1, 2, 3, 4, 5], np.array([1, 0, 0, 1, 2]))
    assert panels(scores).tolist() == [0, 1, 1, 0]


def test_a_reviewer_without_scores_is_as_unsure_as_the_prior() -> None:
    scores, v = _weighted(3), Variances(1.3, 0.7, 0.9)
    sure: Spread = spread(calibrate(scores, v))
    assert sure.reviewer[7] == pytest.approx(np.sqrt(0.7))


def test_arrays_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="no scores"):
        Scores(np.zeros(0, int), np.zeros(0))
    with pytest.raises(ValueError, match="in reviewer"):
        Scores(np.array([0, 1]), np.array([1.0, 2]), np.array([0]))
    with pytest.raises(ValueError, match="finite"):
        Scores(np.array([0, 1]), np.array([1.0, np.nan]))
    with pytest.raises(ValueError, match="outside"):
        Scores(np.array([0, 3]), np.array([1.0, 2]), proposals=2)
