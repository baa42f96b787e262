import gzip
import hashlib
import io
import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from fastwarc.warc import WarcRecordType
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from claims.evidence import blobs, warc
from claims.web.fetch import Hop, Page, fetch
from tests.claims.web.conftest import serve  # noqa: F401
from tests.claims.web.servers import QUICK, door_to, response

pytestmark = pytest.mark.usefixtures("evidence_folder")
BODY = b"<p>The bridge was opened in 1998.</p>"
AT = datetime(2024, 6, 19, 8, 30, 5, 250_000, tzinfo=UTC)


def hop(url="https://example.org/b?c=D", answer=None, **fields):
    answer = response(BODY) if answer is None else answer
    request = b"GET /b?c=D HTTP/1.1\r\nHost: example.org\r\nx-odd:  spaced \r\n\r\n"
    plain = Hop(url, "93.184.215.14", AT, request, answer, 200, (("content-type", "text/html; charset=utf-8"),), "", "")
    return replace(plain, **fields)


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
INTERIM = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
HOPS = {
    "one": [hop()],
    "redirect": [
        hop("http://example.org/", b"HTTP/1.1 302 Found\r\nLocation: /b\r\n\r\n", status=302, headers=()),
        hop(tls_version="TLSv1.3", tls_cipher="TLS_AES_256_GCM_SHA384"),
    ],
    "chunked": [hop(answer=CHUNKED)],
    "packed": [hop(answer=response(gzip.compress(BODY), Content_Encoding="gzip"))],
    "interim": [hop(answer=INTERIM + CHUNKED)],
    "bare line ends": [hop(answer=b"HTTP/1.1 200 OK\nX: \xe9\n\nhello")],
    "no end of headers": [hop(answer=b"HTTP/1.1 200 OK\r\n")],
    "empty": [hop(answer=b"HTTP/1.1 204 No Content\r\n\r\n", status=204)],
}


def warcio_passes(path):
    """What ``warcio check`` says by its exit code."""
    return Checker(SimpleNamespace(inputs=[str(path)], verbose=False)).process_all() in {0, None}


def stored_warc(hops):
    return blobs.read_blob(warc.store_page(Page("http://example.org/", tuple(hops), BODY)).warc.sha256)


@pytest.mark.parametrize("hops", HOPS.values(), ids=HOPS)
def test_two_independent_validators_pass_everything_we_write(hops, tmp_path):
    data = stored_warc(hops)
    path = tmp_path / "data.warc.gz"
    path.write_bytes(data)

    assert warcio_passes(path)
    records = list(FastIterator(io.BytesIO(data), parse_http=False))
    assert len(records) == 1 + 2 * len(hops)
    for record in FastIterator(io.BytesIO(data), parse_http=False):
        assert record.verify_block_digest()
    if all(b"\r\n\r\n" in hop.response for hop in hops):  # fastwarc knows no other end of the headers
        for record in FastIterator(io.BytesIO(data), parse_http=True, record_types=WarcRecordType.response):
            assert record.verify_payload_digest()


def test_the_validators_notice_a_changed_byte():
    plain = bytearray(gzip.decompress(stored_warc(HOPS["one"])))
    plain[plain.index(b"1998")] ^= 1

    records = FastIterator(io.BytesIO(bytes(plain)), parse_http=False)

    assert [record.verify_block_digest() for record in records] == [True, False, True]


def test_the_wire_is_kept_to_the_byte_and_interim_answers_left_out():
    data = stored_warc(HOPS["interim"])

    blocks = {
        record.rec_type: record.raw_stream.read() for record in ArchiveIterator(io.BytesIO(data), no_record_parse=True)
    }

    assert blocks["request"] == HOPS["one"][0].request
    assert blocks["response"] == CHUNKED
    assert b"WARC File Format 1.1" in blocks["warcinfo"]


def test_a_record_says_when_from_where_and_how_securely():
    data = stored_warc(HOPS["redirect"])

    records = [record.rec_headers for record in ArchiveIterator(io.BytesIO(data), no_record_parse=True)]

    last, request = records[-2], records[-1]
    assert last.protocol == "WARC/1.1"
    assert last["WARC-Target-URI"] == "https://example.org/b?c=D"
    assert last["WARC-Date"] == "2024-06-19T08:30:05.250000Z"
    assert last["WARC-IP-Address"] == "93.184.215.14"
    assert (last["WARC-Protocol"], last["WARC-Cipher-Suite"]) == ("http/1.1, tls/1.3", "TLS_AES_256_GCM_SHA384")
    assert last["WARC-Payload-Digest"] == "sha256:" + hashlib.sha256(BODY).hexdigest()
    assert request["WARC-Concurrent-To"] == last["WARC-Record-ID"]
    assert records[1]["WARC-Cipher-Suite"] is None


def test_the_wacz_holds_the_warc_and_an_index_that_finds_each_answer_in_it():
    hops = HOPS["redirect"]
    archive = warc.store_page(Page("http://example.org/", tuple(hops), BODY), title="Bridge", text="opened")

    packed = zipfile.ZipFile(io.BytesIO(blobs.read_blob(archive.wacz.sha256)))

    assert packed.testzip() is None
    assert {member.compress_type for member in packed.infolist()} == {zipfile.ZIP_STORED}
    data = packed.read("archive/data.warc.gz")
    assert data == blobs.read_blob(archive.warc.sha256)
    package = json.loads(packed.read("datapackage.json"))
    assert (package["profile"], package["wacz_version"]) == ("data-package", "1.1.1")
    assert (package["mainPageUrl"], package["title"]) == (hops[1].url, "Bridge")
    for listed in package["resources"]:
        member = packed.read(listed["path"])
        assert (listed["bytes"], listed["hash"]) == (len(member), "sha256:" + hashlib.sha256(member).hexdigest())
    digest = json.loads(packed.read("datapackage-digest.json"))["hash"]
    assert digest == "sha256:" + hashlib.sha256(packed.read("datapackage.json")).hexdigest()
    page = json.loads(packed.read("pages/pages.jsonl").splitlines()[1])
    assert (page["url"], page["title"], page["text"]) == (hops[1].url, "Bridge", "opened")
    lines = packed.read("indexes/index.cdx").decode().splitlines()
    assert lines == sorted(lines)
    assert [line.split(" ")[:2] for line in lines] == [
        ["org,example)/", "20240619083005"],
        ["org,example)/b?c=d", "20240619083005"],
    ]
    for line in lines:
        entry = json.loads(line.split(" ", 2)[2])
        start, length = int(entry["offset"]), int(entry["length"])
        record = next(iter(ArchiveIterator(io.BytesIO(data[start : start + length]))))
        assert (record.rec_type, record.rec_headers["WARC-Target-URI"]) == ("response", entry["url"])
        assert record.http_headers.get_statuscode() == entry["status"]


def test_a_real_fetch_becomes_a_valid_archive(serve, tmp_path):  # noqa: F811
    server = serve(lambda path, request: response(BODY) if path == "/b" else response(b"", "302 Found", Location="/b"))

    archive = warc.store_page(fetch(server.url(), limits=QUICK, door=door_to(server)))

    assert blobs.read_blob(archive.body.sha256) == BODY
    data = blobs.read_blob(archive.warc.sha256)
    assert [record.rec_type for record in ArchiveIterator(io.BytesIO(data))] == [
        "warcinfo", "response", "request", "response", "request",
    ]  # fmt: skip
    assert all(record.verify_block_digest() for record in FastIterator(io.BytesIO(data), parse_http=False))


# --- what did not change


def original_of(page):
    """An earlier capture of the same page, and what a later one may refer to."""
    return warc.find_original(blobs.read_blob(warc.store_page(page).warc.sha256))


def test_an_answer_that_came_again_refers_to_the_first_and_two_validators_pass_it(tmp_path):
    answer = response(BODY * 400)
    first = original_of(Page("https://example.org/", (hop(answer=answer),), BODY * 400))
    again = Page("https://example.org/", (hop(answer=answer, started_at=AT.replace(month=9)),), BODY * 400)

    _body, stored = warc.store_revisit(again, first)

    data = blobs.read_blob(stored.sha256)
    path = tmp_path / "again.warc.gz"
    path.write_bytes(data)
    assert warcio_passes(path)
    assert all(record.verify_block_digest() for record in FastIterator(io.BytesIO(data), parse_http=False))
    (record,) = [one for one in ArchiveIterator(io.BytesIO(data)) if one.rec_type == "revisit"]
    field = record.rec_headers.get_header
    assert (field("WARC-Refers-To"), field("WARC-Refers-To-Date")) == (first.record_id, "2024-06-19T08:30:05.250000Z")
    assert (field("WARC-Date"), record.http_headers.get_statuscode()) == ("2024-09-19T08:30:05.250000Z", "200")
    assert record.content_stream().read() == b""
    assert warc.find_original(data) == first  # the third time refers to the first too


def test_an_answer_that_differs_on_the_wire_is_kept_whole():
    first = original_of(Page("https://example.org/", (hop(answer=CHUNKED),), b"hello"))

    assert warc.store_revisit(Page("https://example.org/", (hop(answer=response(b"hello")),), b"hello"), first) is None
