"""Hostile files in the limited process: each ends in a state with a sentence, and the next file is read as ever."""

import io
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
import zlib

import docx
import pytest

from claims.web import limited, reader
from claims.web.extract import extract
from claims.web.limited import extract_limited
from claims.web.media import DOCX, PDF, PROBLEMS, Extract, sniff
from tests.claims.web.pdfs import pdf, pdf_of

URL = "https://example.org/"
PAGE = b"""<html><head><title>Bridge</title><meta name="date" content="2024-06-19"></head>
<body><p>The bridge over the river was opened in 1998 after six years of work.</p></body></html>"""
# The parser's time grows with the square of this.
SLOW = b"</x>" * 300_000 + b"<div>" * 300_000


def read(data, declared="", charset="", **limits):
    return extract_limited(data, declared, charset, URL, **limits)


@pytest.mark.parametrize("data", [PAGE, pdf("One page.", "Another."), b"\x00\x01", "Prague, Příbram – 2024".encode()])
def test_the_limited_process_finds_what_the_function_finds(data):
    assert read(data, "", "utf-8") == extract(data, "", "utf-8", URL)


# --- files made to do harm

CATALOG, PAGES = b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"


def page_of(contents=b"4 0 R", more=b""):
    return b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents %s %s >>" % (contents, more)


def stream(data, more=b""):
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), more, data)


def encrypted_pdf():
    return pdf("secret", trailer=" /Encrypt << /Filter /Standard /V 4 /R 4 /O (x) /U (x) /P 0 >>")


def hundred_thousand_pages():
    return pdf("one").replace(b"/Kids [4 0 R] /Count 1", b"/Kids [%s] /Count 100000" % (b"4 0 R " * 100_000))


def pdf_with_script():
    catalog = b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (while\\(1\\){}) >> >>"
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    return pdf_of(
        catalog, PAGES, page_of(more=b"/Resources << /Font << /F1 5 0 R >> >>"),
        stream(b"BT /F1 9 Tf 9 9 Td (As written.) Tj ET"), font,
    )  # fmt: skip


def form_that_draws_itself():
    itself = b"/Resources << /XObject << /F 5 0 R >> >>"
    form = stream(b"/F Do", b"/Type /XObject /Subtype /Form " + itself)
    return pdf_of(CATALOG, PAGES, page_of(more=itself), stream(b"/F Do"), form)


def word_file(text):
    """A good Word file whose text is replaced."""
    good, out = io.BytesIO(), io.BytesIO()
    docx.Document().save(good)
    with zipfile.ZipFile(good) as parts, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in parts.namelist():
            archive.writestr(name, text if name == "word/document.xml" else parts.read(name))
    return out.getvalue()


ENTITIES = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
WORD_BOMB = (
    f'<?xml version="1.0"?><!DOCTYPE w:document [<!ENTITY l0 "lol">{ENTITIES}]><w:document xmlns:w="{WORD}">'
    "<w:body><w:p><w:r><w:t>Twelve &l9; ships</w:t></w:r></w:p></w:body></w:document>"
)
ENTITY_BOMB = (
    f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY l0 "lol">{ENTITIES}]><html><body><p>&l9;</p></body></html>'
)
POLYGLOT = b"%PDF-1.4\n<html><script>alert(1)</script>" + pdf("The PDF inside.")[9:]

HOSTILE = {
    "utf-8 that is windows-1252": (lambda: b"<p>\x93It cost 5 \x80\x94</p>", "text/html", "utf-8", "ok", "“It cost 5 €”"),
    "a mark against the page's word": (
        lambda: b'\xef\xbb\xbf<meta charset="iso-8859-1"><p>\xc3\xa9', "text/html", "iso-8859-1", "ok", "é"
    ),
    "UTF-7 by header": (lambda: b"<p>+ADw-script+AD4-", "text/html", "utf-7", "ok", "+ADw-script+AD4-"),
    "UTF-7 by meta": (lambda: b'<meta charset="utf-7"><p>+ADw-b+AD4-', "text/html", "", "ok", "+ADw-b+AD4-"),
    "a PDF served as a page": (lambda: pdf("A PDF."), "text/html", "", "ok", "A PDF."),
    "a page served as a PDF": (lambda: PAGE, PDF, "", "ok", "The bridge over the river"),
    "nothing served as a PDF": (lambda: b"nothing", PDF, "", "unreadable", ""),
    "a PDF that is a page too": (lambda: POLYGLOT, "text/html", "", "ok", "The PDF inside."),
    "a page that only names PDF": (lambda: PAGE.replace(b"Bridge", b"%PDF-1.7"), "text/html", "", "ok", "The bridge"),
    "a million nested tags": (lambda: b"<div>" * 1_000_000, "text/html", "", "too_heavy", ""),
    "a line of fifty megabytes": (lambda: b"<p>" + b"word " * 10_000_000, "text/html", "", "shortened", "word word"),
    "a text of fifty megabytes": (lambda: b"word " * 10_000_000, "text/plain", "", "shortened", "word word"),
    "entities in XHTML": (ENTITY_BOMB.encode, "application/xhtml+xml", "", "ok", ""),
    "entities in a Word file": (lambda: word_file(WORD_BOMB), DOCX, "", "unreadable", ""),
    "a Word file of 60 MB": (lambda: word_file(bytes(60_000_000)), DOCX, "", "unreadable", ""),
    "a hundred thousand pages": (hundred_thousand_pages, PDF, "", "shortened", "one\none"),
    "an encrypted PDF": (encrypted_pdf, PDF, "", "encrypted", ""),
    "a PDF with a script": (pdf_with_script, PDF, "", "ok", "As written."),
    "a page that is its own parent": (
        lambda: pdf_of(CATALOG, PAGES.replace(b">>", b"/Parent 2 0 R >>"), b"<< /Type /Page /Parent 2 0 R >>"),
        PDF, "", "unreadable", "",
    ),
    "pages that hold each other": (lambda: pdf_of(CATALOG, PAGES, PAGES.replace(b"3", b"2")), PDF, "", "unreadable", ""),
    "a drawing that draws itself": (form_that_draws_itself, PDF, "", "no_text_layer", ""),
    "contents that are themselves": (
        lambda: pdf_of(CATALOG, PAGES, page_of(), b"[4 0 R]"), PDF, "", "no_text_layer", ""
    ),
    "a table that follows itself": (lambda: pdf("text", trailer=" /Prev 9"), PDF, "", "ok", "text"),
    "brackets without end": (lambda: pdf_of(CATALOG, PAGES, b"[" * 100_000), PDF, "", "unreadable", ""),
    "a PDF that unpacks to 100 MB": (
        lambda: pdf_of(CATALOG, PAGES, page_of(), stream(zlib.compress(bytes(100_000_000), 1), b"/Filter /FlateDecode")),
        PDF, "", "no_text_layer", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: name.replace(" ", "-"))
def test_a_hostile_file_ends_in_a_state_and_the_next_one_is_read(name):
    make, declared, charset, state, text = HOSTILE[name]

    data = make()

    found = read(data, declared, charset)

    assert (found.state, found.problem) == (state, PROBLEMS.get(state, ""))
    assert found.body_text.startswith(text)
    assert len(found.body_text) <= min(len(data), 5_000_000)
    assert read(PAGE) == extract(PAGE, "", "", URL)


# --- the limits


@pytest.mark.parametrize(
    ("data", "limits"),
    [(SLOW, {"seconds": 0.5}), (PAGE + b"<p>" * 2_000_000, {"memory": 50_000_000})],
    ids=["time", "memory"],
)
def test_a_file_that_takes_too_much_ends_in_words(data, limits):
    found = read(data, "text/html", **limits)

    assert (found.state, found.mime, found.problem) == ("too_heavy", "text/html", PROBLEMS["too_heavy"])


in_proc = pytest.mark.skipif(not os.path.exists("/proc/self/task"), reason="Children are found in /proc.")


def children_of_the_reader():
    if limited._READER._process is None:
        return []
    pid = limited._READER._process.pid
    with open(f"/proc/{pid}/task/{pid}/children") as children:
        return [int(child) for child in children.read().split()]


def limits_of(pid):
    """What a process may use, in bytes."""
    with open(f"/proc/{pid}/limits") as rows:
        found = {row[4:26].strip(): row[26:].split()[0] for row in rows}
    return {name: found[name] for name in ("address space", "file size", "core file size")}


def wait_until(condition):
    give_up_at = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < give_up_at
        time.sleep(0.01)


@pytest.fixture
def fresh(monkeypatch):
    """A reader of this test's own."""
    monkeypatch.setattr(limited, "_READER", limited._Reader())
    yield
    limited._READER.stop()


@pytest.fixture
def handed_over(monkeypatch):
    """Set once a file has been handed over, whoever may take it."""
    done, send = threading.Event(), limited.send

    def send_and_tell(*message):
        send(*message)
        done.set()

    monkeypatch.setattr(limited, "send", send_and_tell)
    return done


def asking(found, *arguments, **limits):
    """Ask in a thread, and add what comes to a list."""
    thread = threading.Thread(target=lambda: found.append(read(*arguments, **limits)))
    thread.start()
    return thread


@pytest.mark.thorough
@in_proc
@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGSEGV, signal.SIGALRM])
def test_a_child_that_is_ended_costs_a_sentence_and_nothing_else(fresh, ending):
    found = []
    thread = asking(found, SLOW, "text/html", seconds=17, memory=765_431_808)
    wait_until(children_of_the_reader)
    child = children_of_the_reader()[0]
    limits = {"address space": "765431808", "file size": "0", "core file size": "0"}
    wait_until(lambda: limits_of(child) == limits)

    os.kill(child, ending)
    thread.join()

    assert [(extracted.state, extracted.mime) for extracted in found] == [("too_heavy", "text/html")]
    wait_until(lambda: not children_of_the_reader())
    assert read(PAGE).title == "Bridge"


BUSY, ASLEEP = "while True: pass", "import time; time.sleep(600)"


@pytest.mark.parametrize(("doing", "clock"), [(BUSY, signal.SIGPROF), (ASLEEP, signal.SIGALRM)], ids=["busy", "asleep"])
def test_each_of_the_two_clocks_ends_a_child_by_itself(doing, clock):
    """One counts work, the other the time of day; whoever is busy is not ended by the other here."""
    ignored = "signal.signal(signal.SIGALRM, signal.SIG_IGN);" if clock == signal.SIGPROF else ""
    code = f"import signal; from claims.web import reader; {ignored} reader._limit(0.2, 2**33)\n{doing}"

    done = subprocess.run([sys.executable, "-c", code], check=False, timeout=120)

    assert done.returncode == -clock


# --- the common child


@in_proc
def test_pages_are_read_by_one_child_and_other_files_by_one_each(fresh):
    read(PAGE)
    common = children_of_the_reader()

    assert [read(data).state for data in (PAGE, pdf("A PDF."), word_file(b"?"), PAGE + b" " * 2**20, PAGE)] == [
        "ok", "ok", "unreadable", "ok", "ok",
    ]  # fmt: skip
    wait_until(lambda: children_of_the_reader() == common)
    assert len(common) == 1


@pytest.mark.thorough
@in_proc
@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGSEGV, signal.SIGXCPU])
def test_a_page_over_which_the_common_child_dies_is_read_by_another(fresh, handed_over, ending):
    """It may have been broken by what it read before."""
    read(PAGE)
    common = children_of_the_reader()[0]
    os.kill(common, signal.SIGSTOP)
    found = []
    handed_over.clear()
    thread = asking(found, PAGE)
    assert handed_over.wait(60)
    os.kill(common, ending)
    os.kill(common, signal.SIGCONT)
    thread.join()

    assert found == [extract(PAGE, "", "", URL)]
    wait_until(lambda: common not in children_of_the_reader())


@in_proc
def test_a_page_that_takes_the_common_child_too_long_has_its_whole_time_in_another(fresh, monkeypatch):
    read(PAGE)
    common = children_of_the_reader()
    monkeypatch.setattr(limited, "PAGE_SECONDS", 0.2)

    assert read(b"</x>" * 20_000 + b"<div>" * 20_000, "text/html").state == "empty"
    wait_until(lambda: common[0] not in children_of_the_reader())


@in_proc
def test_a_page_that_takes_too_much_memory_leaves_the_next_one_all_of_it(fresh):
    large = PAGE + b"<p>word" * 100_000
    assert read(PAGE).title == "Bridge"
    # Which of the two depends on whose memory ends first: a parser may call it a fault of the page.
    assert read(large, memory=50_000_000).state in {"too_heavy", "unreadable"}
    assert read(large).title == "Bridge"


@pytest.mark.parametrize("state", ["too_heavy", "unreadable"])
def test_a_page_is_not_called_bad_by_a_child_that_read_others_before(monkeypatch, state):
    monkeypatch.setattr(limited._Reader, "ask_common", lambda *_: Extract(state, "text/html"))

    assert read(PAGE) == extract(PAGE, "", "", URL)


@in_proc
def test_time_that_other_pages_took_is_not_counted(fresh, monkeypatch):
    read(PAGE)
    common = children_of_the_reader()
    monkeypatch.setattr(limited, "PAGE_SECONDS", 3)
    page = b"</x>" * 15_000 + b"<div>" * 15_000

    assert [read(page, "text/html").state for _ in range(6)] == ["empty"] * 6
    assert children_of_the_reader() == common


@in_proc
def test_a_child_in_whose_memory_a_page_leaves_much_ends(fresh):
    read(PAGE)
    common = children_of_the_reader()

    assert read(b"<html><body>" + b"<b>word</b> " * 30_000).state == "ok"

    assert read(PAGE).title == "Bridge"
    assert children_of_the_reader() != common


@in_proc
def test_a_child_ends_after_a_hundred_pages(fresh):
    read(PAGE)
    common = children_of_the_reader()
    first = [read(b"page %d of plain text" % number).body_text for number in range(99)]
    wait_until(lambda: not children_of_the_reader())

    assert first == [f"page {number} of plain text" for number in range(99)]
    assert read(PAGE).title == "Bridge"
    assert children_of_the_reader() != common


def test_what_a_page_says_does_not_depend_on_the_pages_before_it():
    """Every hostile page in a row through one process, then in another order."""
    pages = {}
    for name, (make, declared, charset, *_found) in HOSTILE.items():
        data = make()
        if len(data) <= limited.PAGE_BYTES and sniff(data, declared) not in limited._OF_ITS_OWN:
            pages[name] = data, declared, charset
    alone = {name: extract(*page, URL) for name, page in pages.items()}

    for order in (list(pages), list(reversed(pages))):
        assert {name: read(*pages[name]) for name in order} == alone


def test_a_reader_that_ends_as_it_is_asked_is_started_again(handed_over):
    read(pdf("A PDF."))
    first = limited._READER._process.pid
    os.kill(first, signal.SIGSTOP)
    found = []
    handed_over.clear()
    thread = asking(found, pdf("A PDF."))
    assert handed_over.wait(60)  # and nobody has taken it
    os.kill(first, signal.SIGKILL)
    thread.join()

    assert [extracted.body_text for extracted in found] == ["A PDF."]
    assert limited._READER._process.pid != first


def test_a_reader_outlives_a_signal_to_the_whole_house():
    """Were it to end with Ctrl-C, a file under way would be written down as one that takes too much."""
    read(PAGE)
    pid = limited._READER._process.pid
    os.kill(pid, signal.SIGINT)
    os.kill(pid, signal.SIGTERM)

    assert read(PAGE).title == "Bridge"
    assert limited._READER._process.pid == pid


def test_a_reader_that_cannot_be_started_costs_a_sentence(monkeypatch):
    monkeypatch.setattr(limited, "_READER", limited._Reader())
    monkeypatch.setattr(limited.sys, "executable", "/bin/false")
    found = read(PAGE, "text/html")
    limited._READER.stop()

    assert (found.state, found.mime) == ("too_heavy", "text/html")


def test_an_answer_without_end_is_not_taken(monkeypatch):
    monkeypatch.setattr(limited, "_MAX_ANSWER", 100)

    assert read(PAGE).state == "too_heavy"


def test_who_does_not_answer_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(limited, "_GRACE_SECONDS", -0.9)

    assert read(SLOW, "text/html", seconds=0.5).state == "too_heavy"


def test_a_reader_ends_with_the_process_that_started_it():
    code = (
        "import os; from claims.web import limited; limited.extract_limited(b'x', '', '', '');"
        "print(limited._READER._process.pid, flush=True); os._exit(0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    wait_until(lambda: not os.path.exists(f"/proc/{int(done.stdout)}/exe"))


def _read_in_child(answers):
    answers.send((read(PAGE).title, limited._READER._process.pid))


def test_it_runs_in_a_daemonic_worker_that_came_by_a_fork():
    read(PAGE)
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()

    child = context.Process(target=_read_in_child, args=(there,), daemon=True)
    child.start()

    assert here.poll(30)
    title, reader_of_the_child = here.recv()
    child.join()
    here.close()
    there.close()
    assert [title, read(PAGE).title] == ["Bridge", "Bridge"]
    assert reader_of_the_child != limited._READER._process.pid


def test_many_may_ask_at_once():
    found = []
    crowd = [threading.Thread(target=lambda: found.append(read(PAGE).title)) for _ in range(8)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()

    assert found == ["Bridge"] * 8


def test_the_reader_starts_without_django_and_those_who_ask_without_parsers():
    code = (
        "import sys; import claims.web.limited, claims.web.media; light = {*sys.modules}; import claims.web.reader;"
        "print({'trafilatura', 'pypdf', 'docx', 'numpy', 'lxml'} & light, 'trafilatura' in sys.modules,"
        " any(name.startswith('django') for name in sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "set() True False\n"


# --- what a child says


@pytest.mark.parametrize(("error", "state"), [(MemoryError, "too_heavy"), (IndexError, "unreadable"), (None, "ok")])
def test_a_parser_that_breaks_gives_a_state(monkeypatch, error, state):
    def breaking(*arguments):
        if error:
            raise error
        return extract(*arguments)

    monkeypatch.setattr(reader, "_limit", lambda *_: None)
    monkeypatch.setattr(reader, "extract", breaking)

    found = json.loads(reader.answer(b'["text/html", "", "https://example.org/", 1, 1]\n' + PAGE))

    assert (found["state"], found["mime"]) == (state, "text/html")


def test_a_reader_knows_no_secret(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "not for parsers")

    assert "SECRET_KEY" not in limited._environment()
