"""Small things stay small: limits on functions, parameters and modules.

Lines are code lines: docstrings, comments and blank lines do not count.
"""

import ast
import io
import statistics
import tokenize
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "src" / "songscape"
MODULES = sorted(SOURCE.rglob("*.py"))
QUIET = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@cache
def code_lines(text):
    """Return the numbers of the lines that hold code."""
    docstrings = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            docstrings |= set(range(node.lineno, node.end_lineno + 1))
    lines = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in QUIET and token.string:
            lines |= set(range(token.start[0], token.end[0] + 1))
    return lines - docstrings


def functions():
    """Give the name, length and arguments of every function."""
    for module in MODULES:
        text = module.read_text("utf-8")
        lines = code_lines(text)
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, FUNCTIONS):
                length = len(lines & set(range(node.lineno, node.end_lineno + 1)))
                yield f"{module.relative_to(SOURCE)}:{node.name}", length, node.args


def test_functions_are_short():
    lengths = [length for _, length, _ in functions()]
    assert statistics.median(lengths) <= 8
    assert sorted(lengths)[int(0.9 * len(lengths))] <= 25
    assert [name for name, length, _ in functions() if length > 60] == []


def test_functions_take_few_parameters():
    many = []
    for name, _, args in functions():
        given = [*args.posonlyargs, *args.args, *args.kwonlyargs]
        count = len([arg for arg in given if arg.arg not in ("self", "cls")])
        if count > 6 and not name.endswith(":__init__"):
            many.append((name, count))
    # The command line has one parameter per option, the compiled functions one per array.
    free = ("cli/", "_kernels/_engine.py", "_kernels/_twin.py")
    assert [one for one in many if not one[0].startswith(free)] == []


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_modules_are_short(module):
    assert len(code_lines(module.read_text("utf-8"))) <= 300
