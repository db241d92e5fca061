import pytest

from conformance.cli.run import part_of
from conformance.engine.catalogue import load_catalogue
from conformance.errors import UsageError


@pytest.mark.parametrize("count", [1, 2, 5])
def test_shards_are_a_partition(count: int) -> None:
    """Every scenario is in exactly one of N parts, and none of them is much larger than the others."""
    every = load_catalogue().scenarios
    parts = [part_of(every, (index, count)) for index in range(1, count + 1)]
    assert sorted(s.id for part in parts for s in part) == sorted(s.id for s in every)
    assert max(map(len, parts)) < 2 * len(every) / count


def test_a_scenario_keeps_its_shard() -> None:
    """Which part a scenario is in depends on nothing but its id."""
    every = load_catalogue().scenarios
    whole = {s.id for s in part_of(every, (1, 3))}
    assert {s.id for s in part_of(every[::2], (1, 3))} == {s.id for s in every[::2]} & whole


def test_an_empty_shard_is_an_error() -> None:
    """A part without a scenario would pass vacuously."""
    one = load_catalogue().scenarios[:1]
    with pytest.raises(UsageError, match="empty"):
        [part_of(one, (index, 3)) for index in (1, 2, 3)]
