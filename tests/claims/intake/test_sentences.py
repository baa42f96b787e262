import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.intake.sentences import split_sentences


def texts(article):
    return [sentence.text for sentence in split_sentences(article)]


@pytest.mark.parametrize(
    "cut",
    [
        "Mr. Darcy met Dr. Watson.| They spoke for an hour.",
        "The U.S. Senate met in Washington, D.C. on Monday.| It adjourned.",
        "Talks were held in the U.S.| The delegates left early.",
        "Agent Sherlock S. Holmes resigned.| So did Hong Gil Dong.",
        "Prices rose 3.5 percent to $1.75 a litre.| Wages did not.",
        "It opened on Jan. 5 and closed on Sept. 12, 2023.| Few came.",
        "The shop, Harbour Inc. of Leeds, closed at 5 p.m. Tuesday.| It opened at 9 a.m.| Nobody complained.",
        "They met at 7 a.m. GMT in the hall.| It was cold.",
        "See No. 4 of the list.| No.| That is wrong.",
        "She holds a Ph.D. in law.| Her brother holds none.",
        "Is it true?| Yes!| Really?!",
        "He asked “why now?” and left.| Nobody knew.",
        "“Stop it!” Ms. Bennet said.| Then she left.",
        "“Stop it!”| Then the lights went out.",
        "“We won.| It is over,” he said.| “Go home.”",
        '"It is done."| She sat down.',
        "They wanted to … leave the area.| The road was closed.",
        "We need … Northern ports.| All of them.",
        "He waited ...| The phone rang.",
        "“Nothing [...] Boats came,” it says.| Well.",
        "Wait…| The door opens.",
        "Wait...| Nora saw it.",
        "Read example.org/news for more.| The site is free.",
        "Sales of phones fell.| iPhone sales did not.",
        "(He denied it.)| Courts disagreed.",
        "Apples, pears, etc. were sold.| Bread, too.",
        "Am 24. Juni 2024 war Ruhe.| Das war neu.",
        "Er kam am 3.| Danach ging er.",
        "Учёный А. С. Пушкин приехал в г. Омск.| Он остался на год.",
        "회의는 서울에서 열렸다.| 그는 오지 않았다.",
        "انتهى الاجتماع.| هل عاد الوفد؟| لم يعد.",
        "会议结束了。|代表团离开！",
        "बैठक समाप्त हुई।| सब चले गए।",
        "World trade fell in 2024.| Exports rose.",
        "The blank was lost here.|The next one begins.",
        "Prices: $3.The end",
        "... and so it went.",
    ],
)
def test_a_text_is_cut_where_a_reader_would_cut_it(cut):
    assert texts(cut.replace("|", "")) == [piece.strip() for piece in cut.split("|")]


def test_bullets_and_numbers_are_not_part_of_the_sentence():
    article = "What we know:\n• The dam holds.\n2. The road is open.\nb) Nobody was hurt.\n3. Mai war ein Freitag."

    assert texts(article) == [
        "What we know:",
        "The dam holds.",
        "The road is open.",
        "Nobody was hurt.",
        "3. Mai war ein Freitag.",
    ]


def test_a_line_is_a_paragraph_and_blank_lines_are_not_counted():
    article = "A headline without a stop\r\n\r\nFirst paragraph. It goes on.\r\nSecond paragraph."

    assert [(s.paragraph, s.text) for s in split_sentences(article)] == [
        (1, "A headline without a stop"),
        (2, "First paragraph."),
        (2, "It goes on."),
        (3, "Second paragraph."),
    ]


def test_lines_wrapped_by_hand_are_joined_until_a_blank_line_or_a_bullet():
    article = (
        "The committee looked at the figures for a long\n"
        "time and found them to be correct in nearly all\n"
        "of the cases it had been asked about.\n"
        "- A bullet begins a paragraph\n"
        "\n"
        "The next paragraph is a short one.\n"
    )

    assert [(s.paragraph, " ".join(s.text.split())) for s in split_sentences(article)] == [
        (
            1,
            "The committee looked at the figures for a long time and found them to be correct in nearly all of the cases "
            "it had been asked about.",
        ),
        (2, "A bullet begins a paragraph"),
        (3, "The next paragraph is a short one."),
    ]


def test_short_lines_that_begin_with_capitals_stay_apart():
    assert texts("Bread\nButter\nA longer line of the list") == ["Bread", "Butter", "A longer line of the list"]


@pytest.mark.parametrize("nothing", ["", " \n\t\r\n ", "* * *", "—"])
def test_a_text_without_words_has_no_sentences(nothing):
    assert split_sentences(nothing) == []


def test_offsets_count_code_points_not_bytes_or_utf16_units():
    article = "😀 Ünïcode first. Second."

    second = split_sentences(article)[1]

    assert (second.start, second.end, article[second.start : second.end]) == (17, 24, "Second.")


def test_a_speaker_found_by_the_rules_of_speech_is_on_the_sentence():
    article = "“The dam will hold,” said Elizabeth Bennet, an engineer. The mayor was silent."

    assert [(s.speaker, s.attribution) for s in split_sentences(article)] == [("Elizabeth Bennet", "quoted"), ("", "")]


WILD = st.text(alphabet=st.sampled_from(list("aZé. !?…\"“”()[]\n1,'’—•UMr가。؟")), max_size=120)


@given(st.one_of(WILD, st.text(max_size=200)))
def test_sentences_are_exact_in_order_apart_and_lose_no_letter(article):
    found = split_sentences(article)

    assert all(article[s.start : s.end] == s.text == s.text.strip() != "" for s in found)
    assert all(a.end <= b.start and a.paragraph <= b.paragraph for a, b in pairwise(found))
    kept = "".join(c for s in found for c in s.text if c.isalpha())
    dropped = len([c for c in article if c.isalpha()]) - len(kept)
    assert dropped <= article.count(")")  # only the letter of an "a)" in front of a list item


@pytest.mark.thorough
@pytest.mark.parametrize("unit", ["A. ", "“Why? ” ", "Bingley said “no, we will not”. ", '"', "Jane, ", "1) "])
def test_a_paragraph_of_a_million_characters_is_cut_within_seconds(unit):
    article = unit * (1_000_000 // len(unit))
    began = time.process_time()

    found = split_sentences(article)

    assert time.process_time() - began < 20  # a step for each character is under 3 s here; its square would be hours
    assert all(article[s.start : s.end] == s.text for s in found)
