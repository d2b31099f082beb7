import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songscape.explain.names import AVERAGE, names, word


def profile(*clusters: dict[str, float]) -> pl.DataFrame:
    rows = [(i, f, z) for i, traits in enumerate(clusters) for f, z in traits.items()]
    return pl.DataFrame(
        rows, schema={"cluster": pl.Int32, "feature": pl.String, "z": pl.Float64}, orient="row"
    )


def named(*clusters: dict[str, float]) -> list[str]:
    return names(profile(*clusters))["name"].to_list()


def test_strongest_traits_in_order():
    assert named({"tempo": 1.0, "loudness": 1.2, "acousticness": -0.8, "energy": 0.7}) == [
        "loud, fast, not acoustic"
    ]


def test_weak_traits():
    assert named({"tempo": 0.3, "energy": -0.1}) == ["slightly fast"]
    assert named({"tempo": 0.1, "energy": -0.2}) == [AVERAGE]
    assert named({"tempo": 0.5}) == ["fast"]
    assert named({"tempo": 0.499}) == ["slightly fast"]


def test_a_feature_without_direction_is_never_told():
    assert named({"key": 3.0, "tempo": -0.6}) == ["slow"]


@pytest.mark.parametrize(
    ("feature", "z", "says"),
    [
        ("Beats Per Minute (BPM)", 1, "fast"),
        ("loudness_dB", -1, "quiet"),
        ("spectral_centroid_mean", 1, "bright"),
        ("duration_ms", -1, "short"),
        ("mfcc_3", 1, "high mfcc_3"),
        ("mfcc_3", -1, "low mfcc_3"),
        ("", 1, "high "),
    ],
)
def test_words(feature, z, says):
    assert word(feature, z) == says


def test_twins_tell_more_traits():
    same = {"tempo": 1.0, "energy": 0.9, "loudness": 0.8}
    first, second = named(same | {"valence": 0.7}, same | {"valence": -0.7})
    assert first == "fast, energetic, loud, cheerful"
    assert second == "fast, energetic, loud, sombre"


def test_twins_without_strong_traits_tell_weak_ones():
    first, second = named({"tempo": 1.0, "valence": 0.2}, {"tempo": 1.0, "valence": -0.2})
    assert (first, second) == ("fast, slightly cheerful", "fast, slightly sombre")


def test_identical_clusters_are_numbered():
    assert named({"tempo": 1.0}, {"tempo": 1.0}, {"tempo": 1.0}) == ["fast", "fast (2)", "fast (3)"]


def test_traits_have_figures():
    assert names(profile({"tempo": 1.04, "energy": -0.8}))["traits"][0] == "tempo +1.0, energy −0.8"


def test_nothing_at_all():
    assert names(profile()).is_empty()


features = st.sampled_from(["tempo", "energy", "key", "mfcc_1", "<script>", "$x_{"])
clusters = st.lists(
    st.dictionaries(features, st.floats(-3, 3), min_size=1, max_size=4), min_size=1, max_size=9
)


@given(clusters)
def test_names_are_unique_and_never_empty(parts):
    given_names = named(*parts)
    assert len(set(given_names)) == len(parts)
    assert all(given_names)
