"""Search page: how far guessing, trying nearby and following the gradient come, as one HTML file without network."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from thalweg.core.visible import visible
from thalweg.evidence.search_course import SearchCourse
from thalweg.faces._made import Made
from thalweg.faces._page import render
from thalweg.faces._prose import counted, listed, sentence
from thalweg.views import search_course
from thalweg.views._drawing import Drawing, percent, quantity


@dataclass(frozen=True, kw_only=True)
class SearchPage:
    """Everything the page of a search experiment shows; `part` names the examples whose accuracy it is."""

    title: str
    course: SearchCourse
    made: Made
    part: str = "training"
    choices: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def build(page: SearchPage) -> str:
    """Return the experiment as one HTML page that opens from a file, prints, and fetches nothing."""
    course = page.course
    drawing = search_course.draw(course)
    drawings: dict[str, Drawing] = {"searches": drawing}
    best = course.methods[-1]
    return render(
        "search",
        drawings,
        page=page,
        headline=percent(best.final_accuracy[1]),
        summary=summary(course, page.part),
        table=drawing.table,
        caption=f"After {course.evaluations:,} evaluations: median over seeds, with the extremes; accuracy on {page.part} examples",
    )


def summary(course: SearchCourse, part: str) -> list[str]:
    """Say in sentences how far the methods came, by the accuracy of a part's examples."""
    best = course.methods[-1]
    words = [f"median {part} accuracy of {visible(best.name)} after {counted(course.evaluations, 'evaluation')}."]
    others = [f"{visible(method.name)} {percent(method.final_accuracy[1])}" for method in course.methods[:-1]]
    if others:
        words.append(f"With as many evaluations: {listed(others)}.")
    if course.shared and len(course.methods) > 1:
        order = " > ".join(f"{visible(method.name)} ({quantity(method.final_loss[1])})" for method in course.methods)
        words.append(f"Losses at the end: {order}; {course.ordered} of {counted(course.shared, 'seed')} end in this order.")
    if course.chance is not None:
        words.append(f"Guessing would reach {percent(course.chance)}.")
    return words + [sentence(f"{visible(method.name)}: {method.reason}") for method in course.methods if method.reason]
