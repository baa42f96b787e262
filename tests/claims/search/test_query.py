import pytest

from claims.search.query import MOST_TERMS, Answer, Term, answers, read_query


def asked(text):
    return [(term.forms, term.is_exact, term.is_open) for term in read_query(text).terms]


def stretches(query, text, language="en"):
    return [text[one.start : one.end] for one in answers(read_query(query, (language, "en")), text, language)]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", []),
        ("  … ", []),
        ("ships", [(("ships",), False, True)]),
        ("ships ", [(("ships",), False, False)]),
        ("the ships of", [(("ships",), False, False)]),
        ("the of", [(("the",), False, False), (("of",), False, True)]),
        ('"arms transfers" ships', [(("arms", "transfers"), True, False), (("ships",), False, True)]),
        ("“arms transfers”", [(("arms", "transfers"), True, False)]),
        ("«поставки оружия» ", [(("поставки", "оружия"), True, False)]),
        ('"arms tra', [(("arms", "tra"), True, True)]),
        ('"" ships ', [(("ships",), False, False)]),
        ("KN-23 ", [(("kn", "23"), False, False)]),
        ("ships ships ", [(("ships",), False, False)]),
    ],
)
def test_what_was_typed_is_taken_apart(text, terms):
    assert asked(text) == terms


def test_only_so_many_terms_are_looked_for():
    assert len(read_query(" ".join(f"w{n}" for n in range(50))).terms) == MOST_TERMS


def test_the_server_is_asked_for_all_terms_and_for_stems_but_not_within_a_quotation():
    assert read_query("visited har").tsquery == "('visited' | '~visit' | 'visit') & ('har':* | '~har' | 'har')"
    assert read_query('"visited harbours"').tsquery == "'visited' <-> 'harbours'"


def test_one_letter_is_no_beginning_yet():
    assert read_query("k").tsquery == "('k' | '~k')"


def test_a_korean_word_is_looked_for_without_its_particle_and_as_a_beginning():
    assert read_query("북한은").tsquery == "'북한':*"
    assert read_query('"북한은 미사일"').tsquery == "'북한은' <-> '미사일':*"


def test_nothing_typed_can_break_out_of_the_question():
    assert read_query("a'b) | !c:* <-> \\").tsquery == "('a' | '~a') <-> ('b' | '~b') & ('c' | '~c')"


def test_a_word_is_put_in_the_place_of_another():
    query = read_query("missles flew").with_form("missles", "missiles")

    assert query.terms == (Term(("missiles",)), Term(("flew",), is_open=True))


@pytest.mark.parametrize(
    ("query", "text", "language", "marked"),
    [
        ("missile", "Missiles and a missile.", "en", ["Missiles", "missile"]),
        ("miss", "Missiles missed.", "en", ["Missiles", "missed"]),
        ('"two missiles"', "Two missiles, two more missiles.", "en", ["Two missiles"]),
        ("KN-23 ", "A KN-23 and 23 others of the KN series.", "en", ["KN-23"]),
        ("putin ", "Putin's visit", "en", ["Putin's"]),
        ("ракета ", "Он показал ракеты и говорил о ракетами.", "ru", ["ракеты", "ракетами"]),
        ("ещё ", "Еще раз", "ru", ["Еще"]),
        ("صواريخ ", "وأطلقت الصَّواريخ أمس", "ar", ["الصَّواريخ"]),
        ("정상회담", "남북정상회담을 열었다", "ko", ["정상회담"]),
        ("러시아가", "러시아는 부인했다", "ko", ["러시아"]),
        ('"북한 미사일"', "북한 미사일을 보았다", "ko", ["북한 미사일을"]),
        ("harbour", "Nothing of it", "en", []),
    ],
)
def test_the_stretches_that_answer_are_found(query, text, language, marked):
    assert stretches(query, text, language) == marked


def test_stretches_do_not_overlap():
    found = answers(read_query('"two missiles" missiles '), "Two missiles", "en")

    assert found == [Answer(0, 12, 0)]
