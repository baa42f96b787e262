"""Background work: what a person sees of it, and what he may do."""

from datetime import timedelta

import pytest
from django.utils import timezone

from claims import jobs
from claims.models import Article, Event, Job
from claims.views.jobs import Row
from tests.factories import ClaimFactory, EvidenceFactory, PersonFactory, ResourceFactory

pytestmark = pytest.mark.django_db

LIST = "/jobs/"
PART = {"HX-Request": "true", "HX-Target": "jobs"}


@pytest.fixture
def signed_in(client, people):
    client.force_login(people.author)
    return client


def make(state="queued", **fields):
    if state == "running":
        fields = {"token": 1, "lease_until": timezone.now(), "started_at": timezone.now(), "attempts": 1, **fields}
    defaults = {"kind": "match_claim", "key": f"test/{Job.objects.count()}", "queue": "match"}
    return Job.objects.create(state=state, **(defaults | fields))


def shown(response):
    return [row.job.pk for row in response.context["rows"]]


def test_strangers_are_asked_to_sign_in(client):
    assert client.get(LIST).status_code == 302


def test_without_work_the_page_says_what_would_come(signed_in):
    page = signed_in.get(LIST).content.decode()

    assert "No background work yet" in page
    assert "every 5s" not in page


@pytest.mark.parametrize(
    ("role", "offered"), [("contributor", True), ("editor", True), ("administrator", False), ("auditor", False)]
)
def test_an_article_is_offered_to_who_may_take_one_in(client, role, offered):
    client.force_login(PersonFactory(role=role))

    assert ("Take an article in" in client.get(LIST).content.decode()) == offered


def test_work_is_shown_in_words_newest_first(signed_in):
    claim = ClaimFactory()
    soon = timezone.now() + timedelta(hours=1)
    rows = [
        make("done", claim=claim, started_at=timezone.now() - timedelta(seconds=90), finished_at=timezone.now()),
        make("running", claim=claim, step="comparing", done=1, total=2),
        make("queued", attempts=1, run_after=soon, last_error="The site is silent."),
        make("queued", lane="example.org"),
        make("failed", attempts=3, last_error="The worker died."),
        make("cancelled"),
        make("queued", run_after=soon),
        make("running", kind="of another version"),
    ]

    response = signed_in.get(LIST, {"state": "all"})

    page = response.content.decode()
    assert shown(response) == [row.pk for row in reversed(rows)]
    for words in (
        "Find claims that say the same",
        f"C-{claim.pk}",
        "done in 1 min",
        "1 of 2: comparing",
        "The site is silent. Next try:",
        "one request at a time per site",
        "The worker died. No further try.",
        "waits until",
        "of another version",
        "<b>2</b> running",
        "<b>2</b> waiting",
        "2 in trouble",
    ):
        assert words in page


@pytest.mark.parametrize(
    ("state", "kept"),
    [
        ("running", {0}),
        ("waiting", {1}),
        ("trouble", {2, 3}),
        ("done", {4}),
        ("", {0, 1, 2, 3}),
        ("odd", {0, 1, 2, 3}),
        ("all", {0, 1, 2, 3, 4, 5}),
    ],
)
def test_a_state_filters_the_list(signed_in, state, kept):
    rows = [make("running"), make(), make(attempts=1), make("failed"), make("done"), make("cancelled")]

    assert set(shown(signed_in.get(LIST, {"state": state}))) == {rows[n].pk for n in kept}


def test_a_state_without_work_says_so(signed_in):
    make("done")

    assert "No work is in this state now." in signed_in.get(LIST, {"state": "running"}).content.decode()


def test_when_all_is_done_the_page_says_so_with_the_way_to_what_was(signed_in):
    make("done")

    page = signed_in.get(LIST).content.decode()

    assert "Nothing runs, waits or failed." in page
    assert 'href="/jobs/?state=all"' in page


def test_an_attempt_at_which_the_worker_died_is_one_more_of_one_more(signed_in):
    make("queued", attempts=5, max_attempts=4, deaths=1)

    assert "5 of 5" in signed_in.get(LIST).content.decode()


def test_work_that_runs_is_said_to_stop_at_its_next_step(signed_in):
    job = make("running")

    page = signed_in.post(f"{LIST}{job.pk}/cancel/", follow=True).content.decode()

    assert "It stops at its next step." in page
    assert "It is stopped." not in page


def test_older_work_is_a_page_away(signed_in):
    for _ in range(55):
        make("done")

    first = signed_in.get(LIST, {"state": "done"})
    older = signed_in.get(f"{LIST}?{first.context['older_query']}")

    assert len(shown(first)) == 50
    assert len(shown(older)) == 5
    assert max(shown(older)) < min(shown(first))
    assert older.context["older_query"] == ""


@pytest.mark.parametrize("count", [3, 45])
def test_the_list_costs_the_same_however_long(signed_in, count, django_assert_num_queries):
    for _ in range(count):
        claim, article = ClaimFactory(), Article.objects.create(title="Ships", state="ready")
        make("done", claim=claim, kind="capture", args={"resource": EvidenceFactory(claim=claim).resource_id})
        make("failed", kind="read_article", args={"article": article.pk})
    signed_in.get(LIST)

    with django_assert_num_queries(10):  # session, person, jobs, counts (2), claims, articles, sites, shell (2)
        signed_in.get(LIST, {"state": "all"})


def test_the_part_that_changes_renews_itself_until_nothing_runs(signed_in):
    job = make("running")
    going = signed_in.get(LIST, headers=PART)
    Job.objects.filter(pk=job.pk).update(state="done", token=None, lease_until=None)
    ended = signed_in.get(LIST, headers=PART)

    assert (going.status_code, ended.status_code) == (200, 286)
    assert b'hx-trigger="every 5s"' in going.content
    assert b"<html" not in going.content
    assert b"every 5s" not in ended.content


# --- what a person may not know


def test_work_for_a_confidential_claim_tells_nothing_of_it(client, people):
    secret = ClaimFactory(confidential=True)
    error = "https://secret.example.org is silent."
    resource = ResourceFactory(host="secret.example.org")
    EvidenceFactory(claim=secret, resource=resource)
    make("failed", claim=secret, last_error=error)
    make("failed", kind="capture", args={"resource": resource.pk}, last_error=error)
    pages = {}
    for role in ("author", "editor"):
        client.force_login(getattr(people, role))
        pages[role] = client.get(LIST).content.decode()

    assert "secret.example.org" not in pages["author"]
    assert f"C-{secret.pk}" not in pages["author"]
    assert "/retry/" not in pages["author"]
    assert pages["author"].count("a confidential claim") == 2
    assert pages["editor"].count("secret.example.org is silent") == 2
    assert f"C-{secret.pk}" in pages["editor"]


def test_work_for_a_confidential_claim_is_not_touched_by_others(signed_in):
    job = make("failed", claim=ClaimFactory(confidential=True))

    response = signed_in.post(f"{LIST}{job.pk}/retry/")

    job.refresh_from_db()
    assert response.status_code == 422
    assert "confidential" in response.content.decode()
    assert job.state == "failed"


def test_a_source_nobody_cites_any_more_is_no_secret(signed_in):
    make("failed", kind="capture", args={"resource": ResourceFactory(host="news.example.org").pk})

    assert "news.example.org" in signed_in.get(LIST).content.decode()


def test_an_auditor_sees_everything_and_presses_nothing(client, people):
    job = make("failed")
    client.force_login(people.auditor)

    assert "/retry/" not in client.get(LIST).content.decode()
    assert client.post(f"{LIST}{job.pk}/retry/").status_code == 422


# --- trying again, stopping


def test_failed_work_is_tried_again(signed_in):
    job = make("failed", attempts=3, last_error="The site is silent.")

    response = signed_in.post(f"{LIST}{job.pk}/retry/?state=trouble", headers=PART)

    job.refresh_from_db()
    assert (job.state, job.attempts) == ("queued", 0)
    assert "It is tried again now." in response.content.decode()
    assert "/retry/" not in response.content.decode()  # it waits now, so it is no longer in this list
    assert Event.objects.filter(action="retry_job").count() == 1


def test_waiting_work_is_stopped_without_a_script(signed_in):
    job = jobs.enqueue("match_claim", claim=ClaimFactory())

    response = signed_in.post(f"{LIST}{job.pk}/cancel/?state=waiting", follow=True)

    job.refresh_from_db()
    assert job.state == "cancelled"
    assert response.redirect_chain == [("/jobs/?state=waiting", 302)]
    assert "It is stopped." in response.content.decode()


def test_running_work_stops_at_its_next_step(signed_in):
    job = make("running")

    page = signed_in.post(f"{LIST}{job.pk}/cancel/", headers=PART).content.decode()

    assert "stops at its next step" in page
    assert f"/jobs/{job.pk}/cancel/" not in page


@pytest.mark.parametrize(("action", "sentence"), [("retry", "Only work that failed"), ("cancel", "already ended")])
@pytest.mark.parametrize("headers", [PART, {}])
def test_what_cannot_be_done_is_refused_above_the_list(signed_in, action, sentence, headers):
    job = make("done")

    response = signed_in.post(f"{LIST}{job.pk}/{action}/", headers=headers)

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert (b"<html" in response.content) == (not headers)


def test_work_that_is_gone_is_refused_in_words(signed_in):
    assert "no longer listed" in signed_in.post(f"{LIST}999/cancel/").content.decode()


@pytest.mark.parametrize(("seconds", "words"), [(0, ""), (59, "59 s"), (61, "1 min"), (7300, "2 h")])
def test_waiting_is_said_in_its_largest_unit(seconds, words):
    now = timezone.now()
    job = Job(state="queued", created_at=now - timedelta(seconds=seconds), run_after=now - timedelta(days=1))

    assert Row(job, "", "", "", is_hidden=False, now=now, may_act=True).waited == words
