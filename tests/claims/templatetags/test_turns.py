import pytest

from claims.templatetags.desk import diff
from claims.templatetags.turns import NAMES, count_turns, turns_shown
from claims.views.captured_text import render_text


@pytest.mark.parametrize(("sign", "name"), NAMES.items())
def test_each_sign_that_turns_the_writing_is_shown_and_stays_in_the_text(sign, name):
    assert turns_shown(f"<{sign}>") == f'&lt;<span class="turn" data-sign="{name}">{sign}</span>&gt;'
    assert count_turns(f"a{sign}b{sign}") == 2


def test_marks_that_only_stand_beside_letters_and_joiners_are_left_alone():
    plain = "\u200e\u200f\u061c\u200c\u200d\u00ad\u0645"

    assert (turns_shown(plain), count_turns(plain)) == (plain, 0)


def test_a_captured_text_and_a_difference_show_them():
    shown = '<span class="turn" data-sign="RLO">\u202e</span>'

    assert render_text("a\u202eb", []) == f"<p>a{shown}b</p>"
    assert diff([("equal", "a"), ("insert", "\u202e<")]) == f"a<ins>{shown}&lt;</ins>"
