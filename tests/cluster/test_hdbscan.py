"""HDBSCAN by either library.

fast_hdbscan is run as plain Python here, since compiling it takes most of a minute:
``NUMBA_DISABLE_JIT=0`` in the environment runs these tests with it compiled.
"""

import os
import warnings
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score
from sklearn.utils.estimator_checks import parametrize_with_checks

from songscape.cluster import _hdbscan_libraries as libraries
from songscape.cluster._hdbscan_libraries import FAST, SCIKIT_LEARN, Wish, answering
from songscape.cluster.hdbscan import HDBSCAN, Options, make
from songscape.core.errors import DegenerateDataError, MissingExtraError, UnknownNameError

SPEC = spec_from_file_location("degenerate", Path(__file__).with_name("degenerate.py"))
degenerate = module_from_spec(SPEC)
SPEC.loader.exec_module(degenerate)

needs_fast = pytest.mark.skipif(find_spec(FAST) is None, reason="fast_hdbscan is not installed")


@pytest.fixture(scope="module", autouse=True)
def _plain_python():
    """Let fast_hdbscan run uncompiled, unless the environment says otherwise."""
    with pytest.MonkeyPatch.context() as patch:
        if find_spec(FAST) is not None and "NUMBA_DISABLE_JIT" not in os.environ:
            import numba

            patch.setattr(numba.config, "DISABLE_JIT", True)
        yield


def cloud(n=300, d=3, seed=0):
    """Return songs about three places, and some anywhere."""
    rng = np.random.default_rng(seed)
    songs = rng.normal(size=(n, d)) + 12.0 * np.eye(3, d)[np.arange(n) % 3]
    songs[::10] = rng.uniform(-40, 40, (len(songs[::10]), d))
    return songs


def large(n=libraries.PAYS, d=2):
    return np.arange(n * d, dtype=float).reshape(n, d)


@pytest.mark.parametrize(
    ("songs", "by"),
    [
        (large(), FAST),
        (large(libraries.PAYS - 1), SCIKIT_LEARN),
        (large(d=6), SCIKIT_LEARN),
        (large() % 100 + 1e12 * (np.arange(libraries.PAYS) % 2)[:, None], SCIKIT_LEARN),
    ],
    ids=["large", "small", "many columns", "too fine for float32"],
)
def test_the_library_follows_from_the_songs(monkeypatch, songs, by):
    monkeypatch.setattr(libraries, "is_fast", lambda: True)
    assert answering("auto", songs) == by
    assert answering(SCIKIT_LEARN, songs) == SCIKIT_LEARN


def test_without_the_extra_large_tables_tell_how_to_install_it(monkeypatch):
    monkeypatch.setattr(libraries, "is_fast", lambda: False)
    with pytest.warns(UserWarning, match=r"30,000 songs is slow .*songscape\[density\]"):
        assert answering("auto", large()) == SCIKIT_LEARN
    with pytest.raises(MissingExtraError, match=r"cluster.hdbscan .*songscape\[density\]"):
        answering(FAST, large())
    assert answering("auto", large(d=6)) == SCIKIT_LEARN


def test_an_unknown_library_is_refused():
    with pytest.raises(UnknownNameError, match="Did you mean 'fast_hdbscan'"):
        HDBSCAN(library="hdbscan").fit(cloud())


@pytest.mark.filterwarnings("ignore:HDBSCAN in 31 dimensions")
def test_fast_hdbscan_refuses_what_it_would_get_wrong(monkeypatch):
    monkeypatch.setattr(libraries, "is_fast", lambda: True)
    with pytest.raises(DegenerateDataError, match="more than 30 dimensions, and these are 31"):
        HDBSCAN(library=FAST).fit(cloud(d=31))
    fine = cloud()
    fine[::2] += 1e12
    with pytest.raises(DegenerateDataError, match="reckons in float32"):
        HDBSCAN(library=FAST).fit(fine)


@pytest.mark.parametrize(("library", "gigabytes"), [(SCIKIT_LEARN, "16.0"), (FAST, "8.0")])
def test_lists_that_do_not_fit_in_memory_are_refused(library, gigabytes):
    with pytest.raises(DegenerateDataError, match=rf"1,000,000 songs need {gigabytes} GB"):
        libraries.find(library, np.zeros((1_000_000, 1)), Wish(10, 1_000, "eom"))


def test_what_sets_the_density_stays_few():
    assert HDBSCAN()._wish(200) == Wish(5, 5, "eom")
    assert HDBSCAN()._wish(1_000_000) == Wish(10_000, 100, "eom")
    assert HDBSCAN(200, 150, "leaf")._wish(1_000) == Wish(200, 150, "leaf")


def test_single_precision_keeps_the_shape():
    songs = cloud()
    single = libraries.in_single(songs * 1e80)
    assert np.abs(single).max() <= 1
    apart = np.linalg.norm(songs - songs[0], axis=1)
    assert np.linalg.norm(single - single[0], axis=1) == pytest.approx(
        apart * np.linalg.norm(single[1] - single[0]) / apart[1], rel=1e-5
    )


@needs_fast
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000), neighbours=st.integers(1, 12))
def test_both_libraries_find_the_same_groups(seed, neighbours):
    songs = cloud(120, seed=seed)
    ours = HDBSCAN(8, neighbours, library=FAST).fit(songs)
    theirs = HDBSCAN(8, neighbours, library=SCIKIT_LEARN).fit(songs)
    assert (ours.library_, theirs.library_) == (FAST, SCIKIT_LEARN)
    assert adjusted_rand_score(ours.labels_, theirs.labels_) > 0.9
    assert ((ours.labels_ < 0) != (theirs.labels_ < 0)).mean() < 0.1


@needs_fast
@pytest.mark.parametrize("selection", ["eom", "leaf"])
def test_well_parted_groups_are_the_same_song_by_song(selection):
    songs = cloud()
    ours, theirs = (
        make(Options(smallest=20, selection=selection, library=name), 0).fit(songs)
        for name in (FAST, SCIKIT_LEARN)
    )
    assert adjusted_rand_score(ours.labels_, theirs.labels_) == 1.0
    assert ours.labels_.max() == 2
    assert ours.probabilities_ == pytest.approx(theirs.probabilities_, abs=1e-4)


@needs_fast
@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_weights_are_repeated_songs(seed):
    songs = cloud(60, seed=seed)
    weights = np.random.default_rng(seed).integers(0, 4, 60)
    there = np.repeat(np.arange(60), weights)
    model = HDBSCAN(8, 5, library=FAST)
    each = np.full(60, -1)
    each[there[::-1]] = model.fit_predict(songs[there])[::-1]
    assert np.array_equal(model.fit_predict(songs, sample_weight=weights), each)


@needs_fast
def test_labels_are_the_same_on_any_number_of_threads():
    import numba

    # On a grid most distances are equal, and the first one found decides.
    songs = np.random.default_rng(0).integers(0, 12, (300, 2)).astype(float)
    found = []
    for threads in (1, numba.config.NUMBA_NUM_THREADS):
        numba.set_num_threads(threads)
        found.append(HDBSCAN(8, 5, library=FAST).fit_predict(songs))
        assert numba.get_num_threads() == threads
    assert found[0].max() > 0
    assert np.array_equal(*found)


@needs_fast
@pytest.mark.parametrize("what", degenerate.matrices())
def test_no_matrix_is_too_much(what):
    songs = degenerate.matrices()[what]
    refused = degenerate.REFUSED | {"fewer rows than columns"}
    model = HDBSCAN(library=FAST)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "HDBSCAN in 40 dimensions")
        if what in refused:
            with pytest.raises(DegenerateDataError):
                model.fit(songs)
            return
        model.fit(songs)
    assert model.labels_.shape == (len(songs),)
    assert ((model.probabilities_ >= 0) & (model.probabilities_ <= 1)).all()


@needs_fast
@pytest.mark.filterwarnings("ignore:HDBSCAN in")
@parametrize_with_checks([HDBSCAN(library=FAST)])
def test_common_checks(estimator, check):
    check(estimator)
