"""What a capture leaves behind: a WARC of every byte, a WACZ to replay it, and blobs kept by their hash."""

import gzip
import hashlib
import io
import json
import os
import re
import tempfile
import uuid
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, storages
from django.utils.translation import gettext as _

from claims.errors import BlobDamaged
from claims.web.fetch import Hop, Page

SOFTWARE = "factcheck"
_INTERIM = re.compile(rb"HTTP/1\.[01] 1\d\d\b(?:.(?!\r?\n\r?\n))*.\r?\n\r?\n", re.DOTALL)
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True)
class Stored:
    """A blob as it lies in the evidence storage; the fields are those of the ``Blob`` row to write for it."""

    sha256: str
    kind: str
    size: int
    key: str


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


def store_page(page: Page, *, title: str = "", text: str = "") -> Archive:
    """Keep the decoded body, the WARC and the WACZ of a capture.  May be called twice; rows are the caller's."""
    warc, records = _warc(page.hops)
    return Archive(
        store_blob(page.body, "body"),
        store_blob(warc, "warc"),
        store_blob(_wacz(warc, records, page, title, text), "wacz"),
    )


def store_blob(data: bytes, kind: str) -> Stored:
    """Keep bytes under their hash; the same bytes add no second file.

    Args:
        kind: one of ``Blob.Kind``.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    key = blob_key(sha256)
    storage = storages["evidence"]
    if isinstance(storage, FileSystemStorage):
        _put_file(Path(storage.path(key)), data)
    elif not storage.exists(key):  # an object store: one PUT is all or nothing
        storage.save(key, ContentFile(data))
    return Stored(sha256, kind, len(data), key)


def read_blob(sha256: str) -> bytes:
    """The bytes of a blob, whose hash is computed anew.

    Raises:
        BlobDamaged: code ``missing`` or ``damaged``.
    """
    try:
        with storages["evidence"].open(blob_key(sha256), "rb") as file:
            data = bytes(file.read())
    except FileNotFoundError:
        raise BlobDamaged(_("The stored copy is missing from the evidence storage."), "missing") from None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise BlobDamaged(_("The stored copy is no longer what was captured: its hash differs."), "damaged")
    return data


def blob_key(sha256: str) -> str:
    """Where a blob lies in the storage."""
    return f"sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _put_file(path: Path, data: bytes) -> None:
    """All of it or nothing, also when the power fails; a damaged file of the same name is healed."""
    if path.is_file() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=".new-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _warc(hops: Sequence[Hop]) -> tuple[bytes, list[_Record]]:
    """A gzipped WARC/1.1: request and response of every hop, the bytes exactly as they went over the wire.

    Digests are SHA-256 over the stored bytes (chunked and compressed as sent), which is what validators check.
    Source: ISO 28500:2017.
    """
    parts = [_record("warcinfo", hops[0].started_at, {}, f"software: {SOFTWARE}\r\nformat: WARC File Format 1.1\r\n")]
    offset = len(parts[0])
    records = []
    for hop in hops:
        block = _without_interim(hop.response)
        response_id = _new_id()
        about = {"WARC-Target-URI": hop.url, "WARC-IP-Address": hop.ip} | _protocols(hop)
        payload = _payload(block)
        digest = _sha256(payload)
        response = _record(
            "response", hop.started_at, about | {"WARC-Payload-Digest": digest}, block, record_id=response_id
        )
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


def _record(kind: str, at: datetime, fields: dict[str, str], block: bytes | str, *, record_id: str = "") -> bytes:
    block = block.encode("utf-8") if isinstance(block, str) else block
    content = "application/warc-fields" if kind == "warcinfo" else f"application/http; msgtype={kind}"
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
    return gzip.compress(f"WARC/1.1\r\n{lines}\r\n".encode() + block + b"\r\n\r\n", mtime=0)


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
