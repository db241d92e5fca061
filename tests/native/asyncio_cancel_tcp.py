"""Cancellation and TCP asked of asyncio: `--loop NAME`, then a part of an id."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))  # the probes are scripts, not a package

import asyncio_cancel
import asyncio_handover
import asyncio_loops
import asyncio_tcp
import asyncio_tcp_data
import asyncio_waiters
import probe_runner

PROBES = asyncio_cancel.PROBES
LOADED = (
    asyncio_waiters,
    asyncio_handover,
    asyncio_tcp,
    asyncio_tcp_data,
)  # importing them fills PROBES

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--loop", default="asyncio", choices=asyncio_loops.LOOPS)
    parser.add_argument("only", nargs="?", default="")
    options = parser.parse_args()
    asyncio_cancel.LOOP = options.loop
    probe_runner.main(PROBES, options.only)
