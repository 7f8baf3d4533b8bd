import pytest
import torch

from thalweg.core.errors import ConfigError
from thalweg.core.tree import norm, transform
from thalweg.run.recipe import Recipe
from thalweg.run.subject import subject_of
from thalweg.run.train import train


def run_of(pictures, **settings):
    return train(pictures, Recipe.make(epochs=1, **settings))


@pytest.fixture(scope="module")
def mlp(pictures):
    score = {"name": "mlp", "widths": (6,), "batch_norm": True, "dropout": 0.2}
    return run_of(pictures, score=score, optimiser={"name": "adam", "rate": 0.01}, penalty={"l2": 1e-3})


def test_the_objective_of_all_training_examples_is_the_runs_own_figure(pictures, mlp):
    subject = subject_of(mlp, pictures, examples=None)
    assert subject.examples == len(pictures.split.train)
    assert float(subject.objective.value(subject.params)) == pytest.approx(mlp.figures["train"].total, rel=1e-5)
    assert float(subject.losses(subject.params).mean()) == pytest.approx(mlp.figures["train"].loss, rel=1e-5)


def test_fewer_examples_are_a_fixed_choice_of_the_part(pictures, mlp):
    first, second = (subject_of(mlp, pictures, examples=50) for _ in range(2))
    assert first.examples == 50
    assert torch.equal(first.losses(first.params), second.losses(second.params))


def test_training_mode_draws_the_same_noise_each_time_and_leaves_the_global_state(pictures, mlp):
    subject = subject_of(mlp, pictures, examples=40, mode="training")
    state = torch.get_rng_state()
    assert torch.equal(subject.objective.value(subject.params), subject.objective.value(subject.params))
    assert torch.equal(state, torch.get_rng_state())
    assert float(subject.objective.value(subject.params)) != float(subject_of(mlp, pictures, examples=40).objective.value(subject.params))


def test_the_products_are_the_derivatives_of_the_gradient(pictures, mlp):
    subject = subject_of(mlp, pictures, examples=60)
    _, direction = subject.objective.value_and_gradient(subject.params)
    product = subject.objective.hessian_vector(subject.params, direction)

    def gradient(step):
        return subject.objective.value_and_gradient(transform(lambda p, d: p + step * d, subject.params, direction))[1]

    quotient = transform(lambda after, before: (after - before) / 2e-7, gradient(1e-7), gradient(-1e-7))
    assert float(norm(transform(torch.sub, product, quotient)) / norm(product)) < 1e-6


def test_a_linear_score_brings_its_problem_and_its_pictures(pictures):
    run = run_of(pictures, penalty={"l2": 1e-3}, loss="svm-sum")
    subject = subject_of(run, pictures, examples=30)
    problem = subject.linear
    assert problem is not None
    assert len(problem.pixels) == len(pictures.split.train)
    scores = problem.pixels @ subject.params["weight"][0].T + subject.params["bias"][0]
    loss = problem.loss.value(scores, problem.labels, **problem.knobs).mean()
    assert float(loss) == pytest.approx(run.figures["train"].loss, rel=1e-5)
    shown = subject.pictures
    assert shown is not None
    assert shown.linear
    assert torch.equal(shown.scores(torch.from_numpy(shown.images).float()).argmax(1), torch.from_numpy(run.predict(shown.images)))


def test_single_precision_is_the_same_subject(pictures, mlp):
    subject = subject_of(mlp, pictures, examples=40)
    single = subject.cast(torch.float32)
    assert (subject.precision, single.precision) == ("fp64", "fp32")
    assert subject.cast(torch.float64) is subject
    assert float(single.objective.value(single.params)) == pytest.approx(float(subject.objective.value(subject.params)), rel=1e-5)


def test_softmax_and_hinges_of_differences_shift_and_one_versus_all_does_not(pictures):
    shifts = {loss: subject_of(run_of(pictures, loss=loss), pictures, examples=30).shifts for loss in ("softmax", "svm-max", "svm-ova")}
    assert shifts == {"softmax": ("weight", "bias"), "svm-max": ("weight", "bias"), "svm-ova": None}


def test_a_part_that_is_not_there_and_a_run_of_another_structure_are_refused(pictures, mlp):
    with pytest.raises(ConfigError, match="this run has no foo part; it has train, validation, test"):
        subject_of(mlp, pictures, part="foo")
    with pytest.raises(ConfigError, match="other has other parameters than this run"):
        subject_of(mlp, pictures, others=[("other", run_of(pictures))])


def test_a_run_of_a_fold_is_looked_at_on_what_it_was_trained_on(pictures):
    run = run_of(pictures, data={"source": "digits", "folds": 4, "fold": 1})
    subject = subject_of(run, pictures, examples=None)
    assert float(subject.objective.value(subject.params)) == pytest.approx(run.figures["train"].total, rel=1e-5)
