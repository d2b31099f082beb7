"""What the command line asks for reaches the workers and comes back, on real sound."""

import json
import signal
import sys

import numpy as np
import polars as pl
import pytest
import soundfile
from onnx import TensorProto, helper, save

from songscape import cli
from songscape.library import Library

RATE = 44_100


@pytest.fixture(scope="module")
def music(tmp_path_factory):
    """A song that changes after 20 of 40 seconds, and a short one."""
    folder = tmp_path_factory.mktemp("music")
    at = np.arange(20 * RATE) / RATE
    low = 0.5 * np.sin(2 * np.pi * 220 * at) * (1 + 0.5 * np.sign(np.sin(2 * np.pi * 2 * at)))
    high = 0.1 * np.random.default_rng(0).standard_normal(len(at))
    soundfile.write(folder / "changes.flac", np.concatenate([low, high]) / 2, RATE)
    soundfile.write(folder / "short.flac", low[: 5 * RATE] / 2, RATE)
    return folder


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """A model whose vector is the mean square and the mean of a window."""
    path = tmp_path_factory.mktemp("model") / "net.onnx"
    nodes = [
        helper.make_node("Mul", ["sound", "sound"], ["square"]),
        helper.make_node("Concat", ["square", "sound"], ["both"], axis=0),
        helper.make_node("ReduceMean", ["both"], ["means"], axes=[1], keepdims=0),
        helper.make_node("Unsqueeze", ["means", "first"], ["vector"]),
    ]
    graph = helper.make_graph(
        nodes,
        "test",
        [helper.make_tensor_value_info("sound", TensorProto.FLOAT, [1, "n"])],
        [helper.make_tensor_value_info("vector", TensorProto.FLOAT, [1, 2])],
        [helper.make_tensor("first", TensorProto.INT64, [1], [0])],
    )
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
    return path


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Return a function that describes with one worker and returns code and output."""
    before = signal.getsignal(signal.SIGTERM)

    def ran(*words):
        command = ["songscape", "describe", *words, "--library", tmp_path / "l.db", "--workers", 1]
        monkeypatch.setattr(sys, "argv", [str(word) for word in command])
        with pytest.raises(SystemExit) as left:
            cli.main()
        return left.value.code or 0, *capsys.readouterr()

    yield ran
    signal.signal(signal.SIGTERM, before)


def test_over_time_and_what_is_withheld(run, music, tmp_path):
    code, said, told = run(
        music, "--out", tmp_path / "o.csv", "--segments", tmp_path / "s.csv", "--json"
    )
    assert code == 0
    stretches = pl.read_csv(tmp_path / "s.csv").filter(pl.col("path").str.contains("changes"))
    assert stretches["segment"].to_list() == [1, 2]
    assert stretches["end"].to_list() == pytest.approx([20, 40], abs=1)
    assert stretches["spectral_centroid"][1] > stretches["spectral_centroid"][0]
    assert "withheld: songs have no liveness: too little of liveness" in told
    estimates = json.loads(said)["estimates"]
    assert estimates["mapping"] == "the shipped mapping"
    assert set(estimates["withheld"]) == {"liveness", "speechiness"}
    songs = pl.read_csv(tmp_path / "o.csv")
    assert (songs["energy_low"] <= songs["energy"]).all()
    assert (songs["energy"] <= songs["energy_high"]).all()
    assert {"energy_confidence", "key_confidence"} <= set(songs.columns)
    code, said, told = run(music, "--weak", "--out", tmp_path / "o.csv")
    assert (code, told) == (0, "")
    assert said.startswith("2 files: 2 known before.")
    assert pl.read_csv(tmp_path / "o.csv")["liveness"].null_count() == 0


def test_an_embedding_is_described_beside_what_is_there(run, music, network, tmp_path):
    out = tmp_path / "o.parquet"
    assert run(music / "short.flac")[0] == 0
    asked = ("--embedding", network, "--embedding-rate", 16_000, "--out", out)
    assert run(music / "short.flac", *asked)[1].startswith("1 file: 1 described.")
    assert run(music / "short.flac", *asked)[1].startswith("1 file: 1 known before.")
    songs = pl.read_parquet(out)
    sound, _ = soundfile.read(music / "short.flac")
    assert songs["embedding_001"][0] == pytest.approx((sound**2).mean() / 2, rel=0.01)
    assert {"tempo", "embedding_002"} <= set(songs.columns)
    with Library(tmp_path / "l.db") as library:
        plain, heard = (options for options, _ in library.setups().values())
    assert "embedding" not in plain
    assert heard["embedding"].startswith("net.onnx sha256:")
    assert heard["embedding_rate"] == 16_000


def test_a_network_without_a_rate_is_refused_before_any_work(run, music, network, tmp_path):
    code, _, told = run(music, "--embedding", network)
    assert code == 1
    assert "does not state its sample_rate" in told
    assert not (tmp_path / "l.db").exists()


def test_fmas_definition_takes_the_native_rate_for_half(run, music, tmp_path):
    centroids = []
    for definition in ("none", "fma"):
        out = tmp_path / f"{definition}.csv"
        assert run(music / "short.flac", "--compat", definition, "--out", out)[0] == 0
        centroids.append(pl.read_csv(out)["spectral_centroid_mean"][0])
    # A tone: its frequency is half the truth where 44,100 Hz are taken for 22,050.
    assert centroids[1] == pytest.approx(centroids[0] / 2, rel=0.05)


def test_an_excerpt_is_from_the_middle(run, music, tmp_path):
    out = tmp_path / "o.csv"
    assert run(music / "changes.flac", "--excerpt", 10, "--out", out)[0] == 0
    songs = pl.read_csv(out)
    assert songs["duration_ms"].to_list() == [40_000]
    with Library(tmp_path / "l.db") as library:
        (song,) = library.songs(library.setups())
    assert (song.seconds, song.flags) == (10.0, ("excerpt",))


def test_other_wishes_are_wrong_usage(run, music):
    code, _, told = run(music, "--compat", "other")
    assert code == 2
    assert "compat must be one of none, librosa, fma" in told
