import numpy as np
import pytest

from songscape.clean.outliers import Options, clean, examine, mahalanobis


@pytest.fixture
def with_a_speech(songs):
    rng = np.random.default_rng(0)
    cloud = rng.normal(size=(200, 2)) @ np.array([[1.0, 0.8], [0.0, 0.6]])
    cloud[7] = (2.0, -9.0)
    return songs(
        title=[f"t{row}" for row in range(200)], a=cloud[:, 0].tolist(), b=cloud[:, 1].tolist()
    )


def test_a_song_far_from_all_others_is_reported_with_the_feature_responsible(with_a_speech):
    (finding,) = examine(with_a_speech, Options())
    assert (finding.what, finding.count) == ("far-song", 1)
    assert finding.examples == ("t7: b",)
    assert clean(with_a_speech, Options()) is with_a_speech


def test_far_songs_are_dropped_when_asked_to(with_a_speech):
    cleaned = clean(with_a_speech, Options(how="drop"))
    assert len(cleaned) == 199
    assert "s7" not in cleaned.ids.to_list()
    assert cleaned.history == ("dropped songs far from all others (fence 3): 200 → 199 songs",)


def test_distances_are_those_of_the_covariance_of_the_central_songs():
    rng = np.random.default_rng(1)
    space = rng.normal(size=(50, 3))
    distances, shares = mahalanobis(space)
    assert np.allclose(shares.sum(axis=1), distances**2)
    inverse = np.linalg.inv(np.cov(space.T))
    centred = space - space.mean(axis=0)
    first = np.sqrt(np.einsum("ni,ij,nj->n", centred, inverse, centred))
    central = space[first <= np.percentile(first, 90)]
    centred = space - central.mean(axis=0)
    inverse = np.linalg.inv(np.cov(central.T))
    assert np.allclose(distances, np.sqrt(np.einsum("ni,ij,nj->n", centred, inverse, centred)))


def test_small_and_constant_tables_have_no_far_songs(songs):
    assert examine(songs(a=[1.0, 2.0, 99.0]), Options()) == ()
    assert examine(songs(a=[1.0] * 50, b=[2.0] * 50), Options()) == ()


def test_keep_says_nothing(with_a_speech):
    assert examine(with_a_speech, Options(how="keep")) == ()
