"""The worker: performs programs on one runtime, as it is told on a pipe, one JSON line each way.

It takes its stdin and stdout for the protocol and gives the runtime others: an empty stdin, and
stderr for stdout, so that nothing printed can pass for a reply. The messages are in
`wire.schema.json`. Imports only the worker's side, and nothing but the standard library.
"""

from __future__ import annotations

import faulthandler
import gc
import importlib
import json
import math
import os
import platform
import signal
import sys
import sysconfig
import threading
import traceback
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn, final

from conformance.adapter.core import Runtime
from conformance.adapter.faults import check_adapter
from conformance.adapter.spelling import Spelling
from conformance.errors import AdapterError, ConformanceError, InternalError, NotStarted
from conformance.interpreter import run_program
from conformance.lang.codec import program_from_json
from conformance.lang.outcome import outcome_to_json
from conformance.lang.program import Program
from conformance.lang.semantics import semantics_to_json
from conformance.run.observation import Observation, options_from_json, trace_to_json
from conformance.wire.copies import Copies, copyable

PROTOCOL = 1
"""The version of the wire protocol."""
GRACE = 5.0
"""Seconds that a stopped run has for its teardown; then the worker tells the outcome and exits. Half the run's limit,
where that is less: what is known is told before the run counts as hung."""
WARM = 20
"""Runs after which a runtime has loaded what it loads late; what stays is left out of collections."""

Json = dict[str, Any]


def main() -> None:
    """Serve the adapter named on the command line: MODULE ATTRIBUTE FLAVOUR."""
    serve(*sys.argv[1:4])


def serve(module: str, attribute: str, flavour: str) -> None:
    """Serve one adapter on this process's stdin and stdout until `stop` or the end of input."""
    requests, replies = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(2, 1)
    os.close(null)
    faulthandler.enable()
    faulthandler.register(signal.SIGUSR1)  # asked by whoever gives up waiting: where are you?
    with os.fdopen(requests, "rb") as lines:
        Server(module, attribute, flavour, replies, {0, 1, 2, requests, replies}).serve(lines)


@final
class Server:
    """One runtime, waiting for requests."""

    def __init__(
        self,
        module: str,
        attribute: str,
        flavour: str,
        replies: int,
        own: AbstractSet[int] = frozenset(),
    ) -> None:
        """`own` are the descriptors that the protocol needs."""
        self._adapter = (module, attribute, flavour)
        self._replies = replies
        self._own = own
        self._copies: Copies | None = None
        self._lock = threading.Lock()
        self._answered: int | None = None
        self._runtime: Runtime | None = None
        self._decoded: tuple[str, Program] | None = None
        self._settling = WARM

    def serve(self, lines: Iterable[bytes]) -> None:
        """Answer each request, in order."""
        for line in lines:
            request = json.loads(line)
            self._reply(request["seq"], self._answer(request))
            if request["cmd"] == "stop":
                return
            if self._copies is not None:
                if request["cmd"] == "start":
                    self._copies.live_on()
                elif request["cmd"] == "renew":
                    self._copies.give_up()

    def _answer(self, request: Json) -> Json:
        try:
            if request["cmd"] == "start":
                return self._start(request)
            if request["cmd"] == "run":
                return self._run(request)
        except ConformanceError as error:
            return _errored(error)
        except Exception as error:
            traceback.print_exc()
            told = InternalError(f"the worker failed: {type(error).__name__}: {error}")
            return _errored(told)
        return {}

    def _reply(self, seq: int, reply: Json) -> None:
        """Write one reply, unless that request was answered already."""
        line = json.dumps({"seq": seq, **reply}, separators=(",", ":")).encode() + b"\n"
        with self._lock:
            if self._answered == seq:
                return
            self._answered = seq
            while line:
                line = line[os.write(self._replies, line) :]

    def _start(self, request: Json) -> Json:
        if request["version"] != PROTOCOL:
            raise NotStarted(
                f"the worker speaks version {PROTOCOL} of the protocol, not {request['version']}"
            )
        own = [*sys.path, *sysconfig.get_paths().values()]  # before an adapter adds to them
        self._runtime = load(*self._adapter)
        gc.freeze()  # what is loaded by now stays: collecting after each run costs next to nothing
        try:
            check_adapter(self._runtime)
            described = describe(self._runtime, own)
        except ConformanceError:
            raise
        except NotImplementedError as error:
            raise not_written(error) from None
        except Exception as error:
            traceback.print_exc()
            raise AdapterError(
                f"it cannot describe itself: {type(error).__name__}: {error}",
                hint="see conformance/adapter/core.py; `__init__` has to call super().__init__",
            ) from error
        if request.get("renewable") and copyable(self._own):
            self._copies = Copies()
        return {**described, "renewable": self._copies is not None}

    def _run(self, request: Json) -> Json:
        if self._runtime is None:
            raise NotStarted("`run` came before `start`")
        program = self._program(request["program"])
        options = options_from_json(request.get("options", {}))
        guard: list[threading.Timer] = []

        allowance = request.get("limit", math.inf) - (0 if options.virtual else options.horizon)
        grace = min(GRACE, allowance / 2)

        def stopped(so_far: Observation) -> None:
            guard.append(threading.Timer(grace, self._abandon, (request["seq"], so_far)))
            guard[0].daemon = True
            guard[0].start()

        if "limit" in request:  # for orphans: whoever asked kills us sooner
            signal.setitimer(signal.ITIMER_REAL, request["limit"] + GRACE)
        try:
            observation = run_program(program, self._runtime, options, stopped, tell)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            for timer in guard:
                timer.cancel()
        reply = show_observation(observation)
        del observation
        gc.collect()  # what this run left behind is not to die during the next one
        if self._settling:
            self._settling -= 1
            gc.freeze()
        return reply

    def _program(self, told: Json) -> Program:
        """That program; a case asks for one again and again, with other seeds."""
        text = json.dumps(told)  # as text 1, 1.0 and true differ
        if self._decoded is None or self._decoded[0] != text:
            self._decoded = text, program_from_json(told)
        return self._decoded[1]

    def _abandon(self, seq: int, observation: Observation) -> NoReturn:
        """The run was stopped and does not end: tell what it showed, and give the process up."""
        self._reply(seq, {**show_observation(observation), "last": True})
        os._exit(0)


def not_written(error: NotImplementedError) -> AdapterError:
    """The lesson for a method that is still to be written: names it."""
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    return AdapterError(
        f"`{frame.f_code.co_name}` is not written yet",
        hint="its docstring in conformance.adapter says what it does",
    )


def tell(error: BaseException) -> None:
    """Say, where the engine keeps what is printed, what came out of `run`."""
    sys.stderr.write(f"{place_of(error)}\n")


def place_of(error: BaseException) -> str:
    """An error, and the line that it came out of: the last one that is not ours. One line."""
    place = ""
    for frame, line in traceback.walk_tb(error.__traceback__):
        file = frame.f_code.co_filename
        if not frame.f_globals.get("__name__", "").startswith("conformance."):
            place = f" ({Path(file).name}, line {line}, in {frame.f_code.co_name})"
    return " ".join(f"{type(error).__name__}: {error}{place}".split())


def load(module: str, attribute: str, flavour: str) -> Runtime:
    """The adapter at that import path. Raises NotStarted."""
    where = f"{module}:{attribute}"
    try:
        make = getattr(importlib.import_module(module), attribute)
        if not callable(make) or (isinstance(make, type) and not issubclass(make, Runtime)):
            raise _no_adapter(where)
        runtime = make(flavour)
    except ConformanceError:
        raise
    except ModuleNotFoundError as error:
        raise NotStarted(
            f"{where} cannot be loaded: {error}", hint=f"install it for {sys.executable}"
        ) from error
    except BaseException as error:
        traceback.print_exc()
        raise NotStarted(f"{where} cannot be loaded: {type(error).__name__}: {error}") from error
    if not isinstance(runtime, Runtime):
        raise _no_adapter(where)
    return runtime


def _no_adapter(where: str) -> NotStarted:
    hint = "name a class that is derived from conformance.adapter.core.Runtime"
    return NotStarted(f"{where} is no adapter", hint=hint)


def describe(runtime: Runtime, own_paths: Iterable[str]) -> Json:
    """What the engine has to know of a runtime: the reply to `start`."""
    return {
        "version": PROTOCOL,
        "runtime": {
            "name": type(runtime).__name__,
            "flavour": runtime.flavour,
            "version": runtime.version(),
            "file": runtime.module_file(),
        },
        "python": {
            "version": platform.python_version(),
            "implementation": platform.python_implementation(),
            "executable": sys.executable,
            "paths": sorted({os.path.realpath(path) for path in own_paths if path}),
        },
        "platform": platform.platform(),
        "capabilities": dict(runtime.capabilities()),
        "composed": sorted(runtime.composed),
        "special": sorted(runtime.special),
        "families": sorted(runtime.families),
        "virtual": runtime.virtual,
        "steering": runtime.steering,
        "semantics": semantics_to_json(runtime.semantics),
        **spelled(runtime),
    }


def spelled(runtime: Runtime) -> Json:
    """How users write ops on this runtime, if its adapter says so."""
    spelling: Spelling | None = getattr(runtime, "spelling", None)
    return {} if spelling is None else {"spelling": asdict(spelling)}


def show_observation(observation: Observation) -> Json:
    """What a run showed: the reply to `run`."""
    reply: Json = {"outcome": outcome_to_json(observation.outcome)}
    if observation.trace:
        reply["trace"] = trace_to_json(observation.trace)
    return reply


def _errored(error: ConformanceError) -> Json:
    told: Mapping[str, str] = {
        "kind": type(error).__name__,
        "message": str(error),
        "hint": error.hint,
    }
    return {"errored": told}
