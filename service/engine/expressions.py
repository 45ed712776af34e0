"""What an expression or script of a diagram may say, and which names it reads and writes.

Python's syntax is only parsed here, never run: running is the sandbox's job.
"""

import ast
from functools import lru_cache
from typing import Any

from service.sentences import Sentence

MOST_CHARACTERS = 1_000
MOST_SCRIPT_CHARACTERS = 5_000
MOST_NODES = 500

FUNCTIONS = frozenset(
    {"abs", "all", "any", "bool", "float", "int", "len", "max", "min", "round", "sorted", "str", "sum"}
)
METHODS = frozenset({"casefold", "endswith", "lower", "startswith", "strip", "upper"})

_LOGIC = (ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.IfExp)
_COMPARISONS = (
    ast.Compare, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn, ast.Is, ast.IsNot,
)  # fmt: skip
_ARITHMETIC = (ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod)
_VALUES = (ast.Name, ast.Load, ast.Constant, ast.List, ast.Tuple, ast.Subscript, ast.Call, ast.Attribute)
_EXPRESSION = (ast.Expression, *_LOGIC, *_COMPARISONS, *_ARITHMETIC, *_VALUES)
_STATEMENTS = (ast.Module, ast.Assign, ast.AugAssign, ast.If, ast.Pass, ast.Store)

_SIGNS: dict[type[ast.AST], str] = {
    ast.Pow: "**", ast.MatMult: "@", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.LShift: "<<",
    ast.RShift: ">>", ast.Invert: "~", ast.UAdd: "+",
}  # fmt: skip

# Ways of other languages that people bring along, and how it is written here.
_FOREIGN_NAMES = {"true": "True", "false": "False", "null": "None", "none": "None", "TRUE": "True", "FALSE": "False"}
_FOREIGN_SIGNS = (
    ("${", "Tulis ungkapannya saja, tanpa ${ }."),
    ("#{", "Tulis ungkapannya saja, tanpa #{ }."),
    ("&&", "Tulis and, bukan &&."),
    ("||", "Tulis or, bukan ||."),
    ("“", 'Pakai tanda petik lurus ("), bukan petik lengkung.'),
    ("”", 'Pakai tanda petik lurus ("), bukan petik lengkung.'),
)


def problem(expression: str) -> str | None:
    """What is wrong with an expression, in words, or None."""
    if not expression or not expression.strip():
        return "Ungkapannya kosong."
    if len(expression) > MOST_CHARACTERS:
        return Sentence("Ungkapan terlalu panjang: paling banyak {most} huruf.", most=MOST_CHARACTERS)
    tree = _parsed(expression)
    return tree if isinstance(tree, str) else _first_problem(tree, _EXPRESSION)


def script_problem(script: str) -> str | None:
    """What is wrong with a script, in words, or None. A script only sets names: no loops, functions or imports."""
    if not script or not script.strip():
        return "Skripnya kosong."
    if len(script) > MOST_SCRIPT_CHARACTERS:
        return Sentence("Skrip terlalu panjang: paling banyak {most} huruf.", most=MOST_SCRIPT_CHARACTERS)
    tree = _parsed_script(script)
    if isinstance(tree, str):
        return tree
    return _first_problem(tree, (*_EXPRESSION, *_STATEMENTS)) or _targets_problem(tree)


def names(expression: str) -> frozenset[str]:
    """The names of process data that an expression reads; empty if it cannot be read at all."""
    tree = _parsed(expression)
    return frozenset() if isinstance(tree, str) else _loads(tree)


def script_names(script: str) -> tuple[frozenset[str], frozenset[str]]:
    """The names that a script reads before it has surely set them itself, and those it sets."""
    tree = _parsed_script(script)
    if isinstance(tree, str):
        return frozenset(), frozenset()
    reads: set[str] = set()
    _follow(tree.body, frozenset(), reads)
    return frozenset(reads), frozenset(_stores(tree))


def choices(expression: str) -> list[tuple[str, Any]]:
    """The pairs of name and constant that an expression compares for being equal, or unequal, in its own order."""
    tree = _parsed(expression)
    if isinstance(tree, str):
        return []
    return [pair for node in ast.walk(tree) if isinstance(node, ast.Compare) for pair in _pairs(node)]


def thresholds(expression: str) -> list[tuple[str, Any]]:
    """The pairs of name and constant that an expression compares for being more or less."""
    tree = _parsed(expression)
    if isinstance(tree, str):
        return []
    return [
        pair
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare)
        for left, operator, right in _steps(node)
        if isinstance(operator, (ast.Lt, ast.LtE, ast.Gt, ast.GtE))
        for pair in _named(left, right)
    ]


@lru_cache(maxsize=2048)
def _parsed(expression: str) -> ast.Expression | str:
    """The syntax tree, or what is wrong in words. Parsing alone cannot run anything."""
    try:
        return ast.parse(expression.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _unreadable(expression)


@lru_cache(maxsize=512)
def _parsed_script(script: str) -> ast.Module | str:
    try:
        return ast.parse(script)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        return Sentence("Skrip tidak terbaca pada baris {line}.", line=line) if line else "Skrip tidak terbaca."


def _unreadable(expression: str) -> str:
    text = expression.strip()
    if text.startswith("=") and not isinstance(_parsed(text[1:]), str):
        return "Hapus tanda = di depan ungkapan."
    for sign, mend in _FOREIGN_SIGNS:
        if sign in text:
            return mend
    bare = text.replace("==", "").replace("!=", "").replace("<=", "").replace(">=", "")
    if "=" in bare:
        return "Untuk membandingkan, tulis == (dua tanda sama dengan)."
    if "!" in bare:
        return "Tulis not di depan, bukan tanda seru."
    return 'Ungkapan tidak terbaca. Contoh yang benar: keputusan == "setuju"'


def _first_problem(tree: ast.AST, allowed: tuple[type[ast.AST], ...]) -> str | None:
    nodes = list(ast.walk(tree))
    if len(nodes) > MOST_NODES:
        return "Ungkapan terlalu rumit; pecah menjadi beberapa gerbang."
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    for node in nodes:
        if not isinstance(node, allowed):
            return Sentence("Bagian “{part}” tidak diperbolehkan dalam ungkapan.", part=_shown(node))
        if words := _node_problem(node, id(node) in called):
            return words
    return None


def _node_problem(node: ast.AST, called: bool) -> str | None:
    match node:
        case ast.Name():
            return _name_problem(node, called)
        case ast.Constant():
            return None if isinstance(node.value, (str, int, float, type(None))) else "Nilai ini tidak diperbolehkan."
        case ast.Call():
            return _call_problem(node)
        case ast.Attribute() if not called or node.attr not in METHODS:
            known = f".{'(), .'.join(sorted(METHODS))}()"
            return Sentence("“.{name}” tidak diperbolehkan; yang boleh: {known}.", name=node.attr, known=known)
        case ast.Subscript() if isinstance(node.slice, ast.Slice):
            return "Potongan [a:b] tidak diperbolehkan."
    return None


def _name_problem(node: ast.Name, called: bool) -> str | None:
    if node.id in _FOREIGN_NAMES:
        return Sentence("Tulis {ours}, bukan {theirs}.", ours=_FOREIGN_NAMES[node.id], theirs=node.id)
    if node.id.startswith("_"):
        return Sentence("Nama “{name}” tidak boleh diawali garis bawah.", name=node.id)
    if called and node.id not in FUNCTIONS:
        known = ", ".join(sorted(FUNCTIONS))
        return Sentence("Fungsi “{name}” tidak tersedia; yang boleh: {known}.", name=node.id, known=known)
    if not called and node.id in FUNCTIONS:
        return Sentence("“{name}” adalah nama fungsi, dan tidak dapat dipakai sebagai nama isian.", name=node.id)
    return None


def _call_problem(node: ast.Call) -> str | None:
    if not isinstance(node.func, (ast.Name, ast.Attribute)):
        return "Pemanggilan seperti ini tidak diperbolehkan."
    if node.keywords:
        return "Fungsi dipanggil tanpa nama parameter."
    return None


def _targets_problem(tree: ast.Module) -> str | None:
    for node in ast.walk(tree):
        for target in _targets(node):
            if not isinstance(target, ast.Name):
                return Sentence("“{part}” tidak dapat diisi; skrip hanya mengisi nama biasa.", part=_shown(target))
            if target.id in FUNCTIONS:
                return Sentence("“{name}” adalah nama fungsi, dan tidak dapat diisi.", name=target.id)
    return None


def _targets(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return node.targets
    return [node.target] if isinstance(node, ast.AugAssign) else []


def _shown(node: ast.AST) -> str:
    if type(node) in _SIGNS:
        return _SIGNS[type(node)]
    try:
        return ast.unparse(node).splitlines()[0][:60]
    except (AttributeError, ValueError, IndexError, RecursionError):
        return type(node).__name__


def _loads(tree: ast.AST) -> frozenset[str]:
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return frozenset(
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and id(node) not in called
    )


def _stores(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def _follow(body: list[ast.stmt], known: frozenset[str], reads: set[str]) -> frozenset[str]:
    """Walk statements in order; gathers reads of what is not surely set, gives what is surely set afterwards."""
    for statement in body:
        match statement:
            case ast.If():
                reads |= _loads(statement.test) - known
                then = _follow(statement.body, known, reads)
                known = then & _follow(statement.orelse, known, reads)
            case ast.AugAssign():
                reads |= (_loads(statement.value) | _stores(statement.target)) - known
                known |= _stores(statement.target)
            case _:
                reads |= _loads(statement) - known
                known |= _stores(statement)
    return known


def _steps(node: ast.Compare) -> list[tuple[ast.expr, ast.cmpop, ast.expr]]:
    lefts = [node.left, *node.comparators]
    return list(zip(lefts, node.ops, node.comparators, strict=False))


def _pairs(node: ast.Compare) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for left, operator, right in _steps(node):
        if isinstance(operator, (ast.Eq, ast.NotEq)):
            found += _named(left, right)
        elif isinstance(operator, (ast.In, ast.NotIn)):
            found += _among(left, right)
    return found


def _named(left: ast.expr, right: ast.expr) -> list[tuple[str, Any]]:
    """Name and constant of a comparison, whichever stands first."""
    for name, constant in ((left, right), (right, left)):
        if isinstance(name, ast.Name) and (value := _value(constant)) is not _NOTHING:
            return [(name.id, value)]
    return []


def _among(left: ast.expr, right: ast.expr) -> list[tuple[str, Any]]:
    """`name in [a, b]` compares with each; `a in name` asks whether a list of choices holds it."""
    if isinstance(left, ast.Name) and isinstance(right, (ast.List, ast.Tuple)):
        return [(left.id, value) for item in right.elts if (value := _value(item)) is not _NOTHING]
    if isinstance(right, ast.Name) and (value := _value(left)) is not _NOTHING:
        return [(right.id, value)]
    return []


_NOTHING = object()


def _value(node: ast.expr) -> Any:
    """A constant, negative numbers included."""
    match node:
        case ast.Constant():
            return node.value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return -number
    return _NOTHING
