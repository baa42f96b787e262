"""Everything a capture leaves behind passes the validators other people wrote."""

import gzip
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from claims.evidence import blobs, upload
from claims.models import Blob, Snapshot
from claims.workflow import edit_parts
from tests.claims.evidence.test_capture import REPORT, capture_now
from tests.claims.web.pdfs import pdf
from tests.claims.workflow.desk import hire, in_research
from tests.factories import ResourceFactory

pytestmark = pytest.mark.django_db
# One process for all: the validator takes seconds to start.
VALIDATE = "import sys; from wacz.main import main; print([main(['validate', '-f', path]) for path in sys.argv[1:]])"


def put_a_variety(site):
    """Captures of every kind of answer; some pages are captured twice, so that the second refers to the first."""
    site.put("/first", "/second", status=301)
    site.put("/second", "http://quay.example.org/third", status=302)
    site.headers["/packed"] = {"Content-Encoding": "gzip", "ETag": 'W/"7"'}
    addresses = {
        "plain": site.put("/report?a=1&b=%C3%A9", REPORT),
        "chain": (site.put("/third", REPORT), "http://harbour.example.org/first")[1],
        "packed": site.put("/packed", gzip.compress(REPORT.encode())),
        "pdf": site.put("/log.pdf", pdf("Twelve ships came.", "None was late."), content_type="application/pdf"),
        "empty": site.put("/empty", b""),
        "old charset": site.put("/latin", "Caf\xe9".encode("latin-1"), content_type="text/html; charset=iso-8859-1"),
    }
    for name, address in addresses.items():
        resource = ResourceFactory(url=address, title=name)
        for _time in range(2 if name in {"plain", "chain", "packed", "pdf"} else 1):
            assert capture_now(resource).state == "done", name


def written(folder, kind):
    """The files of a kind, as somebody who downloads them has them."""
    paths = []
    for number, blob in enumerate(Blob.objects.filter(kind=kind).order_by("pk")):
        path = folder / f"{number}.{'wacz' if kind == 'wacz' else 'warc.gz'}"
        path.write_bytes(blobs.read_blob(blob.pk))
        paths.append(path)
    return paths


def run_tool(name, *arguments):
    command = [str(Path(sys.executable).parent / name), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def validated(paths):
    done = subprocess.run(
        [sys.executable, "-c", VALIDATE, *map(str, paths)], capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()[-1]


@pytest.mark.thorough
def test_three_validators_pass_every_archive_that_is_written(site, tmp_path):
    put_a_variety(site)
    warcs, waczs = written(tmp_path, "warc"), written(tmp_path, "wacz")
    assert (len(warcs), len(waczs)) == (10, 6)  # a copy that refers to an earlier one has that one's WACZ

    checked = run_tool("warcio", "check", *warcs)
    assert (checked.returncode, checked.stdout) == (0, "")
    for path in warcs:
        checked = run_tool("fastwarc", "check", "-q", path)
        assert checked.returncode == 0, checked.stdout + checked.stderr
    assert validated(waczs) == str([0] * len(waczs))


def test_an_uploaded_copy_is_the_file_itself_and_has_no_archive(evidence_folder):
    people = hire()
    evidence = edit_parts.add_evidence(in_research(people).pk, by=people.author, resource=ResourceFactory())
    data = pdf("Twelve ships came.")

    upload.upload_copy(evidence.resource_id, by=people.author, name="log.pdf", data=data)

    snapshot = evidence.resource.snapshots.get()
    assert (snapshot.kind, snapshot.warc, snapshot.wacz) == (Snapshot.Kind.UPLOADED, None, None)
    assert blobs.read_blob(snapshot.body_id) == data


def test_the_validators_do_see_what_is_wrong(site, tmp_path):
    """The twin: one byte of the answer is another, in an archive that is whole otherwise."""
    capture_now(ResourceFactory(url=site.put("/report", REPORT)))
    (warc,), (wacz,) = written(tmp_path, "warc"), written(tmp_path, "wacz")
    records = gzip.decompress(warc.read_bytes())
    warc.write_bytes(gzip.compress(records.replace(b"twelve ships", b"twenty ships")))
    with zipfile.ZipFile(wacz) as packed:
        members = {name: packed.read(name).replace(b"Harbour report", b"Harbour retort") for name in packed.namelist()}
    with zipfile.ZipFile(wacz, "w") as packed:
        for name, data in members.items():
            packed.writestr(name, data)

    assert run_tool("warcio", "check", warc).returncode != 0
    assert run_tool("fastwarc", "check", "-q", warc).returncode != 0
    assert validated([wacz]) == "[1]"
