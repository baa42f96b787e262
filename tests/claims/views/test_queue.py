import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from claims.figures import work
from claims.models import Assignment, Claim, Claimant, Desk, Job, RubricAnswer, Waiver
from claims.search import common
from claims.views import queue, queue_rail
from claims.views.queue import PER_PAGE
from claims.views.ready import MOST_COUNTED
from claims.views.result_list import ResultList, count_in_words
from claims.workflow.apply import apply
from tests.claims.workflow import desk
from tests.factories import (
    AppearanceFactory,
    ClaimantFactory,
    ClaimFactory,
    EvidenceFactory,
    PersonFactory,
    RatingFactory,
    RubricQuestionFactory,
    TopicFactory,
)

pytestmark = pytest.mark.django_db

QUEUE = "/claims/"
MOST_STATEMENTS = 8


@pytest.fixture
def editor(client):
    person = PersonFactory(role="editor", name="Desk Editor")
    client.force_login(person)
    return person


def shown(response):
    """Ids of the claims on a page, in their order."""
    return [int(pk) for pk in re.findall(r'data-row="(\d+)"', response.content.decode())]


def fill(count):
    """Claims with a claimant, a place and evidence each, half of them dated."""
    who = ClaimantFactory(name="Harbour Office")
    due = timezone.now() + timedelta(days=3)
    claims = Claim.objects.bulk_create(
        Claim(statement=f"Ship {n} came on Monday.", due_at=due if n % 2 else None) for n in range(count)
    )
    for claim in claims[:60]:
        AppearanceFactory(claim=claim, claimant=who, number=1)
        EvidenceFactory(claim=claim, number=1)
    return claims


# --- who may read it


def test_a_stranger_is_sent_to_sign_in(client):
    response = client.get(QUEUE)

    assert (response.status_code, response.url) == (302, "/accounts/login/?next=/claims/")


def test_a_part_of_the_page_sends_the_whole_page_to_sign_in(client):
    assert client.get(QUEUE, headers={"HX-Request": "true"})["HX-Redirect"] == "/accounts/login/"


def test_the_bare_address_leads_the_desk_to_the_queue_and_strangers_to_what_is_public(client, editor):
    assert client.get("/").url == QUEUE
    client.logout()
    assert client.get("/").url == "/fact-checks/"


@pytest.mark.parametrize("role", ["contributor", "checker", "editor", "administrator", "auditor"])
def test_every_role_reads_the_queue(client, role):
    client.force_login(PersonFactory(role=role))
    claim = ClaimFactory()

    assert shown(client.get(QUEUE)) == [claim.pk]


def test_an_auditor_finds_nothing_to_press_in_the_queue(client):
    client.force_login(PersonFactory(role="auditor"))
    ClaimFactory()
    page = client.get(QUEUE).content.decode()

    assert reverse("claims:claim-new") not in page
    assert reverse("claims:claim-bulk") not in page


def test_a_confidential_claim_is_in_the_list_of_its_people_and_editors_only(client, people):
    claim = desk.in_research(people)
    Claim.objects.filter(pk=claim.pk).update(confidential=True)
    lists = {}
    for name in ("author", "editor", "cross_checker", "auditor"):
        client.force_login(getattr(people, name))
        response = client.get(QUEUE)
        lists[name] = shown(response), response.context["rail"].views[0]["count"]

    assert lists == {
        "author": ([claim.pk], "1"),
        "editor": ([claim.pk], "1"),
        "cross_checker": ([], "0"),
        "auditor": ([], "0"),
    }


# --- what a row tells


def test_a_verdict_is_in_the_list_only_for_its_authors_until_it_is_public(client, people):
    RatingFactory(code="true", label="Planted verdict word")
    claim = desk.in_review(people)
    told = {}
    for name in ("author", "cross_checker", "editor", "contributor", "auditor", "administrator"):
        client.force_login(getattr(people, name))
        told[name] = "Planted verdict word" in client.get(QUEUE).content.decode()

    # the contributor wrote the statement, so he is an author too
    assert told == dict.fromkeys(told, False) | {"author": True, "contributor": True}
    apply(claim.pk, "approve", by=people.editor, seen=desk.seen(claim))
    apply(claim.pk, "publish", by=people.editor, effect=desk.showing("published"))
    client.force_login(people.auditor)
    assert "Planted verdict word" in client.get(f"{QUEUE}?view=published").content.decode()


def test_no_first_verdict_is_sent_before_anybody_wrote_one(client, people):
    desk.in_research(people)
    client.force_login(people.author)

    assert 'class="verdict' not in client.get(QUEUE).content.decode()


def test_a_row_tells_who_says_it_how_the_evidence_stands_and_who_works_on_it(client, people):
    claim = desk.in_research(people)
    who = ClaimantFactory(name="Harbour <Office>")
    AppearanceFactory(claim=claim, claimant=who, position="denies", number=1)
    EvidenceFactory(claim=claim, stance="refutes", number=1)
    EvidenceFactory(claim=claim, stance="supports", number=2)
    client.force_login(people.editor)
    page = client.get(QUEUE).content.decode()

    assert "<bdi>Harbour &lt;Office&gt;</bdi> denies" in page
    assert "1 refutes" in page
    assert "1 supports" in page
    assert f"{people.author.name}, Checker" in page


def test_a_claim_whose_capture_failed_says_so_until_the_copy_is_waived(client, editor):
    evidence = EvidenceFactory()
    Job.objects.create(
        kind="capture", key=evidence.resource.chain, claim=evidence.claim, queue="capture", state="failed"
    )
    assert "capture failed" in client.get(QUEUE).content.decode()

    Waiver.objects.create(evidence=evidence, kind="capture", reason="The page is gone.", by=editor)
    assert "capture failed" not in client.get(QUEUE).content.decode()


# --- cost


@pytest.mark.parametrize("role", ["editor", "checker"])
def test_the_queue_costs_the_same_for_three_claims_and_for_three_hundred(client, role):
    client.force_login(PersonFactory(role=role))
    Desk.objects.current()
    costs = []
    for count in (3, 300):
        Claim.objects.all().delete()
        fill(count)
        with CaptureQueriesContext(connection) as statements:
            response = client.get(QUEUE)
        assert len(shown(response)) == min(count, PER_PAGE)
        costs.append(len(statements))

    assert costs[0] == costs[1] <= MOST_STATEMENTS


def test_a_count_stops_at_a_thousand():
    assert (count_in_words(999), count_in_words(MOST_COUNTED)) == ("999", "999+")


def numbers(client):
    return [view["count"] for view in client.get(QUEUE).context["rail"].views][:1]


def test_numbers_that_took_long_to_count_are_shown_again_for_a_while(client, editor, monkeypatch):
    monkeypatch.setattr(queue_rail, "QUICK", 0.0)
    monkeypatch.setattr(queue_rail, "SHARE", 1e6)
    ClaimFactory()
    assert numbers(client) == ["1"]
    ClaimFactory()
    assert numbers(client) == ["1"]

    monkeypatch.setattr(queue_rail, "SHARE", 0)
    queue_rail._kept.clear()
    assert numbers(client) == ["2"]
    ClaimFactory()
    assert numbers(client) == ["3"]


def test_who_has_just_changed_something_is_shown_new_numbers(client, people, monkeypatch):
    monkeypatch.setattr(queue_rail, "QUICK", 0.0)
    monkeypatch.setattr(queue_rail, "SHARE", 1e6)
    claim = ClaimFactory()
    client.force_login(people.editor)
    assert numbers(client) == ["1"]
    page = bulk(client, [claim], do="decline", decline_reason="other", reason="Nobody says it.")

    assert page.context["rail"].views[0]["count"] == "0"
    assert numbers(client) == ["0"]


def test_the_numbers_kept_never_grow_beyond_their_bound(client, editor, monkeypatch):
    monkeypatch.setattr(queue_rail, "QUICK", 0.0)
    monkeypatch.setattr(queue_rail, "MOST_KEPT", 2)
    for worth in ("high", "medium", "low"):
        client.get(QUEUE, {"worth": worth})

    assert len(queue_rail._kept) == 1


def test_the_list_of_a_chart_may_name_today_so_its_statements_are_not_kept(client, editor):
    ClaimFactory()
    kept = (queue_rail._counts_of, queue._claims_of)
    before = [statements.cache_info().currsize for statements in kept]
    figure = next(f"due~{term}" for term in work.TERMS)

    assert client.get(QUEUE, {"figure": figure}).context["chips"][0]["label"] == "Chart"
    assert [statements.cache_info().currsize for statements in kept] == before


# --- order and pages


@pytest.mark.parametrize("sort", ["due", "priority", "newest"])
def test_pages_show_every_claim_once_and_in_order(client, editor, sort):
    moments = [None, timezone.now(), timezone.now() + timedelta(days=1)]
    Claim.objects.bulk_create(
        Claim(statement=f"Ship {n}.", due_at=moments[n % 3], priority=n % 4 + 1) for n in range(130)
    )
    address, seen = f"{QUEUE}?sort={sort}", []
    while address:
        response = client.get(address)
        seen += shown(response)
        address = QUEUE + response.context["next_page"] if response.context["next_page"] else ""
    now = moments[1]
    ends = {
        "due": lambda c: (c.due_at is None, c.due_at or now, c.pk),
        "priority": lambda c: (c.priority, c.due_at is None, c.due_at or now, c.pk),
        "newest": lambda c: -c.pk,
    }

    assert seen == [claim.pk for claim in sorted(Claim.objects.all(), key=ends[sort])]


def test_pages_are_cut_by_the_place_and_not_by_a_number_of_rows(client, editor):
    fill(120)
    first = client.get(QUEUE)
    with CaptureQueriesContext(connection) as statements:
        client.get(QUEUE + first.context["next_page"])

    assert not any("OFFSET" in statement["sql"] for statement in statements)


def test_a_claim_added_before_the_place_does_not_push_one_onto_the_next_page_twice(client, editor):
    claims = fill(60)
    first = client.get(f"{QUEUE}?sort=newest")
    ClaimFactory()
    second = client.get(QUEUE + first.context["next_page"])

    assert set(shown(first)) | set(shown(second)) == {claim.pk for claim in claims}
    assert not set(shown(first)) & set(shown(second))


@pytest.mark.parametrize(
    "place", ["x", "none", "1~2~3", "2026-01-01~1", "none~-4", "none~99999999999999999999999", "∞~1"]
)
def test_a_place_that_is_none_shows_the_first_page(client, editor, place):
    claim = ClaimFactory()

    assert shown(client.get(QUEUE, {"after": place})) == [claim.pk]


def part(client, response):
    """The rows that come next, as the browser asks for them at the end of the list."""
    address = unescape(re.search(r'hx-get="(\?[^"]+)"', response.content.decode())[1])
    return client.get(QUEUE + address, headers={"HX-Request": "true", "HX-Target": "more"})


@pytest.mark.parametrize("sort", ["due", "priority", "newest"])
def test_the_end_of_the_list_brings_the_next_rows_and_an_address_that_shows_them_all(client, editor, sort):
    fill(130)
    whole = shown(client.get(QUEUE, {"sort": sort, "rows": "500"}))
    first = client.get(QUEUE, {"sort": sort})
    second = part(client, first)
    third = part(client, second)

    assert [len(shown(page)) for page in (first, second, third)] == [50, 50, 30]
    assert shown(first) + shown(second) + shown(third) == whole
    assert 'rel="next"' not in third.content.decode()
    assert "End of the list." in third.content.decode()
    assert "<html" not in second.content.decode()
    address = third["HX-Replace-Url"]
    assert shown(client.get(address)) == whole
    assert "rows=150" in address


def test_the_way_back_from_a_claim_leads_to_as_many_rows_as_there_were(client, editor):
    fill(130)
    second = part(client, client.get(QUEUE, {"sort": "newest"}))
    link = unescape(
        re.search(r'href="(/claims/\d+/\?from=[^"]+)" dir="auto" data-row-link', second.content.decode())[1]
    )
    page = unescape(client.get(link).content.decode())

    assert f'href="{QUEUE}?sort=newest&rows=100"' in page
    assert "51 of 130" in page


def test_more_rows_cost_half_the_statements_of_a_page(client, editor):
    fill(130)
    Desk.objects.current()
    first = client.get(QUEUE)
    with CaptureQueriesContext(connection) as statements:
        part(client, first)

    assert len(statements) <= 4


def test_rows_stay_those_of_a_page_that_began_further_down(client, editor):
    claims = fill(160)
    first = client.get(QUEUE, {"sort": "newest"})
    second = client.get(QUEUE + first.context["next_page"])
    third = part(client, second)
    again = client.get(third["HX-Replace-Url"])

    assert shown(again) == shown(second) + shown(third) == [claim.pk for claim in claims[109:9:-1]]
    assert "From the start" in again.content.decode()


def test_a_list_grows_to_five_hundred_rows_and_goes_on_as_a_page_of_its_own(client, editor):
    fill(520)
    page = client.get(QUEUE, {"rows": "500"})

    assert (len(shown(page)), page.context["next_part"]) == (500, "")
    assert "500 shown, and there are more" in page.content.decode()
    assert len(shown(client.get(QUEUE + page.context["next_page"]))) == 20


@pytest.mark.parametrize("rows", ["0", "-1", "x", "", "9999", "²", "1" * 5000])
def test_a_number_of_rows_that_is_none_shows_a_page_of_the_usual_length(client, editor, rows):
    fill(60)

    assert len(shown(client.get(QUEUE, {"rows": rows}))) in {PER_PAGE, 60}
    assert rows != "9999" or len(shown(client.get(QUEUE, {"rows": rows}))) == PER_PAGE


def test_another_role_and_another_person_never_read_each_others_list(client, people):
    claim = desk.in_research(people)
    Claim.objects.filter(pk=claim.pk).update(confidential=True)
    client.force_login(people.editor)
    assert shown(client.get(QUEUE)) == [claim.pk]
    people.editor.role = "auditor"
    people.editor.save()

    response = client.get(QUEUE)
    assert shown(response) == []
    assert response.context["rail"].views[0]["count"] == "0"


# --- views, filters, search


def test_each_view_holds_what_its_name_says(client, people):
    inbox = ClaimFactory()
    mine = desk.in_research(people)
    late = desk.in_research(people)
    Claim.objects.filter(pk=late.pk).update(due_at=timezone.now() - timedelta(days=1))
    asked = desk.in_cross_check(people)
    desk.hand_cross_check_to(asked, people.cross_checker, people.editor)
    review = desk.in_review(people)
    out = desk.published(people)
    client.force_login(people.cross_checker)

    def view(name):
        return set(shown(client.get(QUEUE, {"view": name})))

    assert view("open") == {inbox.pk, mine.pk, late.pk, asked.pk, review.pk}
    assert view("waiting") == {asked.pk}
    assert view("mine") == {asked.pk, review.pk}
    assert view("unassigned") == {inbox.pk}
    assert view("overdue") == {late.pk}
    assert view("changed") == set()
    assert view("review") == {review.pk}
    assert view("published") == {out.pk}


def test_a_cross_check_nobody_holds_has_a_view_of_its_own_and_says_so_in_its_row(client, people):
    held, waits = desk.in_cross_check(people), desk.in_cross_check(people)
    Assignment.objects.filter(claim=waits, role="cross_checker").update(person=None)
    client.force_login(people.editor)
    page = client.get(QUEUE, {"view": "second"})

    assert shown(page) == [waits.pk]
    assert "needs a cross-checker" in page.content.decode()
    Assignment.objects.filter(claim=waits, role="cross_checker").update(person=people.cross_checker)
    page = client.get(QUEUE, {"view": "second"})
    assert "Every cross-check has somebody." in page.content.decode()
    assert "needs a cross-checker" not in client.get(QUEUE).content.decode()
    assert held.pk in shown(client.get(QUEUE))


def test_the_rail_counts_what_the_views_hold(client, people):
    desk.in_research(people)
    ClaimFactory()
    client.force_login(people.author)
    counts = {view["key"]: view["count"] for view in client.get(QUEUE).context["rail"].views}

    assert counts == {
        "open": "2", "mine": "1", "waiting": "0", "unassigned": "1", "second": "0", "overdue": "0", "changed": "0",
        "review": "0", "published": "0",
    }  # fmt: skip


def test_filters_stand_in_the_address_and_each_can_be_dropped(client, editor):
    wanted = ClaimFactory(worth="high", statement="The harbour is full.")
    wanted.topics.add(TopicFactory(slug="harbour", name="Harbour"))
    AppearanceFactory(claim=wanted, claimant=ClaimantFactory(slug="office", name="Office"), number=1)
    ClaimFactory(worth="low")
    address = f"{QUEUE}?q=harbour&status=inbox&worth=high&topic=harbour&claimant=office"
    response = client.get(address)

    assert shown(response) == [wanted.pk]
    chips = {chip["label"]: (chip["value"], chip["url"]) for chip in response.context["chips"]}
    assert chips["Topic"] == ("Harbour", "?q=harbour&status=inbox&worth=high&claimant=office")
    assert list(chips) == ["Search", "Status", "Worth", "Topic", "Claimant"]


def test_the_filter_by_person_finds_what_he_holds(client, people):
    held = desk.in_research(people)
    ClaimFactory()
    client.force_login(people.editor)

    assert shown(client.get(QUEUE, {"person": people.author.pk})) == [held.pk]


def test_a_search_looks_beyond_the_open_claims(client, people):
    out = desk.published(people)
    client.force_login(people.editor)

    assert shown(client.get(QUEUE, {"q": "TWELVE ships"})) == [out.pk]
    assert shown(client.get(QUEUE, {"q": "100%_\x00"})) == []


SAID = {
    "missile": ("North Korea delivered missiles to Russia.", "en"),
    "quay": ("The quay of Norland is 700 metres long.", "en"),
    "plane": ("A C-17 landed at the harbour.", "en"),
    "korean": ("남북정상회담을 평양에서 열었다.", "ko"),
    "russian": ("Корабль пришёл с ракетами.", "ru"),
}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("miss", "missile"), ("delivering missile", "missile"), ("QUAY nor", "quay"), ("정상회담", "korean"),
        ("ракеты", "russian"), ("C-17", "plane"), ('"700 metres"', "quay"), ('"metres 700"', None), ("!!!", None),
    ],
)  # fmt: skip
def test_the_queue_finds_a_claim_by_its_words_as_the_search_page_does(client, editor, typed, expected):
    common._Kept.common, common._Kept.read_at = common.Common(languages=("en", "ko", "ru")), float("inf")
    claims = {name: ClaimFactory(statement=text, language=language) for name, (text, language) in SAID.items()}

    assert shown(client.get(QUEUE, {"q": typed})) == ([claims[expected].pk] if expected else [])
    groups = client.get("/search/", {"q": typed, "kind": "claim"}).context["answer"].groups
    assert [len(group["rows"]) for group in groups] == ([1] if expected else [])
    common._Kept.read_at = float("-inf")


def test_the_queue_finds_a_claim_by_its_number_however_it_is_written(client, editor):
    claim, other = ClaimFactory(), ClaimFactory()

    for typed in (f"C-{claim.pk}", f"c{claim.pk}", f"#{claim.pk}", f"https://desk.example/claims/{claim.pk}/?from=x"):
        assert shown(client.get(QUEUE, {"q": typed})) == [claim.pk]
    page = client.get(f"/claims/{other.pk}/", {"from": f"q=C-{other.pk}"})
    assert (page.context["neighbours"].position, page.context["neighbours"].total) == ("1", "1")


def test_what_is_confidential_is_found_by_neither_word_nor_number(client):
    client.force_login(PersonFactory(role="checker"))
    claim = ClaimFactory(statement="The quay is long.", confidential=True)

    assert shown(client.get(QUEUE, {"q": "quay"})) == shown(client.get(QUEUE, {"q": f"C-{claim.pk}"})) == []


@pytest.mark.parametrize("query", ["view=none&status=new&worth=huge&person=x&person=99999999999999999999&sort=none"])
def test_what_an_address_does_not_know_is_left_out(client, editor, query):
    claim = ClaimFactory()

    assert shown(client.get(f"{QUEUE}?{query}")) == [claim.pk]


def test_claimants_are_found_by_a_part_of_their_name_and_added_to_the_filters(client, editor):
    ClaimantFactory(slug="harbour", name="Harbour Office")
    ClaimantFactory(slug="port", name="Port <Authority>")
    address = reverse("claims:queue-claimants")
    whole = client.get(address, {"worth": "high", "claimant": "harbour"})
    part_of_name = {"HX-Request": "true", "HX-Target": "claimants-found"}
    typed = client.get(address, {"name": "port", "worth": "high"}, headers=part_of_name)
    nobody = client.get(address, {"name": "zeppelin\x00"}, headers=part_of_name)

    assert whole.context["claimants"] == [("Port <Authority>", f"{QUEUE}?worth=high&claimant=harbour&claimant=port")]
    assert "Port &lt;Authority&gt;" in typed.content.decode()
    assert "<html" not in typed.content.decode()
    assert "<form" not in typed.content.decode()
    assert "Nobody of this name." in nobody.content.decode()
    menu = client.get(address, headers={"HX-Request": "true", "HX-Target": "claimants"}).content.decode()
    assert "<form" in menu
    assert "<html" not in menu


def test_of_very_many_claimants_the_first_are_shown_and_a_part_of_the_name_is_asked_for(client, editor):
    Claimant.objects.bulk_create(Claimant(slug=f"c-{n}", name=f"Office {n:03}") for n in range(60))
    page = client.get(reverse("claims:queue-claimants"))

    assert [name for name, _url in page.context["claimants"]] == [f"Office {n:03}" for n in range(50)]
    assert "There are more: write a part of the name." in page.content.decode()


def test_an_address_says_the_same_when_it_is_read_and_written_again():
    query = "view=mine&q=two+ships&status=inbox&status=accepted&worth=high&sort=newest"

    assert ResultList.read(QueryDict(query)).query == query


def test_empty_views_say_what_would_come_and_where_to_go_on(client, editor):
    ClaimFactory()
    page = client.get(QUEUE, {"view": "waiting"}).content.decode()

    assert "Nothing is waiting for you." in page
    assert "Unassigned: 1" in page


def test_filters_that_leave_nothing_offer_to_drop_the_last_one(client, editor):
    response = client.get(QUEUE, {"worth": "high", "status": "inbox"})

    assert response.context["empty"]["ways"] == [
        ("?status=inbox", "x", "Drop the last filter"),
        ("?", "list", "Drop all of them"),
    ]


def test_a_search_that_finds_nothing_offers_to_drop_it(client, editor):
    assert client.get(QUEUE, {"q": "zeppelin"}).context["empty"]["ways"] == [("?", "x", "Drop the last filter")]


def test_htmx_gets_the_list_without_the_shell(client, editor):
    page = client.get(QUEUE, headers={"HX-Request": "true"}).content.decode()

    assert 'id="queue"' in page
    assert "<html" not in page


# --- bulk


def bulk(client, claims, **data):
    return client.post(reverse("claims:claim-bulk"), {"claim": [c.pk for c in claims], **data}, follow=True)


def told(response):
    return [str(message) for message in response.context["messages"]]


def test_several_claims_are_assigned_at_once_and_those_that_refuse_say_why(client, people):
    ready, fresh = desk.accepted(people), ClaimFactory()
    client.force_login(people.editor)
    response = bulk(client, [ready, fresh], do="assign", person=people.author.pk, due="2030-01-01T10:00")

    assert told(response) == [
        "1 claim changed.",
        f"C-{fresh.pk}: “Assign” cannot be done from “Inbox”. Accept it first.",
    ]
    assert desk.reload(ready).status == "in_research"


def test_several_claims_get_a_date(client, people):
    claims = [ClaimFactory(), ClaimFactory()]
    client.force_login(people.editor)

    assert told(bulk(client, claims, do="date", date="2030-01-01T10:00")) == ["2 claims changed."]
    assert {desk.reload(claim).due_at.year for claim in claims} == {2030}
    assert "Choose a date." in told(bulk(client, claims[:1], do="date", date="soon"))[0]
    assert "Choose a date." in told(bulk(client, claims[:1], do="date", date="2030-13-01T10:00"))[0]


def test_claims_that_were_so_already_are_not_counted_as_changed(client, people):
    claims = [ClaimFactory(), ClaimFactory()]
    client.force_login(people.editor)
    bulk(client, claims[:1], do="date", date="2030-01-01T10:00")

    assert told(bulk(client, claims, do="date", date="2030-01-01T10:00")) == ["1 claim changed. 1 was so already."]


def test_several_claims_are_declined_with_a_reason(client, people):
    claim = ClaimFactory()
    client.force_login(people.editor)
    bulk(client, [claim], do="decline", decline_reason="other", reason="Nobody says it any more.")

    assert desk.reload(claim).status == "declined"


def undo(client, response):
    """Press the one "Undo" of the page that came back."""
    tokens = re.findall(r'name="token" value="([^"]+)"', response.content.decode())
    assert len(tokens) == 1
    return client.post(reverse("claims:undo"), {"token": tokens[0], "back": QUEUE}, follow=True)


@pytest.mark.parametrize(
    "given",
    [
        {"do": "assign", "due": "2030-01-01T10:00"},
        {"do": "date", "date": "2030-01-01T10:00"},
        {"do": "topic", "topic": "Harbour"},
        {"do": "decline", "decline_reason": "other", "reason": "Nobody says it any more."},
    ],
    ids=lambda given: given["do"],
)
def test_what_was_done_to_many_is_taken_back_by_one_press(client, people, given):
    TopicFactory(slug="harbour", name="Harbour")
    claims = [desk.accepted(people) for _ in range(3)]
    client.force_login(people.editor)

    def state():
        rows = [(desk.reload(c), [t.slug for t in c.topics.all()]) for c in claims]
        held = Assignment.objects.filter(claim__in=claims, ended_at=None, person__isnull=False).count()
        return [(claim.status, claim.due_at, topics) for claim, topics in rows], held

    before = state()
    done = bulk(client, claims, person=people.author.pk, **given)
    assert told(done) == ["3 claims changed."]
    assert all(row != old for row, old in zip(state()[0], before[0], strict=True))
    assert told(undo(client, done)) == ["Undone on 3 claims."]
    assert state() == before


def test_those_that_refuse_for_one_reason_are_named_together(client, people):
    fresh = [ClaimFactory() for _ in range(7)]
    client.force_login(people.editor)
    response = bulk(client, fresh, do="assign", person=people.author.pk, due="2030-01-01T10:00")
    named = ", ".join(f"C-{claim.pk}" for claim in fresh[:5])

    assert told(response) == [f"{named}, 2 more: “Assign” cannot be done from “Inbox”. Accept it first."]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"do": "assign", "due": "2030-01-01T10:00"}, 'value="2030-01-01T10:00"'),
        ({"do": "date", "date": "2001-01-01T10:00"}, 'value="2001-01-01T10:00"'),
        ({"do": "topic", "topic": "No such topic"}, 'value="No such topic"'),
        ({"do": "decline", "decline_reason": "other", "reason": ""}, '<option value="other" selected>'),
        ({"do": "assign", "due": "1801-01-01T10:00"}, 'value="1801-01-01T10:00"'),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_what_was_selected_and_written_for_a_refused_action_is_there_again_once(client, people, given, kept):
    claims = [ClaimFactory(), ClaimFactory()]
    client.force_login(people.editor)
    page = bulk(client, claims, **given).content.decode()

    assert f'data-selected="{claims[0].pk} {claims[1].pk}"' in page
    assert re.search(rf'<details class="menu" data-menu open>.*?value="{given["do"]}"', page, re.DOTALL)
    assert kept in page
    assert "data-selected=" not in client.get(QUEUE).content.decode()


def test_only_those_that_refused_stay_selected(client, people):
    ready, fresh = desk.accepted(people), ClaimFactory()
    client.force_login(people.editor)
    page = bulk(client, [ready, fresh], do="assign", person=people.author.pk, due="2030-01-01T10:00").content.decode()

    assert f'data-selected="{fresh.pk}"' in page


def test_several_claims_are_accepted_where_the_rubric_is_answered(client, people):
    client.force_login(people.editor)
    question = RubricQuestionFactory()
    answered, fresh = ClaimFactory(), ClaimFactory()
    RubricAnswer.objects.create(claim=answered, question=question, answer=1)

    assert told(bulk(client, [answered, fresh], do="accept")) == [
        "1 claim changed.",
        f"C-{fresh.pk}: Answer the rubric first: {question.text}",
    ]
    assert (desk.reload(answered).status, desk.reload(fresh).status) == ("accepted", "inbox")


def test_more_than_two_hundred_at_once_are_refused_and_not_cut(client, people):
    client.force_login(people.editor)
    claims = fill(201)
    response = bulk(client, claims, do="date", date="2030-01-01T10:00")

    assert told(response) == ["Select at most 200 claims at once."]
    assert not Claim.objects.filter(due_at__year=2030).exists()


def test_a_step_on_many_leads_back_to_the_same_part_of_the_list(client, people):
    client.force_login(people.editor)
    claim = ClaimFactory()
    address = f"{reverse('claims:claim-bulk')}?worth=high&rows=150&nonsense=1"
    response = client.post(address, {"claim": [claim.pk], "do": "date", "date": "2030-01-01T10:00"})

    assert response.url == f"{QUEUE}?worth=high&rows=150"


@pytest.mark.parametrize("name", ["contributor", "auditor", "author"])
def test_who_may_not_do_it_to_one_claim_may_not_do_it_to_many(client, people, name):
    claim = desk.accepted(people)
    client.force_login(getattr(people, name))
    bulk(client, [claim], do="assign", person=people.cross_checker.pk, due="2030-01-01T10:00")
    bulk(client, [claim], do="date", date="2030-01-01T10:00")
    bulk(client, [claim], do="decline", decline_reason="other", reason="No.")

    assert (desk.reload(claim).status, desk.reload(claim).due_at) == ("accepted", None)


def test_nothing_selected_and_nobody_chosen_are_said(client, people):
    client.force_login(people.editor)
    claim = desk.accepted(people)

    assert told(bulk(client, [], do="assign")) == ["Select claims first, and say what is to be done with them."]
    assert told(bulk(client, [claim], do="assign")) == [f"C-{claim.pk}: Choose a person."]
    assert bulk(client, [claim], do="explode").status_code == 404


def test_a_reopened_claim_shows_its_verdict_to_all_because_readers_know_one(client, people):
    claim = desk.published(people)
    apply(claim.pk, "reopen", by=people.editor, reason="A reader wrote.")
    client.force_login(people.auditor)

    assert 'class="verdict' in client.get(QUEUE).content.decode()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"worth": "high"}, ("1", "2")),
        ({"status": "declined"}, ("1", "")),
        ({"q": "Ferries"}, ("1", "")),
        ({}, ("2", "")),
    ],
)
def test_a_count_is_said_to_be_a_part_of_a_view_only_where_it_is(client, editor, asked, said):
    ClaimFactory(worth="high")
    ClaimFactory()
    ClaimFactory(status="declined", decline_reason="other", statement="Ferries are ships.")
    client.force_login(editor)
    rail = client.get(QUEUE, asked).context["rail"]

    assert (rail.shown, rail.shown_of) == said
