"""The one sentence of an OKR, there and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pejl.domain import amounts, sentences
from pejl.domain.amounts import Amount, Language
from pejl.domain.sentences import Draft, DraftKeyResult, Piece
from pejl.domain.values import Refused

# Words that are no part of the template in either language.
WORDS = st.sampled_from(
    ["sales", "kunder", "uge", "USD", "12M", "30,000", "2,4", "99.5%", "better", "ændring", "2:37"]
)
PHRASES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
LISTS = st.lists(PHRASES, max_size=5)
OBJECTIVES = st.tuples(st.sampled_from(["Double", "Ændre", "Å", "USD"]), PHRASES).map(" ".join)


def test_all_parts_are_written_in_english() -> None:
    text = sentences.write(
        objective="Launch version 2.0",
        key_results=[
            "support requests from 120 to 30",
            "steps from nine to six",
            "time on site 2:37 → 3:45",
        ],
        initiatives=["a click study", "a fault report"],
        language="en",
    )
    assert text == (
        "I will launch version 2.0 as measured by support requests from 120 to 30, steps from nine to six "
        "and time on site 2:37 → 3:45 through a click study and a fault report."
    )


def test_all_parts_are_written_in_danish() -> None:
    text = sentences.write(
        objective="Fordoble omsætningen",
        key_results=["omsætning fra 12 mio. USD til 24 mio. USD"],
        initiatives=["nyt materiale", "flere møder"],
        language="da",
    )
    assert text == (
        "Jeg vil fordoble omsætningen ud fra omsætning fra 12 mio. USD til 24 mio. USD "
        "via nyt materiale og flere møder."
    )


def test_missing_parts_are_left_out() -> None:
    assert (
        sentences.write(objective="Grow", key_results=[], initiatives=["calls"], language="en")
        == "I will grow through calls."
    )
    assert sentences.write(objective="Grow", key_results=["sales"], initiatives=[], language="en") == (
        "I will grow as measured by sales."
    )
    assert sentences.write(objective="", key_results=[], initiatives=[], language="da") == "Jeg vil …"


def test_blanks_keep_their_place_for_a_page_to_fill() -> None:
    pieces = sentences.parts(objective="", key_results=[], initiatives=[], language="en", blanks=True)
    assert pieces == [
        Piece("I will ", "words"),
        Piece("", "objective"),
        Piece(" as measured by ", "words"),
        Piece("", "key_result"),
        Piece(" through ", "words"),
        Piece("", "initiative"),
        Piece(".", "words"),
    ]


def test_a_part_with_an_and_of_its_own_is_kept_whole() -> None:
    key_results = ("data joined between Marketo and Salesforce from 80 % to 90 %", "pipeline, weighted, up")
    text = sentences.write(objective="Lead", key_results=key_results, initiatives=[], language="en")
    assert "; " in text
    assert tuple(kr.title for kr in sentences.read(text, language="en").key_results) == key_results


@pytest.mark.parametrize(
    ("title", "language", "start", "target"),
    [
        ("support requests from 120 to 30 a month", "en", "120", "30"),
        ("henvendelser fra 120 til 30 om måneden", "da", "120", "30"),
        ("checkout steps from nine to six", "en", "nine", "six"),
        ("manual work from three hours a week to one", "en", "three", "one"),
        ("revenue from USD 12M to USD 24M", "en", "USD 12M", "USD 24M"),
        ("omsætning fra 12 mio. USD til 24 mio. USD", "da", "12 mio. USD", "24 mio. USD"),
        ("synkroniserede data fra 80 % til 90 %", "da", "80 %", "90 %"),
        ("time on site from 2:37 to 3:45 per session", "en", "2:37", "3:45"),
        ("pipeline velocity USD 30,000 → 45,000", "en", "USD 30,000", "45,000"),
        ("artikler 25 -> 100", "da", "25", "100"),
        ("visits 300,000 → 500,000 views", "en", "300,000", "500,000"),
        ("talk to customers from Aarhus", "en", None, None),
    ],
)
def test_start_and_target_are_found_in_a_key_result(
    title: str, language: Language, start: str | None, target: str | None
) -> None:
    lead = "I will grow as measured by " if language == "en" else "Jeg vil vokse ud fra "
    (found,) = sentences.read(lead + title, language=language).key_results
    assert found == DraftKeyResult(title, start, target)
    for text in filter(None, (found.start_text, found.target_text)):
        if ":" not in text:
            assert isinstance(amounts.parse(text, language=language), Amount)


def test_a_sentence_is_read_whatever_its_case_and_spacing() -> None:
    draft = sentences.read("i WILL  grow\nAs Measured By a, b, and c through d and e", language="en")
    assert draft == Draft("Grow", (DraftKeyResult("a"), DraftKeyResult("b"), DraftKeyResult("c")), ("d", "e"))


def test_the_last_through_leads_to_the_initiatives() -> None:
    draft = sentences.read(
        "I will grow through care as measured by sales through shops through calls", language="en"
    )
    assert draft == Draft("Grow through care", (DraftKeyResult("sales through shops"),), ("calls",))


@pytest.mark.parametrize(
    ("objective", "written"),
    [("OKR for all", "OKR for all"), ("A home", "a home"), ("Ændre alt", "ændre alt")],
)
def test_only_a_word_loses_its_capital(objective: str, written: str) -> None:
    text = sentences.write(objective=objective, key_results=[], initiatives=[], language="en")
    assert text == f"I will {written}."


def test_a_sentence_may_lack_its_later_parts() -> None:
    assert sentences.read("Vi vil vokse.", language="da") == Draft("Vokse")
    assert sentences.read("I will grow through calls.", language="en") == Draft("Grow", (), ("calls",))


@pytest.mark.parametrize(
    "text", ["", "Grow as measured by sales", "I will", "I will as measured by sales", "Jeg vil vokse"]
)
def test_another_sentence_is_refused(text: str) -> None:
    with pytest.raises(Refused) as no:
        sentences.read(text, language="en")
    assert no.value.code == "sentence.unreadable"


def test_a_whole_page_is_refused() -> None:
    with pytest.raises(Refused, match=r"sentence\.unreadable"):
        sentences.read("I will " + "grow " * 1000, language="en")


@given(objective=OBJECTIVES, key_results=LISTS, initiatives=LISTS, language=st.sampled_from(["da", "en"]))
def test_what_is_written_is_read_back(
    *, objective: str, key_results: list[str], initiatives: list[str], language: Language
) -> None:
    text = sentences.write(
        objective=objective, key_results=key_results, initiatives=initiatives, language=language
    )
    draft = sentences.read(text, language=language)
    assert draft.objective == objective
    assert [kr.title for kr in draft.key_results] == key_results
    assert list(draft.initiatives) == initiatives


@given(objective=OBJECTIVES, key_results=LISTS, initiatives=LISTS, language=st.sampled_from(["da", "en"]))
def test_the_pieces_make_up_the_sentence(
    *, objective: str, key_results: list[str], initiatives: list[str], language: Language
) -> None:
    pieces = sentences.parts(
        objective=objective, key_results=key_results, initiatives=initiatives, language=language
    )
    text = sentences.write(
        objective=objective, key_results=key_results, initiatives=initiatives, language=language
    )
    assert "".join(piece.text for piece in pieces) == text
    assert [piece.text for piece in pieces if piece.role == "key_result"] == key_results


@given(text=st.text(max_size=200), language=st.sampled_from(["da", "en"]))
def test_any_text_after_the_lead_is_read_or_refused(*, text: str, language: Language) -> None:
    lead = "I will " if language == "en" else "Jeg vil "
    try:
        assert sentences.read(lead + text, language=language).objective
    except Refused as no:
        assert no.code == "sentence.unreadable"  # noqa: PT017 - any other error fails the test
