"""What the page tells of preflight: what still stands open, what was mended, and where two parts of it disagree."""

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from claims.models import Event, Job, Quote, QuoteCheck
from claims.workflow import edit, edit_parts, edit_review, preflight, replies
from claims.workflow.apply import apply
from tests.claims.views.test_claim import at, read
from tests.claims.workflow import desk
from tests.factories import ChecklistItemFactory, PersonFactory, ResourceFactory

pytestmark = pytest.mark.django_db

MENDED = "All that was missing then has been mended: submit it again."


def sent_back(client, person, claim):
    """The sentences of the note that says why it came back."""
    page = read(client, person, at(claim))
    panel = page.content.decode().partition("Preflight sent this back")[2].partition('id="preflight"')[0]
    return page.context["sent_back"], " ".join(strip_tags(panel).split())


@pytest.fixture
def came_back(people):
    """Sent back for a copy that is missing and a question that is not answered."""
    claim = desk.ready(people)
    bare = edit_parts.add_evidence(claim.pk, by=people.author, resource=ResourceFactory())
    item = ChecklistItemFactory(text="Is the date right?")
    claim = apply(claim.pk, "submit", by=people.author)
    missing = [found for row in preflight.read_list(claim) for found in row.missing]
    reason = " ".join(row.sentence for row in missing)
    claim = apply(claim.pk, "fail", by=None, reason=reason, missing=missing)
    return claim, bare, item


def test_what_preflight_sent_back_lists_only_what_is_still_unmet(client, people, came_back):
    claim, bare, item = came_back
    note, words = sent_back(client, people.author, claim)
    assert [row.place for row in note["missing"]] == [f"e{bare.number}", f"checklist-{item.pk}"]
    assert "mended" not in words

    edit_review.answer_checklist(claim.pk, by=people.author, item=item, answer="yes")
    note, words = sent_back(client, people.author, claim)
    assert [row.place for row in note["missing"]] == [f"e{bare.number}"]
    assert "1 point has been mended since." in words
    assert "Is the date right?" not in words

    edit_parts.remove_evidence(bare.pk, by=people.author)
    note, words = sent_back(client, people.author, claim)
    assert note["missing"] == []
    assert MENDED in words
    assert "captured copy" not in words


def test_a_change_after_submission_is_told_until_it_is_submitted_again(client, people):
    claim = desk.in_preflight(people)
    late = preflight.Missing("Something changed after it was submitted: submit it again.", "verdict")
    claim = apply(claim.pk, "fail", by=None, reason=late.sentence, missing=[late])

    note, words = sent_back(client, people.author, claim)

    assert note["missing"] == [late]
    assert MENDED not in words


def test_who_must_not_know_the_verdict_is_told_neither_what_was_missing_nor_what_was_mended(client, people, came_back):
    claim, _bare, _item = came_back
    note, words = sent_back(client, people.cross_checker, claim)

    assert (note["missing"], note["mended"], note["reason"]) == ([], 0, "")
    assert "captured copy" not in words


def test_the_record_says_the_reasons_of_preflight_once(client, people, came_back):
    claim, _bare, item = came_back
    page = read(client, people.author, f"/claims/{claim.pk}/record/").content.decode()

    assert page.count(item.text) == 1


@pytest.fixture
def asked(people):
    claim = desk.in_research(people)
    return claim, ChecklistItemFactory(code="reply", text="Was the claimant asked?", required=False)


def hint(client, people, claim):
    return read(client, people.author, at(claim)).context["reply_hint"]


def log_contact(claim, people):
    replies.log_contact(
        claim.pk, by=people.author, asked="Port office", channel="email", contact_detail="", question="How many?",
        deadline=desk.soon(),
    )  # fmt: skip


def logged_form(page, item):
    return f'id="checklist-log-{item.pk}"' in page


def test_a_yes_without_anybody_who_was_asked_is_missing_until_it_is_logged(client, people, asked):
    claim, item = asked
    assert not logged_form(read(client, people.author, at(claim)).content.decode(), item)
    edit_review.answer_checklist(claim.pk, by=people.author, item=item, answer="yes")
    page = read(client, people.author, at(claim)).content.decode()
    assert "nobody stands under “Right of reply”" in page
    assert logged_form(page, item)

    log_contact(claim, people)

    page = read(client, people.author, at(claim)).content.decode()
    assert "nobody stands under “Right of reply”" not in page
    assert not logged_form(page, item)


def test_why_nobody_was_logged_is_shown_to_the_approver_and_to_nobody_who_reads_blind(client, people):
    claim = desk.ready(people)
    item = ChecklistItemFactory(code="reply", text="Was the claimant asked?", required=False)
    sent = {"item": item.pk, "answer": "yes", "note": "Asked at a briefing in March."}
    client.force_login(people.author)
    client.post(f"/claims/{claim.pk}/checklist/", sent)
    apply(claim.pk, "submit", by=people.author)

    assert "Asked at a briefing in March." not in read(client, people.cross_checker, at(claim)).content.decode()

    apply(claim.pk, "pass", by=None)
    apply(claim.pk, "cross_check", by=people.cross_checker, rating=desk.reload(claim).rating, reason="Counted too.")
    edit_review.show_verdict(claim.pk, by=people.editor)
    panel = read(client, people.editor, at(claim)).content.decode().partition('id="preflight"')[2]
    assert "with nobody under “Right of reply”" in panel
    assert "Asked at a briefing in March." in panel


def test_a_no_beside_somebody_who_was_asked_gets_a_hint(client, people, asked):
    claim, item = asked
    edit_review.answer_checklist(claim.pk, by=people.author, item=item, answer="no")
    assert hint(client, people, claim) == ""

    log_contact(claim, people)

    assert "Somebody was asked" in hint(client, people, claim)
    assert "Somebody was asked" in read(client, people.author, at(claim)).content.decode()


def test_an_editor_is_told_what_will_stand_in_an_empty_verdict_panel(client, people):
    claim = edit.create_claim(by=people.contributor, statement="Twelve ships came on Monday.")
    page = read(client, people.editor, at(claim)).content.decode()

    assert "will stand here once they are written" in page
    assert "will stand here" not in read(client, people.auditor, at(claim)).content.decode()


def test_the_record_asks_a_question_of_the_checklist_in_its_words(client, people, asked):
    claim, item = asked
    edit_review.answer_checklist(claim.pk, by=people.author, item=item, answer="yes")
    Event.objects.append(claim, "answer_checklist", by=people.author, body={"item": "two-origins", "after": "yes"})
    page = read(client, people.author, f"/claims/{claim.pk}/record/").content.decode()

    assert "Was the claimant asked?" in page
    assert "Two origins" in page  # an older event knows its code only


def test_an_editor_who_may_still_approve_is_told_that_a_change_of_his_would_end_that(client, people):
    claim = desk.in_review(people)
    warning = "becomes one of its authors and cannot approve it any more"

    before = read(client, people.editor, at(claim)).content.decode()
    edit_review.answer_checklist(claim.pk, by=people.editor, item=ChecklistItemFactory(text="When?"), answer="yes")
    after = read(client, people.editor, at(claim)).content.decode()

    assert warning in before
    assert warning not in after


def offered(client, person, claim):
    """The words on the step that publishes, and whether it can be pressed."""
    page = read(client, person, at(claim))
    (move,) = [move for move in page.context["moves"] if move.action == "publish"]
    return [found.sentence for found in move.missing], move.proposed, "steps/publish/" in page.content.decode()


def test_publication_is_offered_once_the_sources_were_looked_at_and_says_what_it_waits_for(client, people):
    claim = desk.in_review(people)
    QuoteCheck.objects.all().delete()
    claim = apply(claim.pk, "approve", by=people.editor, seen=desk.seen(claim))
    edit_review.show_verdict(claim.pk, by=people.editor)
    untold = "0 of 1 sources were looked at within 24 hours; not yet: evidence 2."
    assert offered(client, people.editor, claim) == ([f"{untold} A look is under way: evidence 2."], False, False)

    Job.objects.filter(kind="capture").delete()
    check = Job(kind="check_quotes", key=Quote.objects.get().evidence.resource.chain)
    check.save()
    assert offered(client, people.editor, claim)[0] == [f"{untold} A look is under way: evidence 2."]
    Job.objects.filter(pk=check.pk).update(state="failed")
    ask = "Capture them again, or go without the look, with a reason."
    assert offered(client, people.editor, claim)[0] == [f"{untold} {ask}"]

    desk.look_again(Quote.objects.get(), "unverifiable", problem="The site answered 404.")
    assert offered(client, people.editor, claim) == ([f"{untold} {ask}"], False, False)
    assert read(client, people.editor, at(claim)).content.decode().count("could not tell") == 1
    desk.look_again(Quote.objects.get(), "gone")
    gone = "A passage of evidence 2 is no longer in its source."
    assert offered(client, people.editor, claim) == ([gone], False, False)
    desk.look_again(Quote.objects.get())
    assert offered(client, people.editor, claim) == ([], True, True)


def test_one_press_has_all_sources_looked_at_that_nobody_looked_at_of_late(client, people):
    claim = desk.in_review(people)
    QuoteCheck.objects.all().delete()
    claim = apply(claim.pk, "approve", by=people.editor, seen=desk.seen(claim))
    Job.objects.filter(kind="capture").delete()
    edit_review.show_verdict(claim.pk, by=people.editor)
    press = reverse("claims:claim-look", args=[claim.pk])
    source = Quote.objects.get().evidence.resource
    assert press in read(client, people.editor, at(claim)).content.decode()

    for _again in range(2):
        answer = client.post(press, follow=True)

    assert list(Job.objects.filter(kind="capture").values_list("key", "priority")) == [(source.chain, 1)]
    assert "1 source is looked at now." in answer.content.decode()
    desk.look_again(Quote.objects.get())
    assert "All its sources were looked at within 24 hours." in client.post(press, follow=True).content.decode()
    assert press not in read(client, people.editor, at(claim)).content.decode()


def test_who_only_reads_has_nothing_looked_at(client, people):
    claim = desk.in_review(people)
    QuoteCheck.objects.all().delete()
    Job.objects.all().delete()
    client.force_login(PersonFactory(role="auditor"))

    answer = client.post(reverse("claims:claim-look", args=[claim.pk]), follow=True)

    assert "A checker or an editor has sources looked at again." in answer.content.decode()
    assert not Job.objects.filter(kind="capture").exists()
