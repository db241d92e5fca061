"""The engine's end of the wire: a worker process for one runtime, started anew when it dies.

Whatever a runtime does to its process is an outcome (`hung`, `crashed`, `exited`, `garbage`) and
costs that one run. Only what is not the runtime's doing is raised: NotStarted, AdapterError,
ScenarioError, InternalError.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, cast, final, get_args

import conformance
from conformance import errors
from conformance.adapter.spelling import Spelling
from conformance.errors import AdapterError, ConformanceError, NotStarted
from conformance.lang.capability import Capabilities, Support
from conformance.lang.codec import program_to_json
from conformance.lang.outcome import empty_outcome, outcome_from_json
from conformance.lang.program import Program
from conformance.lang.semantics import Semantics, semantics_from_json
from conformance.run.observation import Observation, RunOptions, trace_from_json
from conformance.wire.address import Address, adapter_root
from conformance.wire.archive import build_archive
from conformance.wire.process import PATIENCE, LostError, Process

PROTOCOL = 1
"""The version of the wire protocol that this end speaks."""
RUN_LIMIT = 10.0
"""Seconds of wall time that a run has before it counts as hung."""
START_LIMIT = 60.0
"""Seconds of wall time that a worker has to start: imports from a cold disk take their time."""

_OLDEST = "import sys; sys.version_info < (3, 11) and sys.exit('Python 3.11 or later is needed')"
_SERVE = "from conformance.wire.worker import main; main()"
_ADD = "import json; sys.path += [p for p in json.loads(sys.argv.pop()) if p not in sys.path]"
BOOT_OWN = f"{_OLDEST}; {_ADD}; {_SERVE}"
"""Starts a worker under our own interpreter; adds what its import path lacks to find us."""
BOOT_OTHER = f"{_OLDEST}; sys.path.insert(0, sys.argv.pop()); {_SERVE}"
"""Starts a worker under another interpreter, from an archive."""


@final
@dataclass(frozen=True, slots=True)
class RuntimeInfo:
    """What a worker says of its runtime. `python_paths` is where its interpreter imports from."""

    name: str
    flavour: str
    version: str
    file: str
    python_version: str
    implementation: str
    executable: str
    platform: str
    capabilities: Capabilities
    families: frozenset[str]
    composed: frozenset[str] = frozenset()
    special: frozenset[str] = frozenset()
    virtual: str = "none"
    steering: str = ""
    spelling: Spelling | None = None
    semantics: Semantics = field(default_factory=Semantics)
    python_paths: tuple[str, ...] = ()


@final
class Worker:
    """A runtime in a process of its own, started when needed. Use as a context manager.

    `info` is what it said at its start, `starts` how often it was started, `noise` the end of what
    the process, or its last predecessor, printed. `renewable`: it is to be had afresh again and again.
    """

    def __init__(
        self, address: Address, *, start_limit: float = START_LIMIT, renewable: bool = False
    ) -> None:
        self.address = address
        self._renewable = renewable
        self._copied = False
        self.info: RuntimeInfo | None = None
        self.starts = 0
        self.noise = ""
        self._start_limit = start_limit
        self._process: Process | None = None
        self._seq = 0
        self._encoded: tuple[Program, dict[str, Any]] | None = None

    def __enter__(self) -> Worker:
        """Nothing is started yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def start(self) -> RuntimeInfo:
        """Start it, unless it runs, and say what it is. Raises NotStarted, or AdapterError."""
        if self._process is not None and self.info is not None:
            return self.info
        command, archive = worker_command(self.address)
        self._process = Process(command)
        self.starts += 1
        try:
            request = {"cmd": "start", "version": PROTOCOL, "renewable": self._renewable}
            reply = self._ask(request, self._start_limit)
            self.info = read_info(reply, self.address)
            self._copied = reply.get("renewable") is True
            check_file(self.info, self.address, archive)
        except LostError as lost:
            raise NotStarted(f"{self.address}: {self._last_words(lost)}") from None
        except BaseException:
            self.close()
            raise
        return self.info

    def run(
        self, program: Program, options: RunOptions, *, limit: float = RUN_LIMIT
    ) -> Observation:
        """One run, within `limit` seconds of wall time. Raises what is not the runtime's doing."""
        if self._process is not None and self._process.dead():
            self.close()  # of what an earlier run left behind: not this one's fault
        self.start()
        if self._encoded is None or self._encoded[0] is not program:
            self._encoded = program, program_to_json(program)
        request = {"program": self._encoded[1], "options": asdict(options), "limit": limit}
        try:
            reply = self._ask({"cmd": "run", **request}, limit)
        except LostError as lost:
            return Observation(empty_outcome(program.tasks, lost.ending, *lost.reported))
        if reply.get("last"):
            self.close()
        return read_observation(reply, program)

    def renew(self) -> None:
        """Have the next run made by a fresh process: a copy of one that has run nothing, or another one."""
        if self._process is not None and self._copied:
            with contextlib.suppress(LostError):
                self._ask({"cmd": "renew"}, PATIENCE)
        else:
            self.close()

    def close(self) -> None:
        """End the process. The next run starts another."""
        process, self._process = self._process, None
        if process is None:
            return
        if not process.dead():
            self._seq += 1
            with contextlib.suppress(LostError):
                process.exchange({"seq": self._seq, "cmd": "stop"}, PATIENCE)
        self.noise = process.noise
        process.close()

    def _ask(self, request: Mapping[str, Any], limit: float) -> dict[str, Any]:
        """A reply. Raises LostError when there was none, and what the worker itself reports."""
        assert self._process is not None
        self._seq += 1
        first = request["cmd"] == "start"
        try:
            reply = self._process.exchange({"seq": self._seq, **request}, limit, deaf=first)
        except BaseException:
            self.close()
            raise
        self.noise = self._process.noise
        if "errored" in reply:
            raise _error(reply["errored"], self.address)
        return reply

    def _last_words(self, lost: LostError) -> str:
        printed = [line for line in self.noise.splitlines() if line.strip()]
        ended = {
            "hung": "no reply within the time limit",
            "garbage": "what it answered is no reply",
        }
        how = ended.get(lost.ending, str(lost))
        return f"the worker did not start: {how}" + (f" ({printed[-1].strip()})" if printed else "")


def worker_command(address: Address) -> tuple[list[str], Path | None]:
    """The command that starts a worker, and the archive that it starts from, if any."""
    if address.command:
        return list(address.command), None
    adapter = [address.module, address.attribute, address.flavour]
    if address.python:
        archive = build_archive(address.module)
        return [address.python, "-I", "-c", BOOT_OTHER, *adapter, str(archive)], archive
    roots = [Path(conformance.__file__).parent.parent.absolute(), adapter_root(address.module)]
    paths = json.dumps([str(root) for root in roots])
    return [sys.executable, "-P", "-c", BOOT_OWN, *adapter, paths], None


def read_info(reply: Mapping[str, Any], address: Address) -> RuntimeInfo:
    """The reply to `start`. Raises AdapterError for one that lacks something."""
    try:
        runtime, python = reply["runtime"], reply["python"]
        return RuntimeInfo(
            name=_text(runtime, "name"),
            flavour=_text(runtime, "flavour"),
            version=" ".join(_text(runtime, "version").split()),
            file=_text(runtime, "file"),
            python_version=_text(python, "version"),
            implementation=_text(python, "implementation"),
            executable=_text(python, "executable"),
            python_paths=tuple(_words(python, "paths")),
            platform=_text(reply, "platform"),
            capabilities=_capabilities(reply),
            families=frozenset(_words(reply, "families")),
            composed=frozenset(_words(reply, "composed")),
            special=frozenset(_words(reply, "special")),
            virtual=_text(reply, "virtual", "keeps timers", "replaces timers", "none"),
            steering=_text(reply, "steering"),
            spelling=_spelling(reply["spelling"]) if "spelling" in reply else None,
            semantics=semantics_from_json(reply["semantics"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        what, hint = (
            ("its reply to `start`", "see conformance/wire/wire.schema.json")
            if address.command
            else ("what the adapter says of itself", _HINT)
        )
        raise AdapterError(
            f"{address}: {what} is not right: {type(error).__name__}: {error}", hint=hint
        ) from None


_HINT = (
    "`conformance list semantics` says what there is to declare, and `Runtime` in conformance/adapter/core.py what "
    "else an adapter says"
)


def _text(part: Mapping[str, Any], name: str, *known: str) -> str:
    """A field that is a text, one of those that are known if any are. Raises TypeError."""
    value = part[name]
    if not isinstance(value, str) or (known and value not in known):
        raise TypeError(f"`{name}` is {value!r}, not {' or '.join(known) or 'a text'}")
    return value


def _words(part: Mapping[str, Any], name: str) -> list[str]:
    value = part[name]
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise TypeError(f"`{name}` is {value!r}, not a list of texts")
    return value


def _texts(part: Mapping[str, Any], name: str, *known: str) -> dict[str, str]:
    value = part[name]
    if not isinstance(value, dict):
        raise TypeError(f"`{name}` is {value!r}, not an object of texts")
    return {key: _text(value, key, *known) for key in value}


def _capabilities(reply: Mapping[str, Any]) -> Capabilities:
    found = _texts(reply, "capabilities", *get_args(Support))
    return cast(Capabilities, found)


def _spelling(told: Mapping[str, Any]) -> Spelling:
    """Texts, and objects of texts. Raises TypeError for what is none, or has another field."""
    plain = {"header", "run", "cancelled"}
    parts: dict[str, Any] = {
        name: _text(told, name) if name in plain else _texts(told, name) for name in told
    }
    return Spelling(**parts)


def check_file(info: RuntimeInfo, address: Address, archive: Path | None) -> None:
    """Under another interpreter, the runtime must be that interpreter's own. Raises NotStarted.

    Our own executors travel in the archive; any other runtime has to be installed there.
    """
    ours = address.module.partition(".")[0] == "runtimes"
    if archive is None or (ours and _inside(info.file, archive)):
        return
    if any(
        _inside(info.file, path) for path in info.python_paths if path != os.path.realpath(archive)
    ):
        return
    raise NotStarted(
        f"{address}: the runtime came from {info.file}, which is no part of {address.python}",
        hint="install the runtime there; keep an adapter outside the package of its runtime",
    )


def _inside(file: str, directory: str | Path) -> bool:
    return Path(os.path.realpath(file)).is_relative_to(os.path.realpath(directory))


def read_observation(reply: Mapping[str, Any], program: Program) -> Observation:
    """The reply to `run`; one that makes no sense is an outcome, too."""
    try:
        outcome = outcome_from_json(reply.get("outcome"))
        trace = trace_from_json(reply.get("trace", []))
    except ValueError:
        return Observation(empty_outcome(program.tasks, "garbage"))
    told = dict(outcome.tasks)
    if told.keys() != program.tasks.keys():
        return Observation(empty_outcome(program.tasks, "garbage"))
    in_order = tuple((name, told[name]) for name in program.tasks)
    return Observation(replace(outcome, tasks=in_order), trace)


def _error(told: Any, address: Address) -> ConformanceError:
    """The error that a worker reports, as an exception."""
    if not isinstance(told, dict):
        return AdapterError(f"{address}: {told}")
    kind = getattr(errors, str(told.get("kind")), AdapterError)
    if not (isinstance(kind, type) and issubclass(kind, ConformanceError)):
        kind = AdapterError
    message = str(told.get("message"))
    said = message if message.startswith(str(address)) else f"{address}: {message}"
    return kind(said, hint=str(told.get("hint") or ""))
