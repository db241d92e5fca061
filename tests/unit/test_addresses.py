import sys
import zipfile
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from conformance.errors import NotStarted, UsageError
from conformance.wire import address as address_module
from conformance.wire.address import Address, known_runtimes
from conformance.wire.archive import build_archive
from conformance.wire.client import BOOT_OWN, worker_command

POINTS = {
    "trio": "runtimes.on_trio:Trio",
    "anyio": "runtimes.on_anyio:Anyio",
    "mutant": "runtimes.mutants:find",
}


def install(monkeypatch: pytest.MonkeyPatch, *points: EntryPoint) -> None:
    """Have these entry points, and no others."""
    found = EntryPoints(points)
    monkeypatch.setattr(address_module, "entry_points", found.select)


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three adapters are installed, whatever this environment has."""
    points = [EntryPoint(name, value, address_module.GROUP) for name, value in POINTS.items()]
    install(monkeypatch, *points)


@pytest.fixture
def adapters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current directory holds somebody's adapters: a package, and a module of its own."""
    package = tmp_path / "some_pack"
    package.mkdir()
    for name in ("__init__.py", "inner.py", "data.bin"):
        (package / name).write_text("")
    (tmp_path / "some_mod.py").write_text("")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "module", "attribute", "flavour"),
    [
        ("trio", "runtimes.on_trio", "Trio", ""),
        ("anyio:uvloop", "runtimes.on_anyio", "Anyio", "uvloop"),
        ("mutant:lost-wakeup-on-cancel", "runtimes.mutants", "find", "lost-wakeup-on-cancel"),
        ("some_pack.inner:Mine", "some_pack.inner", "Mine", ""),
        ("some_mod:Mine:loud", "some_mod", "Mine", "loud"),
        (f"trio@{sys.executable}", "runtimes.on_trio", "Trio", ""),
        (f"anyio:trio@{sys.executable}", "runtimes.on_anyio", "Anyio", "trio"),
    ],
)
@pytest.mark.usefixtures("adapters")
def test_an_address_names_one_adapter(text: str, module: str, attribute: str, flavour: str) -> None:
    """Names, flavours, import paths and interpreters are told apart; the text is kept."""
    address = Address.parse(text)
    assert (address.module, address.attribute, address.flavour) == (module, attribute, flavour)
    assert address.python == (sys.executable if "@" in text else "")
    assert str(address) == text


def test_exec_takes_the_rest_as_a_shell_would() -> None:
    """`exec:` is split into words; `@` and `:` in it mean nothing."""
    address = Address.parse("exec:./agent --at 'a b' user@host:1")
    assert address.command == ("./agent", "--at", "a b", "user@host:1")
    assert worker_command(address) == (["./agent", "--at", "a b", "user@host:1"], None)


@pytest.mark.parametrize(
    ("text", "says", "hint"),
    [
        ("tiro", "unknown runtime `tiro`", "did you mean `trio`?"),
        ("anoi:trio", "unknown runtime `anoi:trio`", "did you mean `anyio`?"),
        ("zzz", "unknown runtime `zzz`", "known: anyio, mutant, trio"),
        ("", "unknown runtime ``", "known: anyio, mutant, trio"),
        (
            "nowhere.at_all:Mine",
            "`nowhere.at_all:Mine`: no module named `nowhere` here or installed",
            "install it",
        ),
        (
            "my_adapter:Mine",
            "`my_adapter:Mine`: no module named `my_adapter` here or installed",
            "install it, or run in the directory that holds `my_adapter.py`",
        ),
        ("some_pack.inner", "`some_pack.inner` names no class", "write some_pack.inner:MyRuntime"),
        ("some-pack:Mine", "unknown runtime `some-pack:Mine`", "known: "),
        ("exec:", "`exec:` names no program", "write exec:PROGRAM ARGS"),
        ("exec:a 'b", "`exec:a 'b`: No closing quotation", "quote as in a shell"),
    ],
)
@pytest.mark.usefixtures("adapters")
def test_an_unknown_address_is_a_usage_error(text: str, says: str, hint: str) -> None:
    """One line says what is wrong, and a hint what was meant."""
    with pytest.raises(UsageError) as caught:
        Address.parse(text)
    assert str(caught.value) == says
    assert caught.value.hint.startswith(hint)


@pytest.mark.parametrize("python", ["/nowhere/python", "no-such-python", ""])
def test_an_unknown_interpreter_did_not_start(python: str) -> None:
    """A wrong interpreter is NotStarted (exit 78), and named."""
    with pytest.raises(NotStarted, match=f"there is no interpreter `{python}`"):
        Address.parse(f"trio@{python}")


def test_a_name_belongs_to_one_adapter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two packages that claim one name are named; the same adapter found twice is not."""
    group = address_module.GROUP
    first, second = EntryPoint("trio", "a:A", group), EntryPoint("trio", "b:B", group)
    install(monkeypatch, first, first)
    assert known_runtimes() == {"trio": first}
    install(monkeypatch, first, second)
    with pytest.raises(UsageError, match="two adapters are called `trio`: a:A and b:B"):
        known_runtimes()


def test_resolving_imports_nothing(adapters: Path) -> None:
    """An adapter is imported by its worker only."""
    (adapters / "some_pack" / "__init__.py").write_text("raise SystemExit")
    Address.parse("some_pack.inner:Mine")
    assert "some_pack" not in sys.modules


def test_our_own_interpreter_finds_the_adapter_last(adapters: Path) -> None:
    """Where an adapter lies is added behind the import path: it can shadow nothing."""
    command, archive = worker_command(Address.parse("some_mod:Mine"))
    assert archive is None
    assert command[:4] == [sys.executable, "-P", "-c", BOOT_OWN]
    assert str(adapters) in command[-1]
    assert "sys.path +=" in BOOT_OWN


# ---------------------------------------------------------------- archives


def names(archive: Path) -> set[str]:
    """What an archive holds."""
    with zipfile.ZipFile(archive) as opened:
        return set(opened.namelist())


@pytest.mark.usefixtures("adapters")
def test_an_archive_holds_the_workers_side_and_one_adapter() -> None:
    """Neither engine nor judge travels, and nothing that lies beside the adapter."""
    held = names(build_archive("some_pack.inner"))
    assert {"some_pack/__init__.py", "some_pack/inner.py"} <= held
    assert {"conformance/wire/worker.py", "conformance/adapter/core.py"} <= held
    others = {name for name in held if not name.startswith(("conformance/", "some_pack/"))}
    assert not others
    engine = {"cli", "engine", "judge", "testing.py", "wire/client.py", "wire/address.py"}
    assert not [name for name in held for part in engine if name.startswith(f"conformance/{part}")]
    assert "some_mod.py" in names(build_archive("some_mod"))


def test_equal_content_is_one_archive(adapters: Path) -> None:
    """It is built once; changed content gives another."""
    first = build_archive("some_mod")
    assert build_archive("some_mod") == first
    (adapters / "some_mod.py").write_text("changed = True")
    assert build_archive("some_mod") != first


def test_an_adapter_without_a_module() -> None:
    """A module that is gone is a usage error that names it."""
    with pytest.raises(UsageError, match="no module named `gone_for_good`"):
        build_archive("gone_for_good.inner")
