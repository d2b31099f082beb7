"""The parts of the studies that can be checked by hand."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.mixture import GaussianMixture

from songscape.core.errors import InputError
from songscape.core.space import Space
from songscape.studies.papers import _autoencoder_sound as sound
from songscape.studies.papers import _measures as measures
from songscape.studies.papers import _mixtures_fits as fits
from songscape.studies.papers import _origins_places as places
from songscape.studies.papers import _study, autoencoder, origins, timbre
from songscape.studies.papers._audio_features_repair import _came_home
from songscape.studies.papers._autoencoder_models import as_theirs, nearest
from songscape.studies.papers._findings import (
    Findings,
    Interval,
    Number,
    Table,
    Verdict,
    either,
    mean_of,
    plain,
    reasons,
    spread,
)
from songscape.studies.papers._origins_north import platt
from songscape.studies.papers._origins_places import in_degrees, on_sphere
from songscape.studies.papers._paper import paper
from songscape.studies.papers._report import _ranged, _tied
from songscape.studies.papers._setting import Setting
from songscape.studies.papers._world import coasts, great_circle
from songscape.studies.papers.origins import history


def test_an_interval_is_shown_with_true_minus_signs():
    found = Interval(Number(-0.5), Number(-1.0), Number(0.25))
    assert f"{found:.2f}" == "−0.50 [−1.00, 0.25]"
    assert not found.positive
    assert not found.negative
    assert found.holds(0.0)


def test_the_spread_leaves_out_what_is_not_defined():
    found = spread([1.0, 2.0, 3.0, float("nan")])
    assert found.value == 2.0
    assert 1.0 <= found.low < found.high <= 3.0


def test_the_mean_of_repetitions_has_students_interval():
    found = mean_of([1.0, 2.0, 3.0])
    assert found.value == 2.0
    assert found.high - found.value == pytest.approx(4.3027 / np.sqrt(3), abs=1e-3)


def test_a_table_becomes_a_frame_of_texts():
    frame = Table(("", "score"), (("a", "1"), ("b", "2"))).frame()
    assert frame.columns == ["what", "score"]
    assert frame.rows() == [("a", "1"), ("b", "2")]


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, 4), min_size=3, max_size=40))
def test_clusters_are_numbered_by_size(labels):
    found = measures.by_size(np.array(labels, dtype=np.int32))
    counts = np.bincount(found)
    present = counts[counts > 0]
    assert (np.diff(present) <= 0).all()
    assert measures.ari(found, np.array(labels)) == pytest.approx(1.0)


@settings(deadline=None, max_examples=30)
@given(st.permutations(range(5)))
def test_renumbering_finds_a_permutation(order):
    labels = np.repeat(np.arange(5), 6)
    other = np.array(order)[labels]
    assert (measures.renaming(other, labels)[other] == labels).all()


def test_an_interval_over_artists_is_wider_than_over_songs():
    rng = np.random.default_rng(0)
    artists = np.repeat(np.arange(20), 10)
    values = rng.normal(size=20)[artists] + 0.1 * rng.normal(size=200)

    def mean(rows):
        return float(values[rows].mean())

    over_artists = measures.resampled(mean, artists, 0)
    over_songs = measures.resampled(mean, np.arange(200), 0)
    assert over_artists.value == pytest.approx(values.mean())
    assert over_artists.high - over_artists.low > 1.5 * (over_songs.high - over_songs.low)


def test_the_gain_of_a_grouping_over_itself_is_nought():
    labels = np.repeat([0, 1], 30).astype(np.int32)
    truth = np.array(["jazz", "folk"] * 30, dtype=object)
    found = measures.ami_gain((labels, labels), truth, np.arange(60), 0, 10)
    assert (found.value, found.low, found.high) == (0, 0, 0)


@pytest.fixture
def songs():
    rng = np.random.default_rng(1)
    matrix = np.concatenate([rng.normal(0, 1, (60, 3)), rng.normal(4, 1, (60, 3))])
    return fits.split(matrix, 0.3, 0)


def test_the_scaler_sees_the_training_songs_only(songs):
    assert songs.train.mean(axis=0) == pytest.approx(np.zeros(3), abs=1e-9)
    assert songs.train.std(axis=0) == pytest.approx(np.ones(3))
    assert abs(songs.test.mean(axis=0)).max() > 1e-6


def test_k_means_as_a_density_is_one(songs):
    """One centre is one round Gaussian, whose mean log density scikit-learn knows."""
    (centre,) = fits.swept(songs, 1, 0)
    known = GaussianMixture(1, covariance_type="spherical", reg_covar=0).fit(songs.train)
    assert fits.as_density(songs, centre) == pytest.approx(known.score(songs.test), abs=1e-6)


def test_the_printed_likelihood_rises_with_k_and_the_density_does_not(songs):
    centers = fits.swept(songs, 40, 0)
    narrow = [fits.narrowed(songs, one) for one in centers]
    assert narrow[-1] - fits.as_density(songs, centers[-1]) > 1
    assert fits.as_density(songs, centers[1]) > fits.as_density(songs, centers[-1])


def test_their_number_follows_from_their_cost():
    assert fits.printed_arithmetic(427.81 / 350, 0.874, 7) == pytest.approx(-6.656, abs=0.01)


def test_the_cost_of_k_means_never_rises():
    matrix = np.random.default_rng(0).normal(size=(80, 4))
    costs = history(matrix, 5, 6, seed=0)
    assert costs.shape == (7,)
    assert (np.diff(costs) <= 1e-9).all()


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.floats(-89, 89), st.floats(-179, 179)), min_size=1, max_size=20))
def test_places_go_to_the_sphere_and_back(where):
    where = np.array(where)
    assert great_circle(where, in_degrees(on_sphere(where))).max() < 0.01


def test_great_circles_of_known_cities():
    london, tokyo = np.array([51.5, -0.13]), np.array([35.68, 139.69])
    assert great_circle(london, tokyo) == pytest.approx(9559, abs=15)


def test_calibration_corrects_overconfidence():
    rng = np.random.default_rng(0)
    truth = rng.integers(2, size=2000)
    said = np.where(rng.random(2000) < 0.7, truth, 1 - truth) * 0.98 + 0.01
    fixed = platt(said, truth, np.array([0.01, 0.99]))
    assert fixed == pytest.approx([0.3, 0.7], abs=0.05)


def test_every_place_of_the_table_lies_near_a_coast_or_inside_one():
    """Outlines drawn by hand are worth something if capitals are not in the sea."""
    from matplotlib.path import Path

    outlines = [Path(points) for points in coasts().values()]
    for key, name in paper("origins")["places"].items():
        latitude, longitude = map(float, key.split())
        inside = any(one.contains_point((longitude, latitude)) for one in outlines)
        points = np.concatenate([one.vertices for one in outlines])
        near = np.hypot(points[:, 0] - longitude, points[:, 1] - latitude).min() < 5
        assert inside or near or name == "Cape Verde", name


def test_coasts_stay_on_the_globe():
    points = np.concatenate(list(coasts().values()))
    assert np.abs(points[:, 0]).max() <= 180
    assert np.abs(points[:, 1]).max() <= 90


def test_the_project_scales_rows_to_length_one():
    matrix = np.array([[0.2, 120.0], [0.4, 60.0], [0.9, 90.0]])
    found = as_theirs(Space(matrix, ("energy", "tempo")))
    assert np.linalg.norm(found, axis=1) == pytest.approx(np.ones(3))
    assert found[1, 1] == 0


def test_unscaled_centroids_are_decided_by_tempo():
    matrix = np.array([[0.9, 100.0], [0.9, 140.0], [0.1, 101.0]])
    genres = np.array(["loud", "fast", "calm"], dtype=object)
    assert nearest(matrix, genres, ["calm"], ["loud", "fast"]) == {"calm": "loud"}


def test_a_number_is_not_torn_from_its_unit():
    assert _tied("75.2% at k = 50, 95 % of K = 3") == (
        "75.2\u202f% at k\u00a0=\u00a050, 95\u202f% of K\u00a0=\u00a03"
    )
    assert _tied(3) == 3


def test_an_interval_in_a_cell_stays_whole_and_is_escaped():
    assert _ranged("1.19 [1.03, 1.33]") == '1.19 <span class="range">[1.03, 1.33]</span>'
    assert _ranged("<b> [x]") == '&lt;b&gt; <span class="range">[x]</span>'
    assert _ranged("Folk") == "Folk"


def test_columns_of_words_are_told_from_numbers():
    rows = (("a", "Folk", "12", "–", "not run"), ("b", "Rock 3", "−4", "1", "54.8%"),
            ("c", "", "7.1 s", "–", "50.6%"))  # fmt: skip
    assert Table(("", "genre", "n", "x", "share"), rows).words == (0, 1)


def test_a_verdict_is_told_in_paragraphs_with_its_evidence_apart():
    said = (
        "There is none. It shades (a bit). Cutting into 10 is useful. Otherwise: 5 groups. "
        "Share of collections without groups (0.05). The criteria alone would choose: 2."
    )
    found = reasons(SimpleNamespace(verdict={"reason": said, "natural": False, "k": 10}))
    assert found["verdict_short"] == "There is none."
    assert found["reason"].split("\n\n") == [
        "There is none. It shades (a bit).", "Cutting into 10 is useful. Otherwise: 5 groups."
    ]  # fmt: skip
    assert found["evidence"].startswith("Share of collections")
    assert (found["natural_k"], found["found_k"]) == ("no natural number", 1)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_finds_its_reason(verdict):
    why = {"holds": "so it is", "artefact": "it was made", "unclear": "who knows"}
    claim = {"claim": "c", "published": "1", "reproduced": "2", "verdict": "v", "why": why}
    setting = Setting("origins", Path("t"), {"claims": [claim]}, 0, print)
    told = _study.claims(setting, Findings(verdicts={"v": verdict}))[0]
    assert told["why"] == why[verdict.name.lower()]


def test_songs_of_unknown_artists_are_no_group():
    values = np.array([0.0, 1.0] * 20)
    unknown = np.array([None] * 40, dtype=object)

    def mean(rows):
        return float(values[rows].mean())

    alone = measures.resampled(mean, unknown, 0)
    assert alone == measures.resampled(mean, np.array([f"{i:02}" for i in range(40)]), 0)
    assert alone.low < alone.high


def test_what_is_not_defined_is_null_in_json():
    assert plain(float("nan")) is None
    assert plain(np.float64("inf")) is None
    found = plain(Interval(Number(0.5), Number("nan"), Number(1.0)))
    assert found == {"value": 0.5, "low": None, "high": 1.0}
    with pytest.raises(ValueError, match="JSON"):
        _study.summary_text({"value": float("nan")})


@pytest.mark.parametrize(
    ("ten", "one", "verdict"),
    [
        ((0.2, 0.4), (0.5, 0.9), Verdict.HOLDS),
        ((0.2, 0.4), (0.5, 1.1), Verdict.ARTEFACT),
        ((0.8, 1.2), (0.5, 0.9), Verdict.UNCLEAR),
        ((1.1, 1.2), (0.5, 0.9), Verdict.ARTEFACT),
    ],
)
def test_mini_batch_is_faster_only_if_every_batch_size_is(ten, one, verdict):
    seconds = {name: np.array(parts) for name, parts in (("batch", ten), ("one", one))}
    numbers = {}
    for name, parts in seconds.items():
        numbers |= {f"speed_{name}_least": parts.min(), f"speed_{name}_most": parts.max()}
    assert fits.quicker(numbers) is verdict


def test_times_are_taken_by_batch_size_and_start_for_start():
    other = fits.Timed(np.zeros(2), np.array([1.0, 1.0]))
    found = fits.speeds(np.array([0.6, 1.2]), {"batch": other, "one": other})
    assert found["speed_batch"] == "0.30 to 0.60"
    assert found["speed_one"] == "0.10 to 0.20"


@pytest.mark.parametrize(
    ("interval", "verdict"),
    [
        ((0.01, 0.08), Verdict.HOLDS),
        ((-0.05, 0.04), Verdict.ARTEFACT),
        ((-0.05, 0.06), Verdict.UNCLEAR),
    ],
)
def test_a_wide_interval_refutes_nothing(interval, verdict):
    gain = Interval(Number(np.mean(interval)), *map(Number, interval))
    assert origins._larger(gain) is verdict


def origin_numbers(**changed):
    """Return numbers of the origins as the notebook has them, some changed."""

    def interval(value, low, high):
        return Interval(Number(value), Number(low), Number(high))

    return {
        "n_north": 679, "linear_parameters": 138, "network_parameters": 2274,
        "linear_best": interval(0.74, 0.72, 0.76), "network_best": interval(0.8, 0.78, 0.82),
        "linear_grouped": interval(0.66, 0.6, 0.7), "network_grouped": interval(0.66, 0.6, 0.7),
        "gain_grouped": interval(0.0, -0.05, 0.04), "taiwan_share": interval(0.94, 0.7, 1.0),
        "taiwan_null": 0.36, "found_k": 1, "network_epoch": interval(42, 12, 81),
        "network_fall": interval(-0.01, -0.02, -0.001),
    } | {name: interval(*value) for name, value in changed.items()}  # fmt: skip


def test_a_model_that_is_better_than_published_holds():
    assert origins._verdicts(origin_numbers())["linear"] is Verdict.ARTEFACT
    better = origin_numbers(linear_grouped=(0.8, 0.78, 0.82))
    assert origins._verdicts(better)["linear"] is Verdict.HOLDS


def test_somewhat_more_than_chance_is_not_almost_exclusively():
    assert origins._verdicts(origin_numbers())["taiwan"] is Verdict.HOLDS
    half = origin_numbers(taiwan_share=(0.5, 0.4, 0.6))
    assert origins._verdicts(half)["taiwan"] is Verdict.UNCLEAR


@pytest.mark.parametrize(
    ("higher", "verdict"), [(0, Verdict.ARTEFACT), (2, Verdict.UNCLEAR), (4, Verdict.HOLDS)]
)
def test_one_duel_decides_nothing_for_t_sne(higher, verdict):
    interval = Interval(Number(0.1), Number(0.05), Number(0.2))
    numbers = {"ch_all_6": 332, "tsne_higher": higher, "duels": 4, "found_k": 2,
               "ami_best": interval, "ami_gain": interval}  # fmt: skip
    assert timbre._verdicts(numbers)["tsne"] is verdict


def test_no_song_is_its_own_neighbour_even_of_an_unknown_artist():
    matrix = np.array([[0.0], [0.1], [5.0], [5.1]] * 6) + np.arange(24)[:, None] / 1000
    genres = np.array(["folk", "jazz"] * 12, dtype=object)
    artists = np.array([None] * 24, dtype=object)
    found = timbre._neighbours(matrix, genres, artists)
    known = timbre._neighbours(matrix, genres, np.arange(24).astype(str).astype(object))
    assert (found == known).all()


def test_what_was_held_out_has_no_say_in_which_cluster_is_which():
    """Both songs held out land in the other cluster; matched by themselves they would be right."""
    fitted = SimpleNamespace(
        tracks=pl.DataFrame({"cluster": [0, 0, 1, 1]}),
        collection=SimpleNamespace(ids=pl.Series(["a", "b", "c", "d"])),
    )
    whole = {"a": 1, "b": 1, "c": 0, "d": 0, "e": 1, "f": 0}
    laid = pl.DataFrame({"id": ["e", "f"], "cluster": [1, 0]})
    assert _came_home(fitted, laid, whole) == 0.0
    assert _came_home(fitted, laid.with_columns(cluster=1 - pl.col("cluster")), whole) == 1.0


def test_the_best_that_features_do_is_found_by_number():
    def interval(value):
        return Interval(Number(value), Number(value), Number(value))

    rows = [
        (("linear model", "the features"), interval(0.095), interval(0.1)),
        (("boosted trees", "the features"), interval(0.51), interval(0.2)),
        (sound.NETWORK, interval(0.9), interval(0.9)),
    ]
    found = sound._ceiling(rows)
    assert (found["told_best"], found["told_right"].value) == ("boosted trees", 0.51)


@pytest.mark.parametrize(
    ("same", "verdict"), [(9, Verdict.HOLDS), (6, Verdict.UNCLEAR), (4, Verdict.ARTEFACT)]
)
def test_scaling_changes_nothing_only_if_every_genre_goes_to_the_same(same, verdict):
    assert autoencoder._merged(same, 9) is verdict


def test_words_of_a_study_fit_whatever_ks_are_offered():
    assert either(["8"]) == "8"
    assert either(["8", "20"]) == "8 or 20"


def test_tables_without_what_a_paper_speaks_of_are_refused():
    setting = SimpleNamespace(data=Path("other.txt"), paper=paper("origins"))
    with pytest.raises(InputError, match=r"other\.txt has no track from Taiwan"):
        places.check_places(setting, np.array([[52.5, -0.12], [41.9, 12.48]]))
    places.check_places(setting, np.array([[23.76, 121.0], [41.9, 12.48]]))
    songs = SimpleNamespace(
        names=lambda _role: ["genre"],
        frame=pl.DataFrame({"genre": ["Folk", "Jazz"], "artist": ["a", "b"]}),
    )
    with pytest.raises(InputError, match=r"other\.txt has no track of Classical"):
        autoencoder._check_genres(setting, songs)
