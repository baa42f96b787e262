"""A file of any format as records."""

from collections.abc import Iterator
from pathlib import PurePath
from typing import BinaryIO
from urllib.parse import urlsplit

from django.conf import settings

from claims.models import Desk, ImportFile
from claims.transfer.read import Record, open_text, read_csv, read_jsonl
from claims.transfer.reviews import read_reviews

Format = ImportFile.Format
ENDINGS = {
    ".csv": Format.CSV,
    ".tsv": Format.CSV,
    ".txt": Format.CSV,
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".json": Format.CLAIMREVIEW,
    ".jsonld": Format.CLAIMREVIEW,
}


def guess_format(name: str) -> str:
    """The format a file's ending stands for; empty when it stands for none."""
    return ENDINGS.get(PurePath(name).suffix.lower(), "")


def read_records(file: BinaryIO, form: str, *, ignore_unknown: bool = False) -> Iterator[Record]:
    """The records of an open file, read as they are asked for; the file is closed at their end.

    Raises:
        FileRefused: in words.
    """
    with open_text(file) as text:
        if form == Format.CLAIMREVIEW:
            yield from read_reviews(text, own=own_hosts())
        else:
            yield from (read_csv if form == Format.CSV else read_jsonl)(text, ignore_unknown=ignore_unknown)


def own_hosts() -> frozenset[str]:
    """Where this desk publishes: what is reviewed there is its own."""
    addresses = (settings.BASE_URL, Desk.objects.current().publisher_url)
    hosts = ((urlsplit(address).hostname or "").removeprefix("www.") for address in addresses)
    return frozenset(host for host in hosts if host)
