"""Conditions of JUEL and FEEL in our words; what would mean another thing is left to a person."""

import pytest

from service.dialects.expressions import Untranslatable, feel, fit_name, juel
from service.dialects.times import duration_from
from service.engine import expressions, sandbox

JUEL = {
    "${approved}": "approved",
    "#{approved}": "approved",
    "${!approved}": "not approved",
    "${approved == true && amount > 10}": "approved == True and amount > 10",
    "${a == 'x' or (b ge 3 and not c)}": 'a == "x" or (b >= 3 and not c)',
    "${!(a == 1) && b}": "not (a == 1) and b",
    "${!a == b}": "(not a) == b",
    "${a lt -1.5}": "a < -1.5",
    "${a == null || null != b}": "a is None or b is not None",
    '${keputusan.equals("setuju")}': 'keputusan == "setuju"',
    "${a == 'it\\'s \\\"so\\\"'}": 'a == "it\'s \\"so\\""',
}
FEEL = {
    "= approved and amount > 10": "approved and amount > 10",
    '=hasil = "layak" or hasil != "x"': 'hasil == "layak" or hasil != "x"',
    '= a in ("x", "y")': 'a in ["x", "y"]',
    "= a in [1..10)": "a >= 1 and a < 10",
    "= a in (0..1] or b": "a > 0 and a <= 1 or b",
    "= not(a = 1 and b)": "not (a == 1 and b)",
    "= a between 1 and 3 and c": "a >= 1 and a <= 3 and c",
    "= a = null": "a is None",
    "=(a or b) and c": "(a or b) and c",
}
NEEDS_A_PERSON = (
    "${a.b.c}", "${bean.method(x)}", "${a + 1 > 2}", "${a ? b : c}", "${empty a}", "${a == b == c}", "${a} and ${b}",
    "${}", "${a &&}", "${class == 1}", "${a[0]}", "${'x}", "${a > null}", "${" + "(" * 400 + "a" + ")" * 400 + "}",
    "${" + "!" * 900 + "a}", "${_rahasia}", "${len(a)}", "true", "${a == 12345678901234567890}", "${a == 10L}",
)  # fmt: skip
NEEDS_A_PERSON_IN_FEEL = (
    "= a.b = 1", "=if a then b else c", "= some x in y satisfies x", "= count(a) > 1", "= a in b", "= a in (b, c)",
    "= a in [x..y]", "=", "= not a", '= date("2026-01-01") < a', "= a + 1", "= a = b = c", "= a ** 2", "= {a: 1}",
)  # fmt: skip


@pytest.mark.parametrize("theirs", JUEL)
def test_a_simple_condition_of_camunda_7_and_flowable_is_translated(theirs: str) -> None:
    assert juel(theirs) == JUEL[theirs]


@pytest.mark.parametrize("theirs", FEEL)
def test_a_simple_condition_of_camunda_8_is_translated(theirs: str) -> None:
    assert feel(theirs) == FEEL[theirs]


@pytest.mark.parametrize("ours", [*JUEL.values(), *FEEL.values()])
def test_every_translation_is_an_expression_of_ours(ours: str) -> None:
    assert expressions.problem(ours) is None


@pytest.mark.parametrize("theirs", NEEDS_A_PERSON)
def test_any_other_juel_needs_a_person_and_says_why(theirs: str) -> None:
    with pytest.raises(Untranslatable) as why:
        juel(theirs)
    assert why.value.sentence and len(why.value.sentence) < 200


@pytest.mark.parametrize("theirs", NEEDS_A_PERSON_IN_FEEL)
def test_any_other_feel_needs_a_person_and_says_why(theirs: str) -> None:
    with pytest.raises(Untranslatable) as why:
        feel(theirs)
    assert why.value.sentence and len(why.value.sentence) < 200


def test_a_field_that_had_to_be_renamed_is_asked_by_its_new_name() -> None:
    assert feel("= pemohon.nama = null", {"pemohon.nama": "pemohon_nama"}) == "pemohon_nama is None"
    assert juel("${class == 'x'}", {"class": "class_"}) == 'class_ == "x"'


@pytest.mark.parametrize(
    "name, ours", [("nama", "nama"), ("mulai-tanggal", "mulai_tanggal"), ("class", "class_"), ("len", "len_"),
                   ("1a", "isian_1a"), ("_x", "x"), ("über", "ber"), ("😀", "isian_"), ("true", "true_")],
)  # fmt: skip
def test_a_name_is_made_fit_for_forms_and_conditions(name: str, ours: str) -> None:
    assert fit_name(name) == ours and fit_name(ours) == ours
    assert expressions.problem(ours) is None


def test_precedence_is_that_of_the_language_it_comes_from() -> None:
    """Seen by running it: `or` of two `and`s, and a `not` that holds the comparison in one language only."""
    for a in (True, False):
        for b in (True, False):
            data = {"a": a, "b": b, "c": not a}
            assert sandbox.evaluate(juel("${a || b && c}"), data) == (a or (b and not a))
            assert sandbox.evaluate(juel("${!a == b}"), data) == ((not a) == b)
            assert sandbox.evaluate(feel("= not(a = b)"), data) == (a != b)


@pytest.mark.parametrize(
    "theirs, ours",
    [("P3D", "P3D"), ('"P3D"', "P3D"), ("${now().plusDays(3)}", "P3D"), ('=duration("PT4H")', "PT4H"),
     ("${dateTime().plusDays(1).plusHours(2).toDate()}", "P1DT2H"), ('= now() + duration("P1D")', "P1D"),
     ("${now().plusWeeks(2)}", "P2W"), ("P1M", None), ("${frist}", None), ("2026-01-01", None), ("P0D", None),
     ("${now().plusMonths(1)}", None), ("=x", None), ("", None), ("${now().plusDays(9999999)}", None)],
)  # fmt: skip
def test_a_due_date_is_read_where_it_is_a_length_of_time(theirs: str, ours: str | None) -> None:
    assert duration_from(theirs) == ours
