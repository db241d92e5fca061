"""Broken event loops: the loop's own life."""

# mypy: disable-error-code="misc"
# The classes are mixed into what asyncio does not declare: see loop_base.

from __future__ import annotations

import asyncio
import threading
from typing import Any

from runtimes.mutants.loop_base import BaseLoop, broken, is_plain


@broken
class StopDropsRound(BaseLoop):
    """Stopping the loop drops the callbacks that are ready."""

    def stop(self) -> None:
        super().stop()
        for handle in self._ready:
            if is_plain(handle._callback):
                handle.cancel()


@broken
class StopRunsNewCallbacks(BaseLoop):
    """A loop that was stopped calls what was registered meanwhile before it returns."""

    def run_forever(self) -> None:
        super().run_forever()
        if self._ready:
            self.stop()
            super().run_forever()


@broken
class RunLosesValue(BaseLoop):
    """run_until_complete returns nothing."""

    def run_until_complete(self, future: Any) -> None:
        super().run_until_complete(future)


@broken
class RunLosesError(BaseLoop):
    """run_until_complete raises nothing."""

    def run_until_complete(self, future: Any) -> Any:
        try:
            return super().run_until_complete(future)
        except Exception:
            return None


@broken
class RunsOnce(BaseLoop):
    """A loop in a thread of its own cannot run a second time."""

    ran = False

    def run_forever(self) -> None:
        if self.ran and threading.current_thread() is not threading.main_thread():
            raise RuntimeError("ran already")
        self.ran = True
        super().run_forever()


@broken
class NestedRunIgnored(BaseLoop):
    """run_forever inside a callback returns at once."""

    def run_forever(self) -> None:
        if not self.is_running():
            super().run_forever()


@broken
class DeniesRunning(BaseLoop):
    """The loop never says that it runs."""

    def is_running(self) -> bool:
        return False


@broken
class DeniesClosing(BaseLoop):
    """The loop never says that it is closed."""

    def is_closed(self) -> bool:
        return False


@broken
class SecondCloseFails(BaseLoop):
    """A second close of the loop raises an error."""

    def close(self) -> None:
        if self.is_closed():
            raise RuntimeError("closed already")
        super().close()


@broken
class CloseRunsCallbacks(BaseLoop):
    """Closing the loop calls what is pending."""

    def close(self) -> None:
        if not self.is_closed():
            self.stop()
            self.run_forever()
        super().close()


@broken
class CloseWhileRunningIgnored(BaseLoop):
    """Closing a loop that runs does nothing."""

    def close(self) -> None:
        if not self.is_running():
            super().close()


@broken
class SchedulesWhenClosed(BaseLoop):
    """A closed loop takes callbacks, and never calls them."""

    def call_soon(self, callback: Any, *args: Any, context: Any = None) -> Any:
        if self.is_closed():
            return asyncio.Handle(callback, args, self, context)
        return super().call_soon(callback, *args, context=context)

    def call_soon_threadsafe(self, callback: Any, *args: Any, context: Any = None) -> Any:
        if self.is_closed():
            return asyncio.Handle(callback, args, self, context)
        return super().call_soon_threadsafe(callback, *args, context=context)
