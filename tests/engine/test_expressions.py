"""What expressions may say is decided by reading them, and problems come with their mend."""

import contextlib
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.engine.expressions import choices, names, problem, script_names, script_problem, thresholds
from service.engine.sandbox import SandboxError, evaluate


@pytest.mark.parametrize(
    "expression",
    [
        'keputusan == "setuju"',
        "nilai > 3 and not batal or ulang",
        'bentuk in ["lisan", "tertulis"]',
        "-1 <= suhu < 40.5",
        "catatan is None",
        "a if b else c",
        "len(berkas) > 0 and max(nilai, 3) % 2 == 1",
        'nama.strip().lower() == "budi"',
        'rincian["jumlah"] * 2 / 3 // 1 + daftar[0] - 1',
        "sudah_lengkap",
        "True",
    ],
)
def test_what_is_of_use_is_allowed(expression: str) -> None:
    assert problem(expression) is None


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("", "kosong"),
        ("  ", "kosong"),
        ('keputusan = "setuju"', "=="),
        ('= keputusan == "setuju"', "Hapus tanda ="),
        ("lengkap == true", "Tulis True"),
        ("lengkap == false", "Tulis False"),
        ("catatan == null", "Tulis None"),
        ('${keputusan == "setuju"}', "${ }"),
        ("a && b", "and"),
        ("a || b", "or"),
        ("!a", "not"),
        ("keputusan == “setuju”", "petik"),
        ("keputusan ==", "tidak terbaca"),
        ("x" * 1001, "panjang"),
        ("+".join(["a"] * 400), "rumit"),
        ("open('a')", "open"),
        ("len == 2", "fungsi"),
        ("_x", "garis bawah"),
        ("().__class__", "__class__"),
        ("'{0}'.format(a)", "format"),
        ("a.strip", "strip"),
        ("a[1:2]", "Potongan"),
        ("9**9", "**"),
        ("1 << 9", "<<"),
        ("lambda: 1", "lambda"),
        ("[x for x in y]", "tidak diperbolehkan"),
        ("(x := 1)", "tidak diperbolehkan"),
        ("f'{a}'", "tidak diperbolehkan"),
        ("max(a, key=len)", "parameter"),
        ("max(*a)", "tidak diperbolehkan"),
        ("(lambda: 1)()", "tidak diperbolehkan"),
        ("a()()", "tidak"),
        ("{'a': 1}", "tidak diperbolehkan"),
        ("b'a'", "Nilai"),
        ("1j", "Nilai"),
        ("await a", "tidak"),
        ("a\x00b", "tidak terbaca"),
        ("(" * 900, "tidak terbaca"),
        ("a; b", "tidak terbaca"),
        ("import os", "tidak terbaca"),
    ],
)
def test_what_is_not_allowed_is_said_with_its_mend(expression: str, words: str) -> None:
    said = problem(expression)
    assert said is not None and words in said


def test_names_are_those_of_data_not_of_functions() -> None:
    assert names('len(a) > b and c.lower() == "d" or max(e, 1) in f') == {"a", "b", "c", "e", "f"}
    assert names("not an expression") == frozenset()


@pytest.mark.parametrize(
    ("script", "reads", "writes"),
    [
        ("b = a\nc = b", {"a"}, {"b", "c"}),
        ("if a:\n    b = 1\nd = b", {"a", "b"}, {"b", "d"}),
        ("if a:\n    b = 1\nelse:\n    b = 2\nd = b", {"a"}, {"b", "d"}),
        ("jumlah += 1", {"jumlah"}, {"jumlah"}),
        ("jumlah = 0\njumlah += 1", set(), {"jumlah"}),
        ("a = b = c", {"c"}, {"a", "b"}),
        ("a = = b", set(), set()),
    ],
)
def test_a_script_reads_what_it_has_not_set_before(script: str, reads: set[str], writes: set[str]) -> None:
    assert script_names(script) == (reads, writes)


@pytest.mark.parametrize(
    "script",
    ["", "import os", "def f(): pass", "for a in b: pass", "while a: pass", "a.b = 1", "a[0] = 1", "a, b = 1, 2",
     "len = 1", "del a", "exec('1')", "a = open('b')", "class A: pass", "with a: pass", "print(a)",
     "a = __b", "x" * 6000],
)  # fmt: skip
def test_a_script_only_sets_names(script: str) -> None:
    assert script_problem(script)


def test_a_script_may_compute_and_decide() -> None:
    assert (
        script_problem("a = 1\nif b > a:\n    c = 'besar'\nelif b:\n    c = 'kecil'\nelse:\n    pass\na += 2") is None
    )


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ('a == "x"', [("a", "x")]),
        ('"x" == a and b != 3', [("a", "x"), ("b", 3)]),
        ("a in ['x', 'y'] or 'z' in c", [("a", "x"), ("a", "y"), ("c", "z")]),
        ("a == -1", [("a", -1)]),
        ("a == b", []),
        ("a > 3", []),
    ],
)
def test_choices_are_the_comparisons_for_being_equal(expression: str, found: list[tuple[str, Any]]) -> None:
    assert choices(expression) == found


def test_thresholds_are_the_comparisons_for_more_or_less() -> None:
    assert thresholds("1 < a <= 5 and 3 > b or c == 4") == [("a", 1), ("a", 5), ("b", 3)]


SEEDS = st.sampled_from(
    ["a", "b", "1", "'x'", "None", "True", "len", "a.lower()", "a.__class__", "__import__", "()", "[]", "9"]
)
GROWN = st.recursive(
    SEEDS,
    lambda part: st.one_of(
        st.tuples(part, st.sampled_from([" + ", " * ", "**", " and ", " == ", " in ", " % ", " < "]), part).map(
            "".join
        ),
        st.tuples(part, part).map(lambda p: f"{p[0]}({p[1]})"),
        st.tuples(part, part).map(lambda p: f"{p[0]}[{p[1]}]"),
        st.tuples(part, part).map(lambda p: f"({p[0]} if {p[1]} else {p[0]})"),
        part.map(lambda p: f"(lambda: {p})()"),
        part.map(lambda p: f"[{p} for a in {p}]"),
        part.map(lambda p: f"not ({p})"),
    ),
    max_leaves=12,
)


@given(GROWN)
@settings(max_examples=150, deadline=None)
def test_whatever_is_grown_is_judged_and_if_allowed_ends_soon(expression: str) -> None:
    began = time.monotonic()
    if problem(expression) is None:
        assert "__" not in expression and "lambda" not in expression and "**" not in expression
        with contextlib.suppress(SandboxError):
            evaluate(expression, dict.fromkeys(names(expression), 3))
    assert time.monotonic() - began < 30


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_text_is_judged_without_failing(text: str) -> None:
    said = problem(text)
    assert said is None or said.strip()
    assert script_problem(text) is None or True
