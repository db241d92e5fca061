"""A runtime whose sleeps do not last: once for a file MARKER where it runs, always beside a directory of that name."""

from pathlib import Path

from runtimes.on_asyncio import Asyncio

MARKER = Path("sleeps-do-not-last")


class Sometimes(Asyncio):
    """asyncio, on a bad day."""

    async def sleep(self, seconds: float) -> None:
        """Sleep, but on a bad day."""
        if not _bad_day():
            await super().sleep(seconds)


def _bad_day() -> bool:
    """Whether a marker is there; a file is taken away."""
    if MARKER.is_file():
        MARKER.rename(MARKER.with_suffix(".taken"))
        return True
    return MARKER.is_dir()
