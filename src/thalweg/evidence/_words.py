"""Words that findings share: over what data and how a number was made."""

PRECISIONS = {"fp32": "single precision", "fp64": "double precision"}


def made_over(examples: int, mode: str, precision: str) -> str:
    """Return the sentence that says over what a finding was measured.

    >>> made_over(2000, "evaluation", "fp64")
    'Over 2,000 examples, the module in evaluation mode, in double precision.'
    """
    return f"Over {examples:,} examples, the module in {mode} mode, in {PRECISIONS[precision]}."
