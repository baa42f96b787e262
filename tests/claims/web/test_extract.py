import io
import time
import zipfile
from datetime import date, datetime

import docx
import pypdf
import pytest
import trafilatura
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from claims.web import documents
from claims.web import extract as extract_module
from claims.web.extract import body_text_of, extract, guess_language
from claims.web.media import DOCX, EXTRACTOR, PDF, PROBLEMS, page_at
from tests.claims.web.pdfs import pdf

URL = "https://example.org/news/1"
SENTENCES = (
    "The bridge over the river was opened in 1998 after six years of work.",
    "It was closed for repairs in 2011, and the council paid 120 million for them.",
    "Since then it has carried forty thousand cars a day, the ministry said.",
)
ARTICLE = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)


def page(head="", body=ARTICLE, lang=' lang="en-GB"'):
    return f"<!doctype html><html{lang}><head>{head}</head><body>{body}</body></html>".encode()


def html(*arguments, **options):
    return extract(page(*arguments, **options), "text/html", "utf-8", URL)


def body_text(markup):
    return body_text_of(LexborHTMLParser(markup))


def word_file(*paragraphs, table=(), **properties):
    document = docx.Document()
    for name, value in properties.items():
        setattr(document.core_properties, name, value)
    for text in paragraphs:
        document.add_paragraph(text)
    if table:
        grid = document.add_table(rows=0, cols=len(table[0]))
        for row in table:
            for cell, text in zip(grid.add_row().cells, row, strict=True):
                cell.text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def zipped(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return out.getvalue()


# --- body text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One\ntwo  &nbsp; three</p>", "One two three"),
        ("<p>a<b>b</b><i>c</i></p>d", "abc\nd"),
        ("<div>a<br>b</div><div>c</div>", "a\nb\nc"),
        ("<ul><li>a<li>b</ul>", "a\nb"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><th>c<td>d</table>", "a b\nc d"),
        ("<h1>A</h1>text<hr>more", "A\ntext\nmore"),
        ("<p>a<script>b</script><style>c</style><noscript>d</noscript><template>e</template>f</p>", "af"),
        ("<title>A</title><p>b<svg><text>c</text></svg></p><iframe>d</iframe>", "b"),
        ("<p>a<!-- b -->c</p>", "ac"),
        ("<pre>a\n  b</pre>", "a b"),
        ("<p>a&#0;b&#xD800;c\x0bd</p>", "a\ufffdb\ufffdc d"),
        ("<base href='http://evil.test/'>a", "a"),
        ("", ""),
    ],
)
def test_body_text_is_what_a_reader_sees_block_by_block(markup, text):
    assert body_text(markup) == text


def test_the_algorithm_has_a_version_because_offsets_depend_on_it():
    """When this fails the algorithm has changed: give it a new number, old quotes are anchored in the old text."""
    assert (html().body_text, EXTRACTOR) == ("\n".join(SENTENCES), "bodytext/1")


@settings(deadline=None)  # the machine may be busy
@given(st.text(alphabet="<>/apdivscr \n\xa0\x00é&;=\"'", max_size=200))
def test_body_text_of_any_markup_is_folded_and_always_the_same(markup):
    text = body_text(markup)

    assert text == body_text(markup)
    assert not {"\x00", "\r", "\t", "\xa0"} & set(text)
    assert "\n\n" not in text
    assert text == text.strip()


# --- pages


def test_a_page_gives_texts_and_what_it_says_about_itself():
    head = """<title>Bridge news</title><link rel="canonical" href="/bridge?x=1">
      <meta name="author" content="City Desk"><meta property="article:published_time" content="2024-06-19T08:00:00Z">"""
    menu = "<nav>Home Weather Sport</nav>"

    found = html(head, menu + f"<article><h1>Bridge news</h1>{ARTICLE * 3}</article><footer>Imprint</footer>")

    assert (found.state, found.problem, found.mime, found.pages) == ("ok", "", "text/html", ())
    assert found.body_text.startswith("Home Weather Sport\nBridge news\nThe bridge over")
    assert found.body_text.endswith("Imprint")
    assert SENTENCES[0] in found.main_text
    assert "Home Weather" not in found.main_text
    assert (found.title, found.author) == ("Bridge news", "City Desk")
    assert (found.published_on, found.date_basis) == (date(2024, 6, 19), "page metadata")
    assert (found.canonical_url, found.language) == ("https://example.org/bridge?x=1", "en")


HEADS = [
    "", "<title>Bridge news | The Herald</title>", '<meta property="og:title" content="Opened"><meta name=author content="A B">',
    '<meta name="author" content="staff">', '<meta name="author" content="Ann Hill and Bo Lee">',
    '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "H", "author": {"name": "Cy Dee"}}</script>',
    '<script type="application/ld+json">{"@type": ["NewsArticle", {}], "author": [[], 3, {"name": {}}]}</script>',
    '<script type="application/ld+json">{"headline": "broken</script>',
]  # fmt: skip
BODIES = [
    f"<h1>Bridge</h1>{ARTICLE}",
    f'<div class="byline author">By Eve Fox</div>{ARTICLE}',
    f"<h1>A</h1><h1>B</h1>{ARTICLE}",
]


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("head", HEADS)
def test_title_and_author_are_those_trafilatura_finds(head, body):
    found, theirs = html(head, body), trafilatura.extract_metadata(page(head, body), URL).as_dict()

    assert (found.title, found.author) == (theirs["title"] or "", theirs["author"] or "")


@pytest.mark.parametrize(
    "href", ["", "javascript:alert(1)", "http://127.0.0.1/", "http://[x", "https://e.org/" + "a" * 3000]
)
def test_a_canonical_address_that_could_not_be_dialled_is_none(href):
    assert html(f'<link rel="canonical" href="{href}">').canonical_url == ""


def test_a_page_cannot_move_its_own_address_with_a_base():
    head = '<base href="http://127.0.0.1/"><link rel="canonical" href="/bridge">'

    assert html(head).canonical_url == "https://example.org/bridge"


@pytest.mark.parametrize(
    ("lang", "body", "language"),
    [
        (' lang="DE-at"', ARTICLE, "de"),
        ("", ARTICLE, "en"),
        (' lang=""', ARTICLE, "en"),
        (' lang="x"', ARTICLE, "en"),
        ("", "<p>Мост открыли в девяносто восьмом году после шести лет работы.</p>", "ru"),
        ("", "<p>1998</p>", ""),
    ],
)
def test_the_language_is_the_declared_one_else_that_of_the_words(lang, body, language):
    assert html(body=body, lang=lang).language == language


def test_a_title_with_markup_and_direction_marks_is_plain_text():
    assert html("<title>\u202eA &lt;b&gt;\nbold claim</title>").title == "A <b> bold claim"


def test_a_page_without_text_says_so():
    found = html(body="<div id=app></div><script>run()</script>")

    assert (found.state, found.problem, found.body_text) == ("empty", PROBLEMS["empty"], "")


@pytest.mark.parametrize("error", [ValueError, RecursionError])
def test_a_page_trafilatura_cannot_read_still_has_its_body_text(monkeypatch, error):
    def fail(*arguments, **options):
        raise error

    monkeypatch.setattr(trafilatura, "bare_extraction", fail)

    found = html("<title>Kept</title>")

    assert (found.main_text, found.title) == (found.body_text, "Kept")


def test_a_page_of_ten_thousand_paragraphs_is_read_and_a_huge_one_keeps_its_beginning():
    assert html(body="<p>x" * 10_000 + "<br>" * 10_000).state == "ok"
    huge = html(body="<p>" + "longer " * 720_000)
    assert (huge.state, huge.main_text) == ("shortened", huge.body_text)
    assert len(huge.body_text) == 5_000_000


def test_a_million_nested_tags_are_refused_at_once():
    begun = time.process_time()

    found = extract(b"<div>" * 1_000_000 + b"deep", "text/html", "", URL)

    assert (found.state, found.problem) == ("too_heavy", PROBLEMS["too_heavy"])
    assert time.process_time() - begun < 2


def test_tags_that_are_closed_again_are_not_deep():
    assert html(body="<br>" * 12_000 + "<div></div>" * 2_000 + "text").body_text == "text"


def test_an_entity_bomb_in_xhtml_does_not_go_off():
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY l0 "lol">{lol}]><html><body><p>&l9;</p></body></html>'

    found = extract(bomb.encode(), "application/xhtml+xml", "", URL)

    assert found.mime == "text/html"
    assert len(found.body_text) < 2000


# --- other files


@pytest.mark.parametrize("declared", ["text/plain", "application/json", "application/ld+json", "text/csv"])
def test_plain_text_is_kept_line_by_line(declared):
    found = extract("Zeile  eins\r\n\r\nZeile zwei über Brücken und Straßen".encode(), declared, "", URL)

    assert found.body_text == found.main_text == "Zeile eins\nZeile zwei über Brücken und Straßen"
    assert (found.state, found.mime, found.language) == ("ok", declared, "de")
    assert extract(b" ", declared, "", URL).state == "empty"


def test_a_text_of_ten_million_letters_is_shortened(monkeypatch):
    monkeypatch.setattr(extract_module, "MAX_CHARACTERS", 10)
    monkeypatch.setattr(extract_module, "_MAX_SOURCE", 20)
    states = {text: extract(text.encode(), "text/plain", "", URL) for text in ("a" * 10, "a" * 11, " " * 30 + "a")}

    assert [(found.state, len(found.body_text)) for found in states.values()] == [
        ("ok", 10),
        ("shortened", 10),
        ("shortened", 0),
    ]


@pytest.mark.parametrize("declared", ["image/png", "video/mp4", "application/zip", "text/rtf"])
def test_a_file_without_text_is_kept_as_a_file(declared):
    found = extract(b"\x89\x00", declared, "", URL)

    assert (found.state, found.mime, found.body_text) == ("unsupported", declared, "")


def test_two_words_have_no_language():
    assert guess_language("Oslo 1998") == ""


# --- PDF


def test_a_pdf_gives_its_text_and_where_each_page_begins():
    info = "/Title (Bridge report) /Author (The council) /CreationDate (D:20240619080000Z)"
    data = pdf("The bridge was opened\nin 1998.", "", "It was closed in 2011.", info=info)

    found = extract(data, "text/html", "", URL)

    assert found.body_text == found.main_text == "The bridge was opened\nin 1998.\nIt was closed in 2011."
    assert (found.state, found.mime, found.title, found.author) == ("ok", PDF, "Bridge report", "The council")
    assert (found.published_on, found.date_basis) == (date(2024, 6, 19), "file properties")
    assert [page_at(found.pages, found.body_text.index(word)) for word in ("The", "1998", "It", "2011")] == [1, 1, 3, 3]


def test_a_pdf_of_pictures_says_that_it_has_no_text():
    found = extract(pdf("", ""), PDF, "", URL)

    assert (found.state, found.problem) == ("no_text_layer", PROBLEMS["no_text_layer"])


def encrypted(password):
    writer = pypdf.PdfWriter(io.BytesIO(pdf("The bridge was opened in 1998.")))
    writer.encrypt(user_password=password, owner_password="owner", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_pdf_with_a_password_says_so_and_one_with_an_empty_password_is_read():
    assert extract(encrypted("secret"), PDF, "", URL).state == "encrypted"
    assert extract(encrypted(""), PDF, "", URL).body_text == "The bridge was opened in 1998."


def test_an_encryption_that_is_not_known_here_counts_as_encrypted(monkeypatch):
    def fail(stream):
        raise pypdf.errors.DependencyError

    monkeypatch.setattr(pypdf, "PdfReader", fail)

    assert extract(pdf("x"), PDF, "", URL).state == "encrypted"


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.4 nothing else",
        b"not a PDF at all",
        pdf("text").replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]"),  # a page tree that is its own child
        pdf("text").replace(b"/Type /Pages", b"/Type /Wrong").replace(b"/Kids", b"/Nids"),
    ],
    ids=["cut off", "another file", "a loop", "no pages"],
)
def test_a_damaged_pdf_is_unreadable_or_without_text_but_never_an_error(data):
    assert extract(data, PDF, "", URL).state in {"unreadable", "no_text_layer"}


def test_a_very_long_pdf_is_read_in_part_and_says_so(monkeypatch):
    monkeypatch.setattr(documents, "MAX_PAGES", 2)

    found = extract(pdf("one", "two", "three"), PDF, "", URL)

    assert (found.state, found.body_text, found.pages) == ("shortened", "one\ntwo", (0, 4))


@pytest.mark.parametrize("created", ["D:nonsense", ""])
def test_a_pdf_with_a_wrong_date_has_none(created):
    assert extract(pdf("text", info=f"/CreationDate ({created})"), PDF, "", URL).published_on is None


# --- Word files


def test_a_word_file_gives_paragraphs_and_tables_in_order():
    data = word_file(
        "The bridge was opened in 1998.",
        "It was closed in 2011.",
        table=[("Year", "Cars"), ("2012", "40,000")],
        title="Bridge report",
        author="The council",
        created=datetime(2024, 6, 19, 8, 0),  # noqa: DTZ001 (Word files know no time zone)
    )

    found = extract(data, "application/octet-stream", "", URL)

    assert found.body_text == "The bridge was opened in 1998.\nIt was closed in 2011.\nYear Cars\n2012 40,000"
    assert (found.state, found.mime, found.title, found.author) == ("ok", DOCX, "Bridge report", "The council")
    assert (found.published_on, found.language) == (date(2024, 6, 19), "en")


def test_an_empty_word_file_says_so():
    assert extract(word_file(), DOCX, "", URL).state == "empty"


@pytest.mark.parametrize(
    "data", [zipped(word__document_xml="<not a document"), zipped(word__document_xml=bytes(60 * 1024 * 1024)), b"PK"]
)
def test_a_word_file_that_is_damaged_or_a_bomb_is_unreadable(data):
    assert extract(data, DOCX, "", URL).state == "unreadable"


@settings(deadline=None)  # the machine may be busy
@given(st.binary(max_size=200), st.sampled_from(["text/html", "text/plain", PDF, DOCX, "", "x/y"]))
def test_no_file_makes_it_fail(data, declared):
    found = extract(data, declared, "", URL)

    assert found.state == "ok" or found.problem
