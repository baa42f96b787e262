import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from claims.workflow.merge import Piece, is_settled, merge_words

WORDS = st.sampled_from(["ships", "came", "on", "Monday", "twelve", "counted", ",", "."])
TEXTS = st.lists(WORDS | st.sampled_from([" ", "  ", "\n"]), max_size=12).map("".join)


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "merged"),
    [
        ("Twelve ships came.", "Twelve ships came.", "Ten ships came.", "Ten ships came."),
        ("Twelve ships came.", "Twelve big ships came.", "Twelve ships came.", "Twelve big ships came."),
        ("Twelve ships came.", "Ten ships came.", "Ten ships came.", "Ten ships came."),
        ("Twelve ships came today.", "Ten ships came today.", "Twelve ships came late.", "Ten ships came late."),
        ("One. Two. Three.", "Two. Three.", "One. Two. Three. Four.", "Two. Three. Four."),
        ("One.\r\nTwo.", "One.\nTwo and a half.", "None.\r\nTwo.", "None.\nTwo and a half."),
        ("", "", "", ""),
        (None, "One two three.", "One two three.", "One two three."),
        (None, "One two three four.", "One two three.", "One two three four."),
    ],
)
def test_what_only_one_side_changed_is_taken_from_that_side(base, mine, theirs, merged):
    found = merge_words(base, mine, theirs)

    assert (found.text, found.is_clean) == (merged, True)


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "merged"),
    [
        ("Twelve ships came.", "Ten ships came.", "Nine ships came.", "⟦Ten⟧⟦Nine⟧ ships came."),
        ("Twelve ships came.", "Ten ships came.", " ships came.", "⟦Ten⟧⟦⟧ ships came."),
        (None, "Ten ships came in.", "Nine ships came in.", "⟦Ten⟧⟦Nine⟧ ships came in."),
        # Two conflicts with one common word between them are read as one ...
        ("Twelve ships came.", "Ten ships went.", "Nine ships sank.", "⟦Ten ships went⟧⟦Nine ships sank⟧."),
        # ... with a whole phrase between them they stay two.
        (
            "Twelve ships came to the port.", "Ten ships came to the pier.", "Nine ships came to the shore.",
            "⟦Ten⟧⟦Nine⟧ ships came to the ⟦pier⟧⟦shore⟧.",
        ),
    ],
)  # fmt: skip
def test_where_both_changed_the_same_words_both_versions_stand(base, mine, theirs, merged):
    found = merge_words(base, mine, theirs)

    assert (found.text, found.is_clean, is_settled(found.text)) == (merged, False, False)


def test_a_text_is_settled_when_no_two_versions_stand_side_by_side():
    assert is_settled("Ten ships ⟦sic⟧ came.")


def test_two_texts_with_nothing_but_blanks_in_common_are_not_woven_into_each_other():
    found = merge_words("a b c d", "one two three four", "five six seven eight")

    assert found.pieces == (Piece("a b c d", "one two three four", "five six seven eight"),)


@given(base=st.none() | TEXTS, mine=TEXTS, theirs=TEXTS)
@example(base="on on", mine="on", theirs="on on on")
def test_no_character_of_either_side_is_lost(base, mine, theirs):
    found = merge_words(base, mine, theirs)

    assert "".join(piece.mine for piece in found.pieces) == mine
    assert "".join(piece.theirs for piece in found.pieces) == theirs
    for piece in found.pieces:  # what is in the merged text: all a side wrote, save what the other alone took away
        assert piece.mine in piece.text or piece.mine == piece.base
        assert piece.theirs in piece.text or piece.theirs == piece.base


@given(mine=TEXTS, theirs=TEXTS)
def test_without_a_known_beginning_every_word_of_both_stays(mine, theirs):
    for piece in merge_words(None, mine, theirs).pieces:
        assert piece.mine in piece.text
        assert piece.theirs in piece.text


@given(base=TEXTS, changed=TEXTS)
def test_a_change_of_one_side_alone_is_the_merged_text(base, changed):
    assert merge_words(base, changed, base).text == changed
    assert merge_words(base, base, changed).text == changed
    assert merge_words(base, changed, changed).text == changed


@given(base=TEXTS, mine=TEXTS, theirs=TEXTS)
def test_a_clean_merge_is_the_same_from_both_sides(base, mine, theirs):
    one, other = merge_words(base, mine, theirs), merge_words(base, theirs, mine)

    assert one.is_clean == other.is_clean
    assert not one.is_clean or one.text == other.text


@given(text=st.text(max_size=30), other=st.text(max_size=30))
def test_any_text_comes_through_whole(text, other):
    found = merge_words("", text, other)

    assert "".join(piece.mine for piece in found.pieces) == text.replace("\r\n", "\n")
