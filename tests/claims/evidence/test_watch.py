import ast
import inspect
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from claims import jobs
from claims.evidence import doubt, watch
from claims.evidence.quotes import mark_quote
from claims.models import Event, Job, Quote, QuoteCheck, SourceAlert
from claims.views.capture_line import INSTEAD
from claims.workflow import edit_parts
from claims.workflow.apply import Refused, apply
from claims.workflow.record import verify
from tests.claims.workflow.desk import hire, in_research, published, reload
from tests.factories import SnapshotFactory
from tests.work import work_off

BEFORE = "The harbour master spoke on Monday evening to the press.\n"
AFTER = "\nHe answered no questions and left by the back door at nine."
SENTENCE = "He said that twelve ships had come in during the week."
# The pages of these tests without their passages, and otherwise as they were.
LOST = "Nothing of it is left. None of them was late." + AFTER


@pytest.fixture
def people(db):
    return hire()


@pytest.fixture
def quote(people):
    snapshot = SnapshotFactory(body_text=BEFORE + SENTENCE + AFTER)
    evidence = edit_parts.add_evidence(in_research(people).pk, by=people.author, resource=snapshot.resource)
    start = len(BEFORE)
    return mark_quote(evidence.pk, snapshot.pk, start, start + len(SENTENCE), by=people.author)


def codes_of(function):
    """The codes a function of ``doubt`` names."""
    words = (node.value for node in ast.walk(ast.parse(inspect.getsource(function))) if isinstance(node, ast.Constant))
    return {word for word in words if isinstance(word, str) and re.fullmatch("[a-z]+_?[a-z]+", word)}


def test_every_doubt_has_a_sentence():
    of_a_copy = codes_of(doubt.other_than_page)

    assert of_a_copy == set(INSTEAD)
    assert codes_of(doubt.doubt) | of_a_copy == set(watch.DOUBTS) - {"browser"}  # that one the watch finds itself


def look(quote, text, **fields):
    """A new copy came, and the job runs for it."""
    snapshot = SnapshotFactory(resource=quote.snapshot.resource, body_text=text, **fields)
    jobs.enqueue("check_quotes", resource=snapshot.resource_id)
    work_off()
    assert Job.objects.filter(kind="check_quotes").latest("id").state == "done"
    return quote.checks.filter(snapshot=snapshot).first()


@pytest.mark.parametrize(
    ("text", "state", "flags"),
    [
        (BEFORE + SENTENCE + AFTER, "unchanged", []),
        ("An advertisement.\n" + BEFORE + SENTENCE + AFTER, "unchanged", []),
        (BEFORE + SENTENCE.replace("twelve", "twenty") + AFTER, "altered", ["numbers"]),
        (BEFORE + SENTENCE.replace("had come", "had not come") + AFTER, "altered", ["negation"]),
        (BEFORE + "Nothing of what was promised could be heard here." + AFTER, "gone", []),
    ],
)
def test_look_at_a_new_copy_says_what_became_of_the_passage(quote, text, state, flags):
    check = look(quote, text)

    assert (check.state, check.flags) == (state, flags)


def test_the_text_of_a_copy_is_read_once_however_many_passages_are_looked_for(quote, people):
    shown = quote.snapshot
    for start in range(0, len(BEFORE) - 8, 6):
        mark_quote(quote.evidence_id, shown.pk, start, start + 8, by=people.author)
    with CaptureQueriesContext(connection) as statements:
        look(quote, "Something else was said there, and by other people." + AFTER)

    texts = [row["sql"] for row in statements if row["sql"].startswith("SELECT") and '"body_text"' in row["sql"]]
    assert Quote.objects.filter(snapshot=shown).count() > 5
    assert set(QuoteCheck.objects.values_list("state", flat=True)) == {"gone"}
    # The newest copy while it is read, and that of the passages when they are missing: main text, then all of it.
    assert len([sql for sql in texts if f'"id" = {shown.pk}' in sql]) == 1
    assert len([sql for sql in texts if "claims_quote" in sql]) == 0


def test_altered_passage_opens_an_alert_with_the_words_and_tells_people(quote):
    check = look(quote, BEFORE + SENTENCE.replace("twelve", "twenty") + AFTER)

    alert, event = SourceAlert.objects.get(), Event.objects.get(action="source_changed")
    assert (alert.quote, alert.check_row, alert.closed_at) == (quote, check, None)
    assert ["removed", "twelve"] in check.difference
    assert ["added", "twenty"] in check.difference
    assert event.chain == quote.snapshot.resource.chain
    assert (event.details["state"], event.details["exact"]) == ("altered", SENTENCE)
    assert Job.objects.filter(kind="notify", args={"event": event.pk}).exists()


def test_record_finds_the_copy_an_alert_tells_of(quote):
    look(quote, BEFORE + SENTENCE.replace("twelve", "twenty") + AFTER)

    event = Event.objects.get(action="source_changed")
    assert (event.chain, event.seq) not in [(problem.chain, problem.seq) for problem in verify().problems]


def test_passage_that_stands_opens_no_alert(quote):
    look(quote, BEFORE + SENTENCE + AFTER)

    assert not SourceAlert.objects.exists()
    assert not Event.objects.filter(action="source_changed").exists()


def test_one_alert_is_open_for_a_passage_however_often_it_is_looked_at(quote):
    look(quote, BEFORE + SENTENCE.replace("twelve", "twenty") + AFTER)
    look(quote, BEFORE + SENTENCE.replace("twelve", "ninety") + AFTER)

    assert quote.checks.count() == 2
    assert SourceAlert.objects.count() == 1
    assert Event.objects.filter(action="source_changed").count() == 1


def test_same_copy_is_looked_at_once(quote):
    look(quote, BEFORE + SENTENCE + AFTER)
    jobs.enqueue("check_quotes", resource=quote.snapshot.resource_id)
    work_off()

    assert quote.checks.count() == 1


def test_copy_without_text_says_nothing_about_the_source(quote):
    check = look(quote, "", problem="The page came without any text.")

    assert (check.state, check.problem) == ("unverifiable", "The page came without any text.")
    assert not SourceAlert.objects.exists()


def test_copy_elsewhere_does_not_hide_an_alteration_in_place(quote):
    text = (
        BEFORE
        + SENTENCE.replace("twelve", "twenty")
        + AFTER
        + "\nFrom our archive, at the end of a long page:\n"
        + SENTENCE
    )

    check = look(quote, text)

    assert (check.state, check.flags) == ("altered", ["numbers", "also_elsewhere"])
    assert SENTENCE.replace("twelve", "twenty") == text[check.start : check.end]


def test_copy_the_passage_was_taken_from_holds_it(quote):
    jobs.enqueue("check_quotes", resource=quote.snapshot.resource_id)
    work_off()

    check = quote.checks.get()
    assert (check.state, check.start, check.end) == ("unchanged", quote.start, quote.end)


def test_passage_removed_while_it_was_looked_for_is_left_out(quote):
    snapshot = SnapshotFactory(resource=quote.snapshot.resource, body_text="Something else.")

    class Run:
        def progress(self, *_):
            pass

    keep = watch.check_quotes(Run(), resource=snapshot.resource_id)
    quote.delete()
    keep()

    assert not QuoteCheck.objects.exists()


def test_source_without_copies_or_that_went_away_is_left_alone(db):
    assert watch.check_quotes(None, resource=987654) is None


# --- two looks


def a_day_passes():
    SourceAlert.objects.filter(closed_at=None).update(opened_at=F("opened_at") - timedelta(hours=25))


@pytest.fixture
def relied_on(people):
    """A passage of a published claim: a whole sentence."""
    claim = published(people)
    passage = claim.evidence.filter(quotes__isnull=False).get().quotes
    QuoteCheck.objects.all().delete()
    sentence = "The harbour master counted twelve ships on Monday."
    passage.update(exact=sentence, prefix="", suffix=" None of them was late.", start=0, end=len(sentence))
    return passage.select_related("snapshot__resource").get()


def text_of(quote):
    return quote.snapshot.body_text


ALTERATIONS = {
    "number": (lambda text: text.replace("twelve", "twenty"), True),
    "negation": (lambda text: text.replace("counted", "never counted"), True),
    "gone": (lambda text: "Nothing of what stood here is left; the harbour master has retired to the country.", True),
    "a word": (lambda text: text.replace("harbour master", "harbor master"), False),
}


@pytest.mark.parametrize(("alter", "reopens"), ALTERATIONS.values(), ids=ALTERATIONS)
def test_the_second_look_a_day_later_sends_a_published_claim_back_when_it_matters(relied_on, alter, reopens):
    claim = relied_on.evidence.claim
    look(relied_on, alter(text_of(relied_on)))
    assert reload(claim).status == "published"
    assert SourceAlert.objects.get().confirmed_at is None

    look(relied_on, alter(text_of(relied_on)) + " An advertisement.")  # the same day: it does not count yet
    assert SourceAlert.objects.get().confirmed_at is None
    a_day_passes()
    look(relied_on, alter(text_of(relied_on)))

    claim = reload(claim)
    assert SourceAlert.objects.get().confirmed_at is not None
    assert claim.status == ("in_research" if reopens else "published")
    assert (claim.public_state, claim.public_note) == ("published", "")  # what readers see is an editor's to decide
    confirmed = Event.objects.get(action="source_change_confirmed")
    assert Job.objects.filter(kind="notify", args={"event": confirmed.pk}).exists()


def test_the_first_finding_brings_the_second_look_forward(relied_on):
    source = relied_on.snapshot.resource
    type(source).objects.filter(pk=source.pk).update(look_again_at=timezone.now() + timedelta(days=80))

    look(relied_on, LOST)

    source.refresh_from_db()
    assert timedelta(hours=23) < source.look_again_at - timezone.now() <= timedelta(hours=24)


def test_what_stood_there_again_at_the_next_look_is_no_finding(relied_on):
    look(relied_on, LOST)
    look(relied_on, text_of(relied_on) + " An advertisement.")

    alert = SourceAlert.objects.get()
    assert (alert.closed_by, alert.resolution) == (None, "It stood there again at the next look.")
    assert Event.objects.get(action="close_alert").actor_ref == "system"


def test_a_look_that_could_not_tell_leaves_an_unconfirmed_finding_open(relied_on):
    look(relied_on, LOST)
    look(relied_on, "", problem="The page came without any text.")

    assert relied_on.checks.count() == 2
    assert SourceAlert.objects.get().closed_at is None


def test_a_confirmed_finding_stays_for_a_person_whatever_comes_later(relied_on):
    look(relied_on, LOST)
    a_day_passes()
    look(relied_on, LOST + " At all.")
    look(relied_on, text_of(relied_on) + " An advertisement.")

    assert SourceAlert.objects.get().closed_at is None


def test_a_claim_under_work_only_gains_a_row(quote):
    look(quote, LOST)
    a_day_passes()
    look(quote, LOST + " At all.")

    assert reload(quote.evidence.claim).status == "in_research"
    assert SourceAlert.objects.get().confirmed_at is not None
    assert not Event.objects.filter(action="reopen").exists()


def test_two_passages_of_one_claim_reopen_it_once(people, relied_on):
    evidence, snapshot = relied_on.evidence, relied_on.snapshot
    Quote.objects.create(evidence=evidence, snapshot=snapshot, exact="The harbour", start=0, end=11)
    for text in (LOST, LOST + " At all."):
        look(relied_on, text)
        a_day_passes()

    assert SourceAlert.objects.filter(confirmed_at__isnull=False).count() == 2
    assert Event.objects.filter(chain=evidence.claim.chain, action="reopen").count() == 1


def test_letting_the_check_stand_closes_its_alerts_in_one_step(people):
    claim = published(people)
    quote = claim.evidence.filter(quotes__isnull=False).get().quotes.get()
    look(quote, LOST)
    a_day_passes()
    look(quote, LOST + " At all.")

    apply(claim.pk, "stand", by=people.editor, reason="The archive still holds it.")

    alert = SourceAlert.objects.get()
    assert (alert.closed_by, alert.resolution) == (people.editor, "The archive still holds it.")
    assert reload(claim).status == "published"


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"title": "404 not found"}, "title of an error page"),
        ({"language": "de"}, "another language"),
        ({"final_url": "https://harbour.example.org/"}, "front page"),
    ],
)
def test_a_passage_missing_from_what_may_not_be_the_page_is_unverifiable(people, fields, problem):
    snapshot = SnapshotFactory(
        body_text=BEFORE + SENTENCE + AFTER, language="en", title="Log", final_url="https://harbour.example.org/log"
    )
    evidence = edit_parts.add_evidence(in_research(people).pk, by=people.author, resource=snapshot.resource)
    quote = mark_quote(evidence.pk, snapshot.pk, len(BEFORE), len(BEFORE + SENTENCE), by=people.author)
    said = {"language": "en", "title": "Log", "final_url": "https://harbour.example.org/log"}

    check = look(quote, LOST, **{**said, **fields})

    assert check.state == "unverifiable"
    assert problem in check.problem
    assert not SourceAlert.objects.exists()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("We value your privacy. Accept cookies to read on.", "showed a wall"),
        ("Subscribe to read on. Twelve ships", "showed a wall"),
        ("The harbour is closed today.", "far less text"),
    ],
    ids=["consent", "paywall", "shrunk"],
)
def test_a_passage_behind_a_wall_or_in_next_to_nothing_is_unverifiable_and_never_gone(relied_on, text, problem):
    whole = text_of(relied_on) + " Nothing else happened in the harbour that day." * 10
    relied_on.snapshot = SnapshotFactory(resource=relied_on.snapshot.resource, body_text=whole)
    Quote.objects.filter(pk=relied_on.pk).update(snapshot=relied_on.snapshot)

    for words in (text, text + " Now."):
        check = look(relied_on, words)
        assert (check.state, problem in check.problem) == ("unverifiable", True)
        a_day_passes()

    assert not SourceAlert.objects.exists()
    assert reload(relied_on.evidence.claim).status == "published"


def test_a_passage_on_what_shares_nothing_with_its_page_is_unverifiable_whatever_it_says(relied_on):
    for words in ("Cafés along the river, with their hours.", "Cafés along the river, with their prices."):
        check = look(relied_on, words)
        assert (check.state, "may be another page" in check.problem) == ("unverifiable", True)
        a_day_passes()

    assert reload(relied_on.evidence.claim).status == "published"


def test_a_passage_missing_where_another_of_its_source_stands_is_gone(relied_on):
    evidence, snapshot = relied_on.evidence, relied_on.snapshot
    other = Quote.objects.create(evidence=evidence, snapshot=snapshot, exact="None of them was late", start=51, end=72)

    check = look(relied_on, "None of them was late.")

    assert (check.state, other.checks.get().state) == ("gone", "unchanged")


def test_a_copy_in_which_a_passage_was_found_before_is_the_page_for_one_marked_later_too(relied_on):
    look(relied_on, "The mayor of the town spoke at length on the new bridge.")
    relied_on.checks.create(snapshot=relied_on.checks.get().snapshot, state="moved")
    evidence, snapshot = relied_on.evidence, relied_on.snapshot
    later = Quote.objects.create(evidence=evidence, snapshot=snapshot, exact="of them was late", start=56, end=72)

    jobs.enqueue("check_quotes", resource=snapshot.resource_id)
    work_off()

    assert later.checks.get().state == "gone"


# --- alerts are closed by people


@pytest.fixture
def alert(quote):
    look(quote, LOST)
    return SourceAlert.objects.get()


def test_alert_is_closed_with_what_was_found(people, alert):
    closed = watch.close_alert(alert.pk, by=people.editor, resolution=" The page was moved. ")

    event = Event.objects.get(action="close_alert")
    assert (closed.closed_by, closed.resolution) == (people.editor, "The page was moved.")
    assert (event.actor_ref, event.details["resolution"]) == (people.editor.ref, "The page was moved.")


def test_alert_is_closed_once_by_a_researcher_and_with_words(people, alert):
    with pytest.raises(Refused, match="checker or an editor"):
        watch.close_alert(alert.pk, by=people.auditor, resolution="Seen.")
    with pytest.raises(Refused, match="few words"):
        watch.close_alert(alert.pk, by=people.editor, resolution=" ")
    watch.close_alert(alert.pk, by=people.editor, resolution="Seen.")
    with pytest.raises(Refused, match="closed already"):
        watch.close_alert(alert.pk, by=people.editor, resolution="Seen again.")


def test_next_finding_after_a_closed_alert_opens_a_new_one(people, alert):
    watch.close_alert(alert.pk, by=people.editor, resolution="Seen.")

    look(alert.quote, LOST + " Still.")

    assert SourceAlert.objects.filter(closed_at__isnull=True).count() == 1
