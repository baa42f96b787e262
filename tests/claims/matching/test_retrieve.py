import pytest

from claims.matching.rank import Stats
from claims.matching.retrieve import candidates_for, index_claims, keep_index, nearest, refresh_terms, search_terms
from claims.models import Claim, ClaimText, TermStat
from tests.factories import AppearanceFactory, ClaimFactory

pytestmark = pytest.mark.django_db


def ids(found):
    return [one.id for one in found]


@pytest.fixture
def dam():
    return ClaimFactory(statement="The Brook dam in Leeds broke in 1950.", context="A flood followed.")


@pytest.fixture
def others():
    return [
        ClaimFactory(statement=statement)
        for statement in ("Nurses went on strike in Leeds.", "A bridge was opened in York.", "The dam holds water.")
    ]


def test_a_claim_is_indexed_once_and_again_when_it_changes(dam):
    assert (index_claims(), index_claims()) == (1, 0)

    Claim.objects.filter(pk=dam.pk).update(statement="The Brook weir in Leeds broke in 1950.")

    assert index_claims() == 1
    text = ClaimText.objects.get(claim=dam)
    assert text.stems == ["brook", "weir", "leed", "broke", "1950", "flood", "follow"]
    assert text.length == 7


def test_new_words_of_an_appearance_are_indexed(dam):
    index_claims()
    AppearanceFactory(claim=dam, number=1, verbatim="It was washed away.")

    assert index_claims([dam.pk]) == 1
    assert "wash" in ClaimText.objects.get(claim=dam).stems


def test_only_the_claims_asked_for_are_indexed_in_batches_up_to_a_limit(dam, others):
    assert index_claims([dam.pk]) == 1
    assert index_claims(batch=1, limit=2) == 2
    assert index_claims(batch=1) == 1


def test_terms_are_counted_once_for_each_claim(dam, others):
    index_claims()

    assert refresh_terms() == TermStat.objects.count() - 2
    assert dict(TermStat.objects.filter(term__in=["leed", "dam", ""]).values_list("term", "df")) == {
        "leed": 2,
        "dam": 2,
        "": 4,
    }


def test_the_index_is_counted_again_only_when_much_is_new(dam, others):
    assert keep_index() == 4
    ClaimFactory.create_batch(40, statement="A wholly different matter of seven geese.")
    keep_index()
    assert TermStat.objects.get(term="").df == 44

    ClaimFactory(statement="One more goose.")

    assert keep_index() == 1
    assert TermStat.objects.get(term="").df == 44
    assert keep_index() == 0


def test_claims_that_share_rare_words_come_first(dam, others):
    keep_index()

    assert ids(candidates_for("Did the Brook dam break?"))[0] == dam.pk
    assert set(ids(candidates_for("the dam"))) == {dam.pk, others[2].pk}


def test_claims_left_out_stay_out_and_no_more_come_than_asked_for(dam, others):
    keep_index()

    assert ids(candidates_for("the dam", exclude=[dam.pk])) == [others[2].pk]
    assert len(candidates_for("Leeds dam York", k=2)) == 2


def test_nothing_is_found_for_words_nobody_used(dam):
    keep_index()

    assert candidates_for("of the") == []
    assert candidates_for("helicopters") == []


def test_claims_in_another_language_are_found_by_their_own_stems():
    claim = ClaimFactory(statement="Плотины протекали", language="ru")
    ClaimFactory(statement="Мосты стоят", language="ru")
    keep_index()

    assert ids(nearest("плотина протекала", language="ru")) == [claim.pk]


def test_the_nearest_claim_comes_with_a_label_and_reasons(dam, others):
    keep_index()

    best = nearest("In 1950 the Brook dam in Leeds broke, and a flood followed")[0]

    assert (best.id, best.label, best.reasons["shared_numbers"]) == (dam.pk, "likely", ["1950"])


def test_the_database_is_asked_the_same_few_questions_however_many_claims_there_are(
    dam, others, django_assert_num_queries
):
    keep_index()

    with django_assert_num_queries(5):  # df of the query, candidates, claims, their words as said, df of all
        nearest("the Brook dam")


def test_common_words_are_left_out_of_a_search_once_it_would_read_too_much():
    stats = Stats(1_000_000, 10.0, {"rare": 3, "common": 25_000, "everywhere": 900_000})

    assert search_terms(["common", "everywhere", "new", "rare"], stats) == ["new", "rare", "common"]
    assert search_terms(["everywhere"], stats) == ["everywhere"]
