"""Records of a race on data: the rules it is run by, and what comes out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from thalweg.core.errors import ConfigError
from thalweg.run.population_record import Contestant
from thalweg.run.race_entrants import LeftOut
from thalweg.run.recipe import Recipe
from thalweg.run.run import Run
from thalweg.run.sweep import Population

RATES, TUNING_SEEDS, SEEDS = 11, 1, 5


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Who enters (None: everybody who can), how many values of the rate each tries, with how many seeds, and how many seeds race.

    `settings` sets knobs by optimiser, as {"momentum": {"momentum": 0.5}}; a rate that is set there is not tuned.
    """

    optimisers: tuple[str, ...] | None = None
    rates: int = RATES
    tuning_seeds: int = TUNING_SEEDS
    seeds: int = SEEDS
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, value in (("tuning-seeds", self.tuning_seeds), ("seeds", self.seeds)):
            if value < 1:
                raise ConfigError(f"{name} must be a whole number of at least 1; got {value}.")

    def tuning_numbers(self, seed: int) -> tuple[int, ...]:
        """Return the seeds of the tuning: from `seed` on."""
        return tuple(range(seed, seed + self.tuning_seeds))

    def numbers(self, seed: int) -> tuple[int, ...]:
        """Return the seeds of the race: those that follow the tuning's.

        >>> Rules(tuning_seeds=2, seeds=3).tuning_numbers(7), Rules(tuning_seeds=2, seeds=3).numbers(7)
        ((7, 8), (9, 10, 11))
        """
        return tuple(range(seed + self.tuning_seeds, seed + self.tuning_seeds + self.seeds))


@dataclass(frozen=True, kw_only=True, eq=False)
class Raced:
    """A race that was run: a record for each optimiser, those left out with the reason, and the population of the race itself.

    `recipe` is what all had in common; its optimiser does not count.
    """

    rules: Rules
    recipe: Recipe
    contestants: tuple[Contestant, ...]
    left_out: tuple[LeftOut, ...]
    population: Population

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds of the race."""
        return self.rules.numbers(self.recipe.seed)

    def run(self, optimiser: str, seed: int) -> Run:
        """Return one run of the race; `seed` is one of `seeds`. Raises `ConfigError` where there is none."""
        for contestant in self.contestants:
            for result in contestant.runs:
                if contestant.optimiser == optimiser and result.seed == seed:
                    return self.population.run(result.number)
        names = ", ".join(contestant.optimiser for contestant in self.contestants)
        seeds = ", ".join(map(str, self.seeds))
        raise ConfigError(f"there is no run of {optimiser!r} with seed {seed} in this race. Optimisers: {names}; seeds: {seeds}.")

    def row(self) -> dict[str, Any]:
        """Return the record as a JSON object, without weights."""
        return {
            "recipe": self.recipe.model_dump(mode="json", exclude={"optimiser"}),
            "rates": self.rules.rates,
            "tuning_seeds": list(self.rules.tuning_numbers(self.recipe.seed)),
            "seeds": list(self.seeds),
            "left_out": [out._asdict() for out in self.left_out],
            "contestants": [contestant.row() for contestant in self.contestants],
        }
