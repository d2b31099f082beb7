"""A recipe is plain data, checked key by key, and fully said when written."""

import pytest

from songscape import recipe as recipes
from songscape.core.errors import RecipeError, UnknownNameError


def test_nothing_said_is_a_whole_recipe():
    recipe = recipes.resolve({})
    assert recipe.cluster.use == "kmeans"
    assert recipe.k is None
    assert [step.use for step in recipe.prepare][-1] == "standard"


def test_what_is_written_reads_back_the_same():
    recipe = recipes.resolve({"seed": 7, "cluster": {"use": "mixture", "k": 5}})
    import tomllib

    again = recipes.resolve(tomllib.loads(recipes.text(recipe)))
    assert again == recipe


def test_written_recipes_say_every_default():
    text = recipes.text(recipes.resolve({}).with_k(6))
    assert "k = 6" in text
    assert "[prepare.drop_correlated]" in text
    assert "threshold = 0.95" in text


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"clutser": {}}, "Did you mean 'cluster'"),
        ({"cluster": {"use": "kmean"}}, "no plug-in of cluster named 'kmean'. Did you mean"),
        ({"cluster": {"kk": 3}}, "no option of cluster 'kk'"),
        ({"clean": {"mising": {"how": "drop"}}}, "no step of clean named 'mising'. Did you mean"),
        ({"clean": {"steps": ["misssing"]}}, "Did you mean 'missing'"),
        ({"judge": {"lable": "genre"}}, "Did you mean 'label'"),
    ],
)
def test_unknown_names_get_the_nearest(values, message):
    with pytest.raises(UnknownNameError, match=message):
        recipes.resolve(values)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"seed": -1}, "seed must be a whole number of at least 0, not -1"),
        ({"seed": True}, "seed must be a whole number"),
        ({"clean": 3}, r"\[clean\] must be a table"),
        ({"clean": {"steps": 3}}, "clean.steps must be a list of names, not 3"),
        ({"clean": {"missing": "drop"}}, r"\[clean.missing\] must be a table"),
        ({"cluster": {"k": 0}}, "cluster.k must be a whole number of at least 1, not 0"),
    ],
)
def test_wrong_values_are_refused(values, message):
    with pytest.raises(RecipeError, match=message):
        recipes.resolve(values)


@pytest.mark.parametrize(
    ("assignment", "values"),
    [
        ("cluster.k=8", {"cluster": {"k": 8}}),
        ("cluster.use=mixture", {"cluster": {"use": "mixture"}}),
        ("prepare.steps=pick,standard", {"prepare": {"steps": "pick,standard"}}),
        ("clean.missing.how=median", {"clean": {"missing": {"how": "median"}}}),
        ("clean.genres.mapping=", {"clean": {"genres": {"mapping": ""}}}),
    ],
)
def test_set_reads_toml_or_bare_words(assignment, values):
    assert recipes.override({}, assignment) == values


def test_a_column_called_a_feature_is_not_left_out_by_default():
    roles = {"Popularity": "feature", "year": "text"}
    leave = recipes.resolve({"source": {"roles": roles}}).prepare[0].options.leave
    assert "popularity" not in leave
    assert "year" in leave


def test_what_is_left_out_by_name_stays_out_whatever_its_role():
    values = {
        "source": {"roles": {"popularity": "feature"}},
        "prepare": {"pick": {"leave": ["popularity"]}},
    }
    assert recipes.resolve(values).prepare[0].options.leave == ("popularity",)


def test_set_keeps_what_it_does_not_name():
    values = {"cluster": {"use": "mixture"}, "seed": 3}
    assert recipes.override(values, "cluster.k=8") == {
        "cluster": {"use": "mixture", "k": 8},
        "seed": 3,
    }


@pytest.mark.parametrize("assignment", ["cluster.k", "=8", "seed.x.y=1"])
def test_set_refuses_what_is_no_assignment(assignment):
    with pytest.raises(RecipeError, match=r"--set wants|which has no"):
        recipes.override({"seed": 1}, assignment)


def test_k_is_a_number_a_range_or_auto():
    assert recipes.wish({}, "8") == {"cluster": {"k": 8}}
    assert recipes.wish({}, "2..30") == {"choose": {"low": 2, "high": 30}}
    assert recipes.wish({"cluster": {"k": 4, "use": "mixture"}}, "auto") == {
        "cluster": {"use": "mixture"}
    }


@pytest.mark.parametrize("k", ["many", "0", "30..2", "..", "2..", "-3", "1.5"])
def test_other_wishes_for_k_are_refused(k):
    with pytest.raises(RecipeError, match="--k wants auto, a number as 8"):
        recipes.wish({}, k)


def test_a_missing_or_broken_recipe_names_file_and_line(tmp_path):
    with pytest.raises(RecipeError, match=r"nothing.toml cannot be read: No such file"):
        recipes.read(tmp_path / "nothing.toml")
    (tmp_path / "broken.toml").write_text("seed = 0\ncluster = [\n")
    with pytest.raises(RecipeError, match=r"broken.toml is not TOML: .*(line|end of document)"):
        recipes.read(tmp_path / "broken.toml")


@pytest.mark.parametrize("k", ["²", "2..³", "9" * 5000, "3..2", "0", "2..", "..3", "1..2..3", ""])
def test_a_k_that_is_no_number_is_refused_in_a_sentence(k):
    with pytest.raises(RecipeError, match="--k wants auto"):
        recipes.wish({}, k)


def test_an_automatic_k_leaves_it_to_resolve_to_refuse_a_part_that_is_no_table():
    assert recipes.wish({"cluster": 3}, "auto") == {"cluster": 3}
    assert recipes.wish({"cluster": {"use": "kmeans", "k": 3}}, "auto") == {
        "cluster": {"use": "kmeans"}
    }


@pytest.mark.parametrize(
    ("k", "settled"), [(None, 8), ("5", 5), ("auto", None), ("2..9", None)], ids=str
)
def test_a_k_in_the_methods_own_table_is_a_k(k, settled):
    values = {"cluster": {"use": "kmeans", "kmeans": {"k": 8}}}
    values = values if k is None else recipes.wish(values, k)
    assert recipes.resolve(values).k == settled


def test_a_range_takes_the_place_of_a_k():
    values = recipes.wish({"cluster": {"use": "kmeans", "k": 4}}, "2..9")
    assert recipes.resolve(values).k is None
