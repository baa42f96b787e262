import random
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.evidence.anchor import ALTERED, CONTEXT, GONE, Check, Selector, _fold, check, find, make_selector
from claims.evidence.difference import warning_flags, word_diff

BEFORE = "The ministry published its yearly report on Tuesday, and three papers printed the table in full. "
QUOTE = "On 5 March the council spent 120 million on the bridge over the river."
AFTER = " Work had begun six years earlier under another mayor, who did not want to comment on the delay."
TEXT = BEFORE + QUOTE + AFTER


def selector_for(quote=QUOTE, text=TEXT):
    start = text.index(quote)
    return make_selector(text, start, start + len(quote))


def words_now(text, found):
    return text[found.start : found.end]


class Author:
    """Writes long texts of made-up words, always the same for the same seed."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.words = [
            "".join(self.chance.choice("aeioubcdfglmnprst") for _ in range(self.chance.randint(2, 9)))
            for _ in range(2000)
        ]

    def sentence(self):
        words = (self.chance.choice(self.words) for _ in range(self.chance.randint(6, 16)))
        return " ".join(words).capitalize() + "."

    def sentences(self, length):
        made = []
        while sum(map(len, made)) + len(made) < length:
            made += [self.sentence() for _ in range(100)]
        return made

    def other_words(self, text, share):
        words = text.split()
        for index in self.chance.sample(range(len(words)), max(1, int(len(words) * share))):
            words[index] = self.chance.choice(self.words) + "x"
        return " ".join(words)


# --- selectors


def test_a_selector_keeps_words_surroundings_and_place():
    selector = selector_for()

    assert selector == Selector(QUOTE, BEFORE[-64:], AFTER[:64], len(BEFORE), len(BEFORE) + len(QUOTE))
    assert (len(selector.prefix), len(selector.suffix)) == (CONTEXT, CONTEXT)
    assert find(TEXT, selector).score == 1.0


@pytest.mark.parametrize(("start", "end"), [(5, 5), (6, 5), (-1, 5), (0, len(TEXT) + 1), (3, 4)])
def test_an_empty_or_impossible_span_is_no_quote(start, end):
    with pytest.raises(ValueError, match="span"):
        make_selector(TEXT, start, end)


@settings(deadline=None)  # the machine may be busy
@given(st.text(alphabet="ab é\u0301🙂👩\u200d🚀\n.“”5", min_size=1, max_size=120), st.data())
def test_a_quote_is_found_in_its_own_text_where_it_was_marked(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    if not text[start:end].strip(" \n\u200d"):
        return

    found = check(text, make_selector(text, start, end))

    assert found.state == "unchanged"
    assert found.score == pytest.approx(1, abs=0.15)  # a mark that begins or ends in a blank has other surroundings


@settings(deadline=None)  # the machine may be busy
@given(st.text(max_size=200), st.text(min_size=1, max_size=60), st.text(max_size=80), st.integers(0, 300))
def test_any_text_and_any_quote_give_one_of_four_states(text, exact, around, start):
    found = check(text, Selector(exact, around[:64], around[-64:], start, start + len(exact)))

    assert found.state in {"unchanged", "moved", "altered", "gone"}
    if found.state == "gone":
        assert found == Check("gone")
    else:
        assert 0 <= found.start < found.end <= len(text)
        assert 0 <= found.score <= 1


# --- the states


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        "A new opening paragraph. " * 80 + TEXT,
        TEXT.replace(" ", "\n"),
        TEXT.replace(" ", " \u00a0\u200b "),
        TEXT.replace("i", "i\u00ad"),
        TEXT.replace("5 March", "\uff15 March"),
        TEXT.replace(BEFORE[:60], "Another paper wrote it first."),
    ],
    ids=["same", "shifted", "lines", "blanks", "soft hyphens", "wide digits", "half the context"],
)
def test_the_same_words_in_the_same_surroundings_are_unchanged(text):
    found = check(text, selector_for())

    assert (found.state, found.diff, found.flags, found.in_place) == ("unchanged", (), (), None)
    assert unicodedata.normalize("NFKC", words_now(text, found))[:2] == "On"
    assert words_now(text, found).endswith("ver.")


def test_typography_is_no_change():
    old = "He said: “it’s 5–6 km” to the café’s owner…"
    new = "Before. He said: \"it's 5-6 km\" to the cafe\u0301's owner... After."

    found = check(new, make_selector(old, 0, len(old)))

    assert (found.state, words_now(new, found)) == ("unchanged", new[8:-7])


def test_a_quote_that_ends_within_one_sign_takes_the_whole_sign():
    found = check("It ends here…", selector_for("here.", "It ends here."))

    assert (found.start, found.end) == (8, 13)


def test_a_quote_elsewhere_is_moved():
    filler = "Nothing of this has to do with the matter at hand, and nobody has ever said that it has. "
    text = BEFORE + AFTER + filler * 5 + QUOTE + " " + filler * 5

    found = check(text, selector_for())

    assert (found.state, words_now(text, found), found.flags, found.in_place) == ("moved", QUOTE, (), None)


def test_of_several_the_one_in_its_own_surroundings_is_taken():
    text = f"{QUOTE} First. " * 3 + TEXT + f" Last. {QUOTE}" * 3

    found = check(text, selector_for())

    assert (found.state, found.start) == ("unchanged", text.index(TEXT) + len(BEFORE))


def test_among_a_thousand_copies_the_nearest_is_looked_at():
    text = "yes no " * 1000 + "maybe yes perhaps " + "yes no " * 1000
    start = text.index("yes perhaps")

    assert find(text, make_selector(text, start, start + 3)).start == start


@pytest.mark.parametrize(
    ("old", "new", "flags"),
    [
        ("120 million", "170 million", ("numbers",)),
        ("120 million", "1,200 million", ("numbers",)),
        ("120 million", "120 thousand", ("numbers",)),
        ("On 5 March", "On 25 March", ("numbers",)),
        ("spent", "never spent", ("negation",)),
        ("spent", "didn’t spend", ("negation",)),
        ("spent 120", "did not spend 95", ("numbers", "negation")),
        ("the bridge", "a bridge", ()),
        ("over the", "over and under the", ()),
        ("over the river.", "over the wide and deep river.", ()),
        (" over the river.", ".", ()),
        ("On 5 March the", "Some time before on 5 March the", ()),
    ],
)
def test_other_words_in_place_are_altered_and_dangerous_changes_flagged(old, new, flags):
    text = TEXT.replace(old, new)

    found = check(text, selector_for())

    assert (found.state, found.flags) == ("altered", flags)
    assert "".join(words for kind, words in found.diff if kind != "added") == QUOTE
    assert "".join(words for kind, words in found.diff if kind != "removed") == words_now(text, found)
    assert words_now(text, found) in {QUOTE.replace(old, new), QUOTE.replace(old, new).rstrip(".")}


@pytest.mark.parametrize(
    ("quote", "old", "new"),
    [
        ("spent 120", "120", "1200"),
        ("spent 120", "120", "120.5"),
        ("20 people", "20", "120"),
        ("5 people", "5", "1.5"),
        ("the cafe", "cafe", "café"),
    ],
)
def test_a_quote_that_goes_on_inside_a_number_or_letter_is_not_the_same(quote, old, new):
    text = f"{BEFORE}{quote} {AFTER}"
    changed = f"{BEFORE}{quote.replace(old, new)} {AFTER}"

    found = check(changed, selector_for(quote, text))

    assert (found.state, words_now(changed, found)) == ("altered", quote.replace(old, new))


def test_a_quote_marked_inside_a_word_is_found_there_again():
    assert check(TEXT, selector_for("ouncil spen")).state == "unchanged"


def test_a_change_hidden_behind_a_copy_elsewhere_is_reported_with_it():
    text = TEXT.replace("120", "170") + " Nothing else of it is known to anybody here. " * 5 + QUOTE

    found = check(text, selector_for())

    assert (found.state, words_now(text, found), found.flags) == ("moved", QUOTE, ("numbers",))
    assert words_now(text, found.in_place) == QUOTE.replace("120", "170")
    assert ("removed", "120") in found.diff


def test_a_short_quote_found_by_chance_is_flagged_as_a_guess():
    text = "Somebody else entirely is quoted here. He said no such thing in Oslo. Nothing more is known of it."

    found = check(text, selector_for("in Oslo", "The treaty was signed by both in Oslo on a rainy day in May."))

    assert (found.state, found.flags) == ("moved", ("weak_context",))


def test_altered_words_in_weak_surroundings_are_flagged():
    other = "Nobody here had ever heard about any of this, and no paper wrote a single line. "
    text = other * 3 + QUOTE.replace("120", "125") + " " + other * 3

    found = check(text, selector_for())

    assert (found.state, found.flags) == ("altered", ("numbers", "weak_context"))


@pytest.mark.parametrize("text", ["", " ", "x", BEFORE + AFTER, BEFORE, AFTER, "Something else altogether. " * 200])
def test_a_quote_that_was_taken_out_is_gone(text):
    assert check(text, selector_for()) == Check("gone")
    assert find(text, selector_for()) is None


def test_a_sentence_that_merely_looks_alike_is_not_taken_for_the_quote():
    alike = "On 9 April the board lost 300 million on the tunnel under the river."
    text = BEFORE + AFTER + " Nothing else is known about it so far. " * 20 + alike + " And so on, for ever."

    assert check(text, selector_for()).state == "gone"


def test_a_quote_of_invisible_signs_is_gone():
    assert check(TEXT, Selector("\u200b\u00ad", "", "", 0, 2)).state == "gone"


def test_a_quote_that_was_the_whole_text_needs_no_surroundings():
    assert check(QUOTE, make_selector(QUOTE, 0, len(QUOTE))).state == "unchanged"
    assert check(QUOTE.replace("120", "170"), make_selector(QUOTE, 0, len(QUOTE))).flags == ("numbers",)


def test_scripts_of_many_signs_are_compared_too():
    signs = [chr(0x4E00 + number) for number in range(3000)]
    random.Random(1).shuffle(signs)
    text = "".join(signs)
    changed = text.replace(text[1010:1012], "丘丘")

    found = check(changed, make_selector(text, 1000, 1040))

    assert (found.state, found.start, found.end) == ("altered", 1000, 1040)


# --- how well, and how fast


CHANGES = {
    "shifted": ("unchanged", lambda author, all_, at, quote: [author.sentence() for _ in range(40)] + all_),
    "moved": ("moved", lambda author, all_, at, quote: [*all_[:at], *all_[at + 1 :], quote, author.sentence()]),
    "gone": ("gone", lambda author, all_, at, quote: all_[:at] + all_[at + 1 :]),
    "rewritten": ("gone", lambda author, all_, at, quote: [*all_[:at], author.sentence(), *all_[at + 1 :]]),
    "other words": ("altered", lambda a, all_, at, quote: [*all_[:at], a.other_words(quote, 0.25), *all_[at + 1 :]]),
    "look-alike": ("gone", lambda a, all_, at, quote: [a.other_words(quote, 0.3), *all_[:at], *all_[at + 1 :]]),
}


@pytest.mark.parametrize("change", CHANGES)
def test_each_kind_of_change_is_told_apart_in_long_texts(change):
    state, apply = CHANGES[change]
    author = Author(7)
    states = []
    for _ in range(20):
        sentences = author.sentences(30_000)
        at = author.chance.randrange(30, len(sentences) - 5)
        quote = f"On 5 March the council spent 120 million on {author.sentence()}"
        sentences[at] = quote
        selector = selector_for(quote, " ".join(sentences))
        states.append(check(" ".join(apply(author, sentences, at, quote)), selector).state)

    assert states == [state] * 20


def test_an_altered_quote_in_a_million_characters_takes_a_moment():
    sentences = Author(3).sentences(1_000_000)
    text = " ".join([*sentences[:4000], QUOTE, *sentences[4000:]])
    selector = selector_for(text=text)
    changed = text.replace(QUOTE, QUOTE.replace("120", "170"))
    check(changed, selector)  # folds the text, once for all its quotes
    seconds = []

    for _ in range(3):
        begun = time.process_time()
        found = check(changed, selector)
        seconds.append(time.process_time() - begun)

    assert (found.state, found.flags) == ("altered", ("numbers",))
    assert min(seconds) < 0.4  # 40 ms on a quiet machine


# --- differences


def test_a_difference_is_told_word_by_word():
    assert word_diff("It cost 1,200 euros.", "It cost 1,300 good euros") == (
        ("same", "It cost "),
        ("removed", "1,200"),
        ("added", "1,300 good"),
        ("same", " euros"),
        ("removed", "."),
    )


@settings(deadline=None)  # the machine may be busy
@given(st.text(max_size=60), st.text(max_size=60))
def test_a_difference_gives_back_both_texts(old, new):
    diff = word_diff(old, new)

    assert "".join(words for kind, words in diff if kind != "added") == old
    assert "".join(words for kind, words in diff if kind != "removed") == new


@pytest.mark.parametrize(
    ("old", "new", "flags"),
    [
        ("1,200 cars", "1200 cars", ()),
        ("two cars", "three cars", ("numbers",)),
        ("Er kommt", "Er kommt nicht", ("negation",)),
        ("He can", "He can't", ("negation",)),
        ("He can", "She can", ()),
    ],
)
def test_changes_of_numbers_and_negations_are_told(old, new, flags):
    assert warning_flags(old, new) == flags


def signs_of(seed, size=20_000):
    """A text of three thousand signs, some frequent and most rare."""
    chance = random.Random(seed)
    return "".join(chr(0x4E00 + min(int(chance.expovariate(0.002)), 2999)) for _ in range(size))


@pytest.mark.parametrize("seed", range(20))
def test_in_a_text_of_thousands_of_signs_an_altered_passage_is_found_in_its_place(seed):
    """There some signs share a byte."""
    text, start = signs_of(seed), 500 * (seed + 1)
    selector = make_selector(text, start, start + 60)
    changed = signs_of(seed + 100, 8)

    found = check(f"{signs_of(seed + 200, 300)}{text[: start + 20]}{changed}{text[start + 28 :]}", selector)

    assert (found.state, found.start, found.end) == (ALTERED, start + 300, start + 360)
    assert check(text[: start - 64] + text[start + 124 :], selector).state == GONE


def test_signs_that_share_a_byte_with_those_of_a_passage_are_not_the_passage():
    text = signs_of(1)
    selector = make_selector(text, 9_000, 9_060)
    rest = text[:8_936] + text[9_124:]
    by_number = {}
    for letter, number in _fold(rest).letters.items():
        by_number.setdefault(number, []).append(chr(letter))
    numbers = _fold(rest).letters
    decoy = "".join(next(sign for sign in by_number[numbers[ord(old)]] if sign != old) for old in selector.exact)

    assert check(rest[:5_000] + decoy + rest[5_000:], selector).state == GONE


def test_two_letters_that_share_a_number_are_not_the_same_word():
    """More than 255 different letters do not fit into a byte each."""
    letters = "".join(chr(0x4E00 + index) for index in range(300))
    selector = selector_for(letters[:280], letters)
    swapped = letters[255] + letters[1:255] + letters[0] + letters[256:]

    found = check(swapped, selector)

    assert (found.state, found.score < 1) == ("altered", True)
