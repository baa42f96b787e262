"""The first page of the panel: what is wrong, what a new desk lacks, who has how much, what waits, what is kept."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from claims.jobs import catalogue
from claims.jobs.ledger import enqueue
from claims.models import Claim, Desk, Event, Job, Person, Resource
from claims.workflow.anchoring import anchor_heads
from claims.workflow.people import count_staff
from claims.workflow.record import VERIFIED, start_nightly_check
from tests.claims.workflow import desk
from tests.factories import BlobFactory, ChecklistItemFactory, ClaimFactory, PersonFactory
from tests.work import work_off

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def var_dir(settings, tmp_path):
    settings.VAR_DIR = tmp_path


@pytest.fixture
def administrator(client):
    person = PersonFactory(role="administrator", name="Head of the Desk")
    client.force_login(person)
    return person


def look(client):
    return client.get("/admin/")


def shown(client):
    return look(client).content.decode()


def test_an_empty_desk_is_led_through_its_first_steps(client, administrator):
    steps = look(client).context["steps"]

    assert [(step.done, step.url) for step in steps] == [
        (False, "/admin/claims/desk/1/change/"), (False, "/admin/claims/person/add/"),
        (False, "/admin/claims/ratingscale/"), (False, "/admin/claims/checklistitem/"), (False, "/intake/"),
    ]  # fmt: skip
    assert "Before the first publication" in shown(client)
    assert "5 steps left" in shown(client)


def test_a_step_that_was_taken_is_ticked_off_and_all_of_them_leave_the_page(client, administrator):
    people = desk.hire()
    desk.make_rubric()
    desk.published(people)
    ChecklistItemFactory()
    assert [step.done for step in look(client).context["steps"]] == [False, True, True, True, True]

    Desk.objects.update(publisher_url="https://desk.example.org/", corrections_contact="desk@example.org")
    page = look(client)
    assert page.context["steps_left"] == 0
    assert "Before the first publication" not in page.content.decode()


def test_a_policy_the_people_cannot_satisfy_is_said_first_and_in_the_words_of_the_doctor(client, administrator):
    assert "Nothing can be published: the policy “" in shown(client)
    PersonFactory(role="editor")
    PersonFactory.create_batch(2, role="checker")
    assert "Nothing can be published" not in shown(client)
    Person.objects.filter(role="editor").update(is_active=False)
    assert "Nothing can be published" in shown(client)


@pytest.mark.parametrize(
    ("editors", "checkers", "policy", "can"),
    [(1, 2, "three", True), (1, 1, "three", False), (0, 5, "three", False), (1, 1, "two", True), (2, 0, "two", True)],
)
def test_who_is_enough_depends_on_the_policy(editors, checkers, policy, can):
    Desk.objects.current()
    Desk.objects.update(review_policy=policy)
    PersonFactory.create_batch(editors, role="editor")
    PersonFactory.create_batch(checkers, role="checker")

    assert count_staff().can_publish is can


def test_people_are_shown_with_what_they_hold_and_what_is_late(client, administrator):
    people = desk.hire()
    claim = desk.in_research(people)
    Claim.objects.filter(pk=claim.pk).update(due_at=timezone.now() - timedelta(days=1))
    page = shown(client)

    assert people.author.name in page
    assert claim.statement in page
    assert "1 overdue" in page
    assert "never signed in" in page


def test_work_in_trouble_is_named_with_its_error_and_leads_to_it(client, administrator):
    enqueue("match_claim", key="claim/1")
    Job.objects.update(state="failed", last_error="The words could not be compared.")
    page = shown(client)

    assert str(catalogue.title_of("match_claim")) in page
    assert "The words could not be compared." in page
    assert f'href="/jobs/?state=trouble#job-{Job.objects.get().pk}"' in page


def test_sources_that_do_not_answer_are_counted(client, administrator):
    claim = desk.ready(desk.hire())
    Resource.objects.filter(evidence__claim=claim).update(misses=3)

    sources = look(client).context["sources"]
    assert sources == {"changed": "0", "silent": str(Resource.objects.filter(misses=3).count()), "damaged": "0"}


def test_what_a_confidential_claim_says_is_not_on_the_page(client, administrator):
    people = desk.hire()
    claim = desk.in_research(people)
    Claim.objects.filter(pk=claim.pk).update(confidential=True, statement="A secret harbour.")
    enqueue("preflight", key=claim.chain, claim=claim)
    Job.objects.exclude(claim=claim).delete()
    Job.objects.update(state="failed", last_error="A secret error.")
    page = shown(client)

    assert "A secret" not in page
    assert "a confidential claim" in page


def test_the_first_page_says_nothing_of_a_verdict_that_is_not_public(client, administrator):
    desk.in_cross_check(desk.hire())

    assert "Two counts agree" not in shown(client)


def test_the_first_page_costs_the_same_few_statements_for_any_desk(client, administrator):
    people = desk.hire()
    costs = []
    for _n in range(2):
        desk.in_cross_check(people)
        desk.published(people)
        enqueue("match_claim", key=f"claim/{_n}")
        Job.objects.filter(kind="match_claim").update(state="failed")
        PersonFactory(role="checker")
        with CaptureQueriesContext(connection) as statements:
            look(client)
        costs.append(len(statements))

    assert costs[0] == costs[1] <= 35


# --- the record


def test_the_record_is_checked_at_night_and_what_was_found_is_shown(client, administrator):
    ClaimFactory()
    Event.objects.append("claim/1", "create", by=None)
    anchor_heads()
    assert "Not checked as a whole yet" in shown(client)
    start_nightly_check()
    work_off()

    page = look(client)
    assert (page.context["problem"], page.context["chains"]) == ("", 1)
    assert "1 event in 1 chains, none changed" in page.content.decode()
    assert page.context["anchored_at"] is not None


def test_a_record_that_was_changed_behind_the_back_is_said_aloud(client, administrator):
    event = Event.objects.append("claim/1", "create", by=None, body={"statement": "Ships came."})
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        Event.objects.filter(pk=event.pk).update(body='{"statement":"None came."}')
        cursor.execute("SET LOCAL session_replication_role = origin")
    client.post(reverse("admin:claims_event_check"))
    work_off()

    job = Job.objects.get(kind="verify_record")
    assert (job.state, job.attempts) == ("failed", 1)
    assert job.last_error.startswith("The record is not as it was written: claim/1, event 1")
    assert Event.objects.get(chain="desk", action=VERIFIED).details["problem"].startswith("claim/1, event 1")
    assert "Not as it was written:" in shown(client)


def test_only_an_administrator_has_the_record_read_at_once(client):
    client.force_login(PersonFactory(role="auditor"))

    assert client.post(reverse("admin:claims_event_check")).status_code == 302
    assert Job.objects.count() == 0
    assert client.get(reverse("admin:claims_event_check")).status_code == 405
    page = shown(client)
    assert "Check the record now" not in page
    assert "Add a person" not in page


# --- the look of the panel


def test_the_first_page_is_one_of_the_desk_and_names_every_table_in_its_group(client, administrator):
    page = look(client)

    assert "static/css/app.css" in page.content.decode()
    assert [str(group["name"]) for group in page.context["app_list"]] == [
        "Desk and people", "What everybody uses", "Claims and sources", "Review and publication", "Record and work",
    ]  # fmt: skip
    assert [hand.person for hand in client.get("/admin/claims/").context["team"]] == [
        hand.person for hand in page.context["team"]
    ]


def test_the_files_of_evidence_are_counted_while_they_are_few(client, administrator, monkeypatch):
    assert "0 files of evidence" in shown(client)
    BlobFactory.create_batch(2)
    assert '<dd class="flex-1 min-w-60">2 files of evidence' in shown(client)
    monkeypatch.setattr("claims.admin.dashboard.MOST_COUNTED", 2)
    assert "about 2 files of evidence" in shown(client)


def test_what_is_wrong_is_said_in_the_language_of_its_reader(client, administrator):
    Person.objects.filter(pk=administrator.pk).update(language="de")

    assert "Nichts kann veröffentlicht werden: Die Regel" in shown(client)


def test_the_demonstration_says_whose_it_is_and_how_to_start_ones_own(client, administrator):
    Desk.objects.current()
    Desk.objects.update(is_demo=True, name="Harbour desk")
    page = shown(client)

    assert "This is the demonstration newsroom “Harbour desk”" in page
    assert "manage.py new_newsroom" in page
    assert "Before the first publication" not in page
