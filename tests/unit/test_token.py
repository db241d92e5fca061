import shlex
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.errors import DataError
from conformance.judge.token import (
    ReferenceToken,
    RunToken,
    check_fresh,
    decode_schedule,
    decode_token,
    encode_schedule,
    encode_token,
    short_hash,
)
from conformance.lang.ops import Note
from conformance.lang.program import Program

texts = st.text(min_size=1, max_size=30).filter(lambda text: text != "-")
hashes = st.text("0123456789abcdef", min_size=8, max_size=8)
tasks = st.from_regex(r"[A-Za-z_][\w-]{0,9}", fullmatch=True)
paths = st.tuples(tasks, st.integers(0, 99).map(str))
run_tokens = st.builds(
    RunToken,
    hashes,
    texts,
    texts,
    st.none() | st.integers(0, 2**32),
    st.lists(paths, max_size=3).map(tuple),
    st.sampled_from(["virtual", "real"]),
)
schedules = st.lists(st.integers(0, 400), max_size=40)


@given(run_tokens)
def test_a_run_token_comes_back(token: RunToken) -> None:
    """Encoding a token loses nothing, whatever a task or an address is called."""
    assert decode_token(encode_token(token)) == token


@given(run_tokens)
def test_a_token_is_one_shell_word(token: RunToken) -> None:
    """A token can be pasted into a shell without quotes."""
    word = encode_token(token)
    assert shlex.quote(word) == word


@given(schedules)
def test_a_schedule_comes_back_without_trailing_zeros(choices: list[int]) -> None:
    """Base 32 keeps every choice; zeros at the end are what is chosen anyway."""
    wanted = list(choices)
    while wanted and wanted[-1] == 0:
        wanted.pop()
    assert decode_schedule(encode_schedule(choices)) == wanted


@given(schedules)
def test_a_reference_token_comes_back(choices: list[int]) -> None:
    """A schedule of the reference travels in the same form of token."""
    schedule = tuple(decode_schedule(encode_schedule(choices)))
    token = ReferenceToken("0123abcd", "join/value", "anyio:trio", schedule)
    assert decode_token(encode_token(token)) == token


@given(st.text())
def test_what_is_no_token_is_refused_in_words(text: str) -> None:
    """Any other text is a DataError, never another exception."""
    with suppress(DataError):
        decode_token(text)


@pytest.mark.parametrize(
    "text",
    [
        "ar1.1.0123abcd.run,a,b",
        "ar1.1.0123abcd.run,a,b,many,-,virtual",
        "ar1.1.0123abcd.run,a,b,1,-,lunar",
        "ar1.1.0123abcd.ref,a,b,!!",
        "ar1.1.0123abcd.ref,a,b,aa",
    ],
)
def test_a_damaged_token_is_refused(text: str) -> None:
    """A token with a field missing or unreadable says that it is damaged."""
    with pytest.raises(DataError, match="damaged"):
        decode_token(text)


def test_another_version_is_stale() -> None:
    """A token of other semantics is refused, and the reason names both versions."""
    with pytest.raises(DataError, match="version 99"):
        decode_token("ar1.99.0123abcd.run,a,b,1,-,virtual")


def test_a_changed_program_is_stale() -> None:
    """A token whose program changed is refused; with the same program it is fresh."""
    program = Program({"main": (Note("a"),)})
    check_fresh(RunToken(short_hash(program), "a/b", "trio"), program)
    with pytest.raises(DataError, match="changed"):
        check_fresh(RunToken("00000000", "a/b", "trio"), program)
