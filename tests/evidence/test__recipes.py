import tomllib

from thalweg.evidence._recipes import Setting, differing, flat
from thalweg.run.recipe import Recipe


def test_a_nested_recipe_laid_out_by_hand():
    recipe = {"seed": 1, "data": {"source": "digits", "size": [8, 8]}, "loss": {"name": "svm-sum", "knobs": {"margin": 2.0}}}
    assert flat(recipe) == {"seed": 1, "data.source": "digits", "data.size": "8, 8", "loss": "svm-sum", "loss.margin": 2.0}


def test_lists_of_entries_name_them_in_order_and_number_those_of_one_name():
    recipe = {"schedule": [{"name": "step", "factor": 0.1}, {"name": "step", "factor": 0.5}, {"name": "cosine"}], "augment": []}
    assert flat(recipe) == {
        "schedule": "step, step, cosine",
        "schedule.step.factor": 0.1,
        "schedule.step-2.factor": 0.5,
        "augment": None,
    }


def test_only_what_differs_is_listed_part_by_part():
    first = {"seed": 0, "score": {"name": "linear"}, "loss": {"name": "softmax"}}
    second = {"seed": 0, "score": {"name": "mlp", "widths": [9]}, "loss": {"name": "svm-sum"}}
    assert differing([first, second]) == (
        Setting(name="score", values=("linear", "mlp")),
        Setting(name="score.widths", values=(None, "9")),
        Setting(name="loss", values=("softmax", "svm-sum")),
    )
    assert differing([first, first]) == ()


def test_the_python_form_and_the_toml_form_of_a_recipe_are_laid_out_alike():
    recipe = Recipe.make(
        score={"name": "mlp", "widths": [8, 4]}, penalty={"l2": 0.1, "l1": 0.2}, prepare=["centre", "scale"], average="ema"
    )
    by_python = {name: value for name, value in flat(recipe.model_dump(mode="json")).items() if value is not None}
    assert by_python == {name: value for name, value in flat(tomllib.loads(recipe.to_toml())).items() if value is not None}
    assert by_python["penalty"] == "l2, l1"
    assert by_python["penalty.l1.strength"] == 0.2
