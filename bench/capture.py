"""Capture: its CPU time against the least it can cost, and the fetch alone against wget, on the same pages in one run.

The pages are made here and served on loopback; the door is led there as in the tests, with a resolver and one allowed
address.  The least is trafilatura on each page and as many files of the same size, each with fsync.  A capture is the
whole job: lease, turn, fetch, texts, archive, rows, finish; its CPU is that of this process and of the parsers'.
PostgreSQL's is told apart, for it works on another machine where it matters.
"""

import gzip
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

from _house import house, report

SMALL, LARGE = {}, {"paragraphs": 60, "links": 300}
PAGES, WARM = 100, 10  # half small, half large
CHUNK = 10  # pages captured between two looks at the least
FETCHES, ROUNDS = 200, 9
PROSE = (
    "harbour ship quay crane tide captain pilot cargo grain coal report office minister figure count year month region "
    "bridge river council vote budget price tonne record storm repair dock berth ferry island route crew engine fuel"
)
WORDS = PROSE.split()
SERVER = """
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
folder = Path(sys.argv[1])
class Handler(BaseHTTPRequestHandler):
    protocol_version, wbufsize, disable_nagle_algorithm = "HTTP/1.1", -1, True
    def do_GET(self):
        file = folder / self.path.strip("/")
        body = file.read_bytes() if file.is_file() else b""
        self.send_response(200 if body else 404)
        if body:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass
server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
"""


def sentence(chance):
    words = chance.choices(WORDS, k=chance.randint(7, 20))
    return (" ".join(words) + f" {chance.randint(1, 9999)}.").capitalize()


def page(number, paragraphs=30, links=25):
    """An article amid navigation, links to more and a foot: about 23 kB, or 135 kB."""
    chance = random.Random(number)
    text = "".join(f"<p>{' '.join(sentence(chance) for _ in range(5))}</p>\n" for _ in range(paragraphs))
    items = "".join(
        f'<li class="card card--small"><a href="/p{n}"><span class="kicker">Harbour</span>{sentence(chance)}</a></li>'
        for n in range(links)
    )
    return (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>Report {number}</title>"
        '<meta property="article:published_time" content="2024-06-19T08:00:00Z"><meta name=author content="The desk">'
        f"<style>p {{ margin: 1em }}</style><script>var number = {number};</script></head><body><nav><ul>{items}</ul></nav>"
        f"<article><h1>Report {number}</h1>{text}</article><aside><ul>{items}</ul></aside>"
        "<footer><p>All rights reserved.</p></footer></body></html>"
    ).encode()


# --- CPU seconds


def own():
    return time.process_time()


def of_process(pid):
    """A process and the children it has waited for; its living children are asked by themselves."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(ticks) for ticks in fields[11:15]) / os.sysconf("SC_CLK_TCK")


def children(pid):
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def parsers():
    """The process that reads pages for this one, and its children that live."""
    readers = [pid for pid in children(os.getpid()) if b"claims.web" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    return [*readers, *(child for pid in readers for child in children(pid))]


def count_parsers():
    """The reader of pages leaves its dead children unwaited for; here it waits, so that their CPU is counted."""
    code = (
        "import os, signal\n"
        "from claims.web import reader\n"
        "def wait(*_):\n"
        "    try:\n"
        "        while os.waitpid(-1, os.WNOHANG)[0]: pass\n"
        "    except ChildProcessError: pass\n"
        "signal.SIG_IGN = wait\n"
        "reader.main()  # claims.web.reader"
    )
    real = subprocess.Popen

    def counted(command, **options):
        is_reader = command[1:] == ["-m", "claims.web.reader"]
        return real([command[0], "-c", code] if is_reader else command, **options)

    subprocess.Popen = counted


def of_parsers():
    return sum(of_process(pid) for pid in parsers())


def of_database():
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return of_process(cursor.fetchone()[0])


# --- the three measurements


def least(bodies, sizes, folder):
    """CPU ms a page: trafilatura with metadata, in its default way, and three files with fsync, renamed into their place."""
    import trafilatura

    dates = {"extensive_search": False, "min_date": "1990-01-01", "max_date": "2100-12-31"}

    def one(number, body):
        trafilatura.bare_extraction(
            body.decode(),
            url=f"https://example.org/{number}",
            include_comments=False,
            with_metadata=True,
            date_extraction_params=dates,
        )
        for part, size in enumerate(sizes):
            path = folder / f"{number}-{part}"
            with path.with_suffix(".new").open("wb") as file:
                file.write(bytes(size))
                file.flush()
                os.fsync(file.fileno())
            path.with_suffix(".new").rename(path)

    one(-1, bodies[0])
    begin = own()
    for number, body in enumerate(bodies):
        one(number, body)
    return (own() - begin) / len(bodies) * 1000


def capture_all(resources):
    """Run the capture jobs of these sources; CPU ms a page of this process, the parsers, the database; statements."""
    from django.db import connection

    from claims import jobs
    from claims.jobs import ledger
    from claims.jobs.run import run
    from claims.models import Job

    for resource in resources:
        jobs.enqueue("capture", key=resource.chain, resource=resource.pk)
    statements = Counter()

    def note(execute, sql, params, many, context):
        statements["all"] += 1
        return execute(sql, params, many, context)

    begin = own(), of_parsers(), of_database()
    with connection.execute_wrapper(note):
        for _resource in resources:
            run(ledger.lease("capture"))
    end = own(), of_parsers(), of_database()
    assert not Job.objects.exclude(state__in=["done", "queued"]).exists(), Job.objects.values_list("last_error").first()
    assert all(resource.snapshots.exists() for resource in resources)
    mine, theirs, database = (
        (after - before) / len(resources) * 1000 for before, after in zip(begin, end, strict=True)
    )
    return mine, theirs, database, statements["all"] / len(resources)


def fetch_all(port, door):
    """CPU and wall clock, ms a page."""
    from claims.web.fetch import fetch

    begin, cpu = time.perf_counter(), own()
    for number in range(FETCHES):
        assert fetch(f"http://harbour.example.org:{port}/p{number % PAGES}", door=door).status == 200
    return (own() - cpu) / FETCHES * 1000, (time.perf_counter() - begin) / FETCHES * 1000


def of_ended_children():
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def wget_all(port, folder, option):
    """The same for wget with a WARC, all pages over one connection."""
    addresses = folder / "addresses"
    addresses.write_text("".join(f"http://127.0.0.1:{port}/p{number % PAGES}\n" for number in range(FETCHES)))
    command = ["wget", "-q", "--no-config", "-i", str(addresses), "-O", os.devnull, f"--warc-file={folder / 'wget'}"]
    command += ["--no-warc-keep-log", option]
    begin, cpu = time.perf_counter(), of_ended_children()
    subprocess.run(command, check=True)
    return (of_ended_children() - cpu) / FETCHES * 1000, (time.perf_counter() - begin) / FETCHES * 1000


def compare_fetches(port, door, folder):
    """Rounds of each in turn, so that whatever else the machine does meets all.

    A fetch unpacks what came compressed, as wget does where it is asked to; it can be told to leave that, too.
    """
    fetch_all(port, door)
    rounds = [
        (
            fetch_all(port, door),
            wget_all(port, folder, "--compression=gzip"),
            wget_all(port, folder, "--header=Accept-Encoding: gzip"),
        )
        for _round in range(ROUNDS)
    ]
    cpu = [ours[0] / theirs[0] for ours, theirs, _packed in rounds]
    return [
        ("fetch alone: CPU ms a page", middle([ours[0] for ours, *_theirs in rounds]), ""),
        ("fetch alone against wget --warc-file, in CPU (ratio)", middle(cpu), "<= 1.2"),
        ("the same: least and most of the rounds", min(cpu), f"{max(cpu):.2f}"),
        ("the same by the clock (ratio)", middle([ours[1] / theirs[1] for ours, theirs, _packed in rounds]), ""),
        (
            "the same where wget leaves pages packed (ratio)",
            middle([ours[0] / bare[0] for ours, _t, bare in rounds]),
            "",
        ),
    ]


def middle(rounds):
    return sorted(rounds)[len(rounds) // 2]


def made(number):
    """The small pages come first."""
    return page(number, **(SMALL if number < PAGES // 2 else LARGE))


def kept_sizes(number):
    """Bytes of the newest copies' files, in the middle: body, WARC, WACZ."""
    from claims.models import Snapshot

    newest = Snapshot.objects.order_by("-id").values_list("body__size", "warc__size", "wacz__size")[:number]
    return [middle(sizes) for sizes in zip(*newest, strict=True)]


def compare(folder, what, resources, bodies):
    """Rows for pages of one size, captured for the first and for the second time, the least in turn with them."""
    firsts, agains, floors = [], [], []
    for start in range(0, len(resources), CHUNK):
        part = slice(start, start + CHUNK)
        firsts.append(capture_all(resources[part]))
        floors.append(least(bodies[part], kept_sizes(CHUNK), folder))
        agains.append(capture_all(resources[part]))
    worker, parsers, database, statements = (middle(column) for column in zip(*firsts, strict=True))
    ratios, later = (
        [floor / (mine + theirs) for floor, (mine, theirs, *_) in zip(floors, runs, strict=True)]
        for runs in (firsts, agains)
    )
    return [
        (f"{what}: least (trafilatura and fsync), CPU ms a page", middle(floors), ""),
        (f"{what}: capture, CPU ms a page of the worker", worker, ""),
        (f"{what}: capture, CPU ms a page of the parsers", parsers, ""),
        (f"{what}: least against the capture (ratio)", middle(ratios), ">= 0.6"),
        (f"{what}: captured again, unchanged (ratio)", middle(later), ""),
        (f"{what}: CPU ms a page of PostgreSQL", database, ""),
        (f"{what}: statements, at first and again", statements, f"{middle(agains)[3]:.0f} again"),
        *parts(what, resources[:CHUNK]),
    ]


def parts(what, resources):
    """What the steps of the worker cost by themselves, CPU ms a page."""
    from claims.evidence import warc
    from claims.web.fetch import fetch
    from claims.web.limited import extract_limited
    from claims.workflow.independence import simhash

    def timed(work, items):
        begin = own()
        done = [work(item) for item in items]
        return done, (own() - begin) / len(items) * 1000

    pages, fetching = timed(lambda resource: fetch(resource.url), resources)
    found, asking = timed(lambda page: extract_limited(page.body, page.content_type, page.charset, page.url), pages)
    _, archiving = timed(
        lambda pair: warc.store_page(pair[0], text=pair[1].main_text), list(zip(pages, found, strict=True))
    )
    _, hashing = timed(lambda extract: simhash(extract.main_text), found)
    named = {"fetch": fetching, "ask the parsers": asking, "WARC, WACZ, fsync": archiving, "likeness": hashing}
    return [(f"{what}: of the worker's, {name}", figure, "") for name, figure in named.items()]


def measure(folder, port):
    from django.conf import settings

    from claims.models import Resource
    from claims.web import fetch
    from factcheck.celery import keep_what_is_loaded

    keep_what_is_loaded()  # as in a worker
    settings.CAPTURE_GAP_SECONDS, settings.RENDERED_CAPTURE = 0.0, False
    fetch.DOOR = door = fetch.Door(resolver=lambda host: ["127.0.0.1"], allowed={("127.0.0.1", port)})
    address = f"http://harbour.example.org:{port}/p"
    resources = Resource.objects.bulk_create(
        Resource(url=f"{address}{number}", host="harbour.example.org") for number in range(PAGES)
    )
    count_parsers()
    capture_all(resources[:WARM])
    half = PAGES // 2
    rows = compare(folder, "23 kB", resources[WARM:half], [made(number) for number in range(WARM, half)])
    rows += compare(folder, "135 kB", resources[half:], [made(number) for number in range(half, PAGES)])
    if shutil.which("wget") is None:
        print("wget is not installed, so the fetch alone is compared with nothing.")
        return rows
    return [*rows, *compare_fetches(port, door, folder)]


with tempfile.TemporaryDirectory(prefix="fcb-") as name:
    folder = Path(name)
    (folder / "site").mkdir()
    for number in range(PAGES):
        (folder / "site" / f"p{number}").write_bytes(gzip.compress(made(number), mtime=0))
    server = subprocess.Popen([sys.executable, "-c", SERVER, str(folder / "site")], stdout=subprocess.PIPE, text=True)
    try:
        port = int(server.stdout.readline())
        with house():
            report("capture", measure(folder, port))
    finally:
        server.kill()
        server.wait()
