import numpy as np
import pytest
from sklearn import metrics

from songscape.evaluate._labels import has_label
from songscape.evaluate.agreement import NAMES, agreement


def drawn(seed=0):
    rng = np.random.default_rng(seed)
    labels = rng.integers(4, size=400).astype(np.int32)
    genre = np.array(["jazz", "folk", "rock", "pop", "metal"])
    return labels, genre[np.where(rng.random(400) < 0.5, labels, rng.integers(5, size=400))]


def test_scikit_learn_agrees():
    labels, truth = drawn()
    found = agreement(labels, truth, 0)
    assert set(found) == set(NAMES)
    assert found["ami"] == pytest.approx(metrics.adjusted_mutual_info_score(truth, labels))
    assert found["ari"] == pytest.approx(metrics.adjusted_rand_score(truth, labels))
    assert found["v_measure"] == pytest.approx(metrics.v_measure_score(truth, labels))
    assert found["homogeneity"] == pytest.approx(metrics.homogeneity_score(truth, labels))
    assert found["completeness"] == pytest.approx(metrics.completeness_score(truth, labels))


def test_purity_by_hand():
    found = agreement(np.array([0, 0, 0, 1, 1]), np.array(["a", "a", "b", "b", "b"]), 0)
    assert found["purity"] == pytest.approx(4 / 5)


def test_shuffled_labels_agree_by_chance_only():
    labels, truth = drawn()
    found = agreement(labels, truth, 0)
    assert abs(found["permuted_ami"]) < 0.03
    assert found["ami"] > 0.15


def test_noise_and_unknown_labels_are_left_out():
    labels, truth = drawn()
    more = np.concatenate([truth, ["", "jazz"]]).astype(object)
    more[-2] = None
    found = agreement(np.concatenate([labels, [0, -1]]), more, 0)
    assert found["ari"] == pytest.approx(agreement(labels, truth, 0)["ari"])


def test_nothing_known_is_undefined():
    found = agreement(np.array([0, 1]), np.array([None, None], dtype=object), 0)
    assert all(np.isnan(value) for value in found.values())


def test_what_counts_as_a_label():
    assert has_label(np.array([0.0, np.nan])).tolist() == [True, False]
