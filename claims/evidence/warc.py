"""What a capture leaves behind: a WARC of every byte that went over the wire, and a WACZ to replay it."""

import gzip
import hashlib
import io
import json
import re
import uuid
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from warcio.archiveiterator import ArchiveIterator

from claims.evidence.blobs import Stored, store_blob
from claims.web.fetch import Hop, Page

SOFTWARE = "factcheck"
LEVEL = 6  # of compression; 9 takes half as long again for the last fiftieth
PACKED_LEVEL = 1  # of what came compressed: nothing is left to gain
NOT_MODIFIED = "http://netpreservation.org/warc/1.1/revisit/server-not-modified"
SAME_PAYLOAD = "http://netpreservation.org/warc/1.1/revisit/identical-payload-digest"
# Where a record says which answer it is, or which one it repeats.
NAMING = {
    "response": ("WARC-Record-ID", "WARC-Date", "WARC-Target-URI", "WARC-Payload-Digest"),
    "revisit": ("WARC-Refers-To", "WARC-Refers-To-Date", "WARC-Refers-To-Target-URI", "WARC-Payload-Digest"),
}
_INTERIM = re.compile(rb"HTTP/1\.[01] 1\d\d\b(?:.(?!\r?\n\r?\n))*.\r?\n\r?\n", re.DOTALL)
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True)
class Archive:
    """The three blobs of one capture."""

    body: Stored
    warc: Stored
    wacz: Stored


@dataclass(frozen=True, slots=True)
class _Record:
    """One response in the WARC, as the index of the WACZ needs it."""

    hop: Hop
    offset: int
    length: int
    digest: str


@dataclass(frozen=True, slots=True)
class Original:
    """The answer of an earlier capture that a later one can refer to: header fields of its record in the WARC."""

    record_id: str
    date: str
    url: str
    digest: str


def store_page(
    page: Page, *, title: str = "", text: str = "", others: Sequence[Hop] = (), body: bytes | None = None
) -> Archive:
    """Keep the decoded body, the WARC and the WACZ of a capture.  May be called twice; rows are the caller's.

    Args:
        others: what else was asked for, as by a browser.
        body: what to keep as the body when it is not the page as it was sent.
    """
    warc, records = _warc([*page.hops, *others])
    return Archive(
        store_blob(page.body if body is None else body, "body"),
        store_blob(warc, "warc"),
        store_blob(_wacz(warc, records, page, title, text), "wacz"),
    )


def store_revisit(page: Page, original: Original) -> tuple[Stored, Stored] | None:
    """Keep a capture that found what an earlier one found: the body, and a WARC that refers to the earlier answer.

    The earlier capture's WACZ shows the page for both.  Comes back empty when what went over the wire differs, as it
    may although the body is the same: then the whole answer must be kept.
    """
    if _sha256(_payload(_without_interim(page.hops[-1].response))) != original.digest:
        return None
    warc, _records = _warc(page.hops, original)
    return store_blob(page.body, "body"), store_blob(warc, "warc")


def store_not_modified(page: Page, original: Original) -> Stored:
    """Keep the site's word that nothing changed since an earlier answer: a WARC that refers to that one."""
    warc, _records = _warc(page.hops, original, NOT_MODIFIED)
    return store_blob(warc, "warc")


def find_validators(warc: bytes) -> tuple[str, str]:
    """ETag and Last-Modified of the answer that a WARC of ours ends with; empty where it has none."""
    found = ("", "")
    for record in ArchiveIterator(io.BytesIO(warc)):
        if record.rec_type in NAMING and record.http_headers:
            header = record.http_headers.get_header
            found = (header("ETag") or "", header("Last-Modified") or "")
    return found


def find_original(warc: bytes) -> Original | None:
    """The answer that a WARC of ours ends with, or the one it refers to itself."""
    found = None
    for record in ArchiveIterator(io.BytesIO(warc)):
        names = NAMING.get(record.rec_type)
        if names is not None:
            record_id, date, url, digest = (record.rec_headers.get_header(name) or "" for name in names)
            found = Original(record_id, date, url, digest)
    return found


def _warc(
    hops: Sequence[Hop], original: Original | None = None, profile: str = SAME_PAYLOAD
) -> tuple[bytes, list[_Record]]:
    """A gzipped WARC/1.1: request and response of every hop, the bytes exactly as they went over the wire.

    Digests are SHA-256 over the stored bytes (chunked and compressed as sent), which is what validators check.
    Source: ISO 28500:2017.

    Args:
        original: what the last answer repeats; its payload is then left out, in a ``revisit`` record.
        profile: why it is left out.
    """
    parts = [_record("warcinfo", hops[0].started_at, {}, f"software: {SOFTWARE}\r\nformat: WARC File Format 1.1\r\n")]
    offset = len(parts[0])
    records = []
    for hop in hops:
        about = {"WARC-Target-URI": hop.url, "WARC-IP-Address": hop.ip} | _protocols(hop)
        response_id = _new_id()
        response, digest = _answer(hop, about, response_id, original if hop is hops[-1] else None, profile)
        request = _record(
            "request",
            hop.started_at,
            about | {"WARC-Concurrent-To": response_id, "WARC-Payload-Digest": _sha256(_payload(hop.request))},
            hop.request,
        )
        records.append(_Record(hop, offset, len(response), digest))
        parts += [response, request]
        offset += len(response) + len(request)
    return b"".join(parts), records


def _answer(
    hop: Hop, about: dict[str, str], record_id: str, original: Original | None, profile: str
) -> tuple[bytes, str]:
    """The record of one answer, and the digest of its payload."""
    block = _without_interim(hop.response)
    payload = _payload(block)
    digest = original.digest if original else _sha256(payload)
    about = about | {"WARC-Payload-Digest": digest}
    if original is None:
        level = PACKED_LEVEL if hop.header("content-encoding") else LEVEL
        return _record("response", hop.started_at, about, block, record_id=record_id, level=level), digest
    refers = {
        "WARC-Profile": profile,
        "WARC-Refers-To": original.record_id,
        "WARC-Refers-To-Target-URI": original.url,
        "WARC-Refers-To-Date": original.date,
    }
    head = block[: len(block) - len(payload)]
    return _record("revisit", hop.started_at, about | refers, head, record_id=record_id), digest


def _record(
    kind: str, at: datetime, fields: dict[str, str], block: bytes | str, *, record_id: str = "", level: int = LEVEL
) -> bytes:
    block = block.encode("utf-8") if isinstance(block, str) else block
    message = "request" if kind == "request" else "response"
    content = "application/warc-fields" if kind == "warcinfo" else f"application/http; msgtype={message}"
    head = {
        "WARC-Type": kind,
        "WARC-Record-ID": record_id or _new_id(),
        "WARC-Date": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        **fields,
        "WARC-Block-Digest": _sha256(block),
        "Content-Type": content,
        "Content-Length": str(len(block)),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return gzip.compress(f"WARC/1.1\r\n{lines}\r\n".encode() + block + b"\r\n\r\n", level, mtime=0)


def _protocols(hop: Hop) -> dict[str, str]:
    if not hop.tls_version:
        return {"WARC-Protocol": "http/1.1"}
    version = hop.tls_version.lower().replace("tlsv", "tls/")
    return {"WARC-Protocol": f"http/1.1, {version}", "WARC-Cipher-Suite": hop.tls_cipher}


def _without_interim(response: bytes) -> bytes:
    """The final answer only: a 103 before it is no answer."""
    while interim := _INTERIM.match(response):
        response = response[interim.end() :]
    return response


def _payload(message: bytes) -> bytes:
    end = _END_OF_HEAD.search(message)
    return message[end.end() :] if end else b""


def _sha256(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def _new_id() -> str:
    return f"<{uuid.uuid4().urn}>"


def _wacz(warc: bytes, records: Sequence[_Record], page: Page, title: str, text: str) -> bytes:
    """A WACZ 1.1.1 around the WARC.  Source: https://specs.webrecorder.net/wacz/1.1.1/"""
    at = page.hops[-1].started_at.astimezone(UTC)
    entry = {"id": "page", "url": page.final_url, "ts": at.isoformat(), "title": title or page.final_url, "text": text}
    header = {"format": "json-pages-1.0", "id": "pages", "title": "All pages", "hasText": bool(text)}
    files = {
        "archive/data.warc.gz": warc,
        "indexes/index.cdx": "".join(sorted(_index_line(record) for record in records)).encode(),
        "pages/pages.jsonl": f"{json.dumps(header)}\n{json.dumps(entry)}\n".encode(),
    }
    package = {
        "profile": "data-package",
        "wacz_version": "1.1.1",
        "title": title or page.final_url,
        "mainPageUrl": page.final_url,
        "mainPageDate": at.isoformat(),
        "created": at.isoformat(),
        "software": SOFTWARE,
        "resources": [
            {"name": Path(path).name, "path": path, "hash": _sha256(data), "bytes": len(data)}
            for path, data in files.items()
        ],
    }
    files["datapackage.json"] = json.dumps(package, indent=1).encode()
    digest = {"path": "datapackage.json", "hash": _sha256(files["datapackage.json"])}
    files["datapackage-digest.json"] = json.dumps(digest).encode()
    return _zip(files, at)


def _zip(files: dict[str, bytes], at: datetime) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path, data in files.items():
            # Stored, not deflated: a reader picks single records out of the WARC by their offset.
            archive.writestr(zipfile.ZipInfo(path, at.timetuple()[:6]), data)
    return out.getvalue()


def _index_line(record: _Record) -> str:
    hop = record.hop
    fields = {
        "url": hop.url,
        "mime": hop.header("content-type").partition(";")[0].strip() or "unk",
        "status": str(hop.status),
        "digest": record.digest,
        "length": str(record.length),
        "offset": str(record.offset),
        "filename": "data.warc.gz",
    }
    return f"{_surt(hop.url)} {hop.started_at.astimezone(UTC):%Y%m%d%H%M%S} {json.dumps(fields)}\n"


def _surt(url: str) -> str:
    """The address with its host turned round, so that an index sorts by site."""
    parts = urlsplit(url)
    host, colon, port = parts.netloc.partition(":")
    turned = ",".join(reversed(host.split(".")))
    query = f"?{parts.query}" if parts.query else ""
    return f"{turned}{colon}{port}){parts.path}{query}".lower()
