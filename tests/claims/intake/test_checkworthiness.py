import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.intake.checkworthiness import FEATURES, LISTS, Context, count_words, score


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("Unemployment in Leeds fell by 12 percent in 2023.", "I think Leeds is a lovely place to live in."),
        ("Officials say the ministry refused to pay 4,000 workers.", "Who could have known this about the ministry?"),
        ("The army fired three missiles at Port Harbour.", "The army should perhaps wait a little longer."),
        ("The vaccine caused 300 deaths, Harbour Daily reported.", "Thank you all and good evening from Harbour."),
        ("Taxes doubled because the senate voted for the budget.", "Please read our terms before you comment here."),
    ],
)
def test_a_checkable_sentence_comes_before_one_that_is_not(better, worse):
    assert score(better).value > score(worse).value + 0.1


def test_reasons_are_words_for_and_against_the_weightiest_first():
    assert score("Did the minister steal $4 million in 2020?").reasons[0] == "an amount that can be measured"
    assert "a question" in score("Did the minister steal $4 million in 2020?").reasons
    assert score("I love it").reasons == ("too short to stand alone", "about the speaker himself", "an opinion")


def test_web_addresses_count_for_nothing():
    assert score("The dam holds. https://example.org/2024/99").value == score("The dam holds.").value


def test_a_named_speaker_lifts_a_sentence_and_a_heading_lowers_it():
    plain = score("The dam at Leeds was closed.").value

    assert score("The dam at Leeds was closed.", Context(attributed=True)).value > plain
    assert score("The dam at Leeds was closed.", Context(heading=True)).value < plain


def test_what_no_word_list_knows_is_not_put_below_what_is_shown():
    sentence = "정부는 지난해 항구에 삼억 크로네를 썼다고 밝혔다."

    assert score(sentence).value < 0.2 < score(sentence, Context(foreign=True)).value


def test_words_are_counted_where_no_spaces_stand_between_them():
    assert count_words("The harbour handled 1,240 ships.") == 4
    assert count_words("港口处理了船只") == 3


def test_every_word_list_has_a_weight():
    assert set(LISTS) <= set(FEATURES)


@given(st.text(max_size=400))
def test_any_text_gets_a_value_between_0_and_1(text):
    found = score(text)

    assert 0.0 <= found.value <= 1.0
    assert all(found.reasons)


@pytest.mark.parametrize("run", ["a@", "a", "中", "1"])
def test_an_endless_run_without_a_blank_is_scored_like_any_other(run):
    assert 0 <= score(run * 150_000).value <= 1
