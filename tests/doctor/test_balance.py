from thalweg.doctor.balance import of_counts


def test_verdicts_by_hand():
    names = ("cat", "dog")
    assert of_counts(names, {"train": (100, 90), "validation": (0, 0), "test": (20, 20)}).verdict == "well"
    uneven = of_counts(names, {"train": (1000, 50), "test": (20, 20)})
    assert uneven.verdict == "worth knowing"
    assert uneven.sentence == "Class cat has 20 times the examples of the smallest; always answering it is right for 95%."
    rare = of_counts(names, {"train": (16, 2), "test": (8, 9)})
    assert (rare.sentence, rare.cases) == ("1 class has very few examples in a part.", ("dog (2 in train)",))
    untested = of_counts(names, {"train": (50, 50), "test": (9, 0)})
    assert (untested.verdict, untested.sentence) == ("worth knowing", "Class dog has no example in the test part.")
    untaught = of_counts(names, {"train": (50, 0), "test": (9, 9)})
    assert (untaught.verdict, untaught.sentence) == ("wrong", "Class dog has no example in the train part.")
