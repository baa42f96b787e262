"""Export, an empty desk, import, export: the same bytes."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.models import Claim
from claims.transfer.columns import KINDS_OF_EVIDENCE
from tests.claims.transfer.desks import dump, empty_the_desk, lines, take
from tests.factories import RatingFactory

pytestmark = pytest.mark.django_db

SAID = st.characters(  # what a text may hold: controls and marks of direction are left out when a file is read
    exclude_categories=["Cs", "Cc"],
    exclude_characters="\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
    include_characters="\t\n",
)
RISKY = st.sampled_from(
    ["=1+1", "'=x", "''", "'", "-5", "@a", "\tx", "+", 'a "b", c;\n\rd', "\ufeffx", "＝1", "a | b", "\\|"]
)
text = st.one_of(st.just(""), RISKY, st.text(SAID, max_size=30)).filter(lambda said: said == "" or said.strip())
line = st.one_of(RISKY, st.text(SAID, max_size=20)).map(lambda said: " ".join(said.split()))
day = st.none() | st.dates().map(str)
url = st.sampled_from(["https://a.example.org/?q=1,2", "https://b.example.org/%C3%A9", 'https://c.example.org/"x"'])
name = line.filter(lambda said: any(char.isalnum() for char in said))

appearances = st.fixed_dictionaries(
    {},
    optional={
        "claimant": name,
        "position": st.sampled_from(["asserts", "denies", "reports"]),
        "said_on": day,
        "date_basis": line,
        "appearance_url": url,
        "verbatim": text,
        "place": line,
    },
)
evidence = st.fixed_dictionaries(
    {"evidence_url": url},
    optional={
        "evidence_kind": st.sampled_from(KINDS_OF_EVIDENCE),
        "stance": st.sampled_from(["supports", "refutes", "context"]),
        "origin": line,
        "reliability": st.sampled_from("ABCDEF"),
        "credibility": st.sampled_from("123456"),
        "grade_reason": line,
        "evidence_note": text,
        "withheld_reason": line,
        "evidence_title": line,
    },
)
claims = st.fixed_dictionaries(
    {"statement": line.filter(bool)},
    optional={
        "context": text,
        "language": st.sampled_from(["en", "de", "ko"]),
        "kind": st.sampled_from(["past", "present", "quote", "forecast", "opinion"]),
        "topics": st.lists(name, max_size=3, unique_by=str.casefold),
        "no_appearance_reason": line,
        "confidential": st.booleans(),
        "priority": st.integers(1, 9),
        "worth": st.sampled_from(["", "high", "low"]),
        "worth_reason": line,
        "rating": st.sampled_from(["", "true", "plain/false"]),
        "confidence": st.sampled_from(["", "high"]),
        "rationale": text,
        "title": line,
        "summary": text,
        "body": text,
        "evidence_exception": text,
        "appearances": st.lists(appearances, max_size=3),
        "evidence": st.lists(evidence, max_size=3, unique_by=lambda item: item["evidence_url"]),
    },
)


@pytest.mark.parametrize("form", ["csv", "jsonl"])
@given(rows=st.lists(claims, max_size=4))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_exported_is_imported_to_the_same_bytes(form, rows):
    empty_the_desk()
    RatingFactory(code="true")
    RatingFactory(code="false")
    named = [{"external_id": f"x-{n}", **row} for n, row in enumerate(rows)]
    counts, _told = take(lines(*named), "jsonl")
    assert counts == ({"created": len(rows)} if rows else {})
    written = dump(form)

    assert take(written, form)[0] == ({"unchanged": len(rows)} if rows else {})
    empty_the_desk()
    assert take(written, form)[0] == ({"created": len(rows)} if rows else {})

    assert dump(form) == written
    assert Claim.objects.count() == len(rows)


def test_a_claim_of_the_desks_own_is_known_again_there_and_is_new_elsewhere():
    take(lines({"external_id": "x-1", "statement": "The quay is new."}), "jsonl")
    Claim.objects.update(external_id=None)
    written = dump("jsonl")
    assert json.loads(written)["external_id"].startswith("desk-")

    assert take(written, "jsonl")[0] == {"unchanged": 1}
    assert take(written.replace("new.", "old."), "jsonl")[0] == {"changed": 1}
    assert Claim.objects.get().statement == "The quay is old."

    empty_the_desk()
    assert take(written, "jsonl")[0] == {"created": 1}
    assert dump("jsonl") == written
