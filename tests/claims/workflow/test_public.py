"""What may happen to a claim whose check is public."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from claims.models import Claim, Job, Quote, QuoteCheck
from claims.workflow import edit, edit_parts, edit_review, preflight_list, sources
from claims.workflow.adopt import adopt_outside_changes
from claims.workflow.apply import Refused, apply, possible_steps
from claims.workflow.attempt import Attempt
from claims.workflow.evidence_facts import read_evidence
from claims.workflow.preflight_list import read_list
from tests.claims.workflow import desk
from tests.factories import RatingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim(people):
    return desk.published(people)


def hold(claim):
    """Let the triggers of the commit speak now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return desk.reload(claim)


@transaction.atomic
def say_public(claim, shown_by=None, **fields):
    """What somebody with the database's password would try."""
    if shown_by:
        desk.showing("published")(Attempt(desk.reload(claim), "publish", shown_by))
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('factcheck.step', %s, true)", [str(claim.pk)])
    Claim.objects.filter(pk=claim.pk).update(**fields)
    hold(claim)


def reopen(claim, people, **data):
    claim = apply(claim.pk, "reopen", by=people.editor, reason="A reader wrote.", **data)
    apply(claim.pk, "hand_over", by=people.editor, role="checker", person=people.author)
    return desk.reload(claim)


def two_days_pass():
    QuoteCheck.objects.update(at=timezone.now() - timedelta(days=2))
    adopt_outside_changes()


def review_again(claim, people):
    apply(claim.pk, "submit", by=people.author)
    claim = apply(claim.pk, "pass", by=None)
    if claim.status == "in_cross_check":
        desk.hand_cross_check_to(claim, people.cross_checker, people.editor)
        rating = RatingFactory(code="true")
        claim = apply(claim.pk, "cross_check", by=people.cross_checker, rating=rating, reason="Again.")
    return apply(claim.pk, "approve", by=people.editor, seen=desk.seen(claim))


def test_publication_holds_at_commit(claim):
    claim = hold(claim)

    assert (claim.status, claim.public_state, claim.due_at) == ("published", "published", None)


def test_a_public_state_without_its_version_does_not_commit(claim):
    claim = hold(claim)
    with pytest.raises(IntegrityError, match="newest public version"):
        say_public(claim, public_state="withheld")


def test_a_version_nobody_approved_does_not_commit(people):
    claim = desk.in_review(people)

    with pytest.raises(IntegrityError, match="nobody approved"):
        say_public(claim, shown_by=people.editor, public_state="published", slug="s")


def test_what_is_public_is_neither_declined_nor_merged(claim, people):
    claim = reopen(claim, people)

    with pytest.raises(Refused, match="withhold or retract"):
        apply(claim.pk, "decline", by=people.editor, decline_reason="other", reason="Away with it.")


def test_reopening_marks_the_public_page_only_when_asked(claim, people):
    assert reopen(claim, people).public_note == ""
    apply(claim.pk, "stand", by=people.editor, reason="Looked at again, stands.")
    claim = apply(claim.pk, "reopen", by=people.editor, reason="A reader wrote.", say_under_review=True)

    assert claim.public_note == "A reader wrote."
    assert apply(claim.pk, "stand", by=people.editor, reason="Stands.").public_note == ""


def test_the_watch_never_marks_the_public_page(claim):
    claim = apply(claim.pk, "reopen", by=None, reason="A source changed.", say_under_review=True)

    assert (claim.status, claim.public_note) == ("in_research", "")


def test_buttons_of_a_public_claim_differ_from_those_of_another(claim, people):
    claim = reopen(claim, people)
    public = set(possible_steps(claim, people.editor))
    private = set(possible_steps(desk.reload(desk.in_research(people)), people.editor))

    assert public - private == {"say_under_review", "stand", "withhold", "lift", "propose_retraction", "retract"}
    assert private - public == {"decline", "merge", "unassign"}


def test_readers_are_told_of_a_review_by_an_editor_once_and_no_longer_when_it_stands(claim, people):
    claim = apply(claim.pk, "reopen", by=None, reason="A passage was altered.")
    assert claim.public_note == ""
    with pytest.raises(Refused):
        apply(claim.pk, "say_under_review", by=people.author, reason="A source was altered.")

    claim = apply(claim.pk, "say_under_review", by=people.editor, reason="A source was altered.")

    assert (claim.status, claim.public_note) == ("in_research", "A source was altered.")
    with pytest.raises(Refused, match="told already"):
        apply(claim.pk, "say_under_review", by=people.editor, reason="Again.")
    assert apply(claim.pk, "stand", by=people.editor, reason="It stands.").public_note == ""


def test_readers_of_a_withheld_page_are_not_told_of_a_review(claim, people):
    claim = reopen(claim, people)
    apply(claim.pk, "withhold", by=people.editor, reason="A court asked.", effect=desk.showing("withheld"))

    with pytest.raises(Refused, match="something else already"):
        apply(claim.pk, "say_under_review", by=people.editor, reason="A source was altered.")


def test_a_changed_claim_does_not_simply_stand(claim, people):
    claim = reopen(claim, people)
    desk.write_verdict(claim, people.author, rationale="Three counts agree [1].")

    with pytest.raises(Refused, match="differs from what is public"):
        apply(claim.pk, "stand", by=people.editor, reason="Stands.")


def test_changed_words_want_a_typed_correction_but_no_new_cross_check(claim, people):
    claim = reopen(claim, people)
    desk.write_verdict(claim, people.author, rationale="Three counts agree [1].")
    assert not_typed(claim) == ["It was public before: say what kind of change this is."]
    with pytest.raises(Refused, match="what kind of change"):
        review_again(claim, people)
    apply(claim.pk, "fail", by=None, reason="Say what changed.")

    correct(claim, people, "")
    assert not_typed(claim) == ["Say in words for the reader what changed this time."]
    correct(claim, people, "We wrote two; it was three.")
    assert not_typed(claim) == []
    claim = review_again(claim, people)
    assert claim.readings.filter(kind="cross").count() == 1
    claim = apply(claim.pk, "publish", by=people.editor, effect=desk.showing("published"))
    assert claim.fact_checks.count() == 2

    claim = reopen(claim, people)
    desk.write_verdict(claim, people.author, rationale="Four counts agree [1].")
    assert not_typed(claim) == ["Say in words for the reader what changed this time."]


def test_a_correction_that_was_told_before_is_not_published_again(claim, people, monkeypatch):
    claim = reopen(claim, people)
    desk.write_verdict(claim, people.author, rationale="Three counts agree [1].")
    monkeypatch.setattr(preflight_list, "change_typed", lambda claim, told: [])
    claim = review_again(claim, people)

    with pytest.raises(Refused, match="what kind of change"):
        apply(claim.pk, "publish", by=people.editor, effect=desk.showing("published"))


def test_a_new_version_calls_itself_no_retraction(claim, people, monkeypatch):
    """That takes two editors and the step of that name."""
    claim = reopen(claim, people)
    desk.write_verdict(claim, people.author, rationale="Three counts agree [1].")
    correct(claim, people, "We withdraw.", kind="retraction")
    assert not_typed(claim) == ["It was public before: say what kind of change this is."]
    monkeypatch.setattr(preflight_list, "change_typed", lambda claim, told: [])
    claim = review_again(claim, people)

    with pytest.raises(Refused, match="what kind of change"):
        apply(claim.pk, "publish", by=people.editor, effect=desk.showing("published"))


def correct(claim, people, text, kind="correction"):
    fields = {"correction_kind": kind, "correction_text": text}
    edit.edit_claim(claim.pk, by=people.author, fields=fields, seen=edit.digests(desk.reload(claim)))


def not_typed(claim):
    return [found.sentence for item in read_list(desk.reload(claim)) for found in item.missing]


def test_one_editor_withholds_and_puts_back(claim, people):
    with pytest.raises(Refused, match="in a sentence"):
        apply(claim.pk, "withhold", by=people.editor, effect=desk.showing("withheld"))
    claim = apply(claim.pk, "withhold", by=people.editor, reason="A source at risk.", effect=desk.showing("withheld"))
    assert (hold(claim).status, claim.public_state) == ("published", "withheld")
    with pytest.raises(Refused, match="withheld already"):
        apply(claim.pk, "withhold", by=people.editor, reason="Again.", effect=desk.showing("withheld"))

    apply(claim.pk, "lift", by=people.editor, effect=desk.showing("published"))
    assert hold(claim).public_state == "published"
    with pytest.raises(Refused, match="is not withheld"):
        apply(claim.pk, "lift", by=people.editor, effect=desk.showing("published"))


def test_two_editors_retract(claim, people):
    with pytest.raises(Refused, match="Propose the retraction first"):
        apply(claim.pk, "retract", by=people.editor, effect=desk.showing("retracted"))
    apply(claim.pk, "propose_retraction", by=people.editor, reason="The count was forged.")
    with pytest.raises(Refused, match="proposed already"):
        apply(claim.pk, "propose_retraction", by=people.other_editor, reason="Me too.")
    with pytest.raises(Refused, match="Another editor"):
        apply(claim.pk, "retract", by=people.editor, effect=desk.showing("retracted"))

    claim = apply(claim.pk, "retract", by=people.other_editor, effect=desk.showing("retracted"))

    assert (hold(claim).status, claim.public_state) == ("retracted", "retracted")
    assert claim.fact_checks.latest("number").reason == "The count was forged."
    apply(claim.pk, "archive", by=people.editor)
    assert apply(claim.pk, "restore", by=people.editor).status == "retracted"


def test_a_retracted_claim_can_be_worked_on_and_declined(claim, people):
    apply(claim.pk, "propose_retraction", by=people.editor, reason="Forged.")
    apply(claim.pk, "retract", by=people.other_editor, effect=desk.showing("retracted"))
    claim = reopen(claim, people)

    assert apply(claim.pk, "decline", by=people.editor, decline_reason="other", reason="Closed.").status == "declined"


def test_a_public_verdict_is_no_secret_and_its_cross_check_is_marked_informed(claim, people):
    claim = reopen(claim, people)
    edit_review.show_verdict(claim.pk, by=people.cross_checker)
    desk.write_verdict(claim, people.author, code="mixed")
    correct(claim, people, "We had it as true.")
    apply(claim.pk, "submit", by=people.author)
    apply(claim.pk, "pass", by=None)
    desk.hand_cross_check_to(claim, people.cross_checker, people.editor)
    apply(claim.pk, "cross_check", by=people.cross_checker, rating=RatingFactory(code="mixed"), reason="Yes.")

    assert claim.readings.filter(kind="cross").latest("pk").informed is True


def publish(claim, by):
    return apply(claim.pk, "publish", by=by, effect=desk.showing("published"))


def test_a_passage_not_looked_at_today_stops_publication(people):
    claim = desk.approved(people)
    two_days_pass()
    Job.objects.all().delete()

    with pytest.raises(
        Refused, match=r"^0 of 1 sources were looked at within 24 hours; not yet: evidence 2. Capture them"
    ):
        publish(claim, people.editor)
    desk.look_again(Quote.objects.get())
    assert publish(claim, None).status == "published"


def test_a_passage_marked_a_moment_ago_is_looked_at_before_publication_and_the_refusal_says_so(people):
    claim = desk.in_review(people)
    QuoteCheck.objects.all().delete()
    claim = apply(claim.pk, "approve", by=people.editor, seen=desk.seen(claim))

    with pytest.raises(Refused, match=r"not yet: evidence 2. A look is under way: evidence 2.$"):
        publish(claim, people.editor)
    desk.look_again(Quote.objects.get())
    assert publish(claim, people.editor).status == "published"


def test_a_source_that_died_stops_publication_until_somebody_goes_without_the_look(people):
    claim = desk.approved(people)
    quote = Quote.objects.get()
    desk.look_again(quote, "unverifiable", problem="The site answered 404: there is no such page.")

    with pytest.raises(Refused, match=r"could not tell .*The site answered 404"):
        publish(claim, people.editor)
    edit_parts.waive(quote.evidence_id, "quote_check", by=people.editor, reason="The paper closed; we hold its copy.")
    assert publish(claim, people.editor).status == "published"


@pytest.mark.parametrize(
    ("minutes", "state", "wanted"),
    [(5, "unchanged", False), (61, "unchanged", True), (5, "unverifiable", True), (None, "", True)],
)
def test_an_approval_asks_for_a_look_unless_one_told_within_the_hour(people, minutes, state, wanted):
    claim = desk.in_review(people)
    quote = Quote.objects.get()
    QuoteCheck.objects.all().delete()
    if minutes is not None:
        check = desk.look_again(quote, state)
        QuoteCheck.objects.filter(pk=check.pk).update(at=timezone.now() - timedelta(minutes=minutes))

    found = sources.looks_wanted(claim, read_evidence(claim))

    assert [(kind, asked["resource"]) for kind, asked in found] == [("capture", quote.evidence.resource_id)] * wanted


def test_a_passage_may_be_published_with_its_look_waived(people):
    claim = desk.ready(people)
    quote = Quote.objects.get()
    edit_parts.waive(quote.evidence_id, "quote_check", by=people.author, reason="The archive is closed today.")
    apply(claim.pk, "submit", by=people.author)
    apply(claim.pk, "pass", by=None)
    apply(claim.pk, "cross_check", by=people.cross_checker, rating=RatingFactory(code="true"), reason="Yes.")
    apply(claim.pk, "approve", by=people.editor, seen=desk.seen(claim))
    two_days_pass()

    assert apply(claim.pk, "publish", by=people.editor, effect=desk.showing("published")).status == "published"


def test_what_the_record_does_not_know_is_not_published(people):
    claim = desk.approved(people)
    Claim.objects.filter(pk=claim.pk).update(summary="By the back door.")

    with pytest.raises(Refused, match="changed outside the application"):
        apply(claim.pk, "publish", by=people.editor, effect=desk.showing("published"))


def test_a_confidential_claim_is_not_published(people):
    claim = desk.approved(people)
    edit.arrange_claim(claim.pk, by=people.editor, confidential=True)
    with pytest.raises(Refused, match="is confidential"):
        apply(claim.pk, "publish", by=people.editor, effect=desk.showing("published"))

    edit.arrange_claim(claim.pk, by=people.editor, confidential=False)
    assert apply(claim.pk, "publish", by=people.editor, effect=desk.showing("published")).status == "published"
