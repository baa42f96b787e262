"""Intake in the browser: taking in, the bar while it is read, and one decision after the other."""

import re
from datetime import date
from html.parser import HTMLParser

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from claims.forms.intake import MAX_BYTES, TakeInForm
from claims.intake import article as intake
from claims.intake import reading
from claims.jobs import ledger
from claims.jobs.run import run
from claims.models import Article, Candidate, Claim, Claimant, Event, Job, Match
from claims.workflow.apply import apply
from tests.claims.web.pixels import png
from tests.claims.workflow import desk
from tests.factories import ClaimFactory

pytestmark = pytest.mark.django_db

LIST = "/intake/"
PART = {"HX-Request": "true"}
TEXT = """Ships came in numbers

The harbour handled 1,240 ships in 2025, twice as many as in 2024, the port office said on Monday.

The minister announced that the government closed 14 ferry lines & paid 3 million euros.

"Nobody counted <more> than 900 ships," the union said in its report.
"""


@pytest.fixture
def signed_in(client, people):
    client.force_login(people.editor)
    return client


def read(article):
    keep = reading.read_article(reading.Silent(), article=article.pk)
    with transaction.atomic():
        keep()
    Job.objects.update(state="done", token=None, lease_until=None)
    article.refresh_from_db()
    return article


@pytest.fixture
def article(people):
    return read(
        intake.add_text(TEXT, intake.About(title="Ships", published_on=date(2026, 1, 5)), by=people.contributor)
    )


@pytest.fixture
def best(article):
    return article.candidates.order_by("-score", "number").first()


def address(candidate):
    return reverse("claims:intake-candidate", args=[candidate.article_id, candidate.pk])


def decide(client, candidate, decision, headers=PART, **fields):
    data = {f"c{candidate.pk}-{name}": value for name, value in fields.items()}
    return client.post(address(candidate), {"decision": decision, "from": "0.20", **data}, headers=headers)


def match(candidate, **fields):
    defaults = {"target": ClaimFactory(), "score": 0.8, "label": "likely", "reasons": {"shared_words": ["harbour"]}}
    return Match.objects.create(candidate=candidate, **(defaults | fields))


# --- taking in


def test_strangers_are_asked_to_sign_in(client):
    assert client.get(LIST).headers["Location"] == "/accounts/login/?next=/intake/"
    assert client.get(LIST, headers=PART).headers["HX-Redirect"] == "/accounts/login/"


def test_an_empty_intake_says_what_would_come(signed_in):
    page = signed_in.get(LIST).content.decode()

    assert "No article has been taken in yet" in page
    assert "up to 10 MB" in page


def test_a_pasted_text_is_taken_in_with_what_the_person_knows(signed_in):
    data = {"source": TEXT, "title": "Ships", "publisher": "Harbour News", "published_on": "2026-01-05"}
    response = signed_in.post(LIST, data)

    article = Article.objects.get()
    assert response.headers["Location"] == f"/intake/{article.pk}/"
    assert (article.title, article.publisher.name, article.published_on) == ("Ships", "Harbour News", date(2026, 1, 5))


@pytest.mark.parametrize("source", [" https://news.example.org/a ", "news.example.org/a"])
def test_one_word_with_a_dot_is_an_address(signed_in, source):
    signed_in.post(LIST, {"source": source})

    assert Article.objects.get().url == "https://news.example.org/a"


def test_an_uploaded_file_is_taken_in(signed_in):
    response = signed_in.post(LIST, {"file": SimpleUploadedFile("Ships.TXT", TEXT.encode())})

    assert response.status_code == 302
    article = Article.objects.get()
    assert (article.state, article.title) == ("waiting", "Ships.TXT")
    page = signed_in.get(response.headers["Location"]).content.decode()
    assert 'hx-trigger="every 2s"' in page  # it goes on by itself
    assert "waiting for a worker" in page
    assert "Ships came in numbers" in signed_in.get(f"/intake/{read(article).pk}/").content.decode()


WORD = b"PK\x03\x04 word/document.xml"
PAGE = f"<!doctype html><title>Quay</title><p>{TEXT}</p>".encode()


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("ships.pdf", PAGE, "web page"),
        ("ships.txt", b"%PDF-1.7 and no more", "PDF"),
        ("ships.html", WORD, "Word file"),
        ("ships.docx", TEXT.encode(), "plain text"),
    ],
)
def test_a_file_that_is_another_than_its_name_says_is_read_as_what_it_is_and_said_so(signed_in, name, data, kind):
    page = signed_in.post(LIST, {"file": SimpleUploadedFile(name, data)}, follow=True).content.decode()

    assert f"“{name}” is not what its name says: by its content it is of the kind “{kind}”" in page
    same = signed_in.post(LIST, {"file": SimpleUploadedFile("ships.txt", TEXT.encode() + b"!")}, follow=True)
    assert "not what its name says" not in same.content.decode()


@pytest.mark.parametrize("name", ["ships.txt", "ships.pdf", "ships.html"])
@pytest.mark.parametrize("data", [png(4, 4), b"MZ\x90\x00\x03", b"PK\x03\x04" + bytes(200), bytes(300)])
def test_a_file_that_holds_nothing_to_read_is_refused_whatever_its_name(signed_in, name, data):
    response = signed_in.post(LIST, {"file": SimpleUploadedFile(name, data)})

    assert response.status_code == 422
    assert "This file is not what its name says" in response.content.decode()
    assert not Article.objects.exists()


def test_a_file_that_cannot_be_read_says_so_on_its_page(signed_in):
    signed_in.post(LIST, {"file": SimpleUploadedFile("ships.pdf", b"%PDF-1.7 and no more")})
    run(ledger.lease("default"))

    page = signed_in.get(f"/intake/{Article.objects.get().pk}/").content.decode()
    assert "This article could not be read" in page
    assert "The file is damaged" in page
    assert "Read again" in page


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "Give the address of an article"),
        ({"source": "http://127.0.0.1/a"}, "."),
        ({"file": ("ships.exe", b"x")}, "This kind of file cannot be read"),
        ({"source": "Words.", "file": ("ships.txt", b"x")}, "not both at once"),
        ({"file": ("ships.pdf", b"")}, "note-late"),
    ],
)
def test_what_cannot_be_taken_in_is_refused_in_words(signed_in, data, sentence):
    if "file" in data:
        data = data | {"file": SimpleUploadedFile(*data["file"])}
    response = signed_in.post(LIST, data)

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not Article.objects.exists()


def test_a_file_over_the_limit_is_refused_before_it_is_read():
    file = SimpleUploadedFile("ships.txt", b"x")
    file.size = MAX_BYTES + 1

    assert TakeInForm({}, {"file": file}).errors["file"] == ["The file is larger than 10 MB."]


def test_the_list_says_what_is_open_and_what_could_not_be_read(signed_in, people, article, best):
    Candidate.objects.filter(pk=best.pk).update(state="dismissed", decided_at=timezone.now())
    failed = intake.add_address("https://news.example.org/a", intake.About(), by=people.contributor)
    reading.give_up(claim_id=None, sentence="The site is silent.", article=failed.pk)
    Article.objects.create(title="Only cited", state="ready")

    page = signed_in.get(LIST).content.decode()

    total = article.candidates.count()
    assert f"{total - 1} of {total} open" in page
    assert "The site is silent." in page
    assert "Only cited" not in page
    assert "every 2s" not in page


def test_the_list_renews_itself_while_something_is_read(signed_in, people):
    article = intake.add_text(TEXT, intake.About(), by=people.contributor)
    part = {**PART, "HX-Target": "articles"}

    going = signed_in.get(LIST, headers=part)
    read(article)
    ended = signed_in.get(LIST, headers=part)

    assert (going.status_code, ended.status_code) == (200, 286)
    assert b"every 2s" in going.content
    assert b"<html" not in going.content


@pytest.mark.parametrize("count", [3, 40])
def test_the_list_costs_the_same_however_long(signed_in, people, count, django_assert_num_queries):
    Article.objects.bulk_create(
        Article(title=f"Article {n}", text="x", text_sha256=f"{n:064}", state="ready", created_by=people.editor)
        for n in range(count)
    )
    signed_in.get(LIST)

    with django_assert_num_queries(7):  # session, person, articles, any only cited, candidates, and two of the shell
        page = signed_in.get(LIST)

    assert (b"?before=" in page.content) == (count == 40)


def test_older_articles_are_a_page_away(signed_in):
    Article.objects.bulk_create(Article(title=f"Article {n:02}", text_sha256=f"{n:064}") for n in range(35))

    first = signed_in.get(LIST)
    older = signed_in.get(LIST, {"before": first.context["older"]})

    assert [len(page.context["articles"]) for page in (first, older)] == [30, 5]
    assert older.context["older"] is None


# --- while it is read, and when it cannot be


def test_a_bar_says_in_words_how_far_it_is_and_ends_with_the_candidates(signed_in, people):
    article = intake.add_text(TEXT, intake.About(), by=people.contributor)
    here, part = f"/intake/{article.pk}/", {**PART, "HX-Target": "article"}
    assert b"waiting for a worker" in signed_in.get(here, headers=part).content
    Job.objects.update(step="cutting into sentences", done=2, total=4)

    going = signed_in.get(here, headers=part)
    read(article)
    ended = signed_in.get(here, headers=part)

    assert (going.status_code, ended.status_code) == (200, 286)
    assert "cutting into sentences" in going.content.decode()
    assert b'hx-trigger="every 2s"' in going.content
    assert b'id="article-text"' in ended.content
    assert b'hx-trigger="every 2s"' not in ended.content


@pytest.fixture
def failed(people):
    article = intake.add_address("https://news.example.org/a", intake.About(), by=people.contributor)
    Job.objects.update(state="failed")
    reading.give_up(claim_id=None, sentence="The site is silent.", article=article.pk)
    return article


def test_a_failure_says_why_and_offers_two_ways_on(signed_in, failed):
    page = signed_in.get(f"/intake/{failed.pk}/").content.decode()

    assert "The site is silent." in page
    assert f"/intake/{failed.pk}/retry/" in page
    assert f"/intake/{failed.pk}/text/" in page


def test_a_failure_that_will_be_tried_again_says_when(signed_in, failed):
    Job.objects.update(state="queued", attempts=1, run_after=timezone.now() + timezone.timedelta(hours=1))

    page = signed_in.get(f"/intake/{failed.pk}/").content.decode()

    assert "Tried 1 of 3 times." in page
    assert "Next try:" in page


def test_it_is_read_again_on_request_but_not_twice(signed_in, failed):
    again = signed_in.post(f"/intake/{failed.pk}/retry/")
    twice = signed_in.post(f"/intake/{failed.pk}/retry/")

    assert again.headers["Location"] == f"/intake/{failed.pk}/"
    assert b"every 2s" in signed_in.get(f"/intake/{failed.pk}/").content
    assert twice.status_code == 422


def test_the_text_can_be_pasted_instead(signed_in, failed):
    assert signed_in.post(f"/intake/{failed.pk}/text/", {"text": ""}).status_code == 422

    signed_in.post(f"/intake/{failed.pk}/text/", {"text": TEXT})

    failed.refresh_from_db()
    assert (failed.state, failed.title, failed.is_title_guessed) == ("waiting", "Ships came in numbers", True)


def test_the_text_pasted_instead_is_given_its_title_at_once(signed_in, failed):
    assert 'name="title"' in signed_in.get(f"/intake/{failed.pk}/").content.decode().partition('id="paste"')[2]

    signed_in.post(f"/intake/{failed.pk}/text/", {"text": TEXT, "title": "The year of ships"})

    failed.refresh_from_db()
    assert (failed.state, failed.title, failed.is_title_guessed) == ("waiting", "The year of ships", False)


GUESSED = "title taken from the first line"


def test_a_title_taken_from_the_first_line_is_said_to_be_so_until_somebody_looked_at_it(signed_in, people):
    article = intake.add_text(TEXT, intake.About(), by=people.contributor)
    page = f"/intake/{article.pk}/"
    assert "Title, publisher, date" not in signed_in.get(page).content.decode()  # while it is read

    read(article)
    part = signed_in.get(page, headers={**PART, "HX-Target": "article"}).content.decode()
    assert GUESSED in part
    assert GUESSED in signed_in.get(page).content.decode()
    signed_in.post(f"{page}describe/", {"title": article.title})
    assert GUESSED not in signed_in.get(page).content.decode()


def test_a_title_somebody_gave_is_not_said_to_be_guessed(signed_in, article):
    assert GUESSED not in signed_in.get(f"/intake/{article.pk}/").content.decode()


def test_articles_that_are_only_cited_are_shown_apart_and_take_their_text(signed_in, people):
    cited = Article.objects.create(title="The treaty in full", state="ready")
    page = signed_in.get(LIST).content.decode()
    assert "No article's text has been taken in yet" in page
    assert f"{LIST}?cited" in page
    assert "The treaty in full" not in page

    assert "The treaty in full" in signed_in.get(f"{LIST}?cited").content.decode()
    page = signed_in.get(f"/intake/{cited.pk}/").content.decode()
    assert "does not have the text of this article" in page
    assert 'name="title"' not in page.partition('id="paste"')[2]
    signed_in.post(f"/intake/{cited.pk}/text/", {"text": TEXT})
    cited.refresh_from_db()
    assert (cited.state, cited.title, cited.text) == ("waiting", "The treaty in full", TEXT.strip())
    assert "?cited" not in signed_in.get(LIST).content.decode()
    assert "Every article the claims cite has its text" in signed_in.get(f"{LIST}?cited").content.decode()


def test_what_is_said_of_an_article_is_put_right_on_its_page(signed_in, article):
    page = f"/intake/{article.pk}/"
    refused = signed_in.post(f"{page}describe/", {"title": "", "publisher": "Harbour News"})
    assert refused.status_code == 422
    assert "Harbour News" in refused.text

    done = signed_in.post(f"{page}describe/", {"title": "Ships at last", "published_on": "2026-01-06"})

    assert done.url == page
    article.refresh_from_db()
    assert (article.title, article.published_on) == ("Ships at last", date(2026, 1, 6))


def test_a_refusal_to_read_again_is_a_sentence(client, people, failed):
    client.force_login(people.auditor)
    response = client.post(f"/intake/{failed.pk}/retry/")

    assert response.status_code == 422
    assert "Your role reads" in response.content.decode()


# --- the article and its candidates


class TextOf(HTMLParser):
    """The ``textContent`` of one element."""

    def __init__(self, name):
        super().__init__()
        self.name, self.depth, self.text, self.marks = name, 0, "", []

    def handle_starttag(self, tag, attrs):
        if self.depth:
            self.depth += 1
            if tag == "mark":
                self.marks.append("")
        elif dict(attrs).get("id") == self.name:
            self.depth = 1

    def handle_endtag(self, _tag):
        self.depth -= bool(self.depth)

    def handle_data(self, data):
        if self.depth:
            self.text += data
        if self.depth and self.marks:
            self.marks[-1] += data


def test_the_candidates_are_marked_in_a_text_that_stays_as_it_is(signed_in, article):
    found = TextOf("article-text")
    found.feed(signed_in.get(f"/intake/{article.pk}/").content.decode())

    assert found.text == article.text
    assert len(found.marks) == article.candidates.count()
    assert found.marks[0].startswith("The harbour handled 1,240 ships")


def test_the_remark_on_how_an_article_was_read_stands_with_its_candidates(signed_in, article):
    address = f"/intake/{article.pk}/"
    before = signed_in.get(address).content.decode()
    Article.objects.filter(pk=article.pk).update(problem="Only its beginning was read.")
    said = signed_in.get(address).content.decode()

    assert said.count("Only its beginning was read.") == 1
    assert before.count('class="cand') == said.count('class="cand')
    assert "could not be read" not in said


def test_candidates_come_best_first_and_the_threshold_hides_the_rest(signed_in, article):
    Candidate.objects.filter(article=article, number=1).update(score=0.25)

    every = signed_in.get(f"/intake/{article.pk}/").context["triage"]
    some = signed_in.get(f"/intake/{article.pk}/", {"from": "0.35"}).context["triage"]
    odd = signed_in.get(f"/intake/{article.pk}/", {"from": "x", "at": "y"}).context["triage"]

    scores = [card.candidate.score for card in every.cards]
    assert scores == sorted(scores, reverse=True)
    assert len(some.cards) == sum(score >= 0.35 for score in scores)
    assert 1 in [card.candidate.number for card in some.below]
    assert odd.threshold == "0.20"


def test_nearest_claims_come_with_score_label_and_reasons(signed_in, best):
    same = {"shared_words": ["ships"], "shared_names": ["Harbour"], "shared_numbers": ["1240"]}
    match(best, reasons=same)
    match(best, score=0.6, label="related", reasons={"negation": ["there"], "shared_words": ["ships"]})
    match(best, score=0.3, label="", reasons={"numbers_only_here": ["1240"], "negation": ["here"]})
    match(best, score=0.2, label="", reasons={})

    cards = signed_in.get(f"/intake/{best.article_id}/").context["triage"].cards

    first, second, third = cards[0].nearest
    assert first.reasons == ("same words: Harbour, ships", "same numbers: 1240")
    assert (first.label, second.is_opposite, third.is_opposite) == ("likely the same", True, False)
    assert third.reasons == ("only in the sentence: 1240", "one of the two denies something")


def test_a_claim_decided_to_be_another_is_not_shown_again(signed_in, people, best):
    match(best, decision="different", decided_by=people.editor, decided_at=timezone.now())

    assert signed_in.get(f"/intake/{best.article_id}/").context["triage"].cards[0].nearest == []


def test_confidential_claims_are_shown_to_their_people_only(client, people, best):
    match(best, target=ClaimFactory(statement="A secret matter.", confidential=True))
    pages = {}
    for role in ("contributor", "editor"):
        client.force_login(getattr(people, role))
        pages[role] = client.get(f"/intake/{best.article_id}/").content.decode()

    assert "A secret matter." in pages["editor"]
    assert "A secret matter." not in pages["contributor"]


def test_a_sentence_kept_with_a_confidential_claim_does_not_tell_which(client, people, best):
    secret = ClaimFactory(confidential=True)
    Candidate.objects.filter(pk=best.pk).update(state="added", claim=secret, decided_at=timezone.now())
    client.force_login(people.contributor)

    page = client.get(f"/intake/{best.article_id}/").content.decode()

    assert "kept with a confidential claim" in page
    assert f"C-{secret.pk}" not in page


def test_only_an_editor_is_offered_to_add_to_what_is_public(client, people, best):
    match(best, target=desk.published(people))
    offers = {}
    for role in ("contributor", "editor"):
        client.force_login(getattr(people, role))
        offers[role] = b"Add as appearance of C-" in client.get(f"/intake/{best.article_id}/").content

    assert offers == {"contributor": False, "editor": True}


def test_who_only_reads_is_drawn_no_buttons(client, people, article, best):
    match(best)
    client.force_login(people.auditor)

    page = client.get(f"/intake/{article.pk}/").content.decode()

    assert 'name="decision"' not in page
    assert "same words: harbour" in page
    assert 'id="take-in"' not in client.get(LIST).content.decode()


def long_article(count):
    sentences = [f"Ship number {n} was sent to the harbour in 2025." for n in range(count)]
    text = "\n\n".join(sentences)
    article = Article.objects.create(title="Ships", text=text, text_sha256="0" * 64, state="ready")
    rows = [
        Candidate(
            article=article,
            number=n,
            text=one,
            start=text.index(one),
            end=text.index(one) + len(one),
            score=0.9 - n / 999,
        )
        for n, one in enumerate(sentences)
    ]
    Candidate.objects.bulk_create(rows)
    return article, rows


def keys_in(answer):
    return [int(key) for key in re.findall(r'<li class="cand [^>]*data-row="(\d+)"', answer.content.decode())]


def test_a_long_article_shows_its_first_candidates_and_the_rest_as_one_goes_down(signed_in):
    article, rows = long_article(130)
    page, keys = f"/intake/{article.pk}/", [row.pk for row in rows]
    more = {**PART, "HX-Target": "more-cards"}

    first = signed_in.get(page)
    assert keys_in(first) == keys[:60]
    assert "<b>0 of 130</b> decided" in first.content.decode()
    assert f'hx-get="{page}?from=0.20&amp;until=60"' in first.content.decode()
    assert f'href="{page}?from=0.20&amp;until=120"' in first.content.decode()  # without a script
    assert f'href="{page}?from=0.20&amp;at={keys[99]}#p{keys[99]}"' in first.content.decode()  # its number in the text
    assert f'href="#p{keys[59]}"' in first.content.decode()
    second, third = (signed_in.get(f"{page}?from=0.20&until={n}", headers=more) for n in (60, 120))
    assert (keys_in(second), keys_in(third)) == (keys[60:120], keys[120:])
    assert 'name="until" value="120" hx-swap-oob="true"' in second.content.decode()
    assert 'id="more-cards"' in second.content.decode()
    assert 'id="more-cards"' not in third.content.decode()
    assert 'aria-current="true"' not in second.content.decode()
    assert keys_in(signed_in.get(f"{page}?until=120")) == keys[:120]


def test_a_candidate_far_down_is_on_the_page_that_is_opened_at_it(signed_in):
    article, rows = long_article(130)

    page = signed_in.get(f"/intake/{article.pk}/?at={rows[99].pk}")

    assert keys_in(page) == [row.pk for row in rows[:120]]
    assert f'id="p{rows[99].pk}" data-row="{rows[99].pk}" aria-current="true"' in page.content.decode()
    more = signed_in.get(page.request["PATH_INFO"], {"until": 60}, headers={**PART, "HX-Target": "more-cards"})
    assert keys_in(more) == [row.pk for row in rows[60:120]]


def test_what_was_compared_comes_for_the_candidates_on_the_page_only(signed_in):
    article, _rows = long_article(70)
    compared = {**PART, "HX-Target": "comparing"}

    for until, count in (("60", 60), ("120", 70)):
        answer = signed_in.get(f"/intake/{article.pk}/", {"until": until}, headers=compared).content.decode()
        assert answer.count('id="near-') == count


@pytest.mark.parametrize("count", [3, 60])
def test_the_page_costs_the_same_for_three_candidates_and_for_sixty(signed_in, count, django_assert_num_queries):
    article, rows = long_article(count)
    for candidate in rows:
        match(candidate)
    signed_in.get(f"/intake/{article.pk}/")

    with django_assert_num_queries(10):
        # session, person, article, its claims, matches, candidates, job, claimants, and three of the shell
        page = signed_in.get(f"/intake/{article.pk}/")

    assert page.content.count(b'class="cand ') == sum(row.score >= 0.2 for row in rows)


def test_an_article_that_is_not_there_is_not_found(signed_in):
    assert signed_in.get("/intake/999/").status_code == 404


def test_what_was_taken_in_and_read_before_is_said(signed_in, article):
    shown = signed_in.post(LIST, {"source": TEXT}, follow=True)

    assert shown.redirect_chain == [(f"/intake/{article.pk}/", 302)]
    assert "This was taken in before" in shown.content.decode()


@pytest.mark.parametrize(
    "typed",
    [
        "ftp://example.org/a",
        " file:///etc/passwd ",
        "htp://example.org",
        "javascript:alert(1)",
        "JavaScript:alert(1, 2) // and more",
        "mailto:desk@example.org",
        "data:text/html,1",
    ],
)
def test_an_address_of_another_kind_is_not_taken_for_a_text(signed_in, typed):
    response = signed_in.post(LIST, {"source": typed})

    assert response.status_code == 422
    assert "An address begins with http:// or https://" in response.content.decode()
    assert typed.strip() in response.content.decode()
    assert not Article.objects.exists()


@pytest.mark.parametrize(
    "typed", ["Moscow: it rained all day.", "Note:the ships are late.\nNobody came.", "He said:nothing"]
)
def test_a_text_with_a_colon_is_no_address(signed_in, typed):
    assert signed_in.post(LIST, {"source": typed}).status_code == 302
    assert Article.objects.get().text == typed


def test_the_heading_follows_when_the_article_was_read(signed_in, article):
    here, part = f"/intake/{article.pk}/", {**PART, "HX-Target": "article"}
    Article.objects.filter(pk=article.pk).update(title="The ships", state="reading")
    assert b'id="article-title"' not in signed_in.get(here, headers=part).content

    Article.objects.filter(pk=article.pk).update(state="ready")
    page = signed_in.get(here, headers=part).content.decode()

    assert 'dir="auto" hx-swap-oob="true">The ships</h1>' in page
    assert "<title>Intake: The ships · " in page
    assert signed_in.get(here).content.decode().count('id="article-title"') == 1


# --- deciding


def test_accepting_makes_a_claim_swaps_the_card_and_moves_on(signed_in, article, best):
    speaker = Claimant.objects.create(slug="port-office", name="Port Office")

    response = decide(
        signed_in, best, "accept", statement="The harbour handled 1,240 ships.", claimant=speaker.pk, position="reports"
    )

    claim = Claim.objects.get()
    appearance = claim.appearances.get()
    assert (claim.statement, appearance.position, appearance.claimant) == (
        "The harbour handled 1,240 ships.",
        "reports",
        speaker,
    )
    page = response.content.decode()
    following = article.candidates.order_by("-score", "number")[1]
    assert f"added as C-{claim.pk}" in page
    assert page.count('class="cand ') == 1
    assert "<b>1 of" in page
    assert f'"desk:goto": "{following.pk}"' in response.headers["HX-Trigger-After-Settle"]


@pytest.mark.parametrize(("decision", "position"), [("add:{}", "asserts"), ("deny:{}", "denies"), ("add", "asserts")])
def test_adding_keeps_the_sentence_as_an_appearance(signed_in, best, decision, position):
    claim = ClaimFactory()

    response = decide(signed_in, best, decision.format(claim.pk), number=f"c-{claim.pk}", position="asserts")

    assert f"appearance of C-{claim.pk}" in response.content.decode()
    assert claim.appearances.get().position == position


def test_dismissing_can_be_undone_beside_the_card_and_by_key(signed_in, best):
    dismissed = decide(signed_in, best, "dismiss")
    back = decide(signed_in, best, "put_back")

    assert dismissed.content.decode().count('data-key="u"') == 2  # in the row and at the foot
    best.refresh_from_db()
    assert best.state == "open"
    assert f'id="f{best.pk}"' in back.content.decode()
    assert f'"desk:goto": "{best.pk}"' in back.headers["HX-Trigger-After-Settle"]


def test_the_last_decision_alone_can_be_undone_by_key(signed_in, people, article):
    first, second = article.candidates.order_by("-score", "number")[:2]
    decide(signed_in, first, "dismiss")
    decide(signed_in, second, "accept", statement="Ships came.")

    def undoable():
        return signed_in.get(f"/intake/{article.pk}/").context["triage"].undoable

    assert undoable().key == second.pk
    apply(Claim.objects.get().pk, "watch", by=people.editor, look_again=desk.soon())
    assert undoable() is None


def test_accepting_can_be_undone_beside_the_card(signed_in, people, best):
    accepted = decide(signed_in, best, "accept", statement="Ships came.")
    decide(signed_in, best, "put_back")

    best.refresh_from_db()
    assert 'value="put_back"' in accepted.content.decode()
    assert (best.state, Claim.objects.get().status) == ("open", "declined")


def test_when_all_is_decided_the_page_says_so(signed_in, article):
    for candidate in article.candidates.all():
        response = decide(signed_in, candidate, "dismiss")

    assert "Every sentence shown is decided." in response.content.decode()


def test_a_card_opens_by_itself_when_it_becomes_the_current_one(signed_in, best):
    response = signed_in.get(address(best), headers=PART)

    assert response.content.decode().count("<li ") == 1
    assert f'name="c{best.pk}-statement"' in response.content.decode()
    assert signed_in.get(address(best)).headers["Location"].endswith(f"at={best.pk}#p{best.pk}")


def test_the_speaker_the_article_names_is_proposed(signed_in, best):
    known = Claimant.objects.create(slug="harbour", name="The Port Office")
    Candidate.objects.filter(pk=best.pk).update(speaker="the port office")

    page = signed_in.get(address(best), headers=PART).content.decode()

    assert f'<option value="{known.pk}" selected>' in page


def test_a_speaker_nobody_knows_fills_the_field_as_a_new_name_marked_as_found_by_the_machine(signed_in, best):
    Candidate.objects.filter(pk=best.pk).update(speaker="Harbour Ministry")

    page = signed_in.get(address(best), headers=PART).content.decode()

    assert 'value="Harbour Ministry"' in page
    assert '<option value="government" selected>' in page
    assert "was read from the article by the machine" in page
    assert "data-unpick" in page


def test_a_word_for_many_is_shown_but_fills_no_field(signed_in, best):
    Candidate.objects.filter(pk=best.pk).update(speaker="port officials")

    page = signed_in.get(address(best), headers=PART).content.decode()

    assert '<bdi class="text-muted">port officials</bdi>' in page
    assert "data-found" not in page


def test_the_key_adds_to_a_likely_claim_only(signed_in, best):
    weak = match(best, score=0.9, label="", reasons={})

    page = signed_in.get(address(best), headers=PART).content.decode()

    assert 'data-key="p"' not in page
    assert f'value="add:{weak.target_id}"' in page
    likely = match(best, score=0.5)
    page = signed_in.get(address(best), headers=PART).content.decode()
    assert re.search(rf'value="add:{likely.target_id}" data-key="p"', page)
    assert page.count(f'value="add:{likely.target_id}"') == 1


def test_that_languages_are_not_compared_is_said(signed_in, article, best):
    ClaimFactory(language="ar")
    assert (
        "Claims in other languages are found only by the names and numbers"
        in signed_in.get(address(best), headers=PART).content.decode()
    )

    Claim.objects.update(language="en")
    Article.objects.filter(pk=article.pk).update(language="en-GB")
    page = signed_in.get(address(best), headers=PART).content.decode()
    assert "No claim of the desk is near it." in page

    Article.objects.filter(pk=article.pk).update(language="de")
    page = signed_in.get(address(best), headers=PART).content.decode()
    assert "No claim in the language of the article (German) is near it." in page


def test_who_may_not_take_a_claim_back_is_told_so_by_the_same_key(client, people, best):
    client.force_login(people.contributor)
    page = decide(client, best, "accept", statement="Ships.").content.decode()
    assert 'value="put_back" data-key="u"' in page

    response = decide(client, best, "put_back")

    assert response.status_code == 422
    assert response.content.decode().count("Only an editor takes a new claim back") == 1


@pytest.mark.parametrize(
    ("decision", "fields", "sentence"),
    [
        ("accept", {"statement": " "}, "A claim needs a statement."),
        ("accept", {"statement": "x" * 501}, "at most 500 characters"),
        ("add", {"number": "999999"}, "There is no claim with this number."),
        ("add", {"number": "nine"}, "as in C-14"),
        ("add", {}, "Write the number of the claim it belongs to."),
        ("put_back", {}, "Only a decided sentence"),
        ("enter", {}, "Say what becomes of this sentence: accept it"),
        ("", {"number": "14"}, "Say what becomes of this sentence: accept it"),
        ("accept", {"statement": "Ships.", "new_claimant": "–!"}, "Give the name of who made the claim"),
    ],
)
def test_a_refusal_stands_once_in_the_card(signed_in, best, decision, fields, sentence):
    response = decide(signed_in, best, decision, **fields)

    assert response.status_code == 422
    assert response.content.decode().count(sentence) == 1
    best.refresh_from_db()
    assert best.state == "open"


def test_who_says_it_may_be_somebody_nobody_named_before(signed_in, best):
    decide(signed_in, best, "accept", statement="Ships.", new_claimant="Port  Office", claimant_kind="organisation")

    who = Claim.objects.get().appearances.get().claimant
    assert (who.name, who.kind) == ("Port Office", "organisation")


def test_somebody_known_is_not_named_twice_however_the_name_is_spelt(signed_in, best):
    known, claim = Claimant.objects.create(slug="port-office", name="Port Office"), ClaimFactory(status="accepted")

    decide(signed_in, best, f"add:{claim.pk}", new_claimant="PORT-OFFICE")

    assert claim.appearances.get().claimant == known
    assert Claimant.objects.count() == 1


def test_somebody_of_the_list_and_somebody_new_are_not_both_meant(signed_in, best):
    known = Claimant.objects.create(slug="port-office", name="Port Office")

    response = decide(signed_in, best, "accept", statement="Ships.", claimant=known.pk, new_claimant="The union")

    page = response.content.decode()
    assert response.status_code == 422
    assert page.count("or name somebody new: not both.") == 1
    assert 'value="The union"' in page
    assert not Claim.objects.exists()


def test_a_sentence_is_dismissed_whatever_stands_in_its_fields(signed_in, best):
    assert decide(signed_in, best, "dismiss", number="nine", statement="x" * 501).status_code == 200

    best.refresh_from_db()
    assert best.state == "dismissed"


def test_enter_in_the_number_adds_to_that_claim(signed_in, best):
    claim = ClaimFactory(status="accepted")

    assert decide(signed_in, best, "enter", number=f"C-{claim.pk}").status_code == 200

    assert claim.appearances.get().verbatim == best.text


def test_what_somebody_else_decided_meanwhile_is_said(signed_in, people, best):
    Candidate.objects.filter(pk=best.pk).update(
        state="dismissed", decided_by=people.other_editor, decided_at=timezone.now()
    )

    response = decide(signed_in, best, "accept", statement="Ships came.")

    assert response.status_code == 422
    assert f"{people.other_editor.name} decided on this sentence already" in response.content.decode()


def test_who_only_reads_is_refused(client, people, best):
    client.force_login(people.auditor)

    assert decide(client, best, "dismiss").status_code == 422
    assert Event.objects.filter(action="decide_candidate").count() == 0


def test_without_a_script_the_page_comes_back_at_the_next_candidate(signed_in, article, best):
    following = article.candidates.order_by("-score", "number")[1]

    response = decide(signed_in, best, "dismiss", headers={})
    refused = decide(signed_in, following, "accept", headers={}, statement="")

    assert response.headers["Location"] == f"/intake/{article.pk}/?from=0.20&at={following.pk}#p{following.pk}"
    assert refused.status_code == 422
    assert b"<html" in refused.content
    assert b"A claim needs a statement." in refused.content


def test_a_candidate_belongs_to_its_article(signed_in, best):
    assert signed_in.get(f"/intake/{best.article_id + 1}/candidates/{best.pk}/").status_code == 404


# --- the comparison with the desk's claims


def test_the_nearest_claims_arrive_without_touching_what_is_typed(signed_in, article, best):
    Job.objects.create(
        kind="match_candidates", key=article.chain, queue="match", step="comparing", args={"article": article.pk}
    )
    here, part = f"/intake/{article.pk}/", {**PART, "HX-Target": "comparing"}
    assert b"being compared" in signed_in.get(here).content
    going = signed_in.get(here, headers=part)
    match(best)
    Job.objects.update(state="done")

    ended = signed_in.get(here, headers=part)

    page = ended.content.decode()
    assert (going.status_code, ended.status_code) == (200, 286)
    assert f'id="near-{best.pk}" hx-swap-oob="true"' in page
    assert f'id="act-{best.pk}" hx-swap-oob="true"' in page
    assert "<textarea" not in page
