import re
from datetime import timedelta

import psycopg
import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from claims import jobs
from claims.jobs import ledger
from claims.models import Article, Claim, Disclosure, Person, Quote, SearchDue, SearchEntry
from claims.search import common, find, index, mistyped
from claims.search.query import read_query
from claims.search.visible import verdict_seen_by
from claims.views import search as page
from claims.workflow.apply import apply
from claims.workflow.standing import standing
from tests.claims.workflow import desk
from tests.factories import (
    AppearanceFactory,
    ClaimantFactory,
    ClaimFactory,
    EvidenceFactory,
    PersonFactory,
    RatingFactory,
    ResourceFactory,
    SnapshotFactory,
    TopicFactory,
)

pytestmark = pytest.mark.django_db

SEARCH = "/search/"


@pytest.fixture(autouse=True)
def nothing_is_known_of_other_tests():
    common._Kept.read_at = float("-inf")


@pytest.fixture
def editor(client):
    person = PersonFactory(role="editor", name="Desk Editor")
    client.force_login(person)
    return person


def ask(client, q, **filters):
    return client.get(SEARCH, {"q": q, **filters})


def found(client, q, **filters):
    """What was found, by kind: the names as they are shown."""
    return {
        group["kind"]: [plain(row["title"]) for row in group["rows"]]
        for group in ask(client, q, **filters).context["answer"].groups
    }


def plain(html):
    return re.sub(r"<[^>]+>", "", html)


def why(client, q, **filters):
    """All stretches that are marked, and the labels of the places they stand in."""
    page = ask(client, q, **filters)
    rows = [row for group in page.context["answer"].groups for row in group["rows"]]
    return (
        re.findall(r'<mark class="hit">([^<]*)</mark>', page.content.decode()),
        [label for row in rows for label, _words in row["reasons"]],
    )


def quote(piece, copy, words):
    return Quote.objects.create(evidence=piece, snapshot=copy, exact=words, start=0, end=len(words))


# --- who may search, and how it is asked


def test_a_stranger_is_sent_to_sign_in(client):
    assert ask(client, "ships").url == "/accounts/login/?next=/search/%3Fq%3Dships"


@pytest.mark.parametrize("role", ["contributor", "checker", "editor", "administrator", "auditor"])
def test_every_role_searches(client, role):
    client.force_login(PersonFactory(role=role))
    ClaimFactory(statement="Twelve ships came.")

    assert found(client, "ships") == {"claim": ["Twelve ships came."]}


def test_without_words_the_page_says_what_can_be_found(client, editor):
    ClaimFactory()

    for q in ("", "  ", "…", "\x00"):
        answer = ask(client, q)
        assert answer.context["answer"].groups == ()
    assert "Search everything the desk keeps." in client.get(SEARCH).content.decode()


def test_while_somebody_types_only_the_answer_is_sent_and_the_address_follows(client, editor):
    ClaimFactory(statement="Twelve ships came.")
    part = client.get(SEARCH, {"q": "shi", "status": "inbox"}, headers={"HX-Request": "true"})

    assert part.content.decode().lstrip().startswith('<div id="found"')
    assert part["HX-Replace-Url"] == "?q=shi&status=inbox"
    assert part["HX-Trigger"] == '{"say": "1 found."}'
    assert client.get(SEARCH, headers={"HX-Request": "true"})["HX-Replace-Url"] == SEARCH


@pytest.mark.parametrize("role", Person.Role.values)
def test_every_page_leads_those_to_the_panel_who_may_open_it(client, role):
    client.force_login(PersonFactory(role=role))
    is_let_in = client.get("/admin/").status_code == 200

    assert ('href="/admin/"' in client.get("/claims/").content.decode()) is is_let_in


def test_every_page_leads_to_the_search(client, editor):
    page = client.get("/claims/").content.decode()

    assert f'action="{SEARCH}"' in page
    assert page.count("data-search") == 1
    assert ask(client, "").content.decode().count("data-search") == 1


# --- what is found, and why


@pytest.fixture
def archive():
    """One of each thing that can be found, each with a word of its own."""
    claim = ClaimFactory(statement="Twelve statementword ships came.", context="In the contextword year.")
    who = ClaimantFactory(name="Claimantword Office", position="Positionword", organisation="Port")
    AppearanceFactory(claim=claim, claimant=who, verbatim="We counted verbatimword vessels.")
    source = ResourceFactory(title="Titleword report", url="https://hostword.example/p", host="hostword.example")
    piece = EvidenceFactory(claim=claim, resource=source, note="It shows noteword.", origin="Originword agency")
    copy = SnapshotFactory(resource=source, body_text="Menu. The copyword harbour.", main_text="The copyword harbour.")
    quote(piece, copy, "the passageword harbour")
    Article.objects.create(
        title="Articleword of the day", text="In it textword stands.", text_sha256="a", state="ready"
    )
    PersonFactory(name="Personword One", username="userword-1")
    return claim


@pytest.mark.parametrize(
    ("word", "kind", "labels"),
    [
        ("statementword", "claim", []),
        ("contextword", "claim", ["Context"]),
        ("verbatimword", "said", ["As said"]),
        ("titleword", "evidence", []),
        ("noteword", "evidence", ["What it shows"]),
        ("originword", "evidence", ["Origin"]),
        ("hostword", "evidence", ["Address"]),
        ("copyword", "copy", ["In the text"]),
        ("passageword", "passage", ["Passage"]),
        ("articleword", "article", []),
        ("textword", "article", ["In the text"]),
        ("claimantword", "claimant", []),
        ("positionword", "claimant", ["Position"]),
        ("personword", "person", []),
        ("userword", "person", ["User name"]),
    ],
)
def test_each_kind_is_found_and_says_why(client, editor, archive, word, kind, labels):
    assert list(found(client, word)) == [kind]
    marked, told = why(client, word)
    assert {words.lower() for words in marked} == {word}
    assert told == labels


def test_every_hit_leads_to_a_page_that_is_there(client, editor, archive):
    words = [
        "statementword",
        "verbatimword",
        "noteword",
        "copyword",
        "passageword",
        "articleword",
        "claimantword",
        "personword",
    ]
    links = {
        row["url"] for word in words for group in ask(client, word).context["answer"].groups for row in group["rows"]
    }

    assert len(links) == len(words)
    assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_only_the_newest_copy_of_a_source_is_found(client, editor):
    piece = EvidenceFactory()
    SnapshotFactory(resource=piece.resource, body_text="The oldword harbour.")
    assert list(found(client, "oldword")) == ["copy"]
    SnapshotFactory(resource=piece.resource, body_text="The newword harbour.")
    SnapshotFactory(resource=piece.resource, body_text="")

    assert found(client, "oldword") == {}
    assert list(found(client, "newword")) == ["copy"]


def test_what_is_marked_is_escaped(client, editor):
    ClaimFactory(statement='A <script>alert("ships")</script> & ships.')
    told = ask(client, "ships").content.decode()

    assert "<script>alert" not in told
    assert 'A &lt;script&gt;alert(&quot;<mark class="hit">ships</mark>&quot;)' in told
    assert "<script>x" not in ask(client, "<script>x").content.decode()


def test_words_answered_in_two_places_show_both(client, editor):
    ClaimFactory(statement="Twelve ships came.", context="To the harbour, in winter.")

    assert why(client, "ships winter harbour") == (["ships", "harbour", "winter"], ["Context"])


def test_all_words_must_stand_there_and_a_quotation_exactly(client, editor):
    ClaimFactory(statement="Arms transfers to Russia stopped.")
    ClaimFactory(statement="Transfers of arms were denied.")

    assert len(found(client, "arms transfers")["claim"]) == 2
    assert found(client, "arms denied") == {"claim": ["Transfers of arms were denied."]}
    assert found(client, '"arms transfers"') == {"claim": ["Arms transfers to Russia stopped."]}
    assert found(client, '"arms transfer"') == {}


def test_a_word_is_found_by_its_beginning_while_it_is_typed_and_by_its_stem(client, editor):
    ClaimFactory(statement="Missiles were launched.")

    for q in ("mi", "missi", "missile", "launching", "LAUNCHED missile"):
        assert found(client, q) == {"claim": ["Missiles were launched."]}, q
    assert found(client, "missi launched") == {}  # a word that is finished is no beginning


def test_what_answers_in_its_name_comes_before_what_answers_elsewhere(client, editor):
    ClaimFactory(
        statement="Twelve trains came.", context="Trains, and a harbour; and many other words of no import here."
    )
    ClaimFactory(statement="The harbour counted.")

    assert found(client, "harbour")["claim"] == ["The harbour counted.", "Twelve trains came."]


def test_a_verdict_and_words_as_said_are_explained_by_their_own_words(client, editor):
    claim = ClaimFactory(statement="Twelve ships came.", summary="No ships came.")
    Disclosure.objects.create(claim=claim, person=editor)
    AppearanceFactory(claim=claim, verbatim="Ships, he said.")

    assert found(client, "ships", kind="verdict") == {"verdict": ["Twelve ships came."]}
    assert why(client, "ships", kind="verdict") == (["ships"], ["Summary"])
    assert why(client, "ships", kind="said") == (["Ships"], ["As said"])


# --- other scripts, sentences of our own


KOREAN = "북한은 남북정상회담을 앞두고 러시아에 미사일을 보냈다고 한다."
RUSSIAN = "Ещё весной порт отправил корейские ракеты союзникам без договора о поставках."
ARABIC = "أعلنت الحكومة أنّ الصواريخَ الجديدة وصلت إلى المدينة في زيارةٍ رسميّة."


@pytest.mark.parametrize(
    ("language", "statement", "asked"),
    [
        ("ko", KOREAN, ["북한", "북한이", "정상회담", "정상회담은", "러시아는", "미사일", "미사", '"북한은 남북정상회담"', "러시아 미사일을"]),
        ("ru", RUSSIAN, ["ракета", "ракетами", "еще", "договор", "поставки ракет", "союзник", '"корейские ракеты"', "отпр"]),
        ("ar", ARABIC, ["صواريخ", "الصواريخ", "للصواريخ", "حكومة", "والحكومه", "الى", "زيارة رسمية", "الزيارة", '"الصواريخ الجديده"']),
    ],
)  # fmt: skip
def test_other_languages_are_found_in_the_forms_people_type(client, editor, language, statement, asked):
    ClaimFactory(statement=statement, language=language)
    ClaimFactory(statement="Twelve ships came.")
    missed = [q for q in asked if found(client, q) != {"claim": [statement]}]

    assert missed == []
    assert all(why(client, q)[0] for q in asked)


@pytest.mark.parametrize(
    "q", ["일본", "회담장", '"미사일 러시아"', "корабль", '"ракеты корейские"', "سفينة", '"الجديدة الصواريخ"']
)
def test_other_languages_do_not_find_what_does_not_stand_there(client, editor, q):
    for language, statement in (("ko", KOREAN), ("ru", RUSSIAN), ("ar", ARABIC)):
        ClaimFactory(statement=statement, language=language)

    assert found(client, q) == {}


def test_a_german_word_is_stemmed_where_the_desk_has_german_texts(client, editor):
    for n in range(10):
        ClaimFactory(statement=f"Die Häuser am Hafen {n}", language="de")
    index.catch_up()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE claims_searchentry")
    common._Kept.read_at = float("-inf")

    assert "de" in common.read_common().languages
    assert len(found(client, "hausern", kind="claim")["claim"]) == 10


# --- mistyped


def test_a_mistyped_word_is_said_and_the_likeliest_is_shown(client, editor):
    ClaimFactory(statement="Missiles were launched at Kharkiv.")

    for q, shown in (("misiles", "missiles"), ("kharikv", "kharkiv"), ("lanched misiles", "launched missiles")):
        answer = ask(client, q)
        assert plain(answer.context["answer"].groups[0]["rows"][0]["title"]) == "Missiles were launched at Kharkiv.", q
        assert answer.context["answer"].instead == shown
    assert (
        "Nothing for “<bdi>kharikv</bdi>”; showing “<b><bdi>kharkiv</bdi></b>”."
        in ask(client, "kharikv").content.decode()
    )


def test_a_quotation_and_a_short_word_are_not_mended(client, editor):
    ClaimFactory(statement="Missiles were launched at Kiev.")

    assert found(client, '"misiles"') == {}
    assert found(client, "kev") == {}
    assert mistyped.near("kev") == []


def test_a_word_that_finds_something_is_not_mended(client, editor):
    ClaimFactory(statement="Missile parts.")
    ClaimFactory(statement="Misile parts.")

    assert found(client, "misile") == {"claim": ["Misile parts."]}
    assert ask(client, "misile").context["answer"].instead == ""


def test_nothing_found_says_what_to_do(client, editor):
    ClaimFactory(statement="Twelve ships came.")
    told = ask(client, "zebra", status="inbox").content.decode()

    assert told.count("Nothing found.") == 1
    assert 'href="?q=zebra"' in told  # without the filter
    assert "/claims/new/" in told


# --- numbers


@pytest.mark.parametrize("typed", ["C-{}", "c-{}", "c{}", "C{}", "{}", "#{}", "https://desk.example/claims/{}/"])
def test_the_claim_whose_number_was_typed_comes_first(client, editor, typed):
    claim = ClaimFactory(statement="Twelve ships came.")
    ClaimFactory(statement=f"In {claim.pk} ports there were ships.")

    assert found(client, typed.format(claim.pk))["claim"][0] == "Twelve ships came."


def test_a_claim_is_named_once_though_its_number_stands_in_it_as_well(client, editor):
    claim = ClaimFactory()
    Claim.objects.filter(pk=claim.pk).update(statement=f"There are {claim.pk} ships.")

    assert found(client, str(claim.pk)) == {"claim": [f"There are {claim.pk} ships."]}


def test_a_number_tells_nothing_of_a_claim_one_may_not_see_or_did_not_ask_for(client, editor):
    hidden, shown = ClaimFactory(confidential=True), ClaimFactory(statement="Twelve ships came.")
    assert found(client, f"C-{shown.pk}", kind="evidence") == {}
    assert found(client, f"C-{shown.pk + 1000}") == {}

    client.force_login(PersonFactory(role="checker"))
    assert found(client, f"C-{hidden.pk}") == {}
    assert found(client, f"C-{shown.pk}") == {"claim": ["Twelve ships came."]}


# --- filters


def test_filters_narrow_and_are_chips_that_come_off(client, editor):
    topic, rating = TopicFactory(slug="harbour"), RatingFactory(code="false", label="False", family="false")
    one = ClaimFactory(statement="Ships came in June.", status="inbox")
    one.topics.add(topic)
    AppearanceFactory(claim=one, verbatim="Ships, he said.")
    two = ClaimFactory(statement="Ships came in July.", status="accepted", rating=rating, language="ko")
    Claim.objects.filter(pk=two.pk).update(created_at=timezone.now() - timedelta(days=100))
    Disclosure.objects.create(claim=two, person=editor)
    ClaimantFactory(name="Ships and Sons")

    assert set(found(client, "ships")) == {"claim", "said", "claimant"}
    assert set(found(client, "ships", kind="claimant")) == {"claimant"}
    assert found(client, "ships", status="accepted") == {"claim": ["Ships came in July."]}
    assert found(client, "ships", verdict="false") == {"claim": ["Ships came in July."]}
    assert found(client, "ships", topic="harbour") == {
        "claim": ["Ships came in June."],
        "said": ["Ships came in June."],
    }
    assert found(client, "ships", language="ko") == {"claim": ["Ships came in July."]}
    index.catch_up()
    SearchDue.objects.create(kind="claim", object_id=two.pk)
    assert found(client, "ships", since="month", kind="claim") == {"claim": ["Ships came in June."]}
    chips = ask(client, "ships", status="accepted", language="ko").context["chips"]
    assert [(chip["label"], chip["value"], chip["url"]) for chip in chips] == [
        ("Status", "Accepted", "?q=ships&language=ko"),
        ("Language", "Korean", "?q=ships&status=accepted"),
    ]


def test_a_captured_text_is_narrowed_by_the_claims_that_cite_it(client, editor):
    piece = EvidenceFactory(claim=ClaimFactory(status="inbox"))
    SnapshotFactory(resource=piece.resource, body_text="The copyword harbour.")

    assert list(found(client, "copyword", status="inbox")) == ["copy"]
    assert found(client, "copyword", status="accepted") == {}


def test_an_address_with_what_is_not_known_is_read_without_it(client, editor):
    ClaimFactory(statement="Ships came.")

    odd = {"kind": "rumour", "status": "x", "verdict": "x", "language": "xx", "since": "x", "after": "r~x"}
    assert found(client, "ships", **odd) == {"claim": ["Ships came."]}
    assert ask(client, "ships", topic="x" * 300 + "\x00").status_code == 200


# --- pages and orders


def walk(client, q, **filters):
    names, address, pages = [], f"?q={q}&kind=claim", 0
    while address:
        answer = client.get(SEARCH + address).context["answer"]
        names += [plain(row["title"]) for group in answer.groups for row in group["rows"]]
        address, pages = answer.next_page, pages + 1
    return names, pages


def test_a_few_of_each_kind_lead_to_all_of_one_kind_page_by_page(client, editor):
    for n in range(45):
        ClaimFactory(statement=f"Ships {n} came." + " Ships." * (n % 3))
    group = ask(client, "ships").context["answer"].groups[0]

    assert (len(group["rows"]), group["more"]) == (page.PER_GROUP, "?q=ships&kind=claim")
    names, pages = walk(client, "ships")
    assert (len(names), len(set(names)), pages) == (45, 45, 3)


@pytest.fixture
def common_words(monkeypatch):
    """A word in nearly every claim, as the statistics tell of it."""
    monkeypatch.setattr(find, "MOST_RANKED", 20)
    for n in range(50):
        ClaimFactory(statement=f"Ships {n} came." + (" Rarely." if n == 3 else ""))
    index.catch_up()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE claims_searchentry")
    common._Kept.read_at = float("-inf")


def test_words_that_stand_in_very_many_are_shown_newest_first_and_say_so(client, editor, common_words):
    answer = ask(client, "ships")
    names, pages = walk(client, "ships")

    assert answer.context["answer"].is_newest_first
    assert "Newest first" in answer.content.decode()
    assert names == [f"Ships {n} came." + (" Rarely." if n == 3 else "") for n in reversed(range(50))]
    assert pages == 3


def test_a_rare_word_beside_a_common_one_is_ranked(client, editor, common_words):
    answer = ask(client, "ships rarely").context["answer"]

    assert not answer.is_newest_first
    assert [plain(row["title"]) for row in answer.groups[0]["rows"]] == ["Ships 3 came. Rarely."]


def test_beyond_the_window_of_the_newest_the_rest_is_still_found(client, editor, common_words, monkeypatch):
    monkeypatch.setattr(find, "WINDOW", 5)

    assert len(walk(client, "ships")[0]) == 50


def test_what_is_known_of_common_words_is_read_once_a_minute(client, editor, common_words):
    first = common.read_common(now=0.0)

    assert first.expected(read_query("shi"), "claim") == pytest.approx(50, rel=0.1)
    assert first.expected(read_query("zebra"), "claim") == 0
    assert first.expected(read_query("ships"), "article") == 0
    assert common.read_common(now=59.0) is first
    assert common.read_common(now=61.0) is not first


# --- the index keeps up


def test_a_change_is_found_at_once_and_what_was_there_before_no_longer(client, editor):
    claim = ClaimFactory(statement="Twelve ships came.")
    assert found(client, "ships")
    Claim.objects.filter(pk=claim.pk).update(statement="Twelve trains came.")

    assert found(client, "ships") == {}
    assert found(client, "trains") == {"claim": ["Twelve trains came."]}
    claim.delete()
    assert found(client, "trains") == {}
    assert not SearchEntry.objects.filter(kind="claim").exists()


def test_another_title_of_a_source_is_found_with_its_evidence_and_its_copy(client, editor):
    piece = EvidenceFactory()
    SnapshotFactory(resource=piece.resource)
    index.catch_up()
    piece.resource.title = "Newtitle of it"
    piece.resource.save()

    assert found(client, "newtitle") == {"evidence": ["Newtitle of it"]}


def test_when_very_much_changed_the_page_says_so_and_a_job_reads_the_rest(client, editor, monkeypatch):
    ClaimFactory.create_batch(30, statement="Ships came.")
    monkeypatch.setattr(index.catch_up, "__defaults__", (10,))
    monkeypatch.setattr(index, "A_LOAD", 10)
    assert "the newest changes can be found in a minute" in ask(client, "ships").content.decode()

    index.tick()
    run = ledger.lease("bulk")
    assert (run.kind, SearchDue.objects.exists()) == ("read_for_search", True)
    index.read_all(run)

    assert not SearchDue.objects.exists()
    assert "the newest changes" not in ask(client, "ships").content.decode()


def test_long_texts_are_left_to_the_job_and_keep_neither_the_page_nor_short_ones_waiting(client, editor):
    def copy(name, letters):
        title = f"{name.title()} report"
        SnapshotFactory(
            resource=EvidenceFactory(resource__title="").resource, title=title, body_text="harbour " * (letters // 8)
        )

    copy("long", index.A_GLANCE + 8)
    copy("much", index.A_GLANCE * 2 // 3)
    copy("short", index.A_GLANCE // 3)
    copy("other", index.A_GLANCE // 2)
    Article.objects.create(title="Ships", state="ready", text="harbour " * (index.A_GLANCE // 8 + 1))
    ClaimFactory(statement="The harbour is large.")

    answer = ask(client, "harbour")
    assert "the newest changes can be found in a minute" in answer.content.decode()
    assert (
        sorted(SearchEntry.objects.filter(kind__in=["copy", "article"]).values_list("kind", flat=True)) == ["copy"] * 2
    )
    assert "The harbour is large." in found(client, "harbour", kind="claim")["claim"]

    index.tick()
    index.read_all(ledger.lease("bulk"))
    assert not SearchDue.objects.exists()
    assert SearchEntry.objects.filter(kind__in=["copy", "article"]).count() == 5


def test_of_a_long_copy_no_more_is_fetched_than_is_kept(client, editor, monkeypatch):
    monkeypatch.setattr(index, "MOST_LETTERS", 12)
    SnapshotFactory(title="", main_text="", body_text="Twelve ships came.")
    SnapshotFactory(title="", main_text="Eleven boats came.", body_text="Menu. Eleven boats came.")

    index.catch_up()

    kept = SearchEntry.objects.filter(kind="copy").order_by("object_id").values_list("words", flat=True)
    assert list(kept) == ["'ships':10 'twelve':9 '~ship':10 '~twelv':9", "'boats':10 'eleven':9 '~boat':10"]


def test_a_job_that_had_its_time_leaves_the_rest_to_the_next(client, editor):
    ClaimFactory()
    jobs.enqueue("read_for_search", key="search")
    index.read_all(ledger.lease("bulk"), seconds=0)

    assert SearchDue.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_one_round_at_a_time():
    ClaimFactory(statement="Ships came.")
    known = connection.settings_dict
    with psycopg.connect(dbname=known["NAME"], host=known["HOST"], user=known["USER"]) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [index.ROUND])
        assert index.catch_up() is False
        assert SearchDue.objects.exists()
        jobs.enqueue("read_for_search", key="search")
        index.read_all(ledger.lease("bulk"), seconds=0.3)
        assert SearchDue.objects.exists()
    assert index.catch_up() is True


def test_a_search_that_takes_too_long_is_stopped_and_says_so(client, editor, monkeypatch):
    ClaimFactory(statement="Ships came.")

    def slow(*args, **kwargs):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(5)")

    monkeypatch.setattr(page, "PATIENCE", 50)
    monkeypatch.setattr(page, "find", slow)
    answer = ask(client, "ships")

    assert answer.status_code == 200
    assert "This took too long and was stopped: add a word or a filter." in answer.content.decode()
    monkeypatch.undo()
    assert found(client, "ships") == {"claim": ["Ships came."]}


def test_another_failure_of_the_database_is_not_taken_for_slowness(client, editor, monkeypatch):
    def broken(*args, **kwargs):
        raise OperationalError("the server went away")

    monkeypatch.setattr(page, "find", broken)

    with pytest.raises(OperationalError):
        ask(client, "ships")


def test_many_hits_cost_as_many_statements_as_few(client, editor, archive):
    def add(count):
        for n in range(count):
            claim = ClaimFactory(statement=f"Harbour {n}.")
            AppearanceFactory(claim=claim, verbatim="The harbour.")
            SnapshotFactory(resource=EvidenceFactory(claim=claim).resource, body_text="The harbour.")
        index.catch_up(1_000)
        with CaptureQueriesContext(connection) as asked:
            ask(client, "harbour")
        return len(asked)

    common.read_common()
    few = add(1)

    assert add(30) == few
    assert few <= 30


# --- who may find what


def test_a_confidential_claim_and_all_of_it_is_found_by_its_people_and_editors_only(client, people):
    claim = desk.in_research(people)
    Claim.objects.filter(pk=claim.pk).update(confidential=True, statement="A hiddenword came.")
    piece = EvidenceFactory(claim=claim, note="hiddenword", number=77)
    copy = SnapshotFactory(resource=piece.resource, body_text="A hiddenword harbour.")
    quote(piece, copy, "hiddenword")
    AppearanceFactory(claim=claim, verbatim="hiddenword", number=77)
    kinds = {}
    for name in ("author", "editor", "cross_checker", "auditor", "administrator"):
        client.force_login(getattr(people, name))
        kinds[name] = set(found(client, "hiddenword"))
        if not kinds[name]:
            assert found(client, "hidenword") == {}  # nor by a word like it
            assert "hiddenword" not in ask(client, "hidenword").content.decode()

    whole = {"claim", "said", "passage", "evidence", "copy"}
    assert kinds == {"author": whole, "editor": whole, "cross_checker": set(), "auditor": set(), "administrator": set()}


def test_a_copy_two_claims_cite_is_led_to_by_the_one_that_may_be_seen(client):
    hidden = EvidenceFactory(claim=ClaimFactory(confidential=True))
    seen = EvidenceFactory(resource=hidden.resource)
    SnapshotFactory(resource=hidden.resource, body_text="The copyword harbour.")
    client.force_login(PersonFactory(role="checker"))
    row = ask(client, "copyword").context["answer"].groups[0]["rows"][0]

    assert row["url"] == f"/evidence/{seen.pk}/"


def test_a_verdict_is_found_by_exactly_those_who_are_shown_it(client, people):
    claim = desk.in_review(people)
    Claim.objects.filter(pk=claim.pk).update(rationale="A plantedword.")
    asking = PersonFactory(role="editor", username="asked-for-it")
    Disclosure.objects.create(claim=claim, person=asking)
    told, by_standing = {}, {}
    for person in [*vars(people).values(), asking]:
        client.force_login(person)
        told[person.username] = bool(found(client, "plantedword"))
        by_standing[person.username] = standing(desk.reload(claim), person).sees_verdict

    assert told == by_standing
    assert set(told.values()) == {True, False}


def test_whose_verdicts_a_person_sees_is_the_same_asked_of_many_claims_as_of_one(people):
    for state in ("in_research", "ready", "in_cross_check", "in_review", "approved"):
        getattr(desk, state)(people)
    public = desk.approved(people)
    apply(public.pk, "publish", by=people.editor, effect=desk.showing("published"))
    answers = {
        (person.username, claim.status): (
            standing(claim, person).sees_verdict,
            Claim.objects.filter(verdict_seen_by(person), pk=claim.pk).exists(),
        )
        for person in Person.objects.all()
        for claim in Claim.objects.all()
    }

    assert {key: both for key, both in answers.items() if both[0] != both[1]} == {}
    assert {both[0] for both in answers.values()} == {True, False}


def test_a_verdict_that_may_not_be_seen_narrows_nothing(client, people):
    rating = RatingFactory(code="false", family="false")
    claim = desk.in_review(people)
    Claim.objects.filter(pk=claim.pk).update(rating=rating, statement="A plantedword came.")
    client.force_login(people.auditor)

    assert list(found(client, "plantedword")) == ["claim"]
    assert found(client, "plantedword", verdict="false") == {}
    assert found(client, "plantedword", verdict="true") == {}
    client.force_login(people.author)
    assert list(found(client, "plantedword", verdict="false", kind="claim")) == ["claim"]
