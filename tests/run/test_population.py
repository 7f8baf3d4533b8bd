"""Plans, chunks and successive halving of populations, in memory and in a folder."""

import json
import math
from dataclasses import replace

import pytest
import torch

from thalweg.core.errors import BusyError, ConfigError, ModelError
from thalweg.core.outcome import Ending
from thalweg.core.progress import Silent
from thalweg.run import sweep as sweeping
from thalweg.run.halving import plan as rungs_of
from thalweg.run.population import Member, Shelf, plan, train_members
from thalweg.run.population_store import PopulationStore
from thalweg.run.recipe import Recipe
from thalweg.run.signals import Stop
from thalweg.run.store import Store
from thalweg.run.sweep import open_member, sweep
from thalweg.run.train import train

BASE = Recipe.make(precision="fp32", epochs=9, batch=60, measure="validation", data_seed=0)


def members(rates=(0.01, 0.1, 0.3), optimisers=("sgd", "adam"), folds=None, **changes):
    found = []
    for name in optimisers:
        for rate in rates:
            recipe = BASE.with_changes(optimiser={"name": name, "rate": rate}, **changes)
            for fold in range(folds or 1):
                data = {**recipe.data.model_dump(), **({"folds": folds, "fold": fold} if folds else {})}
                found.append(Member(recipe.with_changes(data=data), {"optimiser": name, "rate": rate}))
    return found


def plain(population):
    """What must not differ: everything but seconds."""
    return [{name: value for name, value in result.row().items() if name != "seconds"} for result in population.results]


def test_equal_structure_trains_together_and_numbers_stay(pictures):
    asked = members() + members(rates=(1.0,), optimisers=("sgd",)) + members(rates=(0.5,), optimisers=("sgd",), batch=30)
    planned = plan(asked, pictures)
    assert [chunk.numbers for chunk in planned.chunks] == [(0, 1, 2, 6), (3, 4, 5), (7,)]
    assert planned.bytes == max(each * len(chunk.numbers) for each, chunk in zip(planned.bytes_each, planned.chunks, strict=True))
    with pytest.raises(ConfigError, match="no member"):
        plan([], pictures)


def test_members_are_taken_in_chunks_when_they_do_not_fit_and_nothing_else_changes(pictures):
    asked = members(optimisers=("sgd",), rates=(0.01, 0.02, 0.1, 0.2, 0.3))
    whole = plan(asked, pictures)
    tight = plan(asked, pictures, budget=2 * whole.bytes_each[0])
    assert [chunk.numbers for chunk in tight.chunks] == [(0, 1), (2, 3), (4,)]
    assert tight.bytes == 2 * whole.bytes_each[0]
    one, two = sweep(whole, pictures), sweep(tight, pictures)
    assert plain(one)[:4] == plain(two)[:4], "populations of two and more: the same bits"
    assert one.results[4].validation.accuracy == pytest.approx(two.results[4].validation.accuracy, abs=0.02)
    assert len(plan(asked, pictures, budget=1).chunks) == 5, "one at least"


def test_a_member_is_the_run_that_its_recipe_makes(pictures):
    found = sweep(plan(members(folds=3), pictures), pictures)
    for number in (0, 4, 17):
        run, alone = found.run(number), train(pictures, found.recipes[number])
        assert run.recipe == alone.recipe
        assert run.data == alone.data
        assert run.kept_epoch == alone.kept_epoch
        assert run.outcome == alone.outcome
        for part, figures in alone.figures.items():
            assert run.figures[part].loss == pytest.approx(figures.loss, rel=1e-4), part
        torch.testing.assert_close(
            torch.from_numpy(run.scores(pictures.images)), torch.from_numpy(alone.scores(pictures.images)), rtol=1e-4, atol=1e-4
        )
        assert len(run.metrics) == 10
        assert all(row.train is None for row in run.metrics)
    with pytest.raises(ConfigError, match=r"no trained member 18; their numbers lie in \[0, 17\]"):
        found.run(18)


def test_halving_drops_by_the_mean_of_a_candidates_members(pictures):
    """Six candidates with three folds each; after 3 epochs the better third goes on: who is chosen is worked out from the logs."""
    asked = members(folds=3)
    candidates = [number // 3 for number in range(18)]
    rungs = rungs_of(6, epochs=9)
    found = sweep(plan(asked, pictures, rungs=rungs), pictures, candidates=candidates)
    whole = sweep(plan(asked, pictures), pictures)
    assert [(rung.epochs, rung.members) for rung in rungs] == [(3, 6), (9, 2)]
    means = [sum(whole.results[3 * one + fold].rows[3].validation.accuracy for fold in range(3)) / 3 for one in range(6)]
    best = sorted(sorted(range(6), key=lambda one: -means[one])[:2])
    assert len(set(means)) == 6
    for number, result in enumerate(found.results):
        if candidates[number] in best:
            assert (result.ending, result.epoch) == (Ending.FINISHED, 9)
            assert result.rows == whole.results[number].rows, "dropping the others changes no bit"
        else:
            assert (result.ending, result.epoch, result.reason) == (Ending.DROPPED, 3, "not among the best 2 after epoch 3")
            assert result.rows == whole.results[number].rows[:4]


def test_in_a_folder_it_is_the_same_and_answers_again_at_once(pictures, tmp_path):
    planned = plan(members(), pictures)
    here, there = sweep(planned, pictures), sweep(planned, pictures, folder=tmp_path / "sweep")
    assert plain(here) == plain(there)
    assert there.complete
    again = sweep(planned, pictures, folder=tmp_path / "sweep", told=lambda *_: pytest.fail("nothing is trained again"))
    assert again.results == there.results
    assert not list((tmp_path / "sweep" / "checkpoints").iterdir())
    run = open_member(tmp_path / "sweep", 4)
    assert run.recipe == planned.chunks[1].members[1].recipe
    assert run.figures == there.run(4).figures
    assert (run.scores(pictures.images) == there.run(4).scores(pictures.images)).all()


class Ends(Stop):
    """Asks for the end after so many looks."""

    def __init__(self, looks):
        super().__init__()
        self.looks = looks

    @property
    def asked(self):
        self.looks -= 1
        return self.looks < 0


@pytest.mark.parametrize("rungs", [(), rungs_of(6, epochs=9)], ids=["grid", "halving"])
def test_interrupted_at_any_time_it_ends_with_the_same_bits(pictures, tmp_path, monkeypatch, rungs):
    planned = plan(members(checkpoint_steps=3), pictures, rungs=rungs)
    whole = sweep(planned, pictures)

    class Listening:
        def __enter__(self):
            return Ends(13)

        def __exit__(self, *_):
            return None

    monkeypatch.setattr(sweeping, "listening", Listening)
    folder, interruptions = tmp_path / "sweep", 0
    for _ in range(60):
        found = sweep(planned, pictures, folder=folder)
        if found.complete:
            break
        interruptions += 1
    assert interruptions >= 5
    assert plain(found) == plain(whole)


def test_another_sweep_other_pictures_and_what_is_no_sweep_are_refused(pictures, tmp_path):
    planned, folder = plan(members(rates=(0.1,)), pictures), tmp_path / "sweep"
    sweep(planned, pictures, folder=folder)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(ModelError, match="holds another sweep"):
        sweep(plan(members(rates=(0.2,)), pictures), pictures, folder=folder)
    changed = pictures.images.copy()
    changed[0] ^= 1
    with pytest.raises(ModelError, match="other pictures"):
        sweep(planned, replace(pictures, images=changed, fingerprint="other"), folder=folder)
    train(pictures, BASE.with_changes(epochs=1), folder=tmp_path / "run")
    with pytest.raises(ModelError, match="holds no sweep"):
        sweep(planned, pictures, folder=tmp_path / "run")
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path in before} == before
    with pytest.raises(ModelError, match="it is no sweep"):
        open_member(tmp_path / "run", 0)
    with pytest.raises(ModelError, match="no member 7"):
        open_member(folder, 7)
    fresh = sweep(plan(members(rates=(0.2,)), pictures), pictures, folder=folder, fresh=True)
    assert fresh.complete


def test_two_at_a_time_in_a_folder_are_refused(pictures, tmp_path):
    with Store(tmp_path).locked(), pytest.raises(BusyError):
        sweep(plan(members(rates=(0.1,)), pictures), pictures, folder=tmp_path)


@pytest.mark.parametrize("name", ["results.json", "weights.safetensors", "manifest.json"])
def test_damaged_results_are_named(pictures, tmp_path, name):
    folder = tmp_path / "sweep"
    sweep(plan(members(rates=(0.1,), optimisers=("sgd",)), pictures), pictures, folder=folder)
    path = folder / "results" / "000" / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(ModelError, match="results"):
        open_member(folder, 0)


def test_a_diverged_member_is_marked_and_its_json_is_strict(pictures, tmp_path):
    folder = tmp_path / "sweep"
    found = sweep(plan(members(rates=(0.1, 1e38), optimisers=("sgd",)), pictures), pictures, folder=folder)
    lost = found.results[1]
    assert lost.diverged
    assert "step" in lost.reason
    assert math.isfinite(lost.validation.loss), "the weights before are kept"
    for path in folder.rglob("*.json"):
        json.loads(path.read_text(), parse_constant=lambda word: pytest.fail(word))
    assert PopulationStore(folder).results() == list(found.results)


def test_what_is_told(pictures):
    told = []
    train_members(
        plan(members(), pictures), pictures, shelf=Shelf(), told=lambda number, row: told.append((number, row.epoch)), progress=Silent()
    )
    assert sorted(told) == [(number, epoch) for number in range(6) for epoch in range(10)]


def test_a_folder_keeps_the_chunks_it_began_with(pictures, tmp_path):
    """What is free in memory may have changed when an interrupted population goes on; its bits may not."""
    asked = members(optimisers=("sgd",), rates=(0.01, 0.02, 0.1, 0.2, 0.3))
    whole = plan(asked, pictures)
    tight = plan(asked, pictures, budget=2 * whole.bytes_each[0])
    assert whole.fingerprint == tight.fingerprint
    found = sweep(tight, pictures, folder=tmp_path / "sweep")
    again = sweep(whole, pictures, folder=tmp_path / "sweep")
    assert plain(again) == plain(found)
    assert [chunk.numbers for chunk in whole.divided([[0, 1], [2, 3], [4]]).chunks] == [(0, 1), (2, 3), (4,)]


def test_members_that_start_from_a_run_are_refused(pictures):
    with pytest.raises(ConfigError, match="leave out from"):
        plan([Member(BASE.with_changes(start="runs/first"))], pictures)


def test_a_chunk_that_loses_whole_stays_dropped_in_a_folder(pictures, tmp_path):
    asked = members(rates=(0.1, 0.2, 0.3), optimisers=("sgd",)) + members(rates=(1e-7,), optimisers=("adam",))
    planned = plan(asked, pictures, rungs=rungs_of(4, epochs=9, factor=2))
    here, there = sweep(planned, pictures), sweep(planned, pictures, folder=tmp_path / "sweep")
    assert here.results[3].ending == Ending.DROPPED
    assert plain(here) == plain(there)


def test_chunks_that_ended_before_a_crash_still_compete(pictures, tmp_path, monkeypatch):
    asked = members(rates=(0.3, 0.1, 0.2, 0.01, 0.02), optimisers=("sgd",))
    candidates = [0, 1, 1, 2, 3]
    planned = plan(asked, pictures, rungs=rungs_of(4, epochs=9, factor=2)).divided([[0, 1], [2, 3, 4]])
    whole = sweep(planned, pictures, candidates=candidates)
    finished = []

    def crash(store, place, trained):
        finished.append(place)
        if place == 1:
            raise RuntimeError("power cut")
        real(store, place, trained)

    real = PopulationStore.finish
    with monkeypatch.context() as patch:
        patch.setattr(PopulationStore, "finish", crash)
        with pytest.raises(RuntimeError):
            sweep(planned, pictures, folder=tmp_path / "sweep", candidates=candidates)
    assert finished == [0, 1]
    assert plain(sweep(planned, pictures, folder=tmp_path / "sweep", candidates=candidates)) == plain(whole)


def test_a_candidate_with_diverged_seeds_loses_to_sound_ones(pictures):
    """Candidate 0 would lead by the seeds that are left; two of its three diverge."""
    rates = (0.3, 1e38, 1e38, 0.01, 0.01, 0.01)
    asked = [Member(BASE.with_changes(seed=k % 3, optimiser={"name": "sgd", "rate": rate})) for k, rate in enumerate(rates)]
    found = sweep(plan(asked, pictures, rungs=rungs_of(2, epochs=9, factor=2)), pictures, candidates=[0, 0, 0, 1, 1, 1])
    assert [result.ending for result in found.results] == ["dropped", "diverged", "diverged", "finished", "finished", "finished"]


def test_a_member_without_a_single_figure_has_none(pictures):
    base = BASE.with_changes(score={"name": "linear", "scale": 1.0}, epochs=1)
    asked = [Member(base.with_changes(penalty=[{"name": "l2", "strength": strength}])) for strength in (1e-4, 1e39)]
    found = sweep(plan(asked, pictures), pictures)
    assert found.results[1].validation is None
    assert found.results[1].diverged
