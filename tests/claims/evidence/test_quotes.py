import pytest

from claims.evidence.quotes import find_passage, mark_quote
from claims.models import Quote
from claims.workflow import edit_parts
from claims.workflow.apply import Refused
from tests.claims.workflow.desk import in_preflight, in_research
from tests.factories import SnapshotFactory

TEXT = "Harbour\nTwelve ships 🚢 came to Zürich\u2019s quay.\nNone was late."


@pytest.fixture
def snapshot(people):
    return SnapshotFactory(body_text=TEXT)


@pytest.fixture
def evidence(people, snapshot):
    claim = in_research(people)
    return edit_parts.add_evidence(claim.pk, by=people.author, resource=snapshot.resource)


def test_quote_keeps_words_surroundings_and_offsets_in_code_points(people, snapshot, evidence):
    start = TEXT.index("ships")

    quote = mark_quote(evidence.pk, snapshot.pk, start, start + len("ships 🚢 came"), by=people.author)

    assert (quote.exact, quote.prefix, quote.suffix) == (
        "ships 🚢 came", "Harbour\nTwelve ", " to Zürich\u2019s quay.\nNone was late.",
    )  # fmt: skip
    assert TEXT[quote.start : quote.end] == quote.exact


def test_a_passage_that_cuts_a_word_is_widened_whether_the_page_did_so_or_not(people, snapshot, evidence):
    start = TEXT.index("ips")
    quote = mark_quote(evidence.pk, snapshot.pk, start, TEXT.index("rich"), by=people.author, exact="ips 🚢 came to Zü")

    assert (quote.exact, quote.start) == ("ships 🚢 came to Zürich\u2019s", TEXT.index("ships"))
    assert TEXT[quote.start : quote.end] == quote.exact


def test_quote_leaves_the_blanks_of_a_quick_selection_out(people, snapshot, evidence):
    quote = mark_quote(evidence.pk, snapshot.pk, len("Harbour"), len("Harbour\nTwelve "), by=people.author)

    assert quote.exact == "Twelve"


def test_quote_over_two_lines_is_the_one_the_form_sent_with_pairs_of_line_ends(people, snapshot, evidence):
    quote = mark_quote(evidence.pk, snapshot.pk, 0, 14, by=people.author, exact="Harbour\r\nTwelve")

    assert quote.exact == "Harbour\nTwelve"


def test_quote_over_a_bare_carriage_return_is_the_one_the_form_sent_with_pairs_of_line_ends(people, evidence):
    copy = SnapshotFactory(resource=evidence.resource, body_text="One\rtwo\r\nthree\n\rfour")

    sent = "One\r\ntwo\r\nthree\r\n\r\nfour"
    quote = mark_quote(evidence.pk, copy.pk, 0, len(copy.body_text), by=people.author, exact=sent)

    assert quote.exact == "One\rtwo\r\nthree\n\rfour"


def test_words_the_browser_has_must_be_those_of_the_copy(people, snapshot, evidence):
    with pytest.raises(Refused, match="not those of the stored copy"):
        mark_quote(evidence.pk, snapshot.pk, 0, 7, by=people.author, exact="Harbours")

    assert not Quote.objects.exists()


@pytest.mark.parametrize(("start", "end"), [(3, 3), (7, 8), (5, 2), (-1, 4), (60, 900), (10**20, 10**20 + 1)])
def test_span_without_words_is_refused(people, snapshot, evidence, start, end):
    with pytest.raises(Refused, match="Nothing is selected"):
        mark_quote(evidence.pk, snapshot.pk, start, end, by=people.author)


def test_passage_is_not_a_page(people, evidence):
    long = SnapshotFactory(resource=evidence.resource, body_text="word " * 2000)

    with pytest.raises(Refused, match="too long"):
        mark_quote(evidence.pk, long.pk, 0, 4000, by=people.author)


def test_copy_that_is_not_there_or_of_another_source_is_refused(people, evidence):
    with pytest.raises(Refused, match="no longer there"):
        mark_quote(evidence.pk, 987654, 0, 4, by=people.author)
    with pytest.raises(Refused, match="do not stand in this copy"):
        mark_quote(evidence.pk, SnapshotFactory().pk, 0, 4, by=people.author)


def test_quote_of_a_pdf_names_its_page(people, evidence):
    paged = SnapshotFactory(resource=evidence.resource, body_text="One.\nTwo.\nThree.", pages=[0, 5, 10])

    assert mark_quote(evidence.pk, paged.pk, 5, 9, by=people.author).page == 2


def test_new_wording_takes_the_place_of_the_old(people, snapshot, evidence):
    old = mark_quote(evidence.pk, snapshot.pk, 8, 20, by=people.author)

    new = mark_quote(evidence.pk, snapshot.pk, 8, 14, by=people.author, replaces=old.pk)

    assert list(Quote.objects.all()) == [new]


def test_replacing_a_passage_by_itself_keeps_it(people, snapshot, evidence):
    old = mark_quote(evidence.pk, snapshot.pk, 8, 20, by=people.author)

    assert mark_quote(evidence.pk, snapshot.pk, 8, 20, by=people.author, replaces=old.pk) == old
    assert Quote.objects.count() == 1


def test_nobody_quotes_while_the_claim_is_in_preflight(people):
    claim = in_preflight(people)
    evidence = claim.evidence.first()

    with pytest.raises(Refused, match="You cannot change this claim"):
        mark_quote(evidence.pk, evidence.pinned_id, 0, 4, by=people.author)


# --- by first and last words


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        ("twelve SHIPS", "quay.", "Twelve ships 🚢 came to Zürich\u2019s quay."),
        ("Harbour Twelve", "", "Harbour\nTwelve"),
        ("Zürich's", "", "Zürich\u2019s"),
        ("None", "late", "None was late"),
        ("None was", "was", "None was"),
    ],
)
def test_passage_is_found_by_its_words(first, last, found):
    start, end = find_passage(TEXT, first, last)

    assert TEXT[start:end] == found


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        ("  ", "", "Write the first words"),
        ("thirteen ships", "", "do not stand in this copy: “thirteen ships”"),
        ("e", "", "“e” stands there [0-9]+ times; write more"),
        ("None", "Harbour", "“Harbour” does not stand after"),
        ("Twelve.ships", "", "do not stand"),
    ],
)
def test_words_that_name_no_single_passage_are_refused(first, last, sentence):
    with pytest.raises(Refused, match=sentence):
        find_passage(TEXT, first, last)
