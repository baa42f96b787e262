"""Whoever audits reads everything that is not confidential, and changes nothing: every address that takes a press is tried."""

import itertools
import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection, reset_queries, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter

from claims.models import Claim, ContactLog
from claims.views.claim_cards import edit_form
from claims.workflow import comments, edit, edit_review, replies
from claims.workflow.edit import digest
from claims.workflow.transitions import TRANSITIONS
from tests.claims.workflow import desk
from tests.factories import ChecklistItemFactory, RatingFactory, SnapshotFactory, TopicFactory

pytestmark = pytest.mark.django_db

STATES = ("ready", "in_review")
# What is his own: his session, what he looked at, what he was told, how he wants to be told, his profile.
OWN_TABLES = {
    "django_session", "claims_refusal", "claims_press", "claims_readmark", "claims_presence", "claims_notification",
    "claims_noticepreference", "claims_noticechoice", "claims_savedview", "claims_person", "claims_recusal",
}  # fmt: skip
# The blind rule covers him too, unless he asks; that is recorded, and so is in which language he reads.
RECORDED = {
    "verdict-show": {"claims_disclosure", "claims_event", "claims_chainhead"},
    "profile": {"claims_event", "claims_chainhead"},
}
# Addresses that change something when the author or an editor presses, with the very same form.
TAKES_A_PRESS = {
    "claim-step", "evidence-add", "evidence-remove", "appearance-add", "rubric-answer", "checklist-answer",
    "contact-log", "contact-answer", "comment-add", "comment-resolve", "claim-arrange", "claim-new", "verdict-show",
    "quote-remove", "claim-bulk", "evidence-edit", "evidence-grade", "evidence-move",
}  # fmt: skip
# What one address calls otherwise than the others do; ``None``: what it must not be sent.
OTHERWISE = {
    "claim-new": {"kind": "past"}, "claim-edit": {"kind": "past"}, "evidence-waive": {"kind": "quote_check"},
    "claim-bulk": {"do": "date", "date": "2030-01-01T10:00"}, "comment-add": {"exact": None},
    "claim-arrange": {"seen-priority": digest(5), "seen-topics": digest([])},
    "rubric-answer": {
        "seen-reason": digest(""), "seen-q-verifiable": digest(2), "seen-q-significant": digest(2),
        "seen-q-spread": digest(1), "seen-q-harmful": digest(1),
    },
}  # fmt: skip
WRITES = re.compile(r'(?:INSERT INTO|(?<!FOR )(?<!KEY )(?<!DO )UPDATE|DELETE FROM)\s+"?(\w+)"?', re.IGNORECASE)


@pytest.fixture
def claims(people):
    """One claim for every kind of press, each with a question asked and a comment."""
    found = [getattr(desk, state)(people) for state in STATES]
    for claim in found[:1]:
        replies.log_contact(
            claim.pk, by=people.author, asked="Harbour office", channel="email", question="How many?",
            deadline=desk.soon(), contact_detail="planted@office.example",
        )  # fmt: skip
    for claim in found:
        comments.add_comment(claim.pk, by=people.author, text="Look again.")
    return found


def routes(resolver=None, prefix="/"):
    """Every address of the configuration with its name and what varies in it; the panel and sign-in are their own."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = str(getattr(pattern.pattern, "_route", ""))
        if isinstance(pattern, URLResolver):
            if route not in {"admin/", "accounts/"}:
                yield from routes(pattern, prefix + route)
        else:
            whole = re.sub(r"<(?:\w+:)?(\w+)>", r"%(\1)s", prefix + route)
            yield whole, pattern.name, dict(pattern.pattern.converters)


def values_for(name, converter):
    """What an address may name in one place."""
    if name == "action":
        return list(TRANSITIONS)
    if name == "part":
        return ["verdict", "statement"]
    if not isinstance(converter, IntConverter):
        return ["x1"]
    if name == "number":
        return [1, 2]
    tables = {model._meta.model_name: model for model in apps.get_app_config("claims").get_models()}
    model = tables.get(name.removesuffix("_id").replace("_", ""))
    rows = [model] if model else tables.values()
    ids = {pk for row in rows for pk in row._base_manager.order_by("pk").values_list("pk", flat=True)[:2]}
    return sorted(pk for pk in ids if isinstance(pk, int))


def presses(names=None):
    for route, name, varying in routes():
        if names is not None and name not in names:
            continue
        choices = [values_for(key, converter) for key, converter in varying.items()]
        for values in itertools.product(*choices):
            yield name, route % dict(zip(varying, values, strict=True))


def form(people, claims):
    """One form that has what every address asks for."""
    piece = claims[0].evidence.order_by("number").last()
    return {
        "statement": "Another statement.", "kind": "news", "language": "en", "context": "Another.", "title": "Another",
        "no_appearance_reason": "Heard.", "urls": "https://new.example.org/", "url": "https://new.example.org/",
        "stance": "refutes", "position": "asserts", "reason": "Because.", "text": "Words.", "answer": "yes",
        "asked": "Office", "channel": "email", "question": "Why?", "deadline": "2030-01-01T10:00",
        **{f"q-{question}": 1 for question in ("verifiable", "significant", "spread", "harmful")}, "item": ChecklistItemFactory().pk,
        "rating": RatingFactory(code="false").pk, "confidence": "low", "decline_reason": "other",
        "look_again": "2030-01-01T10:00", "due": "2030-01-01T10:00", "publish_at": "2030-01-01T10:00",
        "target": claims[-1].pk, "role": "checker", "person": people.editor.pk, "priority": 1,
        "topics": TopicFactory().pk, "snapshot": SnapshotFactory(resource=piece.resource).pk, "exact": "twelve ships",
        "start": 27, "prefix": "counted ", "suffix": " on", "public_line": "Asked.", "claim": claims[0].pk,
        "claims": claims[0].pk, "ids": claims[0].pk, "selected": claims[0].pk, "action": "priority", "seen": "x",
        "name": "Mine", "query": "status=inbox", "seq": 1, "close": "stands", "do": "priority", "value": "1",
        "reliability": "A", "credibility": "1", "to": f"{piece.number}:context", **dict(edit_form(piece).marks),
    }  # fmt: skip


def form_for(name, data):
    return {key: value for key, value in (data | OTHERWISE.get(name, {})).items() if value is not None}


def dump():
    """What all tables of the desk say, those of his own left out."""
    found = {}
    for model in apps.get_app_config("claims").get_models():
        if model._meta.db_table not in OWN_TABLES:
            found[model._meta.db_table] = list(model._base_manager.order_by("pk").values())
    return found


def press(client, address, data):
    """Send one form and take it back.

    Returns:
        the status, and the tables that were written and stayed changed.
    """
    before = None
    with transaction.atomic():
        reset_queries()
        with CaptureQueriesContext(connection) as statements:
            status = client.post(address, data).status_code
        tables = {table for row in statements for table in WRITES.findall(row["sql"])} - OWN_TABLES
        tables = {table for table in tables if table.startswith("claims_")}
        after = dump() if tables else None
        transaction.set_rollback(True)
    if not tables:
        return status, set()
    before = dump()
    return status, {table for table in before if before[table] != after[table]}


@pytest.mark.thorough
def test_no_address_lets_an_auditor_change_anything(client, people, claims):
    data = form(people, claims)
    client.force_login(people.auditor)
    tried, changed, broken = set(), {}, set()
    for name, address in presses():
        status, tables = press(client, address, form_for(name, data))
        tried.add(name)
        if tables - RECORDED.get(name, set()):
            changed[address] = tables
        if status >= 500:
            broken.add(address)

    assert tried >= TAKES_A_PRESS
    assert changed == {}
    assert broken == set()


@pytest.mark.thorough
def test_the_very_same_forms_change_something_when_others_send_them(client, people, claims):
    data = form(people, claims)
    changed = set()
    for person in (people.author, people.editor):
        client.force_login(person)
        for name, address in presses(TAKES_A_PRESS - changed):
            if name not in changed and press(client, address, form_for(name, data))[1]:
                changed.add(name)

    assert changed == TAKES_A_PRESS


@pytest.mark.thorough
def test_the_panel_takes_nothing_from_an_auditor(client, people, claims):
    client.force_login(people.auditor)
    found = {}
    for model in admin.site._registry:
        name, row = f"admin:{model._meta.app_label}_{model._meta.model_name}", model._base_manager.first()
        addresses = [reverse(f"{name}_changelist"), reverse(f"{name}_add")]
        addresses += [reverse(f"{name}_{page}", args=[row.pk]) for page in ("change", "delete")] if row else []
        for address in addresses:
            status, tables = press(client, address, {"name": "x", "action": "delete_selected", "post": "yes"})
            found[address] = (status < 400 and status not in {200, 302}, tables)

    assert {address: told for address, told in found.items() if told != (False, set())} == {}


READS = ("", "record/", "revisions/", "compare/", "compare/?from=seen", "comments/", "since/")


def test_an_auditor_reads_every_page_of_a_claim_but_never_an_address_of_somebody_asked(client, people, claims):
    client.force_login(people.auditor)
    statuses = {}
    for claim in claims:
        for page in READS:
            response = client.get(f"/claims/{claim.pk}/{page}")
            statuses.setdefault(page, set()).add(response.status_code)
            assert "planted@office.example" not in response.content.decode()

    assert ContactLog.objects.filter(contact_detail="planted@office.example").count() == 1
    assert statuses.pop("compare/?from=seen") == {404}
    assert statuses.pop("since/") == {302}
    assert set.union(*statuses.values()) == {200}


def test_a_confidential_claim_is_not_there_for_an_auditor(client, people, claims):
    Claim.objects.filter(pk=claims[0].pk).update(confidential=True)
    client.force_login(people.auditor)

    assert {client.get(f"/claims/{claims[0].pk}/{page}").status_code for page in READS} == {404}


def test_an_auditor_sees_an_unpublished_verdict_only_when_he_asks_and_that_is_recorded(client, people):
    claim = desk.ready(people)
    seen = edit.digests(claim)
    edit.edit_claim(claim.pk, by=people.author, fields={"rationale": "Planted rationale."}, seen=seen)
    client.force_login(people.auditor)
    before = "".join(client.get(f"/claims/{claim.pk}/{page}").content.decode() for page in READS)
    edit_review.show_verdict(claim.pk, by=people.auditor)
    after = client.get(f"/claims/{claim.pk}/").content.decode()

    assert "Planted" not in before
    assert "Planted rationale." in after
    assert (
        f"{people.auditor.name} asked to see the verdict" in client.get(f"/claims/{claim.pk}/record/").content.decode()
    )
