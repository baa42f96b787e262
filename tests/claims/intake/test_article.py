"""From a text, a file or an address to candidates."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from claims.errors import FetchFailed, FetchRefused, UserFacingError
from claims.intake import article as intake
from claims.intake import reading
from claims.jobs import ledger
from claims.jobs import run as jobs_run
from claims.models import Article, Candidate, Event, Host, Job, Publisher
from claims.web import fetch
from tests.factories import PersonFactory
from tests.outside.site import html

pytestmark = pytest.mark.django_db

TEXT = """Ships came in numbers

The harbour handled 1,240 ships in 2025, twice as many as in 2024, the port office said on Monday.

It was grey.

The harbour handled 1,240 ships in 2025, twice as many as in 2024, the port office said on Monday.
"""


def read(article):
    keep = reading.read_article(reading.Silent(), article=article.pk)
    with transaction.atomic():
        keep()
    article.refresh_from_db()
    return article


def test_a_pasted_text_becomes_candidates_in_the_order_of_the_text(people):
    article = read(intake.add_text(TEXT, intake.About(publisher="Harbour News"), by=people.contributor))

    assert (article.title, article.state, article.publisher.name) == ("Ships came in numbers", "ready", "Harbour News")
    (candidate,) = article.candidates.all()
    assert article.text[candidate.start : candidate.end] == candidate.text
    assert candidate.score > 0.3
    assert candidate.reasons != []
    assert Job.objects.filter(kind="match_candidates").count() == 1


@pytest.mark.parametrize(
    ("text", "language", "first"),
    [
        (
            "Der Hafen von Nordland zählte 2025 genau 1.240 Schiffe, doppelt so viele wie im Jahr zuvor.",
            "de",
            "Der Hafen",
        ),
        ("북국 항구는 2025년에 컨테이너선 1,240척을 처리했다고 항만청이 월요일 밝혔다.", "ko", "북국 항구는"),
        (
            "港口办公室星期一表示，该港口在二零二五年共处理了一千二百四十艘集装箱船，比前一年增加了一倍。",
            "zh",
            "港口办公室",
        ),
    ],
)
def test_a_text_in_another_language_is_told_and_its_sentences_are_candidates(people, text, language, first):
    article = read(intake.add_text(text, intake.About(title="Ships"), by=people.contributor))

    assert article.language == language
    assert article.candidates.get().text.startswith(first)


def test_the_same_text_is_taken_in_once(people):
    first = intake.add_text(TEXT, intake.About(), by=people.contributor)
    again = intake.add_text(TEXT.replace("\n", "\r\n"), intake.About(title="Other"), by=people.editor)

    assert first == again
    assert Event.objects.filter(chain=first.chain).count() == 1


def test_a_job_that_runs_twice_writes_once(people):
    article = intake.add_text(TEXT, intake.About(), by=people.contributor)
    read(article)
    read(article)

    assert Candidate.objects.count() == 1


def test_the_text_of_an_article_already_cited_goes_where_the_appearances_point(people):
    cited = Article.objects.create(title="Ships came in numbers", state="ready", published_on=date(2026, 1, 5))

    article = read(intake.add_text(TEXT, intake.About(), by=people.contributor))

    assert (article, article.published_on) == (cited, date(2026, 1, 5))


@pytest.mark.parametrize(("text", "sentence"), [("  \n", "no text to read"), ("x" * 300_001, "part by part")])
def test_nothing_and_too_much_are_refused_in_words(people, text, sentence):
    with pytest.raises(UserFacingError, match=sentence):
        intake.add_text(text, intake.About(), by=people.contributor)


def test_an_auditor_takes_nothing_in(people):
    with pytest.raises(UserFacingError, match="Your role reads"):
        intake.add_text(TEXT, intake.About(), by=people.auditor)


def test_an_uploaded_page_brings_its_own_title_and_date(people):
    paragraphs = "".join(f"<p>{p}</p>" for p in TEXT.split("\n\n") * 3)
    page = f"""<html lang="en"><head><title>Ships</title><meta property="article:published_time" content="2026-02-03T08:00:00Z">
        <link rel="canonical" href="https://news.example.org/ships"></head><body><article><h1>Ships</h1>{paragraphs}</article></body></html>"""

    article = intake.add_file(page.encode(), "text/html", intake.About(), by=people.contributor, name="saved.html")
    assert (article.title, article.state, article.text) == ("saved.html", "waiting", "")
    article = read(article)

    assert (article.title, article.published_on, article.language) == ("Ships", date(2026, 2, 3), "en")
    assert (article.date_basis, article.url) == ("page metadata", "https://news.example.org/ships")
    assert article.publisher.name == "news.example.org"
    assert bytes(article.file.data) == b""  # the text is all that is kept


@pytest.mark.parametrize(
    ("data", "sentence"), [(b"", "is empty"), (b"x" * (10 * 1024 * 1024 + 1), "larger than 10 MB")]
)
def test_a_file_that_is_empty_or_too_large_is_refused_at_once(people, data, sentence):
    with pytest.raises(UserFacingError, match=sentence):
        intake.add_file(data, "text/plain", intake.About(), by=people.contributor)
    assert not Article.objects.exists()


def hand_in(people, data, about=None, name="a.txt"):
    return intake.add_file(data, "text/plain", about or intake.About(), by=people.contributor, name=name)


def test_a_text_file_without_a_title_is_called_by_its_first_line(people):
    assert read(hand_in(people, TEXT.encode())).title == "Ships came in numbers"


def test_a_file_of_blanks_is_not_spoken_of_as_a_page(people):
    with pytest.raises(UserFacingError, match=r"^No text can be read from this file"):
        reading.read_article(reading.Silent(), article=hand_in(people, b"  \n ").pk)


def test_a_file_that_cannot_be_read_says_why_and_is_still_there_to_be_read_again(people):
    data = b"%PDF-1.7 and nothing more"
    article = hand_in(people, data, name="scan.pdf")
    with pytest.raises(UserFacingError) as refused:
        reading.read_article(reading.Silent(), article=article.pk)
    article.refresh_from_db()

    assert refused.value.permanent
    assert (article.state, article.problem, article.title) == ("failed", str(refused.value), "scan.pdf")
    assert bytes(article.file.data) == data
    assert intake.read_again(article.pk, by=people.contributor).state == "waiting"
    assert hand_in(people, data) == article


ONLY_ITS_BEGINNING = "The document is very long; only its beginning was read."


@pytest.mark.parametrize(
    "line",
    [
        "The harbour handled 1,240 ships on day {n} of 2025, the port office said.\n",
        "The harbour handled 1,240 ships on day {n} of 2025, the port office said. ",
    ],
    ids=["lines", "one line"],
)
def test_of_a_file_of_five_megabytes_the_beginning_is_read_and_that_is_said(people, line):
    data = "".join(line.format(n=n) for n in range(5_100_000 // len(line) + 1)).encode()
    article = read(hand_in(people, data))

    assert len(data) > 5_000_000
    assert (article.state, article.problem) == ("ready", ONLY_ITS_BEGINNING)
    assert 299_000 < len(article.text) <= 300_000
    assert data.decode().startswith(article.text)
    assert article.text.endswith(".")
    assert article.candidates.count() > 1000


def test_a_file_a_little_too_long_without_a_blank_is_cut_too(people, monkeypatch):
    monkeypatch.setattr(reading, "MAX_CHARACTERS", 1000)
    article = read(hand_in(people, "船".encode() * 1001))

    assert (article.text, article.problem) == ("船" * 1000, ONLY_ITS_BEGINNING)


def test_a_file_read_whole_bears_no_remark(people):
    assert read(hand_in(people, TEXT.encode())).problem == ""


def test_a_page_that_is_very_long_is_read_in_its_beginning_too(people, site):
    url = site.put("/long", "".join(f"<p>The harbour handled 1,240 ships on day {n}.</p>" for n in range(10_000)))
    article = read(intake.add_address(url, intake.About(), by=people.contributor))

    assert (article.state, article.problem, len(article.text) <= 300_000) == ("ready", ONLY_ITS_BEGINNING, True)


def test_a_huge_file_of_blanks_has_no_text(people):
    with pytest.raises(UserFacingError, match=r"^No text can be read from this file"):
        read(hand_in(people, b" \n" * 5_100_000))


def test_the_same_file_is_taken_in_once_also_after_it_was_read(people):
    first = hand_in(people, TEXT.encode())

    assert hand_in(people, TEXT.encode(), name="copy.txt") == first
    read(first)
    assert hand_in(people, TEXT.encode()) == first
    assert Candidate.objects.count() == 1


def test_a_file_that_says_what_was_taken_in_before_names_that_article(people):
    text = TEXT.strip().replace("\n\n", "\n")  # as a file's text is kept
    intake.add_text(text, intake.About(), by=people.contributor)
    article = hand_in(people, text.encode() + b"\n")
    keep = reading.read_article(reading.Silent(), article=article.pk)

    with pytest.raises(UserFacingError, match="it is “Ships came in numbers”") as refused, transaction.atomic():
        keep()
    assert refused.value.permanent


def test_a_file_goes_where_the_appearances_of_its_title_point_but_never_over_another_file(people):
    cited = Article.objects.create(title="Ships", state="ready")
    about = intake.About(title="ships")

    first = hand_in(people, TEXT.encode(), about)
    second = hand_in(people, b"Other words of the same title.", about)

    assert first == cited
    assert second != cited
    assert read(first).candidates.count() == 1


def test_an_address_waits_for_its_job_and_a_failure_says_why(people, monkeypatch):
    monkeypatch.setattr(fetch, "DOOR", fetch.Door(resolver=lambda host: ["127.0.0.1"]))
    article = intake.add_address(" https://example.org/a ", intake.About(), by=people.contributor)
    assert (article.state, article.url) == ("waiting", "https://example.org/a")
    assert intake.add_address("https://example.org/a", intake.About(), by=people.contributor) == article

    with pytest.raises(FetchFailed):
        reading.read_article(reading.Silent(), article=article.pk)
    article.refresh_from_db()
    assert article.state == "failed"
    assert article.problem != ""


def at_harbour(site, people):
    """An article of which the desk has the address."""
    return intake.add_address(site.put("/a", html(*TEXT.split("\n\n"))), intake.About(), by=people.contributor)


def test_an_article_that_robots_txt_refuses_is_not_asked_for_where_the_desk_obeys_it(people, site, settings):
    settings.CAPTURE_ROBOTS = "respect"
    site.put("/robots.txt", "User-agent: *\nDisallow: /\n", content_type="text/plain")
    article = at_harbour(site, people)

    with pytest.raises(FetchRefused, match="not read by machines"):
        read(article)
    article.refresh_from_db()
    assert (article.state, site.asked) == ("failed", ["/robots.txt"])
    assert "robots.txt" in article.problem


def test_an_article_waits_for_its_turn_at_the_website_without_counting_as_a_try(people, site):
    Host.objects.create(name="harbour.example.org", next_at=timezone.now() + timedelta(hours=1))
    article = at_harbour(site, people)
    jobs_run.run(ledger.lease("default"))

    job = Job.objects.get(kind="read_article")
    assert (job.state, job.attempts, job.step) == ("queued", 0, "waiting for its turn at harbour.example.org")
    assert site.asked == []
    article.refresh_from_db()
    assert article.state == "waiting"

    Host.objects.update(next_at=timezone.now())
    Job.objects.update(run_after=timezone.now())
    jobs_run.run(ledger.lease("default"))
    assert site.asked == ["/robots.txt", "/a"]
    article.refresh_from_db()
    assert article.state == "ready"


def test_an_article_is_asked_for_in_the_lane_of_its_website_and_a_pasted_text_has_none(people, site):
    lanes = Job.objects.filter(kind="read_article").values_list("lane", flat=True)
    at_harbour(site, people)
    intake.add_text(TEXT, intake.About(url="http://harbour.example.org/b"), by=people.contributor)
    hand_in(people, b"Ships came in numbers.", intake.About(url="http://harbour.example.org/c"))

    assert sorted(lanes) == ["", "", "harbour.example.org"]


def test_an_address_that_is_none_is_refused_at_once(people):
    with pytest.raises(FetchFailed):
        intake.add_address("ftp://example.org/", intake.About(), by=people.contributor)
    assert not Article.objects.exists()


def test_a_job_given_up_leaves_a_sentence(people):
    article = intake.add_address("https://example.org/a", intake.About(), by=people.contributor)
    reading.give_up(claim_id=None, sentence="The worker died.", article=article.pk)

    article.refresh_from_db()
    assert (article.state, article.problem) == ("failed", "The worker died.")


def test_publishers_are_found_by_name_and_by_host(people):
    Publisher.objects.create(slug="hn", name="Harbour News", domain="news.example.org")

    by_name = intake.add_text("Ships came today in numbers.", intake.About(publisher="harbour news"), by=people.editor)
    by_host = intake.add_address("https://www.news.example.org/a", intake.About(), by=people.editor)
    unknown = intake.add_address("https://other.example.org/a", intake.About(), by=people.editor)

    assert by_name.publisher == by_host.publisher
    assert unknown.publisher.name == "other.example.org"
    assert Publisher.objects.count() == 2


@pytest.mark.parametrize(
    ("one", "other"), [("R News", "ÖR News"), ("日报", "新闻"), ("Harbour News", "Hârbour  News!")]
)
def test_publishers_of_other_names_are_others_and_spellings_of_one_name_are_one(one, other):
    first, second = (intake.find_publisher(intake.About(publisher=name)) for name in (one, other))

    assert (first.name, intake.find_publisher(intake.About(publisher=f" {one.lower()} "))) == (one, first)
    assert (second == first) == (one == "Harbour News")


def test_publishers_of_two_websites_whose_names_are_written_alike_are_two():
    one, other = (
        intake.find_publisher(intake.About(url=f"https://{host}/a")) for host in ("a-b.example", "a.b.example")
    )

    assert (one.domain, other.domain) == ("a-b.example", "a.b.example")


# --- the command


def test_ingest_prints_its_candidates_best_first(tmp_path, capsys):
    path = tmp_path / "ships.txt"
    path.write_text(TEXT)
    for _ in range(2):
        call_command("ingest", str(path), "--publisher", "Harbour News", "--date", "2026-01-05")

    article = Article.objects.get()
    line = capsys.readouterr().out.splitlines()[0]
    assert line.split()[0] == "1"
    assert "1,240 ships" in line
    assert article.published_on == date(2026, 1, 5)


def test_ingest_waits_for_its_turn_at_the_website_while_that_is_near(site, monkeypatch):
    url = site.put("/a", html(*TEXT.split("\n\n")))
    host = Host.objects.create(name="harbour.example.org", next_at=timezone.now() + timedelta(hours=1))
    with pytest.raises(CommandError, match=r"left alone until \d\d:\d\d"):
        call_command("ingest", url)

    Host.objects.filter(pk=host.pk).update(next_at=timezone.now() + timedelta(seconds=20))
    slept = []
    wait = SimpleNamespace(sleep=lambda seconds: slept.append(seconds) or Host.objects.update(next_at=Now()))
    monkeypatch.setattr("claims.management.commands.ingest.time", wait)
    call_command("ingest", url)

    assert (len(slept), 0 < slept[0] <= 20) == (1, True)
    assert Article.objects.get().state == "ready"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["/nowhere/a.txt"], "cannot be read"),
        (["https://127.0.0.1/a"], "."),
        (["/nowhere/a.txt", "--date", "yesterday"], "is no date"),
    ],
)
def test_ingest_says_what_is_wrong(arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("ingest", *arguments)


def test_what_could_not_be_read_is_read_again_or_pasted_into_the_same_article(people):
    article = intake.add_address("https://example.org/a", intake.About(), by=people.contributor)
    reading.give_up(claim_id=None, sentence="The worker died.", article=article.pk)

    assert intake.read_again(article.pk, by=people.editor).state == "waiting"
    assert Job.objects.filter(kind="read_article", key=article.chain, state="queued").count() == 1
    reading.give_up(claim_id=None, sentence="The worker died.", article=article.pk)
    pasted = intake.add_text(TEXT, intake.About(title=article.title), by=people.contributor)
    assert (pasted, pasted.title, pasted.url) == (article, "Ships came in numbers", "https://example.org/a")


def test_what_is_being_read_is_not_read_again_and_an_auditor_asks_for_nothing(people):
    article = intake.add_text(TEXT, intake.About(), by=people.contributor)

    with pytest.raises(UserFacingError, match="could not be read"):
        intake.read_again(article.pk, by=people.contributor)
    with pytest.raises(UserFacingError, match="Your role reads"):
        intake.read_again(article.pk, by=people.auditor)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("take_in", [
    lambda by: intake.add_text(TEXT, intake.About(), by=by),
    lambda by: intake.add_address("https://example.org/a", intake.About(), by=by),
])  # fmt: skip
def test_twenty_presses_at_once_take_an_article_in_once(take_in):
    by = PersonFactory(role="contributor")

    def press(_number):
        try:
            return take_in(by).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=10) as pool:
        assert len(set(pool.map(press, range(20)))) == 1


def test_an_address_that_is_too_long_is_refused_in_words(people):
    with pytest.raises(FetchFailed, match="longer than 2,000"):
        intake.add_address("https://example.org/" + "b" * 3000, intake.About(), by=people.contributor)
