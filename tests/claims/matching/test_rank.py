from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from claims.matching.features import stems_of
from claims.matching.rank import Candidate, Stats, is_shared_across, rank

CLAIMS = {
    1: "The Brook dam in Leeds broke in 1950.",
    2: "The Brook dam in Leeds broke in 1987.",
    3: "The Brook dam in Leeds never broke.",
    4: "A new bridge was opened over the river Aire.",
    5: "A video shows the mayor of York dancing on a bridge.",
    6: "Wages of nurses rose by 12 percent last year.",
    7: "Nurses went on strike for higher wages.",
    8: "The harbour of Hull will be closed for good.",
}


def stats_of(texts):
    stems = [stems_of(text) for text in texts]
    df = Counter(stem for found in stems for stem in set(found))
    return Stats(len(stems), sum(map(len, stems)) / len(stems), df)


STATS = stats_of(CLAIMS.values())
ALL = [Candidate(number, text) for number, text in CLAIMS.items()]


def test_the_claim_that_says_the_same_comes_first_and_is_called_likely():
    best, *others = rank("In 1950 the Brook dam broke in Leeds", ALL, STATS)

    assert (best.id, best.label) == (1, "likely")
    assert [one.score for one in others] == sorted((one.score for one in others), reverse=True)
    assert best.score > others[0].score


def test_another_number_takes_likely_away_and_is_told():
    found = {one.id: one for one in rank("In 1950 the Brook dam broke in Leeds", ALL, STATS)}

    assert found[2].label == "related"
    assert found[2].reasons["numbers_only_here"] == ["1950"]
    assert found[2].reasons["numbers_only_there"] == ["1987"]


def test_a_negation_on_one_side_takes_likely_away_and_is_told():
    found = {one.id: one for one in rank("The Brook dam in Leeds broke", ALL, STATS)}

    assert (found[3].label, found[3].reasons["negation"]) == ("related", ["there"])
    denied = {one.id: one for one in rank("The Brook dam in Leeds never broke in 1950", ALL, STATS)}
    assert denied[1].reasons["negation"] == ["here"]


def test_reasons_show_shared_words_names_and_numbers_as_they_are_written():
    best = rank(
        "Nurses wages in York rising by 12 percent", [Candidate(6, "In York wages of nurses rose 12 percent")], STATS
    )[0]

    assert best.reasons == {
        "shared_words": ["percent", "nurses", "wages"],
        "shared_names": ["york"],
        "shared_numbers": ["12"],
    }


def test_texts_with_nothing_in_common_get_no_label_and_a_low_score():
    best = rank("Chess players meet tomorrow", ALL, STATS)[0]

    assert (best.label, best.score < 0.2) == ("", True)


def test_the_same_text_has_the_greatest_score_there_is():
    assert rank(CLAIMS[8], ALL, STATS)[0].score > 0.99


def test_a_post_with_a_picture_prefers_claims_about_pictures():
    pair = [Candidate(1, "mayor York dances bridge quickly"), Candidate(2, "mayor York dances bridge video")]

    assert rank("mayor York dances bridge pic.twitter.com/a", pair, STATS)[0].id == 2


def test_nothing_is_found_for_no_words_or_among_no_candidates():
    assert rank("the of and", ALL, STATS) == []
    assert rank("Leeds", [], STATS) == []


def test_words_are_weighed_even_before_anything_was_counted():
    empty = Stats(0, 0.0, {})

    assert rank("Leeds dam", [Candidate(1, "York bridge"), Candidate(2, "Leeds dam")], empty)[0].id == 2


TEXTS = st.lists(st.text(alphabet="abcd 12not.", max_size=30), max_size=6)


@given(st.text(alphabet="abcd 12not.", max_size=30), TEXTS)
def test_every_candidate_is_ranked_once_whatever_order_they_came_in(query, texts):
    candidates = [Candidate(number, text) for number, text in enumerate(texts)]

    forward = rank(query, candidates, STATS)
    backward = rank(query, candidates[::-1], STATS)

    assert forward == backward
    assert all(0.0 <= one.score <= 1.0 for one in forward)
    assert len(forward) in {0, len(texts)}


def test_between_two_languages_names_and_numbers_count_and_no_negation_is_known():
    there = Candidate(1, "The bridge to Leeds never opened on 19 June 2024.")

    (found,) = rank("Die Brücke nach Leeds wurde am 19. Juni 2024 eröffnet.", [there], STATS, language="de")

    assert found.reasons["language"] == ["en"]
    assert found.reasons["shared_numbers"] == ["19", "2024"]
    assert "negation" not in found.reasons
    assert is_shared_across(found.reasons)
    assert not is_shared_across({"shared_numbers": ["2024", "7"], "language": ["en"]})
    assert not is_shared_across({"shared_numbers": ["19", "2024"]})


def test_digits_of_other_scripts_are_the_same_numbers():
    (found,) = rank("١٩ ٢٠٢٤", [Candidate(1, "On 19 June 2024.")], STATS, language="ar")

    assert found.reasons["shared_numbers"] == ["19", "2024"]
