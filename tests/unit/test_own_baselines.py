"""The baselines that are committed here."""

from pathlib import Path

import pytest

from conformance.engine.catalogue import load_catalogue
from conformance.judge.baseline_file import read_baseline

ROOT = Path(__file__).resolve().parents[2]
BASELINES = [
    *sorted((ROOT / "baselines").glob("*.toml")),
    ROOT / "tests/sample/conformance-baseline.toml",
]


@pytest.mark.parametrize("path", BASELINES, ids=lambda path: path.stem)
def test_no_entry_is_stale(path: Path) -> None:
    """Each entry is of a scenario as it is today: a changed one is accepted anew, in the same commit."""
    now = {scenario.id: scenario.hash for scenario in load_catalogue().scenarios}
    entries = [entry for entry in read_baseline(path).entries if entry.hash]
    assert [entry.scenario for entry in entries if now.get(entry.scenario) != entry.hash] == []
