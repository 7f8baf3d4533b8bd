"""Callbacks: scikit-learn's protocol where the installed version has it; a training is told to it epoch by epoch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from thalweg.core.outcome import Ending, Outcome
from thalweg.core.progress import Progress
from thalweg.run.conduct import run_to_the_end
from thalweg.run.setting import Setting
from thalweg.run.signals import Stop
from thalweg.run.state import Best, State

try:
    from sklearn.callback import CallbackSupportMixin as CallbackSupportMixin
    from sklearn.callback import with_callbacks as with_callbacks
except ImportError:  # before scikit-learn 1.9

    class CallbackSupportMixin:  # type: ignore[no-redef]
        """Stands where this scikit-learn knows no callbacks."""

    def with_callbacks(method: Any) -> Any:
        """Return the method as it is."""
        return method


@dataclass(frozen=True, kw_only=True)
class Told:
    """What callbacks are told of a fit: who trains, on what, and how to make a fitted estimator of a state on the way.

    `silent`: nothing is told, as of `partial_fit`, which scikit-learn's protocol does not know.
    """

    estimator: Any
    X: Any
    y: Any
    metadata: Mapping[str, Any] | None
    attributes: Callable[[State, Best], Mapping[str, Any]]
    silent: bool = False

    @property
    def listened_to(self) -> bool:
        """Whether somebody set callbacks, here or on what this estimator is a part of."""
        return bool(getattr(self.estimator, "_skl_callbacks", []))

    def run(self, setting: Setting, state: State, *, progress: Progress) -> tuple[State, Best]:
        """Train to the end; with callbacks, epoch by epoch, until one of them asks to stop. The weights are the same either way."""
        epochs = setting.recipe.epochs
        if self.silent or not hasattr(self.estimator, "_init_callback_context"):
            return _trained(setting, state, progress=progress, until=None)
        context = self.estimator._init_callback_context(max_subtasks=epochs - state.epoch)
        given: dict[str, Any] = {"estimator": self.estimator, "X": self.X, "y": self.y, "metadata": self.metadata}
        context.call_on_fit_task_begin(**given)
        if not self.listened_to or state.epoch >= epochs:
            state, kept = _trained(setting, state, progress=progress, until=None)
        else:
            state, kept = self._by_epochs(setting, state, context, given, progress=progress)
        context.call_on_fit_task_end(**given, reconstruction_attributes=lambda: self.attributes(state, kept))
        return state, kept

    def _by_epochs(self, setting: Setting, state: State, context: Any, given: Mapping[str, Any], *, progress: Progress) -> Any:
        while True:
            task = context.subcontext(task_name="epoch")
            task.call_on_fit_task_begin(**given)
            state, kept = _trained(setting, state, progress=progress, until=state.epoch + 1)
            now = (state, kept)
            asked = task.call_on_fit_task_end(**given, reconstruction_attributes=lambda now=now: self.attributes(*now))
            if asked and not state.ended:
                state = replace(state, outcomes=(_stopped(state),))
            if state.ended:
                return state, kept


def _trained(setting: Setting, state: State, *, progress: Progress, until: int | None) -> tuple[State, Best]:
    """Train with nobody listening to signals: Ctrl-C is Python's own KeyboardInterrupt, as in every estimator."""
    return run_to_the_end(
        setting, state, save=lambda _: None, log=lambda *_: None, stop=Stop(), progress=progress, until=until
    )  # fmt: skip


def _stopped(state: State) -> Outcome:
    return Outcome(ending=Ending.STOPPED_EARLY, epoch=state.epoch, step=state.step, reason="a callback asked to stop")
