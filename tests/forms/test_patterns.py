"""Patterns: which are taken, which are refused, and that the taken ones are cheap."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.forms.patterns import NotAPattern, compiled, matches, refuse_unsafe


@pytest.mark.parametrize(
    ("pattern", "example"),
    [
        (r"^[0-9]{18}$", "0" * 18),
        (r"^\+?[0-9][0-9 .\-]{5,22}$", "0812-0000-0000"),
        (r"^[A-Z]{1,2} ?[0-9]{1,4}$", "DN 1234"),
        (r"^(?:SP|ST)\/[0-9]+$", "SP/12"),
        (r"^(lisan|tertulis)?$", "lisan"),
        (r"^\d*$", "2026"),
        (r"^[^@]+$", "apa saja"),
        (r"^é\.ü$", "é.ü"),
    ],
)
def test_a_simple_anchored_pattern_is_taken(pattern, example):
    refuse_unsafe(pattern, longest=100)
    assert matches(pattern, example)


@pytest.mark.parametrize(
    "pattern",
    [
        r"[0-9]+",
        r"^[0-9]+",
        r"^(a+)+$",
        r"^(a*)*$",
        r"^(a|aa)+$",
        r"^(?:a{1,9}){1,9}$",
        r"^.*.*.*=$",
        r"^[0-9]*[0-9]*$",
        r"^((a))$",
        r"^a|b$",
        r"^(?=a)b$",
        r"^(?P<x>a)$",
        r"^(a)\1$",
        r"^a++$",
        r"^a+?$",
        r"^a{3,1}$",
        r"^\p{L}$",
        r"^\bkata$",
        r"^[a-$",
        r"^[]a]$",
        r"^[a-z-]$",
        r"^[a&&b]$",
        r"^[z-a]$",
        r"^(a$",
        r"^a)$",
        r"^a\$",
        r"^" + "a?" * 20 + "$",
        "^" + "a" * 400 + "$",
        "",
        "^",
    ],
)
def test_a_pattern_that_is_open_or_may_run_for_years_is_refused(pattern):
    with pytest.raises(NotAPattern):
        refuse_unsafe(pattern, longest=200)


_PIECES = ["a", "b", "[ab]", "[a-z]", ".", "(a|ab)", "(?:b|a)?", "a*", "a+", "a?", "[ab]{0,9}", "a{2,}", r"\d", r"\w*"]


@given(st.lists(st.sampled_from(_PIECES), max_size=12).map("".join), st.text("ab ", max_size=200))
@settings(max_examples=300, deadline=None)
def test_whatever_pattern_is_taken_is_done_in_a_moment(body, text):
    pattern = f"^{body}$"
    try:
        refuse_unsafe(pattern, longest=200)
    except NotAPattern:
        return
    for hard in (text, "a" * 200, "a" * 199 + "!", "ab" * 99 + "!"):
        began = time.thread_time()
        found = matches(pattern, hard)
        assert time.thread_time() - began < 1
        assert found == bool(re.search(pattern[:-1] + r"\Z", hard, re.ASCII))


@given(st.text(max_size=30))
@settings(max_examples=400, deadline=None)
def test_any_text_is_either_a_pattern_or_refused(body):
    pattern = f"^{body}$"
    try:
        refuse_unsafe(pattern, longest=50)
    except NotAPattern:
        return
    assert compiled(pattern)
