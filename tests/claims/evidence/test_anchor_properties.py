"""What must hold of a quote's place for any text, any quote and any edit, however they are written."""

from hypothesis import given, settings
from hypothesis import strategies as st

from claims.evidence.anchor import CONTEXT, check, make_selector

# Letters of several scripts, accents apart from their letters, emoji that are several signs, signs above U+FFFF.
LETTERS = "abcdefgé\u0301ñßøжђαωابت中文한\U0001f600\U0001f469\u200d\U0001f680\U00010400'\u2019-\u00ad"
words = st.text(LETTERS, max_size=9).map("x{}".format)  # begins with a sign that can be seen
blanks = st.sampled_from([" ", " ", " ", "\n", "\t ", "\u00a0", "   \n\n  "])
CALM = settings(deadline=None, max_examples=60, derandomize=True)  # the machine may be busy


def spell(number, side):
    """The end of a word that stands in a text once: places can be told apart."""
    return side + "".join(chr(ord("k") + int(digit)) for digit in f"{number:03}")


@st.composite
def texts(draw, least, most, side="Q"):
    """A text of words no two of which are the same; long enough to have surroundings."""
    count = draw(st.integers(least, most))
    first = draw(st.integers(0, 400))
    return "".join(f"{draw(words)}{spell(first + number, side)}{draw(blanks)}" for number in range(count))


@st.composite
def quoted(draw, quotes=None):
    """Text before a quote, the quote, text after it; the same word never on both sides."""
    quote = draw(quotes) if quotes is not None else draw(texts(3, 12)).strip()
    before, after = (draw(texts(16, 30, side)) for side in ("UU", "VV"))
    return before, quote, " " + after.lstrip()


def select(before, quote, after):
    return make_selector(before + quote + after, len(before), len(before) + len(quote))


@CALM
@given(quoted(), st.text(LETTERS + " \n5", max_size=200), st.booleans(), st.data())
def test_a_quote_is_found_where_it_stands_whatever_is_edited_elsewhere(parts, put_in, is_before, data):
    before, quote, after = parts
    selector = select(before, quote, after)
    # An edit may begin where the surroundings that are kept with the quote end.
    if is_before:
        start = data.draw(st.integers(0, len(before) - CONTEXT))
        end = data.draw(st.integers(start, len(before) - CONTEXT))
        before = before[:start] + put_in + before[end:]
    else:
        start = data.draw(st.integers(CONTEXT, len(after)))
        end = data.draw(st.integers(start, len(after)))
        after = after[:start] + put_in + after[end:]

    found = check(before + quote + after, selector)

    assert (found.state, found.start, found.end) == ("unchanged", len(before), len(before) + len(quote))


numbers = st.integers(2, 10**7).map(str) | st.integers(2, 999).map(lambda n: f"{n:,}.5")


@st.composite
def counted(draw):
    """A quote with a number in it, and the same quote with another number."""
    left, right = draw(texts(2, 5)).strip(), draw(texts(2, 5, "W")).strip()
    old, new = draw(st.lists(numbers, min_size=2, max_size=2, unique=True))
    return f"{left} {old} {right}", f"{left} {new} {right}"


@CALM
@given(quoted(counted()), st.text(LETTERS + " \n", max_size=60))
def test_another_number_in_a_quote_is_altered_and_flagged_wherever_the_text_went(parts, put_in):
    before, (old, new), after = parts
    selector = select(before, old, after)
    start = len(put_in) + len(before)

    found = check(put_in + before + new + after, selector)

    assert (found.state, found.start, found.end) == ("altered", start, start + len(new))
    assert "numbers" in found.flags
    assert "".join(words for kind, words in found.diff if kind != "removed") == new


@CALM
@given(quoted())
def test_a_quote_taken_out_and_put_elsewhere_is_moved_there(parts):
    before, quote, after = parts
    selector = select(before, quote, after)
    text = before + after + "\nAnd this is how it ended, far away from where it had begun, many years ago: " + quote

    found = check(text, selector)

    assert (found.state, found.start, found.end) == ("moved", len(text) - len(quote), len(text))
