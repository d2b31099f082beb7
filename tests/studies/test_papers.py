"""The five papers, each run small on its real table: all parts there, all claims judged."""

import json
from importlib.util import find_spec

import polars as pl
import pytest
from tests.undrawn import without_report
from typer.testing import CliRunner

from songscape.cli import app
from songscape.core.errors import InputError, RecipeError, RecordError, UnknownNameError
from songscape.studies import demo
from songscape.studies.papers import _paper, _study
from songscape.studies.papers._audio_features_repair import _placed_words
from songscape.studies.papers._findings import Verdict

QUICK = (
    "recipes.repaired.choose.high=4",
    "recipes.repaired.choose.looks=5",
    "recipes.repaired.choose.seeds=1",
    "recipes.repaired.choose.gap_draws=2",
    "recipes.repaired.choose.few=200",
    "recipes.repaired.choose.rows=400",
    "recipes.repaired.choose.valley_rows=200",
    "recipes.repaired.judge.draws=0",
)
SMALL = {
    "mixtures": (
        "k_most=5", "grid=[1, 2, 4]", "splits=3", "mixture_splits=2",
        "batch_seeds=2", "offered=[5, 8]", "k_kmeans=4", "k_mixture=2", "priors=[0.0, 5.0]", "batches=[49, 1024]",
        "listed=5",
    ),
    "autoencoder": (
        "seeds=2", "repair_seeds=2", "epochs=2", "repair_epochs=2", "codes=[2, 5]", "draws=5",
        "code_rows=400", "minor=60",
    ),
    "audio-features": (
        "sample=400", "nulls=2", "larger=[2, 5]", "draws=2", "top=3", "elbow=5", "silhouettes=4",
    ),
    "origins": (
        "histories=[3, 5]", "scree=4", "scree_runs=2", "epochs=4", "seeds=2", "folds=3",
        "repeats=1", "trees=3", "owners=2", "shuffles=20",
    ),
    "timbre": ("ks=[3, 11]", "elbow=4", "perplexity=5.0", "draws=5"),
}  # fmt: skip
ROWS = {"autoencoder": 1200, "audio-features": 1500, "timbre": 240}
"""Rows of the tables that are cut down, spread over the whole table."""


def cut_table(folder, table, rows):
    """Write every so many rows of a table."""
    if rows is None:
        return table
    frame = pl.read_csv(table, infer_schema=False)
    few = frame.gather_every(max(frame.height // rows, 1))
    path = folder / table.name
    few.write_csv(path)
    return path


def own_songs(folder):
    """Write songs of one's own, without what the map is not made of; return where."""
    mine = demo.make_table(0).head(40).drop("key", "mode", "time_signature")
    mine.write_csv(folder / "mine.csv")
    return str(folder / "mine.csv")


@pytest.fixture(scope="session")
def small_study(shared_data, tmp_path_factory):
    """Return a function that runs a study small, once, and gives what it found and its folder."""
    done = {}

    def run(name):
        if name not in done:
            if name == "autoencoder" and find_spec("torch") is None:
                pytest.skip("torch is not installed")
            home = tmp_path_factory.mktemp(name)
            paper = _paper.paper(name)
            whole = shared_data / "tables" / paper["data"]["file"]
            table = cut_table(home, whole, ROWS.get(name))
            sets = [*QUICK, *(f"protocol.{one}" for one in SMALL[name])]
            more = {"mine": own_songs(home)} if name == "audio-features" else {}
            study = _study.run_study(name, data=table, sets=sets, more=more)
            done[name] = (*study, _study.save(study, home / "out"))
        return done[name]

    return run


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(SMALL))
def test_every_claim_is_judged_and_everything_is_written(small_study, name):
    setting, findings, summary, folder = small_study(name)
    report = (folder / "report.html").read_text("utf-8")
    for heading in ("As published", "What went wrong", "Repaired"):
        assert f"<h2>{heading}</h2>" in report
    assert len(summary["claims"]) == len(setting.paper["claims"])
    assert {one["verdict"] for one in summary["claims"]} <= {v.value for v in Verdict}
    assert {claim["verdict"] for claim in setting.paper["claims"]} <= set(findings.verdicts)
    assert json.loads((folder / "study.json").read_text("utf-8")) == summary
    assert "default-src &#39;none&#39;" in report
    assert 'src="http' not in report
    for chart in findings.charts:
        assert (folder / "figures" / f"{chart}.svg").read_text("utf-8").startswith("<svg")
    for run in findings.runs:
        assert (folder / "runs" / run / "report.html").is_file()


@pytest.mark.slow
def test_counts_of_the_origins_come_out_exactly(small_study):
    numbers = small_study("origins")[1].numbers
    assert (numbers["n"], numbers["n_north"]) == (1059, 679)
    assert (numbers["linear_parameters"], numbers["network_parameters"]) == (138, 2274)
    assert numbers["baseline"] == pytest.approx(679 / 1059)
    assert numbers["knn_filtered"] < numbers["knn_plain"]


@pytest.mark.slow
def test_own_songs_are_placed_and_drawn(small_study):
    found = small_study("audio-features")[1]
    titles = [row[0] for row in found.tables["placed"].rows]
    assert set(titles) <= set(demo.make_table(0)["track_name"].drop_nulls())
    assert f"{len(titles)} songs of your own" in found.numbers["mine"]
    assert titles[0] in found.charts["placed"]


def test_without_songs_of_ones_own_those_held_out_are_shown():
    said = _placed_words(None)
    assert "--mine" in said["mine"]
    assert "held out" in said["map_caption"]


def test_own_songs_that_lack_a_feature_are_refused_at_once(shared_data, tmp_path):
    demo.make_table(0).head(40).drop("tempo").write_csv(tmp_path / "mine.csv")
    table = shared_data / "tables" / "spotify-tracks-114k.csv"
    few = cut_table(tmp_path, table, 300)
    with pytest.raises(InputError, match=r"mine\.csv lack tempo, which the map is made of"):
        _study.run_study("audio-features", data=few, more={"mine": str(tmp_path / "mine.csv")})


@pytest.mark.slow
def test_mixtures_reads_and_drops_what_the_table_has(small_study):
    setting, findings, _, _ = small_study("mixtures")
    numbers = findings.numbers
    assert numbers["n_read"] == 1994
    assert numbers["n_train"] + numbers["n_test"] == numbers["n"]
    assert numbers["n_test"] == round(0.3 * numbers["n"])
    # The variance that explains their −6.656 from their 427.81.
    assert numbers["arithmetic_variance"] == pytest.approx(0.87, abs=0.01)
    assert findings.tables["batches"].head[0] == "method"
    assert len(findings.tables["batches"].rows) == len(setting["batches"]) + 1


@pytest.mark.slow
def test_scores_in_one_space_differ_from_scores_in_their_own(small_study):
    tables = small_study("timbre")[1].tables
    own = {row[0]: row[1] for row in tables["own"].rows}
    common = {row[0]: row[1] for row in tables["common"].rows}
    assert own.keys() == common.keys()
    assert own["k-means, 40 columns, k = 3"] == common["k-means, 40 columns, k = 3"]
    assert own["k-means, PCA, k = 3"] != common["k-means, PCA, k = 3"]


@pytest.mark.slow
def test_the_same_seed_gives_the_same_numbers(small_study, shared_data):
    numbers = small_study("mixtures")[1].numbers
    sets = [*QUICK, *(f"protocol.{one}" for one in SMALL["mixtures"])]
    table = shared_data / "tables" / "organize-your-music-2000.csv"
    with without_report():
        again = _study.run_study("mixtures", data=table, sets=sets)[1].numbers
    assert {k: v for k, v in numbers.items() if not k.startswith("speed_")} == {
        k: v for k, v in again.items() if not k.startswith("speed_")
    }


def test_without_its_table_a_study_says_where_to_get_it(monkeypatch):
    monkeypatch.delenv("SONGSCAPE_DATA", raising=False)
    with pytest.raises(InputError, match=r"origins needs geographical-origin-1059\.txt.*--data"):
        _study.run_study("origins")


def test_a_table_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match="There is no table"):
        _study.run_study("origins", data=tmp_path / "nothing.csv")


def test_the_folder_of_the_environment_is_looked_through(monkeypatch, tmp_path):
    (tmp_path / "tables").mkdir()
    table = tmp_path / "tables" / "geographical-origin-1059.txt"
    table.write_text("0,1\n", "utf-8")
    monkeypatch.setenv("SONGSCAPE_DATA", str(tmp_path))
    assert _paper.table(_paper.paper("origins"), "origins", None) == table


def test_unknown_studies_and_options_are_named_with_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'origins'"):
        _paper.paper("origin")
    with pytest.raises(UnknownNameError, match=r"Did you mean 'protocol\.seeds'"):
        _paper.paper("origins", ["protocol.seed=3"])


@pytest.mark.parametrize(
    ("assignment", "says"),
    [
        ("protocol.seeds=many", "protocol.seeds must be a whole number of at least 1, as 20"),
        ("protocol.seeds=0", "protocol.seeds must be a whole number of at least 1"),
        ("protocol.north=nan", "protocol.north must be a number"),
        ("protocol.histories=[]", "protocol.histories must be a list, each a whole number"),
        ("protocol.histories=3", "protocol.histories must be a list"),
    ],
)
def test_options_of_the_wrong_kind_are_told_before_the_work(assignment, says):
    with pytest.raises(RecipeError, match=says):
        _paper.paper("origins", [assignment])


@pytest.mark.parametrize("assignment", ["title=x", "protocol=3", "claims=[]"])
def test_only_protocol_and_recipes_are_options(assignment):
    with pytest.raises(UnknownNameError, match="no option of the study origins named"):
        _paper.paper("origins", [assignment])


def test_the_command_refuses_before_it_works(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work", "utf-8")
    done = CliRunner().invoke(app, ["study", "origins", "--out", str(tmp_path)])
    assert isinstance(done.exception, RecordError)


@pytest.mark.parametrize("name", sorted(SMALL))
def test_the_words_of_a_study_name_what_a_paper_needs(name):
    paper = _paper.paper(name)
    assert {"title", "paper", "headline", "data", "recipes", "protocol", "claims"} <= paper.keys()
    assert paper["data"]["obtain"].startswith("http")
    assert all(paper[part] for part in ("published", "wrong", "repaired"))


def test_markdown_rows_have_six_cells():
    claim = {"claim": "a | b", "published": "1", "reproduced": "2", "verdict": "holds"}
    row = _study.markdown({"title": "T", "study": "origins", "claims": [claim]})
    assert row == "| T | a ∣ b | 1 | 2 | holds | `songscape study origins` |\n"
