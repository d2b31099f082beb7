import numpy as np
import pytest
from sklearn import metrics

from songscape.evaluate._labels import has_label
from songscape.evaluate.agreement import MEASURES, NAMES, agreement, by_name, intervals


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


def planted(seed, artists=60, songs=10):
    """Artists keep to a cluster and, seven times in ten, to its genre."""
    rng = np.random.default_rng(seed)
    home = rng.integers(4, size=artists)
    genre = np.where(rng.random(artists) < 0.7, home, rng.integers(4, size=artists))
    artist = np.repeat(np.arange(artists), songs)
    return home[artist].astype(np.int32), genre[artist].astype(str), artist


def test_intervals_hold_the_value_and_widen_with_artists():
    labels, genre, artist = planted(0)
    value = agreement(labels, genre, 0)
    songs, whole = intervals(labels, genre, 0), intervals(labels, genre, 0, artist)
    assert set(whole) == set(MEASURES)
    for name in MEASURES:
        low, high = whole[name]
        assert low <= value[name] <= high
        assert high - low > 2 * (songs[name][1] - songs[name][0])


def test_intervals_cover_what_a_large_collection_shows():
    truth = agreement(*planted(99, artists=4_000)[:2], 0)["ami"]
    spans = []
    for seed in range(25):
        labels, genre, artist = planted(seed)
        spans.append(intervals(labels, genre, seed, artist, draws=100)["ami"])
    covered = sum(low <= truth <= high for low, high in spans)
    # 95 % of 25 is 24; a right interval gives fewer than 20 once in ten thousand times.
    assert covered >= 20
    assert np.mean([high - low for low, high in spans]) < 0.5


def test_intervals_are_the_same_for_the_same_seed():
    labels, genre, artist = planted(1)
    assert intervals(labels, genre, 3, artist) == intervals(labels, genre, 3, artist)
    assert intervals(labels, genre, 3, artist) != intervals(labels, genre, 4, artist)


def test_one_label_each_is_the_same_by_name():
    labels, truth = drawn()
    single, several = agreement(labels, truth, 0), by_name(labels, truth, 0)
    for name in ("v_measure", "homogeneity", "completeness", "purity"):
        assert several[name] == pytest.approx(single[name])
    assert several["ami"] == pytest.approx(single["ami"], abs=0.01)


def test_several_labels_by_hand():
    given = np.empty(4, dtype=object)
    given[:] = [["jazz", "soul"], ["soul"], ["folk"], []]
    found = by_name(np.array([0, 0, 1, 1]), given, 0)
    # The song without a label is left out; soul is the commonest of cluster 0, folk of cluster 1.
    assert found["purity"] == 1.0
    assert found["homogeneity"] == pytest.approx(
        metrics.homogeneity_score(
            ["jazz", "soul", "soul", "soul", "folk", "folk"], [0, 0, 0, 0, 1, 1]
        )
    )


def test_several_labels_by_chance_agree_in_nothing():
    rng = np.random.default_rng(0)
    given = np.empty(600, dtype=object)
    given[:] = [list(rng.choice(list("abcdef"), rng.integers(1, 4), replace=False)) for _ in given]
    assert abs(by_name(rng.integers(5, size=600), given, 0)["ami"]) < 0.02
