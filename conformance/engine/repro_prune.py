"""Leaves out of a script what its program does not use: functions, classes, imports."""

from __future__ import annotations

import ast
import re
from functools import lru_cache

_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def pruned(source: str) -> str:
    """The same script without the definitions and imports at its top level that nothing reaches."""
    tree = ast.parse(source)
    defined = {name: node for node in tree.body for name in _names(node)}
    roots = [node for node in tree.body if not _names(node)]
    reached: set[str] = set()
    todo = {name for node in roots for name in _used(node)}
    while todo:
        name = todo.pop()
        if name in defined and name not in reached:
            reached.add(name)
            todo |= _used(defined[name])
    lines = source.split("\n")
    for node in tree.body:
        names = _names(node)
        if names and not names & reached and node.end_lineno is not None:
            for at in range(node.lineno - 1, node.end_lineno):
                lines[at] = "\0"
    text = "\n".join(line for line in lines if line != "\0")
    return re.sub(r"\n{4,}", "\n\n\n", text)


@lru_cache(maxsize=32)
def names_in(source: str) -> frozenset[str]:
    """Every name that a script binds, wherever: what a task in it must not be called."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        found |= _names(node)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return frozenset(found)


def _names(node: ast.AST) -> set[str]:
    """What a definition or an import binds; nothing for any other statement."""
    if isinstance(node, _NAMED):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name.partition(".")[0] for alias in node.names}
    return set()


def _used(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
