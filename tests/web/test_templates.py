"""The macros by themselves: the reader's language, nothing unescaped, nothing the CSP would refuse."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from jinja2 import Environment, FileSystemLoader, UndefinedError

import pejl.web
from pejl.domain.values import Status
from pejl.web import jinja

TEMPLATES = Path(pejl.web.__file__).parent / "templates"
INLINE = re.compile(r"<[^>]*\s(?:style|on[a-z]+)\s*=(?!=)|<style|<script(?![^>]*\ssrc=)", re.IGNORECASE)
HOSTILE = "<b>&\"'"

# One call of every macro that takes plain arguments.
CALLS = {
    "icon": '{% from "parts/icons.html" import icon %}{{ icon("home", "s") }}',
    "arrow": '{% from "parts/icons.html" import arrow %}{{ arrow() }}',
    "art": '{% from "parts/icons.html" import art %}{{ art() }}',
    "status": '{% from "parts/status.html" import status %}{{ status("at_risk", 16, chip=True) }}',
    "avatar": '{% from "parts/people.html" import avatar %}{{ avatar("Anna") }}{{ avatar("IT", "team") }}',
    "who": '{% from "parts/people.html" import who %}{{ who("Anna Holm") }}',
    "conf": '{% from "parts/confidence.html" import conf %}{{ conf(7) }}',
    "pips": '{% from "parts/confidence.html" import pips %}{{ pips("c", "c1", 7) }}',
    "field": '{% from "parts/forms.html" import field %}{{ field("to", "To", "x", error="No.", help="3") }}',
    "textarea": '{% from "parts/forms.html" import textarea %}{{ textarea("w", "Why", "x", optional=True) }}',
    "select": '{% from "parts/forms.html" import select %}{{ select("u", "", [(1, "A"), ("b", "B")], "b") }}',
    "seg": '{% from "parts/forms.html" import seg %}{{ seg("k", "Kind", [("a", "A"), ("b", "B")], "b") }}',
    "checkbox": '{% from "parts/forms.html" import checkbox %}{{ checkbox("m", "By mail", True) }}',
    "section_head": '{% from "parts/rows.html" import section_head %}{{ section_head("i", "Mine", "3", 2) }}',
    "empty": '{% from "parts/rows.html" import empty %}{{ empty("Nothing", "Later.", "/goals/new", "New") }}',
    "crumbs": '{% from "parts/rows.html" import crumbs %}{{ crumbs([("Goals", "/goals"), ("Here", "")]) }}',
}


@pytest.fixture
def env(monkeypatch: pytest.MonkeyPatch) -> Environment:
    """The product's own environment, but that a translated text is marked with the language asked for."""

    def marked(text: str) -> str:
        return f"{translation.get_language()}:{text}"

    monkeypatch.setattr(translation._trans, "gettext", marked)
    monkeypatch.setattr(
        translation._trans, "ngettext", lambda one, many, count: marked(one if count == 1 else many)
    )
    return jinja.environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)


def drawn(env: Environment, source: str, *, language: str = "en", **context: Any) -> str:
    with translation.override(language):
        return env.from_string(source).render(**context)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("language", ["en", "da"])
def test_a_macro_speaks_the_reader_s_language_whoever_came_before(
    env: Environment, name: str, language: str
) -> None:
    other = "da" if language == "en" else "en"
    drawn(env, CALLS[name], language=other)
    assert f"{other}:" not in drawn(env, CALLS[name], language=language)


@pytest.mark.parametrize("language", ["en", "da"])
def test_the_word_of_a_status_is_looked_up_for_each_reader(env: Environment, language: str) -> None:
    drawn(env, CALLS["status"], language="da" if language == "en" else "en")
    assert f"{language}:At risk" in drawn(env, CALLS["status"], language=language)


@pytest.mark.parametrize("name", CALLS)
def test_a_macro_brings_no_inline_style_or_script(env: Environment, name: str) -> None:
    assert not INLINE.search(drawn(env, CALLS[name]))


def test_no_template_has_an_inline_style_or_script() -> None:
    paths = list(TEMPLATES.rglob("*.html"))
    assert len(paths) > 10
    found = [path.name for path in paths if INLINE.search(path.read_text(encoding="utf-8"))]
    assert found == []


@pytest.mark.parametrize(
    "text", ['<p style="x">', '<a onclick="x">', "<script>x</script>", "<style>x</style>"]
)
def test_an_inline_style_or_script_is_noticed(text: str) -> None:
    assert INLINE.search(text)


def test_no_word_is_looked_up_outside_a_macro() -> None:
    """Imported macros are run once in a process: a word outside them keeps the first reader's language."""
    for path in (TEMPLATES / "parts").glob("*.html"):
        text = re.sub(r"{#.*?#}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        outside = re.sub(r"{% macro .*?{%-? endmacro %}", "", text, flags=re.DOTALL)
        assert not re.search(r"\b_\(|{% trans", outside), path.name


@pytest.mark.parametrize("status", list(Status))
def test_a_status_has_a_shape_a_word_and_a_colour(env: Environment, status: Status) -> None:
    html = drawn(env, '{% from "parts/status.html" import status %}{{ status(one) }}', one=status)
    assert f'data-status="{status.value.replace("_", "-")}"' in html
    assert '<svg class="mark"' in html
    assert re.search(r"<span>en:[A-Z][a-z ]+</span>", html)


def test_no_two_statuses_share_a_shape(env: Environment) -> None:
    source = '{% from "parts/status.html" import shape %}{{ shape(one) }}'
    assert len({drawn(env, source, one=status) for status in Status}) == len(Status)


@pytest.mark.parametrize("status", [Status.ON_TRACK, Status.AT_RISK, Status.OFF_TRACK])
def test_a_silent_goal_is_drawn_hollow_with_the_age_of_its_last_word(
    env: Environment, status: Status
) -> None:
    source = '{% from "parts/status.html" import status %}{{ status(one, days) }}'
    silent, heard = (drawn(env, source, one=status, days=days) for days in (16, None))
    assert 'class="hollow"' in silent
    assert "16 days silent" in silent
    assert 'class="hollow"' not in heard
    assert "silent" not in heard


def test_one_silent_day_is_told_in_the_singular(env: Environment) -> None:
    html = drawn(env, '{% from "parts/status.html" import status %}{{ status("on_track", 1) }}')
    assert "1 day silent" in html


def test_an_error_is_tied_to_its_field(env: Environment) -> None:
    source = (
        '{% from "parts/forms.html" import field %}{{ field("kr.0.to", "To", "x", error="No.", help="30") }}'
    )
    html = drawn(env, source)
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="f-kr-0-to-error f-kr-0-to-help"' in html
    assert re.search(r'<p class="field__error" id="f-kr-0-to-error">.*No\.', html, re.DOTALL)
    assert 'id="f-kr-0-to-help"' in html
    assert '<label class="field__label" for="f-kr-0-to">' in html


def test_a_field_without_an_error_says_nothing_of_one(env: Environment) -> None:
    html = drawn(env, '{% from "parts/forms.html" import field %}{{ field("to", "To", "x") }}')
    assert "aria-" not in html
    assert "field__error" not in html


@pytest.mark.parametrize(
    "source",
    [
        '{% from "parts/forms.html" import field %}{{ field("n", evil, evil, error=evil, help=evil) }}',
        '{% from "parts/forms.html" import textarea %}{{ textarea("n", evil, evil, error=evil) }}',
        '{% from "parts/forms.html" import select %}{{ select("n", evil, [(evil, evil)], evil) }}',
        '{% from "parts/forms.html" import seg %}{{ seg("n", evil, [(evil, evil)], evil) }}',
        '{% from "parts/people.html" import who %}{{ who(evil) }}',
        '{% from "parts/rows.html" import crumbs %}{{ crumbs([(evil, evil), (evil, "")]) }}',
        '{% from "parts/rows.html" import empty %}{{ empty(evil, evil, evil, evil) }}',
    ],
)
def test_what_people_wrote_is_escaped(env: Environment, source: str) -> None:
    html = drawn(env, source, evil=HOSTILE)
    assert HOSTILE not in html
    assert "<b>" not in html
    assert "&lt;b&gt;&amp;&#34;&#39;" in html


def test_a_select_and_a_segment_keep_the_choice(env: Environment) -> None:
    assert '<option value="b" selected>B</option>' in drawn(env, CALLS["select"])
    assert re.search(r'value="b" checked>', drawn(env, CALLS["seg"]))
    assert drawn(env, CALLS["seg"]).count(" checked") == 1


def test_confidence_fills_as_many_marks_as_it_says(env: Environment) -> None:
    source = '{% from "parts/confidence.html" import conf %}{{ conf(n) }}'
    assert [drawn(env, source, n=n).count('class="on"') for n in (0, 5, 10)] == [0, 5, 10]


def test_an_unknown_icon_is_an_error_and_not_an_empty_place(env: Environment) -> None:
    with pytest.raises(UndefinedError):
        drawn(env, '{% from "parts/icons.html" import icon %}{{ icon("no-such") }}')


def test_every_icon_a_template_names_is_drawn(env: Environment) -> None:
    named = {
        name
        for path in TEMPLATES.rglob("*.html")
        for name in re.findall(r"\bicon\(\"([a-z-]+)\"", path.read_text(encoding="utf-8"))
    }
    assert "theme" in named
    for name in sorted(named):
        assert "<path" in drawn(env, '{% from "parts/icons.html" import icon %}{{ icon(n) }}', n=name)
