"""A runtime in this very process: for authors who debug their adapter. No watchdog, no isolation.

Spelled `in-process:ADDRESS`, so that results say how they were gathered. A run that hangs hangs us, a crash is
ours; trio's flag and generator are pinned for each run by its adapter, as in a worker.
"""

from __future__ import annotations

import gc
import sys
from typing import final

from conformance.interpreter import run_program
from conformance.lang.program import Program
from conformance.run.observation import Observation, RunOptions
from conformance.wire.address import Address
from conformance.wire.client import RuntimeInfo, read_info
from conformance.wire.worker import describe, load


@final
class InProcess:
    """Answers as a `Worker` does."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._runtime = load(address.module, address.attribute, address.flavour)
        told = describe(self._runtime, sys.path)
        told["capabilities"].pop("interrupt", None)  # Ctrl-C is the author's here
        self.info = read_info(told, address)

    def start(self) -> RuntimeInfo:
        """What it is."""
        return self.info

    def run(self, program: Program, options: RunOptions, *, limit: float = 0) -> Observation:
        """One run; `limit` is not kept."""
        _ = limit
        observation = run_program(program, self._runtime, options)
        gc.collect(1)  # a warning that shows this line is about what this run left behind
        return observation

    def renew(self) -> None:
        """There is no other process."""
        self.close()

    def close(self) -> None:
        """Nothing to end; what the runtime left behind is not to die in somebody else's test."""
        gc.collect()
