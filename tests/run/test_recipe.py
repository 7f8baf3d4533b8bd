"""Recipes read back as they were written, and every mistake is one line that says what to do."""

import contextlib
import math
import string
from typing import Any

import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from thalweg.core.errors import ConfigError
from thalweg.core.knobs import Choice, Flag, Integer, Integers, Text
from thalweg.optimise import OPTIMISERS
from thalweg.run.recipe import CATALOGUES, LARGEST_RECIPE, DataPart, Part, Recipe, part, parts

EVERY = [(field, entry.name) for field, catalogue in CATALOGUES.items() for entry in catalogue]


def values(knob: Any) -> st.SearchStrategy[Any]:
    if isinstance(knob, Choice):
        return st.sampled_from(knob.choices)
    if isinstance(knob, Flag):
        return st.booleans()
    if isinstance(knob, Text):
        return st.text(max_size=20)
    if isinstance(knob, Integers):
        return st.lists(st.integers(knob.low, 999), min_size=knob.shortest, max_size=4).map(tuple)
    if isinstance(knob, Integer):
        return st.integers(max(int(knob.low), -(2**60)) if knob.low > -math.inf else -9, int(min(knob.high, 2**60)))
    low, high = (None if math.isinf(end) else float(end) for end in (knob.low, knob.high))
    return st.floats(
        low,
        high,
        exclude_min=knob.low_open and low is not None,
        exclude_max=knob.high_open and high is not None,
        allow_nan=False,
        allow_infinity=False,
    )


def chosen(field: str, name: str) -> st.SearchStrategy[dict[str, Any]]:
    entry = CATALOGUES[field].get(name)
    return st.fixed_dictionaries({"name": st.just(name)}, optional={knob.name: values(knob) for knob in entry.knobs})


def any_of(field: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.sampled_from(CATALOGUES[field].names()).flatmap(lambda name: chosen(field, name))


SMOOTH = [name for name in CATALOGUES["penalty"].names() if CATALOGUES["penalty"].get(name).proximal is None]
MINI_BATCH = [name for name in OPTIMISERS.names() if not OPTIMISERS.get(name).full_batch and OPTIMISERS.get(name).proximal]
LABEL = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=8)

WHOLE = st.fixed_dictionaries(
    {},
    optional={
        "seed": st.integers(0, 2**63 - 1),
        "epochs": st.integers(0, 10**9),
        "clip": st.none() | st.floats(1e-9, 1e9),
        "tolerance": st.floats(0, 1),
        "patience": st.none() | st.integers(1, 99),
        "monitor": st.sampled_from(["accuracy", "loss"]),
        "keep": st.sampled_from(["best", "last"]),
        "precision": st.sampled_from(["auto", "fp32", "bf16", "fp64"]),
        "checkpoint_steps": st.integers(0, 99),
        "checkpoint_minutes": st.floats(0, 1e6),
        "penalise_biases": st.booleans(),
        "start": st.none() | st.text(min_size=1, max_size=9),
        "classes": st.none() | st.lists(LABEL, min_size=1, max_size=4, unique=True),
        "batch": st.none() | st.integers(0, 999),
        "data": st.fixed_dictionaries(
            {},
            optional={
                "source": LABEL, "size": st.none() | st.tuples(st.integers(1, 99), st.integers(1, 99)), "skip_bad": st.booleans(),
                "validation": st.floats(0, 0.9), "noise": st.floats(0, 9), "examples": st.none() | st.integers(1, 99),
            },
        ),
        "prepare": st.lists(any_of("prepare"), max_size=3),
        "augment": st.lists(any_of("augment"), max_size=3),
        "score": any_of("score"),
        "loss": any_of("loss"),
        "penalty": st.lists(any_of("penalty"), max_size=2),
        "schedule": st.lists(any_of("schedule"), max_size=2),
        "average": st.none() | any_of("average"),
    },
)  # fmt: skip


@settings(max_examples=60, deadline=None, derandomize=True)
@given(given_settings=WHOLE, optimiser=st.sampled_from(MINI_BATCH).flatmap(lambda name: chosen("optimiser", name)))
def test_any_recipe_survives_toml(given_settings, optimiser):
    recipe = Recipe.make(**given_settings, optimiser=optimiser)
    again = Recipe.from_toml(recipe.to_toml())
    assert again == recipe
    assert again.fingerprint == recipe.fingerprint
    assert again.to_toml() == recipe.to_toml()
    assert recipe.with_changes() == recipe


@pytest.mark.parametrize(("field", "name"), EVERY, ids=lambda value: value)
@settings(max_examples=12, deadline=None, derandomize=True)
@given(data=st.data())
def test_every_entry_survives_toml_with_any_valid_knobs(field, name, data):
    lists = {"prepare", "augment", "penalty", "schedule"}
    for item in ({"name": name}, data.draw(chosen(field, name))):
        needed = {"penalty": "l2"} if name == "exact" else {}  # it proves nothing without a penalty
        recipe = Recipe.make(**{field: [item] if field in lists else item}, **needed)
        again = Recipe.from_toml(recipe.to_toml())
        assert again == recipe
        found = getattr(again, field)
        one = found[0] if field in lists else found
        assert one.flat == {**CATALOGUES[field].get(name).defaults(), **item}
        assert one.flat["name"] == name


def test_the_ways_to_write_a_part_are_one():
    ways = ["l2", {"name": "l2"}, {"l2": 1e-4}, {"l2": {"strength": 1e-4}}, ["l2"], [{"name": "l2", "knobs": {}}], [Part(name="l2")]]
    default = CATALOGUES["penalty"].get("l2").defaults()["strength"]
    assert {Recipe.make(penalty=way).penalty[0].name for way in ways} == {"l2"}
    assert Recipe.make(penalty={"l2": 0.25}).penalty[0].knobs["strength"] == 0.25
    assert Recipe.make(penalty={"l2": {"strength": 0.25}, "l1": 0.5}, optimiser="sgd").penalty[1].knobs["strength"] == 0.5
    assert Recipe.make(penalty="l2").penalty[0].knobs["strength"] == default
    assert parts("penalty", None) == ()
    assert part("loss", "softmax") == part("loss", {"name": "softmax"}) == part("loss", Part(name="softmax"))


def test_equal_recipes_have_equal_fingerprints_and_saving_does_not_count():
    assert Recipe.make(clip=1).fingerprint == Recipe.make(clip=1.0).fingerprint
    assert Recipe.make(optimiser={"name": "sgd", "rate": 1}).fingerprint == Recipe.make(optimiser={"name": "sgd", "rate": 1.0}).fingerprint
    assert Recipe.make(checkpoint_steps=5, checkpoint_minutes=0).fingerprint == Recipe().fingerprint
    changed = [{"seed": 1}, {"epochs": 11}, {"loss": "svm-sum"}, {"data": {"noise": 0.2}}, {"prepare": []}, {"keep": "last"}]
    assert len({Recipe.make(**change).fingerprint for change in changed} | {Recipe().fingerprint}) == len(changed) + 1


def test_a_recipe_is_frozen():
    with pytest.raises(ValueError, match="frozen"):
        Recipe().seed = 3


def message(**given):
    with pytest.raises(ConfigError) as caught:
        Recipe.make(**given)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("given_settings", "words"),
    [
        ({"epoch": 3}, "unknown setting 'epoch'. Did you mean 'epochs'?"),
        ({"data": {"siez": [8, 8]}}, "unknown setting 'data.siez'. Did you mean 'size'?"),
        ({"epochs": -1}, "epochs: input should be greater than or equal to 0; got -1."),
        ({"epochs": 1.5}, "epochs: input should be a valid integer; got 1.5."),
        ({"epochs": True}, "epochs: input should be a valid integer; got True."),
        ({"epochs": "3"}, "epochs: input should be a valid integer; got '3'."),
        ({"seed": -1}, "seed: input should be greater than or equal to 0; got -1."),
        ({"seed": 2**63}, "seed: input should be less than 9223372036854775808; got 9223372036854775808."),
        ({"batch": -1}, "batch: input should be greater than or equal to 0; got -1."),
        ({"clip": 0}, "clip: input should be greater than 0; got 0."),
        ({"clip": math.nan}, "clip: input should be a finite number; got nan."),
        ({"clip": math.inf}, "clip: input should be a finite number; got inf."),
        ({"clip": True}, "clip: input should be a valid number; got True."),
        ({"tolerance": -1e-9}, "tolerance: input should be greater than or equal to 0; got -1e-09."),
        ({"patience": 0}, "patience: input should be greater than or equal to 1; got 0."),
        ({"monitor": "acuracy"}, "monitor: input should be 'accuracy' or 'loss'; got 'acuracy'."),
        ({"data": {"validation": 1.0}}, "data.validation: input should be less than 1; got 1.0."),
        ({"data": {"validation": math.nan}}, "data.validation: input should be "),
        ({"data": {"skip_bad": 1}}, "data.skip_bad: input should be a valid boolean; got 1."),
        ({"data": {"size": [8]}}, "data.size"),
        ({"data": 3}, "data: input should be a valid dictionary"),
        ({"penalise_biases": "yes"}, "penalise_biases: input should be a valid boolean; got 'yes'."),
        ({"device": 3}, "device: input should be a valid string; got 3."),
        ({"loss": "sofmax"}, "unknown loss 'sofmax'. Did you mean 'softmax'?"),
        ({"optimiser": {"name": "sgd", "rat": 1}}, "optimiser 'sgd' has no knob 'rat'. Did you mean 'rate'? Its knobs: rate."),
        ({"optimiser": {"name": "sgd", "rate": -1}}, "rate must be a number in (0, inf); got -1."),
        ({"optimiser": {"name": "sgd", "rate": math.nan}}, "rate must be a number in (0, inf); got nan."),
        ({"optimiser": {"name": "sgd", "rate": True}}, "rate must be a number in (0, inf); got True."),
        ({"score": {"name": "mlp", "widths": [0]}}, "widths must be a list of at least 0 whole number(s) >= 1, as 256,128; got [0]."),
        ({"score": {}}, "score must be a name, or a table with `name` and knobs; got {}."),
        ({"score": 3}, "score must be a name, or a table with `name` and knobs; got 3."),
        ({"score": {"name": 3}}, "score must be a name, or a table with `name` and knobs; got {'name': 3}."),
        ({"score": {"name": 3, "knobs": {}}}, "score must be a name, or a table with `name` and knobs; got "),
        ({"score": {"name": ["mlp"], "knobs": {}}}, "score must be a name, or a table with `name` and knobs; got "),
        ({"score": {"name": "mlp", "knobs": 3}}, "score must be a name, or a table with `name` and knobs; got "),
        ({"score": None}, "score must be a name, or a table with `name` and knobs; got None."),
        ({"prepare": 3}, "prepare must be a list of names or tables; got 3."),
        ({"augment": True}, "augment must be a list of names or tables; got True."),
        ({"schedule": [3]}, "schedule must be a name, or a table with `name` and knobs; got 3."),
        ({"penalty": {"l3": 1.0}}, "unknown penalty 'l3'. Did you mean"),
        ({"penalty": {"l2": "much"}}, "strength must be a number in [0, inf); got 'much'."),
        ({"augment": {"flip": {"often": 1}}}, "augment 'flip' has no knob 'often'."),
        ({"schedule": {"constant": 3}}, "schedule 'constant' has no knobs; got 3."),
        ({"average": "emma"}, "unknown average 'emma'. Did you mean 'ema'?"),
        ({"average": 3}, "average must be a name, or a table with `name` and knobs; got 3."),
        ({"version": 0}, "version: input should be greater than or equal to 1; got 0."),
        ({"version": True}, "version: input should be a valid integer; got True."),
        ({"classes": ["a", "a"]}, "classes: 'a' is declared twice."),
        ({"epochs": -1, "seed": -1}, " (1 more)"),
        ({"optimiser": "lbfgs", "batch": 32}, "optimiser 'lbfgs' looks at the whole training set"),
        ({"optimiser": "lbfgs", "augment": ["flip"]}, "optimiser 'lbfgs' looks at the whole training set"),
        ({"optimiser": "lbfgs", "penalty": "l1"}, "penalty 'l1' is not smooth and optimiser 'lbfgs' has no proximal step; use l2, or a "),
    ],
)
def test_every_mistake_is_one_line_with_what_is_allowed(given_settings, words):
    assert words in message(**given_settings)


def test_where_leads_the_message():
    with pytest.raises(ConfigError, match=r"^--epochs: epochs: input should be"):
        Recipe.make("--epochs: ", epochs=-1)
    with pytest.raises(ConfigError, match=r"^here: unknown loss"):
        Recipe.make("here: ", loss="x")


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.sampled_from(sorted(Recipe.model_fields)), st.integers(0, 30), st.sampled_from(string.ascii_lowercase))
def test_one_slip_in_any_settings_name_is_recognised(name, position, letter):
    slipped = name[: position % len(name)] + letter + name[position % len(name) + 1 :]
    if slipped not in Recipe.model_fields:
        assert f"unknown setting {slipped!r}. Did you mean " in message(**{slipped: 1})


TEXT = """\
seed = 3
epochs = 5

[score]
name = "mlp"
widths = [32]

[[penalty]]
name = "l2"
strength = 1e-4

[[penalty]]
name = "elastic"
strength = 2.0

[optimiser]
name = "sgd"
rate = 0.1

[data]
source = "digits"
"""


def file_message(text):
    with pytest.raises(ConfigError) as caught:
        Recipe.from_toml(text, file="my/recipe.toml")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_file_reads():
    recipe = Recipe.from_toml(TEXT)
    assert (recipe.seed, recipe.score.knobs["widths"], recipe.penalty[1].knobs["strength"]) == (3, (32,), 2.0)


@pytest.mark.parametrize(
    ("change", "line", "words"),
    [
        (("epochs = 5", "epoch = 5"), 2, "unknown setting 'epoch'. Did you mean 'epochs'?"),
        (("epochs = 5", "epochs = -5"), 2, "epochs: input should be greater than or equal to 0; got -5."),
        (("epochs = 5", "epochs = true"), 2, "epochs: input should be a valid integer; got True."),
        (("epochs = 5", "clip = nan"), 2, "clip: input should be a finite number; got nan."),
        (("epochs = 5", "clip = 1e400"), 2, "clip: input should be a finite number; got inf."),
        (("epochs = 5", "keep = 'beast'"), 2, "keep: input should be 'best' or 'last'; got 'beast'."),
        (('"mlp"', '"mpl"'), 5, "unknown score 'mpl'. Did you mean 'mlp'?"),
        (("widths = [32]", "width = [32]"), 6, "score 'mlp' has no knob 'width'. Did you mean 'widths'?"),
        (("widths = [32]", "widths = [0]"), 6, "widths must be a list"),
        (("strength = 1e-4", "strength = -1e-4"), 10, "strength must be a number in [0, inf); got -0.0001."),
        (("strength = 2.0", "strength = -2.0"), 14, "strength must be a number in [0, inf); got -2.0."),
        (("rate = 0.1", "rate = 0"), 18, "rate must be a number in (0, inf); got 0."),
        (('source = "digits"', 'sauce = "digits"'), 21, "unknown setting 'data.sauce'. Did you mean 'source'?"),
        (('source = "digits"', "skip_bad = 1"), 21, "data.skip_bad: input should be a valid boolean; got 1."),
    ],
)
def test_a_mistake_in_a_file_names_file_and_line(change, line, words):
    assert change[0] in TEXT
    assert file_message(TEXT.replace(*change)).startswith(f"my/recipe.toml:{line}: {words}")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("seed = 1\nseed = 2\n", "not TOML: Cannot overwrite a value (at line 2, column 9)"),
        ("[score]\nname='mlp'\n[score]\n", "not TOML: Cannot declare"),
        ("seed = \n", "not TOML: Invalid value (at line 1, column 8)"),
        ("seed 3", "not TOML: "),
        ("a = " + "[" * 50_000, "not TOML: "),
        ("seed = " + "9" * 5000, "not TOML: "),
        ("seed = 2020-13-45", "not TOML: "),
        ("version = 2\nnew_thing = 1\n", "written for recipe version 2; this Thalweg reads version 1. Install a newer Thalweg."),
        ("version = '1'", "version: input should be a valid integer; got '1'."),
        ("score = 2020-01-01", "score must be a name"),
        ('"" = 1', "unknown setting ''."),
        ('"self" = 1', "unknown setting 'self'."),
        ('"cls" = 1', "unknown setting 'cls'."),
    ],
)
def test_what_is_no_recipe_is_refused_in_one_line(text, words):
    found = file_message(text)
    assert found.startswith("my/recipe.toml")
    assert words in found
    assert len(found) < 400


def test_files(tmp_path):
    path = tmp_path / "recipe.toml"
    path.write_text(TEXT, encoding="utf-8")
    assert Recipe.read(path) == Recipe.from_toml(TEXT)
    path.write_bytes(b"#" * (LARGEST_RECIPE + 1))
    with pytest.raises(ConfigError, match=r"recipe\.toml: larger than 1,048,576 bytes; a recipe is a short TOML file\."):
        Recipe.read(path)
    path.write_bytes(b"seed = 1 # \xff")
    with pytest.raises(ConfigError, match=r"recipe\.toml: cannot be read as a recipe \(.*utf-8"):
        Recipe.read(path)
    with pytest.raises(ConfigError, match=r"nowhere\.toml: cannot be read as a recipe \(.*No such file"):
        Recipe.read(tmp_path / "nowhere.toml")
    with pytest.raises(ConfigError, match="cannot be read as a recipe"):
        Recipe.read(tmp_path)


def test_names_that_are_no_text_are_refused():
    """Bytes of a path that are no UTF-8 come as lone surrogates, which TOML cannot hold."""
    for field in ({"data": {"source": "bad\udcff"}}, {"start": "bad\udcff"}, {"classes": ["bad\udcff"]}):
        found = message(**field)
        assert found.startswith("a recipe holds UTF-8 text only; got '")
        assert found.endswith(r"""bad\udcff'. Rename it.""")


@given(
    st.dictionaries(
        st.text(max_size=8),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5),
            lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
            max_leaves=4,
        ),
        max_size=3,
    ),
    st.sampled_from([*Recipe.model_fields, None]),
)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_anything_at_all_makes_a_recipe_or_a_config_error(content, field):
    if field is not None and content:
        content = {field: next(iter(content.values()))}
    with contextlib.suppress(ConfigError):
        Recipe.make(**content)


def test_batches_are_no_larger_than_the_set():
    assert Recipe().batch_size(1000) == 128
    assert Recipe().batch_size(50) == 50
    assert Recipe.make(batch=0).batch_size(1000) == 1000
    assert Recipe.make(batch=2000).batch_size(1000) == 1000
    assert Recipe.make(optimiser="lbfgs").batch_size(1000) == 1000


def test_defaults_are_valid_and_written_out_in_full():
    content = Recipe().to_toml()
    assert Recipe.from_toml(content) == Recipe()
    for name in ("seed", "epochs", "monitor", "keep", "precision", "[optimiser]", "rate", "momentum", "[data]", "source"):
        assert name in content
    assert set(tomli_w.dumps({"a": 1})) <= set(string.printable)
    assert DataPart().source == "digits"
