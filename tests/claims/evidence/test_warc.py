import gzip
import hashlib
import io
import json
import os
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.files.storage import storages
from fastwarc.warc import ArchiveIterator as FastIterator
from fastwarc.warc import WarcRecordType
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from claims.errors import BlobDamaged
from claims.evidence import warc
from claims.web.fetch import Hop, Page, fetch
from tests.claims.web.conftest import serve  # noqa: F401
from tests.claims.web.servers import QUICK, door_to, response

BODY = b"<p>The bridge was opened in 1998.</p>"
AT = datetime(2024, 6, 19, 8, 30, 5, 250_000, tzinfo=UTC)


@pytest.fixture(autouse=True)
def evidence_folder(settings, tmp_path):
    folder = tmp_path / "evidence"
    backend = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder}}
    settings.STORAGES = settings.STORAGES | {"evidence": backend}
    return folder


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


def stored_warc(hops):
    return warc.read_blob(warc.store_page(Page("http://example.org/", tuple(hops), BODY)).warc.sha256)


@pytest.mark.parametrize("hops", HOPS.values(), ids=HOPS)
def test_two_independent_validators_pass_everything_we_write(hops, tmp_path):
    data = stored_warc(hops)
    path = tmp_path / "data.warc.gz"
    path.write_bytes(data)

    class Options:
        inputs = [str(path)]
        verbose = False

    assert Checker(Options()).process_all() in {0, None}
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

    packed = zipfile.ZipFile(io.BytesIO(warc.read_blob(archive.wacz.sha256)))

    assert packed.testzip() is None
    assert {member.compress_type for member in packed.infolist()} == {zipfile.ZIP_STORED}
    data = packed.read("archive/data.warc.gz")
    assert data == warc.read_blob(archive.warc.sha256)
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

    assert warc.read_blob(archive.body.sha256) == BODY
    data = warc.read_blob(archive.warc.sha256)
    assert [record.rec_type for record in ArchiveIterator(io.BytesIO(data))] == [
        "warcinfo", "response", "request", "response", "request",
    ]  # fmt: skip
    assert all(record.verify_block_digest() for record in FastIterator(io.BytesIO(data), parse_http=False))


# --- blobs


def files_in(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_the_same_bytes_are_kept_once_under_their_hash(evidence_folder):
    sha256 = hashlib.sha256(BODY).hexdigest()

    first, second = warc.store_blob(BODY, "body"), warc.store_blob(BODY, "body")

    assert first == second == warc.Stored(sha256, "body", len(BODY), f"sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}")
    assert files_in(evidence_folder) == [evidence_folder / first.key]
    assert warc.read_blob(sha256) == BODY


def test_a_flipped_or_missing_blob_is_noticed_on_reading_and_healed_by_storing_again(evidence_folder):
    stored = warc.store_blob(BODY, "body")
    path = evidence_folder / stored.key
    path.chmod(0o600)
    path.write_bytes(BODY.replace(b"1998", b"1989"))

    with pytest.raises(BlobDamaged, match="differs") as damaged:
        warc.read_blob(stored.sha256)
    warc.store_blob(BODY, "body")

    assert (damaged.value.code, warc.read_blob(stored.sha256)) == ("damaged", BODY)
    path.unlink()
    with pytest.raises(BlobDamaged, match="missing") as missing:
        warc.read_blob(stored.sha256)
    assert missing.value.code == "missing"


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_write_that_fails_leaves_nothing_behind(evidence_folder, monkeypatch, step):
    def fail(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os if step == "fsync" else Path, step, fail)

    with pytest.raises(OSError, match="No space"):
        warc.store_blob(BODY, "body")

    assert files_in(evidence_folder) == []


def test_a_storage_that_is_no_file_system_keeps_blobs_too(settings):
    settings.STORAGES = settings.STORAGES | {"evidence": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}

    stored = warc.store_blob(BODY, "upload")
    warc.store_blob(BODY, "upload")

    assert warc.read_blob(stored.sha256) == BODY
    assert storages["evidence"].listdir(os.path.dirname(stored.key)) == ([], [stored.sha256])
