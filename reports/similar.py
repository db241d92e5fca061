"""How much the runtimes are alike: the share of scenarios to which two of them reply differently.

The tree is made by average linkage (UPGMA; Sokal and Michener, 1958): the two nearest clusters become
one, whose distance to another is the mean over all pairs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any, TypeAlias

from conformance.judge.atlas import reply
from reports.columns import Column, groups, release
from reports.page import Row

Said: TypeAlias = Mapping[str, str]
"""What one runtime replied, by scenario."""


def similar(rows: Sequence[Row], columns: Sequence[Column]) -> dict[str, Any]:
    """`runtimes` in the order of the tree, `common` and `differ` as matrices, `merges` of the tree.

    A merge is `[one, other, height]`; leaves are numbered first, each merge is the next number.
    """
    mine = groups(columns)
    names = list(mine)
    said = {column: _said(rows, column) for column in columns}
    common = [[0] * len(names) for _ in names]
    differ = [[0] * len(names) for _ in names]
    for (i, one), (j, other) in combinations(enumerate(names), 2):
        both = shared(mine[one], mine[other])
        if both is not None:
            first, second = said[both[0]], said[both[1]]
            ids = first.keys() & second.keys()
            common[i][j] = common[j][i] = len(ids)
            differ[i][j] = differ[j][i] = sum(first[name] != second[name] for name in ids)
    return {"runtimes": names, "common": common, "differ": differ, "merges": tree(common, differ)}


def shared(one: Sequence[Column], other: Sequence[Column]) -> tuple[Column, Column] | None:
    """Two runtimes on the newest Python that both ran on, each in its newest version there."""
    first = {column.python: column for column in one}
    second = {column.python: column for column in other}
    pythons = sorted(first.keys() & second.keys(), key=release)
    return (first[pythons[-1]], second[pythons[-1]]) if pythons else None


def _said(rows: Sequence[Row], column: Column) -> Said:
    told = {row.key: reply(row.cases[column]) for row in rows if column in row.cases}
    return {name: word for name, word in told.items() if word is not None}


def tree(
    common: Sequence[Sequence[int]], differ: Sequence[Sequence[int]]
) -> list[tuple[int, int, float]]:
    """The merges. Who shares no scenario with another is as far from it as can be."""
    clusters: dict[int, list[int]] = {leaf: [leaf] for leaf in range(len(common))}
    merges: list[tuple[int, int, float]] = []

    def far(one: int, other: int) -> float:
        pairs = [(a, b) for a in clusters[one] for b in clusters[other]]
        return sum(differ[a][b] / common[a][b] if common[a][b] else 1.0 for a, b in pairs) / len(
            pairs
        )

    while len(clusters) > 1:
        height, one, other = min((far(a, b), a, b) for a, b in combinations(clusters, 2))
        clusters[len(common) + len(merges)] = clusters.pop(one) + clusters.pop(other)
        merges.append((one, other, round(height, 4)))
    return merges
