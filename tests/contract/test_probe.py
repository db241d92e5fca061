"""What `conformance probe` infers of real runtimes: where no document says more, what their sources do."""

import importlib.util
import json

import pytest

from conformance.cli import main
from conformance.engine.probe_trial import NONE

INFERRED = {
    "asyncio": ("race", "closes", "main", NONE),
    "uvloop": ("race", "closes", "main", NONE),
    "trio": ("cancel", "cancels", "there", "task"),
    "curio": ("race", "closes", "there", NONE),
    "anyio:asyncio": ("race", NONE, "main", "body"),
    "anyio:trio": ("cancel", "cancels", "there", "body"),
}
"""sleep_race, exits, interrupts, serving; docs/decisions/probe-trials.md says why each is so."""


@pytest.mark.slow
@pytest.mark.parametrize("address", INFERRED)
def test_each_field_that_has_trials_is_inferred(
    address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One value fits what was seen, or none of ours does; nothing that is declared is contradicted."""
    if any(importlib.util.find_spec(module) is None for module in address.split(":")):
        pytest.skip(f"{address} is not installed")
    main(["probe", address, "--format", "json"])
    lines = {line["field"]: line for line in json.loads(capsys.readouterr().out)}
    asked = [lines[name] for name in ("sleep_race", "exits", "interrupts", "serving")]
    assert tuple(line["inferred"] for line in asked) == INFERRED[address]
    for line in asked:
        assert not line["differs"]
        assert line["declared"] in ("unknown", line["inferred"])
