"""toyloop for the conformance suite."""

import toyloop
from conformance.adapter.core import Runtime
from conformance.adapter.sync import Sync
from conformance.adapter.tasks import Tasks
from conformance.adapter.time import Time
from conformance.lang.semantics import Semantics


class Stopped(BaseException):
    """Ends a run whose horizon is reached."""


class Toyloop(Runtime, Tasks, Time, Sync):
    """toyloop, on a clock that jumps when nothing can go on."""

    families = frozenset({"toyloop"})
    virtual = "keeps timers"
    special = frozenset({"sleep:negative", "cancel:self", "cleanup:waits"})
    semantics = Semantics(
        cancel_again="ignored",
        orphans="abandoned",
        citations={
            "cancel_again": "toyloop's manual: a second cancel does nothing",
            "orphans": "toyloop's manual: run returns when main does",
        },
    )

    def version(self):
        return toyloop.__version__

    def module_file(self):
        return toyloop.__file__

    # ------------------------------------------------------------ running

    def run(self, main, limits):
        self.time = 0.0

        def pause(seconds):
            if seconds is None or self.time + seconds > limits.horizon:
                limits.stop()
                raise Stopped
            self.time += seconds

        self.loop = toyloop.Loop(clock=lambda: self.time, pause=pause)
        try:
            self.loop.run(main())
        except Stopped:
            pass

    async def spawn(self, body, name, group):
        return self.loop.spawn(body())

    async def checkpoint(self):
        await toyloop.sleep(0)

    def is_cancellation(self, error):
        return isinstance(error, toyloop.Cancelled)

    # ------------------------------------------------------------ tasks

    def current(self):
        return self.loop.current

    async def join(self, task):
        return await task.join()

    async def cancel(self, task):
        task.cancel()

    # ------------------------------------------------------------ time

    def now(self):
        return self.time

    async def sleep(self, seconds):
        await toyloop.sleep(seconds)

    # ------------------------------------------------------------ sync

    def event(self):
        return toyloop.Event()

    async def wait_event(self, event):
        await event.wait()

    async def set_event(self, event):
        event.set()
