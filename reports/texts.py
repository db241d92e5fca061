"""Values that stand once and are named by number: what keeps a report small."""

from __future__ import annotations

from typing import Any, Final, final

from reports.plain import visible


@final
class Texts:
    """A list of distinct texts, each made safe to look at."""

    def __init__(self) -> None:
        self.list: Final[list[str]] = []
        self._known: dict[str, int] = {}

    def add(self, text: str) -> int:
        """The number of a text."""
        number = self._known.get(text)
        if number is None:
            number = self._known[text] = len(self.list)
            self.list.append(visible(text))
        return number


@final
class Values:
    """A list of distinct JSON values."""

    def __init__(self) -> None:
        self.list: Final[list[Any]] = []
        self._known: dict[str, int] = {}

    def add(self, value: Any) -> int:
        """The number of a value."""
        text = repr(value)  # of lists of numbers and short texts: four times as fast as JSON
        number = self._known.get(text)
        if number is None:
            number = self._known[text] = len(self.list)
            self.list.append(value)
        return number
