import numpy as np

from thalweg.evidence import comparison
from thalweg.evidence.comparison import Contender
from thalweg.faces.comparison_tables import remarks, tables


def test_the_example_as_text():
    text = tables(comparison.example(), source="pets", noun="pictures")
    assert text.startswith("20 test pictures of pets\n\nsetting  linear   wider    other loss\nscore    linear   mlp      linear\n")
    assert "wider       90.00%    69.90% to 97.21%  0.2490" in text
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "run less points 95% interval only run only other exact p mid-p Holm p loss error" in lines
    assert "wider linear +20.00 -5.84 to +42.21 5 1 0.2188 0.1250 0.6562 -0.2710 0.1635" in lines
    assert "other loss wider -20.00 -42.21 to +5.84 1 5 0.2188 0.1250 0.6562 – –" in lines
    assert lines[-2:] == [
        "All runs equally often right? Cochran's Q = 4.571 with 2 degrees of freedom, p = 0.1017.",
        "A dash: the runs measure different losses.",
    ]


def record(*answers):
    labels = np.zeros(len(answers[0]), np.int64)
    runs = [
        Contender(name=f"r{k}", recipe={}, epochs=[], figures={}, predicted=np.array(one), losses=np.zeros(len(one)))
        for k, one in enumerate(answers)
    ]
    return comparison.measure(runs, labels, ["x", "y"], part="all")


def test_two_equal_runs_have_no_correction_and_say_why_there_is_no_test():
    text = tables(record([0, 1], [0, 1]), source="pets", noun="points")
    assert text.startswith("2 points of pets\n\nthe recipes are the same\n")
    assert "Holm" not in text
    assert "Cochran" not in text
    assert text.endswith("A dash: no example is answered rightly by one run alone.")


def test_of_many_runs_only_pairs_with_the_first_are_listed_and_that_is_said():
    many = record(*[[int(k == place) for k in range(9)] for place in range(7)])
    text = tables(many, source="pets", noun="pictures")
    assert len([line for line in text.splitlines() if line.split()[1:2] == ["r0"]]) == 6
    assert "Left out: 15 pairs without r0; corrected p-values count all 21." in remarks(many)
