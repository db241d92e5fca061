import importlib.util
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from conformance.cli import main
from conformance.engine.cluster import cluster
from conformance.errors import Exit, NotStarted, UsageError

DASK = importlib.util.find_spec("distributed") is not None
needs_dask = pytest.mark.skipif(not DASK, reason="Dask is not installed (extra `cluster`)")
MODULES = ("distributed.cli.dask_scheduler", "distributed.cli.dask_worker")


def free_port() -> int:
    """One that nobody listens at."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real scheduler with two workers on this machine; its address."""
    port = free_port()
    folder = tmp_path_factory.mktemp("dask")
    common = ["--no-dashboard"]
    commands = [
        [sys.executable, "-m", MODULES[0], "--host", "127.0.0.1", "--port", str(port), *common],
        *(
            [
                sys.executable,
                "-m",
                MODULES[1],
                f"tcp://127.0.0.1:{port}",
                "--nthreads",
                "2",
                *common,
            ]
            for _ in range(2)
        ),
    ]
    started = [
        subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for command in commands
    ]
    try:
        where = f"dask://127.0.0.1:{port}"
        _wait_for_two(where)
        yield where
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait(30)


def _wait_for_two(where: str) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            with cluster(where) as (_, count):
                if count == 2:
                    return
        except NotStarted:
            pass
        time.sleep(0.5)
    pytest.fail("two workers did not start")


@pytest.mark.slow
@needs_dask
@pytest.mark.filterwarnings("default")  # Dask's own
def test_a_campaign_on_a_cluster_is_the_same_campaign(
    scheduler: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same programs, the same outcomes, the same finding as with processes of this machine."""
    words = [
        "fuzz",
        "mutant:lost-wakeup-on-cancel",
        "--area",
        "lock",
        "--programs",
        "120",
        "--format",
        "json",
    ]
    assert main([*words, "--executor", scheduler]) == Exit.VIOLATION
    far = json.loads(capsys.readouterr().out)
    assert main([*words, "--jobs", "1"]) == Exit.VIOLATION
    near = json.loads(capsys.readouterr().out)
    [one], [other] = far["runtimes"], near["runtimes"]
    for count in ("programs", "outcomes", "coverage", "trouble"):
        assert one[count] == other[count]
    assert one["programs"] == 120
    assert {w["identity"] for w in far["findings"]} & {w["identity"] for w in near["findings"]}


@pytest.mark.slow
@needs_dask
@pytest.mark.filterwarnings("default")
def test_a_cluster_carries_calls_out_elsewhere(scheduler: str) -> None:
    """In other processes than this one, and an error comes back as it is."""
    with cluster(scheduler) as (executor, count):
        assert count == 2
        assert executor.submit(pow, 2, 5).result(60) == 32
        with pytest.raises(ZeroDivisionError):
            executor.submit(divmod, 1, 0).result(60)


@pytest.mark.slow
@needs_dask
@pytest.mark.filterwarnings("default")
def test_a_scheduler_that_is_not_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for it for long."""
    monkeypatch.setattr("conformance.engine.cluster.PATIENCE", 1)
    with (
        pytest.raises(NotStarted, match="no Dask scheduler answers"),
        cluster(f"dask://127.0.0.1:{free_port()}"),
    ):
        pass


@pytest.mark.parametrize("where", ["dask://nowhere", "tcp://127.0.0.1:1", "processes"])
def test_another_address_is_a_wrong_use(where: str) -> None:
    """The message shows how it is written."""
    with pytest.raises(UsageError) as told, cluster(where):
        pass
    assert told.value.hint == "write dask://HOST:PORT"


@pytest.mark.skipif(DASK, reason="Dask is installed")
def test_without_dask_the_extra_is_named() -> None:
    """One line says what to install."""
    with pytest.raises(UsageError) as told, cluster("dask://127.0.0.1:1"):
        pass
    assert "[cluster]" in told.value.hint
