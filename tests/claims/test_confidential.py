"""A telephone number kept with a question goes to editors and the claim's people, and to nobody and nowhere else."""

from types import SimpleNamespace

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from claims.models import ContactLog, Delivery, Event, Job, Notification, Press, Refusal, Revision
from claims.notifications.send import notify
from claims.publishing.publish import publish
from claims.workflow import replies
from claims.workflow.apply import apply
from tests.claims import crawl
from tests.claims.workflow import desk
from tests.factories import PersonFactory, make_rubric

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:The default scheme will be changed"),
]

NUMBER = "+44 20 7946 0999"


def ask(claim, by, **fields):
    given = {"asked": "Harbour office", "channel": "phone", "question": "How many?", "deadline": desk.soon()}
    return replies.log_contact(claim.pk, by=by, contact_detail=NUMBER, **given | fields)


@pytest.fixture
def newsroom():
    """A claim under way, one that waits, and one that is public: a number is kept with each."""
    people = desk.hire()
    make_rubric()
    draft, waiting, public = desk.in_research(people), desk.in_research(people), desk.ready(people)
    row = ask(draft, people.author)
    replies.edit_contact(row.pk, by=people.author, seen=replies.mark_of(row), question="How many came?")
    ask(waiting, people.author)
    apply(waiting.pk, "request_reply", by=people.author)
    answered = ask(public, people.author)
    replies.answer_contact(answered.pk, by=people.author, answer="Twelve.")
    replies.go_on_without(ask(public, people.author).pk, by=people.author, reason="No time.")
    apply(public.pk, "submit", by=people.author)
    apply(public.pk, "pass", by=None)
    desk.hand_cross_check_to(public, people.cross_checker, people.editor)
    rating = desk.reload(public).rating
    apply(public.pk, "cross_check", by=people.cross_checker, rating=rating, reason="Agreed.")
    apply(public.pk, "approve", by=people.editor, seen=desk.seen(public), notes=desk.noted(public))
    publish(public.pk, by=people.other_editor)
    for event in Event.objects.order_by("pk"):
        notify(SimpleNamespace(claim_id=None, attempts=0), event=event.pk)()
    people.outsider = PersonFactory(role="checker")
    return people


STRANGERS = ["contributor", "outsider", "administrator", "auditor", "anonymous"]
WHOLE_DESK = ["outsider", "auditor"]  # what the others are shown besides a claim, one of these is shown too
HTMX = {"HX-Request": "true"}


def signed_in(newsroom, name):
    client = Client()
    if name != "anonymous":
        client.force_login(getattr(newsroom, name))
    return client


def telling(client, addresses, *headers):
    """The addresses whose answer holds the number, asked for with each of some headers."""
    asked = [(address, header) for address in sorted(addresses) for header in headers or ({},)]
    return {address for address, header in asked if NUMBER in crawl.text_of(client.get(address, headers=header))}


def test_pages_send_the_number_to_editors_and_the_claims_people_and_to_nobody_else(newsroom):
    shown = {reverse("claims:claim-detail", args=[row.claim_id]) for row in ContactLog.objects.all()}
    start = crawl.addresses(signed_in(newsroom, "editor"))
    panel = crawl.panel_addresses(whole=True)
    assert len(start) > 40

    about_claims = {address for address in start if address.startswith(("/claims/", "/evidence/", "/fact-checks/"))}

    for name in ("author", "editor"):
        told = telling(signed_in(newsroom, name), about_claims)
        assert shown <= told
        assert {address for address in told - shown if "/contacts/" not in address} == set()
    for name in STRANGERS:
        assert telling(signed_in(newsroom, name), about_claims, {}, HTMX) == set(), name
    for name in WHOLE_DESK:
        assert telling(signed_in(newsroom, name), start - about_claims) == set(), name
    assert telling(signed_in(newsroom, "administrator"), panel) == set()


def test_no_record_letter_or_job_holds_the_number(newsroom):
    texts = [event.body for event in Event.objects.all()]
    texts += [
        str(values)
        for model in (Revision, Refusal, Notification, Job, Press, Delivery)
        for values in model.objects.values()
    ]
    texts += [f"{letter.subject} {letter.body}" for letter in mail.outbox]

    assert len(texts) > 40
    assert not [text for text in texts if "7946" in text]
