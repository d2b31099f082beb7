"""The networks have the size, curves and answers they should."""

import numpy as np
import pytest

from songscape._networks.perceptron import LOSSES, Lesson, Perceptron, Rule, graded, measures
from songscape._networks.training import Schedule, held_out, train
from songscape.classify.boosting import Boosting
from songscape.classify.linear import Linear
from songscape.classify.nearest import Nearest
from songscape.classify.network import Network
from songscape.core.errors import DegenerateDataError


@pytest.fixture(scope="module")
def rings():
    """Return songs in a disc and a ring around it, which no line parts."""
    rng = np.random.default_rng(0)
    radius = np.where(np.arange(300) % 2 == 0, 0.5, 2.0) + 0.1 * rng.normal(size=300)
    angle = rng.uniform(0, 2 * np.pi, 300)
    rows = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    return rows, np.where(radius > 1.2, "ring", "disc")


def test_published_sizes():
    rng = np.random.default_rng(0)
    songs, north = rng.normal(size=(80, 68)), np.arange(80) % 2 == 0
    assert Linear("sigmoid", epochs=1).fit(songs, north).n_parameters_ == 138
    assert Network((32,), epochs=1).fit(songs, north).n_parameters_ == 2274


@pytest.mark.parametrize("loss", LOSSES)
def test_gradients_are_those_of_the_loss(loss):
    rng = np.random.default_rng(3)
    inputs, targets = rng.normal(size=(7, 3)), np.eye(4)[rng.integers(0, 4, 7)]
    sizes = ((3, 5), (5, 4))
    layers = [(rng.normal(size=size), rng.normal(size=size[1])) for size in sizes]
    rule = Rule("tanh", loss, penalty=0.0)
    learner = Perceptron(layers, rule, Lesson(inputs, targets))
    from songscape._networks.dense import forward, outputs

    values = outputs(inputs, layers, "tanh", "linear")
    found = learner._gradients(values, graded(values[-1], targets, loss)[1] / len(targets))
    for part, gradient in zip([one for layer in layers for one in layer], found, strict=True):
        for place in list(np.ndindex(part.shape))[:4]:
            before = part[place]
            sides = []
            for step in (1e-6, -1e-6):
                part[place] = before + step
                raw = forward(inputs, layers, "tanh", "linear")
                sides.append(measures(raw, targets, loss)["loss"])
            part[place] = before
            assert gradient[place] == pytest.approx((sides[0] - sides[1]) / 2e-6, abs=1e-5)


def test_a_hidden_layer_parts_what_no_line_can(rings):
    songs, labels = rings
    line = Linear(epochs=60, random_state=0).fit(songs, labels)
    bent = Network((8,), epochs=120, learning_rate=0.02, random_state=0).fit(songs, labels)
    assert line.score(songs, labels) < 0.7
    assert bent.score(songs, labels) > 0.95


def test_the_best_epoch_is_kept_and_the_curves_end_after_patience(rings):
    songs, labels = rings
    wrong = np.random.default_rng(2).random(300) < 0.2
    labels = np.where(wrong, labels[::-1], labels)
    model = Network((8,), epochs=400, patience=4, learning_rate=0.05, random_state=1)
    model.fit(songs, labels)
    curve = model.history_["validation_loss"]
    assert model.n_iter_ == len(curve) == model.best_epoch_ + 4
    assert curve[model.best_epoch_ - 1] == pytest.approx(curve.min(), rel=1e-3)


def test_without_patience_all_epochs_run_on_the_songs_given_to_watch(rings):
    songs, labels = rings
    model = Linear(epochs=9, patience=0, random_state=0)
    model.fit(songs[:200], labels[:200], validation=(songs[200:], labels[200:]))
    assert model.n_iter_ == model.best_epoch_ == 9
    right = (model.predict(songs[200:]) == labels[200:]).mean()
    assert model.history_["validation_accuracy"][-1] == pytest.approx(right)


def test_groups_are_held_out_whole():
    groups = np.arange(100) // 5
    near, far = held_out(100, 0.3, np.random.default_rng(0), groups)
    assert not set(groups[near]) & set(groups[far])
    assert len(far) == 30
    assert sorted([*near, *far]) == list(range(100))


def test_too_long_steps_are_told(rings):
    class Broken:
        def learn(self, rows):
            return {"loss": float("nan") * len(rows)}

        def measure(self):
            return {}

    with pytest.raises(DegenerateDataError, match="Training diverged in epoch 1"):
        train(Broken(), 10, Schedule(), np.random.default_rng(0))


def test_trees_stop_when_songs_held_out_are_told_no_better(rings):
    songs, labels = rings
    wrong = np.random.default_rng(2).random(300) < 0.2
    labels = np.where(wrong, labels[::-1], labels)
    model = Boosting(150, patience=3, random_state=0)
    model.fit(songs[:200], labels[:200], validation=(songs[200:], labels[200:]))
    assert model.n_iter_ < 150
    curve = model.history_["validation_loss"]
    assert model.best_epoch_ == curve.argmin() + 1
    assert (model.predict(songs[200:]) == rings[1][200:]).mean() > 0.85


def test_fewer_songs_than_neighbours_is_an_error():
    with pytest.raises(DegenerateDataError, match=r"15 neighbours .* 4 songs"):
        Nearest(15).fit(np.arange(4)[:, None], ["a", "b", "a", "b"])


@pytest.mark.parametrize("made", [Linear(), Network(), Boosting()])
def test_one_class_is_an_error(made):
    with pytest.raises(DegenerateDataError, match="one class"):
        made.fit(np.arange(12.0)[:, None], ["same"] * 12)


def test_a_penalty_keeps_trees_calm_about_rare_classes():
    rng = np.random.default_rng(0)
    songs = rng.normal(size=(1500, 4))
    rare = rng.random(1500)
    labels = np.where(songs[:, 0] + rng.normal(size=1500) > 0, "rock", "folk").astype(object)
    labels[rare < 0.06] = rng.choice(["polka", "fado", "klezmer", "raga"], (rare < 0.06).sum())
    seen, new = slice(0, 1000), slice(1000, None)
    losses = []
    for penalty in (0.0, 5.0):
        model = Boosting(40, patience=0, penalty=penalty, random_state=0)
        shares = model.fit(songs[seen], labels[seen]).predict_proba(songs[new])
        column = np.searchsorted(model.classes_, labels[new])
        chosen = shares[np.arange(500), column]
        losses.append(-np.log(np.maximum(chosen, 1e-9)).mean())
    assert losses[1] < losses[0]
