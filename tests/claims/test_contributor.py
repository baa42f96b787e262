"""What a contributor is shown he may press, and what he is not shown is refused: every form of every page is tried."""

import re
from html import unescape

import pytest
from django.urls import Resolver404, resolve

from claims import jobs
from claims.intake import article as intake
from claims.models import Article, Job
from claims.workflow import comments, edit, edit_appearances, edit_parts, replies
from tests.claims.test_auditor import form, form_for, press, presses
from tests.claims.workflow import desk
from tests.factories import ChecklistItemFactory, PersonFactory, SnapshotFactory

pytestmark = pytest.mark.django_db

ADDRESS = re.compile(r'(?:action|formaction|hx-post)="([^"]+)"')
# His own affairs, on every page: session, reading, notices, profile, saved views.
HIS_OWN = {
    "account_logout", "set_language", "notice-read", "notice-open", "notice-read-all", "notice-choices", "profile",
    "language-set", "zone-set", "claim-looked", "presence", "view-save", "view-remove", "view-rename", "undo",
    "recusal-list", "recusal-withdraw", "unsubscribe", "password-link",
}  # fmt: skip
CONTRIBUTES = {"evidence-add", "evidence-upload", "appearance-add", "comment-add", "claim-new", "intake"}
OF_HIS_OWN = {
    "evidence-edit", "evidence-grade", "evidence-move", "evidence-remove", "appearance-edit", "appearance-remove", "quote-add", "quote-remove",
    "snapshot-upload", "snapshot-pin", "source-title", "capture-retry", "capture-as-shown", "claim-edit", "draft-keep",
    "draft-drop", "comment-resolve", "comment-reopen", "comment-withdraw", "intake-describe", "intake-retry",
    "job-retry", "job-cancel",
}  # fmt: skip
INTAKE = {"intake-candidate", "intake-paste"}
READS = {"verdict-show"}
RESEARCH = {
    "checklist-answer", "rubric-answer", "contact-log", "contact-answer", "contact-edit", "contact-go-on",
    "contact-remove", "evidence-waive", "evidence-unwaive", "verdict-edit", "alert-close", "claim-step",
    "claim-arrange", "claim-bulk",
}  # fmt: skip


@pytest.fixture
def contributor(client):
    person = PersonFactory(role="contributor")
    client.force_login(person)
    return person


@pytest.fixture
def claim(people):
    """Somebody else's, in research, with all that may hang on a claim."""
    claim = desk.ready(people)
    ChecklistItemFactory()
    by = people.author
    replies.log_contact(
        claim.pk, by=by, asked="Harbour office", channel="email", question="How many?", deadline=desk.soon()
    )
    edit_appearances.add_appearance(claim.pk, by=by, url="https://a.example.org/", verbatim="A dozen!")
    edit_parts.waive(claim.evidence.get(number=1).pk, "quote_check", by=by, reason="Closed.")
    comments.add_comment(claim.pk, by=by, text="Look again.")
    return claim


def add_own(claim, person):
    """One piece of evidence with a passage, one appearance and one comment of a person's own."""
    snapshot = desk.captured()
    evidence = edit_parts.add_evidence(claim.pk, by=person, resource=snapshot.resource)
    SnapshotFactory(resource=snapshot.resource)  # another copy, on which it might rest
    edit_parts.add_quote(
        evidence.pk, by=person, snapshot=snapshot, exact="twelve ships", prefix="counted ", suffix=" on", start=27
    )
    edit_appearances.add_appearance(claim.pk, by=person, verbatim="Twelve, I said.")
    comments.add_comment(claim.pk, by=person, text="See the register.")
    return evidence


def failed_article(by):
    article = intake.add_address(f"https://news-{by.pk}.example.org/a", intake.About(), by=by)
    Article.objects.filter(pk=article.pk).update(state="failed", problem="No answer.")
    Job.objects.all().delete()
    return article


def pages_of(claim, *articles):
    here = f"/claims/{claim.pk}/"
    yield from (here, f"{here}comments/", f"{here}drafts/", "/jobs/", "/intake/", "/claims/new/")
    for row in claim.evidence.all():
        yield from (f"/evidence/{row.pk}/", f"{here}?edit={row.number}")
    for row in claim.appearances.all():
        yield f"{here}appearances/{row.number}/edit/"
    for row in claim.contacts.all():
        yield f"{here}contacts/{row.pk}/edit/"
    for article in articles:
        yield f"/intake/{article.pk}/"


def forms_on(client, pages):
    """The names of the addresses to which the forms of some pages are sent."""
    found = set()
    for page in pages:
        body = client.get(page, follow=True).content.decode()
        for form_tag in re.findall(r"<form.*?</form>", body, re.DOTALL):
            if re.search(r'method="post"|hx-post', form_tag) and "<button" in form_tag:
                found |= {name_of(address, page) for address in ADDRESS.findall(form_tag) or [""]}
    return found - HIS_OWN - {""}


def name_of(address, page):
    path = unescape(address).partition("?")[0] or page.partition("?")[0]
    try:
        return resolve(path).url_name or ""
    except Resolver404:
        return ""


def test_of_others_work_a_contributor_is_shown_what_he_may_add_to_it(client, people, contributor, claim):
    shown = forms_on(client, pages_of(claim, failed_article(people.author)))

    assert shown == CONTRIBUTES - {"evidence-upload"} | READS | {"intake-paste"}


def test_of_his_own_he_is_shown_what_he_may_mend_and_withdraw(client, people, contributor, claim):
    add_own(claim, contributor)
    own = edit.create_claim(by=contributor, statement="Ten ships came.")
    shown = forms_on(client, [*pages_of(claim, failed_article(contributor)), *pages_of(own)])

    not_here = {
        "draft-keep",
        "capture-retry",
        "job-cancel",
        "capture-as-shown",
        "draft-drop",
        "comment-reopen",
        "job-retry",
        "comment-withdraw",
        "evidence-grade",  # its form is asked for
        "evidence-move",  # its buttons stand on the cards
    }
    assert shown & RESEARCH == set()
    assert OF_HIS_OWN - not_here <= shown


def test_a_checker_is_shown_the_work_of_checking(client, people, claim):
    client.force_login(people.author)
    shown = forms_on(client, pages_of(claim))

    assert {
        "checklist-answer",
        "contact-log",
        "contact-answer",
        "contact-edit",
        "contact-go-on",
        "verdict-edit",
    } <= shown


@pytest.mark.thorough
def test_what_he_is_not_shown_is_refused_in_a_sentence_and_changes_nothing(client, people, contributor, claim):
    """With forms that have all they need, on a claim and an article of somebody else's."""
    failed_article(people.author)
    jobs.enqueue("capture", key="resource/0", by=people.author, resource=0)
    data = form(people, [claim])
    changed, broken = set(), set()
    for name, address in presses():
        status, tables = press(client, address, form_for(name, data))
        changed |= {name} if tables else set()
        broken |= {address} if status >= 500 else set()

    assert broken == set()
    assert changed & (RESEARCH | OF_HIS_OWN) == set()
    assert changed - HIS_OWN - INTAKE - READS == {
        "evidence-add", "appearance-add", "comment-add", "claim-new",
    }  # fmt: skip
