"""The corpus: a directory of witnesses, and the journal of the campaign that fills it.

Nothing that was found is lost by Ctrl-C, `kill -9` or a full disk: a witness is written beside its place and
renamed into it, a journal line is appended and flushed to the disk, and a last line that is cut short is cut off.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, final

from conformance.errors import DataError, UsageError
from conformance.judge.witness import Witness, witness_from_json, witness_to_json

JOURNAL: Final = "campaign.jsonl"


@final
class Corpus:
    """One directory. Raises DataError where it cannot be read or written."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        try:
            directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DataError(f"{directory}: {error.strerror}") from None

    def keep(self, witness: Witness, *, instead_of: str = "") -> Path:
        """Write a witness, in one move; what it replaces is removed afterwards."""
        path = self.path(witness.slug)
        text = json.dumps(witness_to_json(witness), indent=1, ensure_ascii=False) + "\n"
        beside = path.with_suffix(".tmp")
        try:
            with beside.open("w", encoding="utf-8") as out:
                out.write(text)
                out.flush()
                os.fsync(out.fileno())
            beside.replace(path)
            if instead_of and instead_of != witness.slug:
                self.path(instead_of).unlink(missing_ok=True)
        except OSError as error:
            raise DataError(f"{path}: {error.strerror}") from None
        return path

    def path(self, slug: str) -> Path:
        """Where the witness of that slug is kept."""
        return self.directory / f"{slug}.json"

    def witnesses(self) -> Iterator[Witness]:
        """Every witness, by name. Raises DataError, naming the file, for one that cannot be read."""
        for path in sorted(self.directory.glob("*.json")):
            yield read_witness(path)

    # ------------------------------------------------------------ the journal

    def begin(self, plan: Mapping[str, Any], *, resume: bool) -> list[dict[str, Any]]:
        """Start a journal, or go on with the one that is there: what it holds.

        Raises UsageError when that one was made by another plan, or there is none; DataError for a corrupt one.
        """
        path = self.journal
        try:
            if not resume:
                path.unlink(missing_ok=True)
                self.note(plan)
                return []
            *whole, cut = path.read_bytes().split(b"\n") if path.is_file() else [b""]
            lines = [self._line(number, text) for number, text in enumerate(whole, start=1)]
            if not lines or lines[0] != dict(plan):
                raise UsageError(
                    f"{path}: there is no campaign of these runtimes, areas and seed to go on with",
                    hint="leave --resume out, or name the same ones",
                )
            if cut:
                os.truncate(path, path.stat().st_size - len(cut))
        except OSError as error:
            raise DataError(f"{path}: {error.strerror}") from None
        return lines[1:]

    def _line(self, number: int, text: bytes) -> dict[str, Any]:
        try:
            line = json.loads(text.decode())
        except (ValueError, RecursionError):
            line = None
        if not isinstance(line, dict) or not line:
            raise self.corrupt(number)
        return line

    @property
    def journal(self) -> Path:
        """Where the journal is kept."""
        return self.directory / JOURNAL

    def corrupt(self, number: int) -> DataError:
        """The error for a line of the journal, the first being 1, that says nothing."""
        hint = "delete that line, or leave --resume out"
        return DataError(f"{self.journal}: line {number} is corrupt", hint=hint)

    def note(self, line: Mapping[str, Any]) -> None:
        """Append a line to the journal, and see that it reaches the disk."""
        path = self.journal
        try:
            with path.open("a", encoding="utf-8") as out:
                out.write(json.dumps(line, separators=(",", ":")) + "\n")
                out.flush()
                os.fsync(out.fileno())
        except OSError as error:
            raise DataError(f"{path}: {error.strerror}") from None


def read_witness(path: Path) -> Witness:
    """The witness in a file. Raises DataError, naming the file."""
    try:
        return witness_from_json(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: no JSON: {error}") from None
    except DataError as error:
        raise DataError(f"{path}: {error}", hint=error.hint) from None
