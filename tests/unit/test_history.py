import fnmatch
import tomllib
from typing import Any

import pytest

from benchmarks.history import COLUMNS, HERE, Fuzzed, Row
from conformance.engine.catalogue import load_catalogue
from conformance.engine.generate.areas import AREAS

DEFECTS = tomllib.loads((HERE / "history.toml").read_text(encoding="utf-8"))["defect"]


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect["id"])
def test_each_defect_can_be_asked_about(defect: dict[str, Any]) -> None:
    """Its script is Python, its areas are the fuzzer's, it has a source, and two versions."""
    compile(defect["script"], defect["id"], "exec")
    assert set(defect["areas"]) <= set(AREAS)
    assert defect["source"].startswith("https://")
    assert defect["broken"] != defect["mended"]
    scenarios = [scenario.id for scenario in load_catalogue().scenarios]
    assert all(fnmatch.filter(scenarios, glob) for glob in defect["scenarios"])


def test_a_row_says_what_was_not_found() -> None:
    """Nobody takes an empty cell for a success."""
    row = Row(
        "d", "It is broken.", "https://x", "p 1 → 2", "confirmed", (), (), Fuzzed(50, 60.0, 0)
    )
    cells = dict(zip(COLUMNS, row.cells(), strict=True))
    assert cells["catalogue"] == "not found"
    assert cells["fuzzer"] == "not found in 60 s"
    assert cells["programs to first"] == "more than 50"
    assert cells["fail on both"] == "0"
