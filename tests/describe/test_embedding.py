"""A network of the user's own hears what it should, and says clearly what it cannot use."""

import builtins

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from songscape.core.errors import InputError, MissingExtraError
from songscape.describe import Options, _embedding, describe_file

RATE = 22_050
FLOAT = TensorProto.FLOAT


@pytest.fixture
def model(tmp_path):
    """Return a maker of models: nodes from `sound` to `vector`, saved with metadata."""

    def made(nodes, shape=("n",), *, rate="22050", kind=FLOAT, name="model.onnx"):
        inputs = [helper.make_tensor_value_info("sound", kind, shape)]
        outputs = [helper.make_tensor_value_info("vector", FLOAT, None)]
        graph = helper.make_graph(nodes, "test", inputs, outputs, CONSTANTS)
        whole = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
        if rate:
            helper.set_model_props(whole, {"sample_rate": rate})
        path = tmp_path / name
        onnx.save(whole, path)
        return str(path)

    return made


CONSTANTS = [
    helper.make_tensor("rows", TensorProto.INT64, [2], [-1, 5]),
    helper.make_tensor("plane", TensorProto.INT64, [3], [1, -1, 5]),
    helper.make_tensor("last", TensorProto.INT64, [1], [-1]),
    helper.make_tensor("none", FLOAT, [], [0.0]),
]
ROWS = [helper.make_node("Reshape", ["sound", "rows"], ["vector"])]
FRAMES = [helper.make_node("Reshape", ["sound", "plane"], ["vector"])]
POWER = [
    helper.make_node("Mul", ["sound", "sound"], ["square"]),
    helper.make_node("ReduceMean", ["square"], ["vector"], axes=[-1], keepdims=1),
]
NAN = [
    helper.make_node("Div", ["none", "none"], ["nan"]),
    helper.make_node("Mul", ["sound", "nan"], ["vector"]),
]


def hear(path, samples, rate=RATE, **options):
    """Return the vector of samples that come in uneven blocks."""
    hearing = _embedding.Hearing(_embedding.wanted(Options(embedding=path, **options)), rate)
    for block in np.array_split(np.asarray(samples, np.float32), 7):
        hearing.feed(block)
    return hearing.estimates(silent=False)


def values(estimates):
    return [one.value for one in estimates.values()]


@pytest.mark.parametrize(
    ("nodes", "shape"), [(ROWS, ("n",)), (FRAMES, (1, "n")), (FRAMES, ("b", "n"))]
)
def test_the_vector_is_the_mean_over_frames_and_windows(model, nodes, shape):
    samples = np.random.default_rng(0).standard_normal(10 * RATE)
    found = hear(model(nodes, shape), samples, embedding_seconds=2)
    assert list(found) == [f"embedding_00{number}" for number in range(1, 6)]
    assert values(found) == pytest.approx(samples.reshape(-1, 5).mean(axis=0), abs=1e-6)


def test_whole_windows_count_and_a_short_sound_is_filled_up(model):
    path = model(ROWS)
    samples = np.arange(25.0)
    samples[20:] = 1000.0
    network = {"embedding_seconds": 10 / RATE}
    assert values(hear(path, samples, **network)) == [7.5, 8.5, 9.5, 10.5, 11.5]
    assert values(hear(path, [1, 2, 3], **network)) == [0.5, 1.0, 1.5, 0.0, 0.0]


def test_a_length_the_model_declares_is_its_window(model):
    assert _embedding.wanted(Options(embedding=model(ROWS, (500,)))).window == 500


def test_the_sound_comes_at_the_rate_the_model_wants(model):
    tone = 0.5 * np.sin(2 * np.pi * 441 * np.arange(44_100 * 4) / 44_100)
    for options in ({}, {"embedding_rate": 8000}):
        network = _embedding.wanted(Options(embedding=model(POWER), embedding_seconds=1, **options))
        assert network.rate == options.get("embedding_rate", RATE)
        assert network.window == network.rate
        found = hear(model(POWER), tone, 44_100, embedding_seconds=1, **options)
        assert values(found) == pytest.approx([0.125], rel=1e-3)


def test_what_is_not_finite_is_missing_with_the_reason(model):
    found = hear(model(NAN, (5,)), np.ones(20))
    assert values(found) == [None] * 5
    assert {one.reason for one in found.values()} == {"the model's answer is no finite number"}


@pytest.mark.parametrize(
    ("shape", "kind", "says"),
    [
        ((1, 1, 96, 64), FLOAT, r"sound: tensor\(float\) \[1, 1, 96, 64\]; an embedding takes one"),
        ((8, "n"), FLOAT, "an embedding takes one tensor of float32 samples"),
        (("n",), TensorProto.DOUBLE, r"tensor\(double\)"),
    ],
)
def test_another_input_is_refused(model, shape, kind, says):
    nodes = [helper.make_node("Cast", ["sound"], ["vector"], to=FLOAT)]
    with pytest.raises(InputError, match=says):
        _embedding.wanted(Options(embedding=model(nodes, shape, kind=kind)))


def test_a_model_without_a_rate_asks_for_it(model):
    path = model(ROWS, rate="")
    with pytest.raises(InputError, match=r"does not state its sample_rate.*--embedding-rate 16000"):
        _embedding.wanted(Options(embedding=path))
    assert _embedding.wanted(Options(embedding=path, embedding_rate=16_000)).rate == 16_000


def test_what_is_no_model_is_refused(tmp_path):
    path = tmp_path / "text.onnx"
    path.write_text("no model")
    with pytest.raises(InputError, match=r"text.onnx cannot be opened as an ONNX model"):
        _embedding.wanted(Options(embedding=str(path)))


def test_a_model_that_cannot_take_such_windows_says_so(model):
    path = model(ROWS)
    with pytest.raises(InputError, match="cannot be run on 7 samples"):
        _embedding.columns(Options(embedding=path, embedding_seconds=7 / RATE))


def test_without_onnxruntime_the_extra_is_named(model, monkeypatch):
    real = builtins.__import__

    def missing(name, *rest, **more):
        if name == "onnxruntime":
            raise ImportError(name)
        return real(name, *rest, **more)

    path = model(ROWS, name="other.onnx")
    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(MissingExtraError, match=r"songscape\[onnx\]"):
        _embedding.wanted(Options(embedding=path))


def test_a_description_has_the_vector_beside_all_else(model, tmp_path, signals):
    import soundfile

    path = tmp_path / "tone.wav"
    soundfile.write(path, signals.sine(441, 3.0), RATE)
    network = model(POWER)
    options = Options(families=("timbre",), embedding=network, embedding_seconds=1)
    description = describe_file(path, options)
    assert description.values["embedding_001"] == pytest.approx(0.125, rel=1e-3)
    assert description.versions == {"timbre": 2, "embedding": 2}
    silent = tmp_path / "silent.wav"
    soundfile.write(silent, np.zeros(3 * RATE), RATE)
    quiet = describe_file(silent, options)
    assert (quiet.values["embedding_001"], quiet.reasons["embedding_001"]) == (None, "silence")
