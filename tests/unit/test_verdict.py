import itertools

import pytest

from conformance.judge.verdict import Verdict, merge

EVERY = tuple(Verdict)


def test_nothing_merged_is_not_applicable() -> None:
    """Merging nothing never claims conformance."""
    assert merge([]) is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize("verdict", EVERY)
def test_not_applicable_is_neutral(verdict: Verdict) -> None:
    """NOT APPLICABLE changes no verdict that it is merged with."""
    assert merge([Verdict.NOT_APPLICABLE, verdict, Verdict.NOT_APPLICABLE]) is verdict


@pytest.mark.parametrize(("one", "other"), [*itertools.product(EVERY, EVERY)])
def test_the_worst_wins(one: Verdict, other: Verdict) -> None:
    """CONFORMS < UNKNOWN < VIOLATES, merged by maximum, whatever the order."""
    order = [Verdict.NOT_APPLICABLE, Verdict.CONFORMS, Verdict.UNKNOWN, Verdict.VIOLATES]
    worst = max(one, other, key=order.index)
    assert merge([one, other]) is merge([other, one]) is worst
