"""Cancellation and TCP asked of asyncio itself: `--loop asyncio|uvloop|eager`, then a part of an id."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))  # the probes are scripts, not a package

import asyncio_cancel
import asyncio_handover
import asyncio_tcp
import probe_runner

PROBES = asyncio_cancel.PROBES
LOADED = (asyncio_handover, asyncio_tcp)  # importing them fills PROBES

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--loop", default="asyncio", choices=("asyncio", "uvloop", "eager"))
    parser.add_argument("only", nargs="?", default="")
    options = parser.parse_args()
    asyncio_cancel.LOOP = options.loop
    probe_runner.main(PROBES, options.only)
