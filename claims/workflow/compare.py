"""What differs between two versions of a claim: word by word for text, item by item for what hangs on it.

Pure: takes what ``Revision.body`` holds (house rule 4), parsed, and gives plain values back.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from rapidfuzz.distance import Indel

Words = tuple[tuple[str, str], ...]

# What the blind review leaves open.  A part that is not named here is shown only to who sees the verdict.
OPEN_PARTS = frozenset(
    {"format", "statement", "context", "language", "appearances", "claimants", "evidence", "checklist", "contacts"}
)
READING_ORDER = (
    "statement", "context", "language", "rating", "confidence", "rationale", "evidence_exception", "title", "summary",
    "body", "correction", "evidence", "citations", "appearances", "checklist", "contacts",
)  # fmt: skip
NOT_COMPARED = {"format", "claimants"}  # the claimants follow from the appearances
# Fields that are one value each: the old one goes, the new one comes.
WHOLE = frozenset(
    {"language", "confidence", "label", "value", "kind", "stance", "grade", "resource", "snapshot", "answer", "version",
     "cites", "claimant", "url", "date", "position", "first"}
)  # fmt: skip
_ALONE = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"  # scripts that put no spaces: each sign stands alone
TOKEN = re.compile(rf"\s+|[{_ALONE}]|[^\W{_ALONE}]+(?:[.,:'\u2019/-][^\W{_ALONE}]+)*|[^\w\s]")
MOST_TOKENS = 15_000  # words and spaces (or lines) of one text that are compared with those of another
MOST_PAIRS = 2500
ALIKE = 0.5  # share of two items that must be the same for one to count as the other, changed


@dataclass(frozen=True)
class Detail:
    """One field of an item, before and after."""

    name: str
    words: Words


@dataclass(frozen=True)
class Item:
    """One piece of evidence, one appearance, one answer …: ``added``, ``removed`` or ``changed``."""

    op: str
    key: str
    title: str
    details: tuple[Detail, ...] = ()


@dataclass(frozen=True)
class Change:
    """One part of a claim that differs.

    Attributes:
        words: for a text, ``(op, text)`` with op ``=``, ``-`` or ``+``.
        items: for a list, the items that differ; neither words nor items when only the order does.
    """

    field: str
    old: Any
    new: Any
    words: Words = ()
    items: tuple[Item, ...] = ()


@dataclass(frozen=True)
class Entry:
    """An item made ready to be compared: what identifies it, what it is called, and its fields in words."""

    key: str
    title: str
    fields: Mapping[str, str] = field(default_factory=dict)
    passages: tuple[str, ...] = ()
    is_loose: bool = False  # nothing but its fields tells which it is, so one of another key may be the same, changed


def open_parts(values: Mapping[str, Any]) -> dict[str, Any]:
    """What somebody may know of a version who must not know its verdict."""
    return {name: value for name, value in values.items() if name in OPEN_PARTS}


def changed_parts(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """The names of the parts that differ, in the order they are read; a part only one side knows is not compared."""
    shared = (set(old) & set(new)) - NOT_COMPARED
    known = [name for name in READING_ORDER if name in shared]
    return [name for name in [*known, *sorted(shared - set(known))] if old[name] != new[name]]


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """What differs between two versions, part by part."""
    return [_compare_part(name, old[name], new[name]) for name in changed_parts(old, new)]


def _compare_part(name: str, old: Any, new: Any) -> Change:
    if name in ENTRIES:
        return Change(name, old, new, items=tuple(_compare_items(ENTRIES[name](old), ENTRIES[name](new))))
    return Change(name, old, new, words=_compare_values(name, old, new))


def _compare_values(name: str, old: Any, new: Any) -> Words:
    if name in WHOLE or not isinstance(old, str) or not isinstance(new, str):
        return tuple((op, _said(value)) for op, value in (("-", old), ("+", new)) if _said(value))
    return compare_words(old, new)


def _said(value: Any) -> str:
    return "" if value is None else str(value)


# --- items


def _compare_items(old: list[Entry], new: list[Entry]) -> Iterator[Item]:
    """Items of two lists by their key; those that only the old list has come last."""
    before = {entry.key: entry for entry in old}
    before |= _became(before, {entry.key: entry for entry in new})
    after = {entry.key for entry in new}
    for entry in new:
        if entry.key not in before:
            yield Item("added", entry.key, entry.title, _details(Entry(entry.key, ""), entry))
        elif details := _details(before[entry.key], entry):
            yield Item("changed", entry.key, entry.title, details)
    renamed = {id(before[key]) for key in after & set(before)}
    for entry in old:
        if entry.key not in after and id(entry) not in renamed:
            yield Item("removed", entry.key, entry.title, _details(entry, Entry(entry.key, "")))


def _became(before: Mapping[str, Entry], after: Mapping[str, Entry]) -> dict[str, Entry]:
    """Loose entries of the old list under the key they have in the new one."""
    gone = [key for key, entry in before.items() if entry.is_loose and key not in after]
    come = [key for key, entry in after.items() if entry.is_loose and key not in before]
    pairs = pair(gone, come, lambda old, new: _shared_fields(before[old], after[new]))
    return {new: before[old] for old, new in pairs if old and new}


def _shared_fields(old: Entry, new: Entry) -> float:
    """The share of the fields filled in on either side that say the same."""
    filled = [name for name in old.fields if old.fields[name] or new.fields[name]]
    return sum(old.fields[name] == new.fields[name] for name in filled) / max(len(filled), 1)


def _details(old: Entry, new: Entry) -> tuple[Detail, ...]:
    names = dict.fromkeys([*old.fields, *new.fields])
    pairs = [(name, old.fields.get(name, ""), new.fields.get(name, "")) for name in names]
    passages = [("passage", gone or "", come or "") for gone, come in pair(old.passages, new.passages, likeness)]
    differing = [(name, gone, come) for name, gone, come in [*pairs, *passages] if gone != come]
    return tuple(Detail(name, _compare_values(name, gone, come)) for name, gone, come in differing)


def pair(
    old: Iterable[Any], new: Iterable[Any], alike: Callable[[Any, Any], float]
) -> list[tuple[Any | None, Any | None]]:
    """Which item of one list became which of the other: the same first, then the most alike; ``None`` where none.

    Args:
        alike: from 0 to 1; below ``ALIKE`` two items have nothing to do with one another.
    """
    same = Counter(old) & Counter(new)
    gone, come = list((Counter(old) - same).elements()), list((Counter(new) - same).elements())
    scores = []
    if len(gone) * len(come) <= MOST_PAIRS:
        scores = [(alike(a, b), -i, -j) for i, a in enumerate(gone) for j, b in enumerate(come)]
    partner: dict[int, int] = {}
    for score, i, j in sorted(scores, reverse=True):
        if score >= ALIKE and -i not in partner and -j not in partner.values():
            partner[-i] = -j
    pairs = [(item, item) for item in same.elements()]
    pairs += [(item, come[partner[i]] if i in partner else None) for i, item in enumerate(gone)]
    return pairs + [(None, item) for j, item in enumerate(come) if j not in partner.values()]


def likeness(old: str, new: str) -> float:
    """How much of two texts is the same, from 0 to 1, word for word."""
    return Indel.normalized_similarity(old.split(), new.split())


def _evidence(rows: Any) -> list[Entry]:
    """By number and source: a number that was given anew is another piece."""
    shown = ("title", "stance", "kind", "grade", "origin", "note", "snapshot", "waiver", "withheld")
    entries = []
    for row in rows:
        fields = {name: str(row.get(name, "")) for name in shown}
        title = row["title"] or row["resource"]
        passages = tuple(exact for exact, _prefix, _suffix in row["quotes"])
        entries.append(Entry(f"{row['number']} {row['resource']}", title, fields, passages))
    return entries


def _appearances(rows: Any) -> list[Entry]:
    """A version does not number its appearances; the words as said, the place and the speaker tell which is which."""
    entries, used = [], Counter[str]()
    for row in rows:
        fields = {name: _said(row.get(name)) for name in ("claimant", "position", "date", "url", "where", "verbatim")}
        fields["first"] = "yes" if row.get("first") else ""
        key = row["url"] or row["verbatim"] or row["claimant"]
        used[key] += 1
        title = ", ".join(fields[name] for name in ("claimant", "where", "date") if fields[name])
        entries.append(Entry(f"{key} {used[key]}", title, fields, is_loose=True))
    return entries


def _rating(rating: Any) -> list[Entry]:
    """One entry, whichever the rating: its label and what the scale says of it."""
    told = rating or {}
    return [Entry("rating", "", {name: _said(told.get(name)) for name in ("label", "definition", "value")})]


def _citations(rows: Any) -> list[Entry]:
    return [Entry(str(number), f"[{number}]", {"cites": _said(cited)}) for number, cited in rows]


def _checklist(rows: Any) -> list[Entry]:
    return [Entry(code, code, {"answer": answer, "version": str(version)}) for code, version, answer in rows]


def _correction(told: Any) -> list[Entry]:
    kind, text = told
    return [Entry("correction", "", {"kind": kind, "text": text})]


def _contacts(lines: Any) -> list[Entry]:
    """One entry for all lines; they are paired by their words, for they have no number."""
    return [Entry("contacts", "", passages=tuple(lines))]


ENTRIES: dict[str, Callable[[Any], list[Entry]]] = {
    "evidence": _evidence,
    "appearances": _appearances,
    "rating": _rating,
    "citations": _citations,
    "checklist": _checklist,
    "correction": _correction,
    "contacts": _contacts,
}


# --- words


def compare_words(old: str, new: str) -> Words:
    """A word-by-word difference; joining ``=`` and ``+`` gives the new text, ``=`` and ``-`` the old one.

    Where both texts differ in more words than can be compared in a moment, their lines are compared instead.
    """
    a, b = TOKEN.findall(old), TOKEN.findall(new)
    start = _same_start(a, b)
    end = _same_start(a[start:][::-1], b[start:][::-1])
    head, tail = "".join(a[:start]), "".join(a[len(a) - end :])
    a, b = a[start : len(a) - end], b[start : len(b) - end]
    if max(len(a), len(b)) > MOST_TOKENS:
        a, b = "".join(a).splitlines(keepends=True), "".join(b).splitlines(keepends=True)
    pieces = [("=", head), *_compare_tokens(a, b), ("=", tail)]
    return tuple(piece for piece in pieces if piece[1])


def _same_start(a: list[str], b: list[str]) -> int:
    return next((n for n, (x, y) in enumerate(zip_longest(a, b)) if x != y), len(a))


def _compare_tokens(a: list[str], b: list[str]) -> list[tuple[str, str]]:
    """Changes and what stays between them, without stray words that only happen to stand in both.

    Source: the longest common subsequence, then the rule of diff-match-patch ("semantic cleanup"): what stays is
    dropped when it is no longer than the changes on either side.
    """
    if max(len(a), len(b)) > MOST_TOKENS:
        return [("-", "".join(a)), ("+", "".join(b))]
    pieces: list[tuple[str, str]] = []
    removed = added = stays = ""
    for gone, come, after in _edits(a, b):
        if len(stays) <= min(max(len(removed), len(added)), max(len(gone), len(come))):
            removed, added = removed + stays + gone, added + stays + come
        else:
            pieces += [("-", removed), ("+", added), ("=", stays)]
            removed, added = gone, come
        stays = after
    return [*pieces, ("-", removed), ("+", added), ("=", stays)]


def _edits(a: list[str], b: list[str]) -> Iterator[tuple[str, str, str]]:
    """Each change as what goes, what comes, and what stays after it."""
    gone = come = ""
    for op in Indel.opcodes(a, b):
        if op.tag == "equal":
            yield gone, come, "".join(b[op.dest_start : op.dest_end])
            gone = come = ""
        else:
            gone += "".join(a[op.src_start : op.src_end])
            come += "".join(b[op.dest_start : op.dest_end])
    yield gone, come, ""


def shorten(words: Words, keep: int = 12) -> Words:
    """The same difference with long stretches that stay cut: ``…`` and how many words were left out there.

    Args:
        keep: words kept beside each change.
    """
    shown: list[tuple[str, str]] = []
    for place, (op, text) in enumerate(words):
        tokens = TOKEN.findall(text)
        head = 2 * keep if place else 0
        tail = 2 * keep if place < len(words) - 1 else 0
        cut = tokens[head : len(tokens) - tail]
        if op != "=" or len(cut) <= 2 * keep:
            shown.append((op, text))
            continue
        left_out = sum(not token.isspace() for token in cut)
        shown += [("=", "".join(tokens[:head])), ("…", str(left_out)), ("=", "".join(tokens[len(tokens) - tail :]))]
    return tuple(piece for piece in shown if piece[1])
