"""THE TABLE of what a file of claims may hold: every column, what may stand in it, and what it means.

Pure: the reader, the writer, the template to download and the page of the documentation are made from it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from claims.workflow.readable import clean

CLAIM, APPEARANCE, EVIDENCE = "claim", "appearance", "evidence"
KINDS_OF_EVIDENCE = (
    "primary", "statement", "dataset", "research", "news", "expert", "media", "interview", "desk_note",
)  # fmt: skip
HIGHEST_NUMBER = 32_767


def _(text: str) -> str:
    """Marks a sentence for translation; ``Problem`` is translated where it is shown."""
    return text


class Unreadable(ValueError):
    """A value that its column cannot hold: a sentence, and what is put into it."""

    def __init__(self, sentence: str, **told: Any) -> None:
        super().__init__(sentence % told)
        self.sentence = sentence
        self.told = told


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        name: its heading in CSV and its key in JSON Lines.
        part: what it tells of: the claim, one of its appearances or one of its pieces of evidence.
        kind: a key of ``READERS``: how a value is read.
        longest: characters at most; 0: as many as one likes.
        words: what it means, for the documentation.
        hidden: told of public claims only, as the blind review wants.
    """

    name: str
    part: str
    kind: str
    words: str
    longest: int = 0
    choices: tuple[str, ...] = ()
    example: str = ""
    hidden: bool = False

    @property
    def empty(self) -> Any:
        """What the column holds when it says nothing."""
        return {"list": [], "yes": False, "number": None, "date": None}.get(self.kind, "")


# fmt: off
COLUMNS: tuple[Column, ...] = (
    Column("external_id", CLAIM, "line", "The name under which another system knows the claim. The same name twice is the same claim; without one, a name is made of the statement, the first claimant, the day and the address.", 120, example="ours-2024-017"),
    Column("mark", CLAIM, "line", "Written by the export, so that a later import of the row notices what was changed on the desk since. Leave it as it is, or leave it out.", 16),
    Column("statement", CLAIM, "line", "The claim, stated affirmatively in one sentence. A new claim needs one.", 500, example="The harbour handled twelve ships in one day."),
    Column("context", CLAIM, "text", "What one must know to understand it.", example="Said at the opening of the new quay."),
    Column("language", CLAIM, "line", "Code of its language.", 12, example="en"),
    Column("kind", CLAIM, "choice", "What sort of claim it is.", choices=("past", "present", "quote", "forecast", "opinion"), example="past"),
    Column("topics", CLAIM, "list", "Names of topics; one the desk does not know is made.", 80, example="Harbours"),
    Column("no_appearance_reason", CLAIM, "line", "Why no appearance is given.", 300),
    Column("confidential", CLAIM, "yes", "Whether only its people and editors may know of it."),
    Column("priority", CLAIM, "number", "1 is most urgent, 9 least.", 9, example="5"),
    Column("worth", CLAIM, "choice", "How worthy it is of a check.", choices=("", "high", "medium", "low")),
    Column("worth_reason", CLAIM, "line", "Why it is.", 300),
    Column("rating", CLAIM, "line", "The verdict: scale/code, or the code or the label of a rating offered today.", 102, hidden=True),
    Column("confidence", CLAIM, "choice", "How sure the desk is of it.", choices=("", "high", "medium", "low"), hidden=True),
    Column("rationale", CLAIM, "text", "Why; [2] cites evidence 2.", hidden=True),
    Column("evidence_exception", CLAIM, "text", "Why less evidence is enough.", hidden=True),
    Column("title", CLAIM, "line", "Headline of the check.", 200, hidden=True),
    Column("summary", CLAIM, "text", "Its summary.", hidden=True),
    Column("body", CLAIM, "text", "Its text.", hidden=True),
    Column("appearance_number", APPEARANCE, "number", "Number of the appearance; without one, they are counted.", HIGHEST_NUMBER, example="1"),
    Column("claimant", APPEARANCE, "line", "Name of who made the claim; somebody the desk does not know is added.", 160, example="Harbour Office"),
    Column("claimant_kind", APPEARANCE, "choice", "What he is; counts for somebody new.", choices=("person", "government", "organisation", "outlet"), example="government"),
    Column("position", APPEARANCE, "choice", "Which position he takes.", choices=("asserts", "denies", "reports"), example="asserts"),
    Column("said_on", APPEARANCE, "date", "The day.", example="2024-06-19"),
    Column("date_basis", APPEARANCE, "line", "Where the day comes from.", 300, example="date of the report"),
    Column("appearance_url", APPEARANCE, "address", "Where it can be read.", 2000, example="https://news.example.org/quay"),
    Column("verbatim", APPEARANCE, "text", "The words as said.", example="Twelve ships in a single day!"),
    Column("place", APPEARANCE, "line", "The place in the text.", 200, example="paragraph 3"),
    Column("first", APPEARANCE, "yes", "Whether it is the first one known; else it is the one with the lowest number.", example="yes"),
    Column("evidence_number", EVIDENCE, "number", "Number of the piece of evidence, by which the rationale cites it; without one, they are counted.", HIGHEST_NUMBER, example="1"),
    Column("evidence_url", EVIDENCE, "address", "Address of the source. One without an address needs a title.", 2000, example="https://port.example.org/2024-06.pdf"),
    Column("evidence_title", EVIDENCE, "line", "What the source is called; counts for a source nobody cited yet.", 400, example="Ships handled in June 2024"),
    Column("evidence_kind", EVIDENCE, "choice", "Its type.", choices=KINDS_OF_EVIDENCE, example="primary"),
    Column("stance", EVIDENCE, "choice", "Which way it points.", choices=("supports", "refutes", "context"), example="refutes"),
    Column("origin", EVIDENCE, "line", "Two pieces of one origin are not independent.", 120, example="port authority"),
    Column("reliability", EVIDENCE, "choice", "Grade of the source, F when unknown.", choices=("A", "B", "C", "D", "E", "F"), example="A"),
    Column("credibility", EVIDENCE, "choice", "Grade of the information, 6 when unknown.", choices=("1", "2", "3", "4", "5", "6"), example="1"),
    Column("grade_reason", EVIDENCE, "line", "Why these grades.", 300, example="The register itself."),
    Column("evidence_note", EVIDENCE, "text", "What it shows.", example="Page 4: nine ships on 19 June."),
    Column("withheld_reason", EVIDENCE, "line", "Why readers are not told of the source; empty: they are.", 300),
)
# fmt: on
BY_NAME = {column.name: column for column in COLUMNS}
PARTS = {part: tuple(column for column in COLUMNS if column.part == part) for part in (CLAIM, APPEARANCE, EVIDENCE)}
HIDDEN = tuple(column.name for column in COLUMNS if column.hidden)

YES = frozenset({"yes", "true", "1", "y", "ja", "oui", "sí", "si"})
NO = frozenset({"", "no", "false", "0", "n", "nein", "non"})


def read_value(column: Column, raw: Any) -> Any:
    """The value a cell, or a key of JSON, stands for.

    Raises:
        Unreadable: in words that say what may stand there.
    """
    if raw is None:
        return column.empty
    if isinstance(raw, str):
        _check_text(raw)
    return READERS[column.kind](column, raw)


def _check_text(raw: str) -> None:
    if "\x00" in raw:
        raise Unreadable(_("a character that no text may hold stands in it (NUL)."))
    if any("\ud800" <= char <= "\udfff" for char in raw):
        raise Unreadable(_("a broken character stands in it (half of a surrogate pair)."))


def _text(column: Column, raw: Any) -> str:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise Unreadable(_("a text belongs here."))
    text = clean(str(raw))
    return text if text.strip() else ""


def _line(column: Column, raw: Any) -> str:
    text = " ".join(_text(column, raw).split())
    if column.longest and len(text) > column.longest:
        raise Unreadable(
            _("it is %(long)d characters long; %(most)d are the most."), long=len(text), most=column.longest
        )
    return text


def _address(column: Column, raw: Any) -> str:
    text = _line(column, raw)
    if text and (" " in text or not text.lower().startswith(("http://", "https://"))):
        raise Unreadable(_("“%(value)s” is no address; one begins with http:// or https://."), value=text[:80])
    return text


def _choice(column: Column, raw: Any) -> str:
    text = _line(column, raw)
    found = next((choice for choice in column.choices if choice.casefold() == text.casefold()), None)
    if found is None and text:
        choices = ", ".join(choice for choice in column.choices if choice)
        raise Unreadable(_("“%(value)s” is none of: %(choices)s."), value=text[:80], choices=choices)
    return found or ""


def _yes(column: Column, raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    text = _line(column, raw).casefold()
    if text not in YES | NO:
        raise Unreadable(_("“%(value)s” is neither yes nor no."), value=text[:80])
    return text in YES


def _number(column: Column, raw: Any) -> int | None:
    text = _line(column, raw) if not isinstance(raw, int) else str(int(raw))
    if not text:
        return None
    if isinstance(raw, bool) or not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= column.longest):
        raise Unreadable(_("“%(value)s” is no number from 1 to %(most)d."), value=text[:80], most=column.longest)
    return int(text)


def _date(column: Column, raw: Any) -> date | None:
    text = _line(column, raw)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Unreadable(_("“%(value)s” is no day; write it as 2024-06-19."), value=text[:80]) from None


def _list(column: Column, raw: Any) -> list[str]:
    items: Iterable[Any] = split_cell(raw) if isinstance(raw, str) else raw if isinstance(raw, list) else [raw]
    for item in items:
        if isinstance(item, str):
            _check_text(item)
    return sorted({text for text in (_line(column, item) for item in items) if text})


READERS: dict[str, Callable[[Column, Any], Any]] = {
    "text": _text,
    "line": _line,
    "address": _address,
    "choice": _choice,
    "yes": _yes,
    "number": _number,
    "date": _date,
    "list": _list,
}

BETWEEN = "|"


def split_cell(cell: str) -> list[str]:
    r"""The items of a cell that holds several, between upright strokes; ``\|`` and ``\\`` stand for themselves."""
    items, item, escaped = [], "", False
    for char in cell:
        if char == BETWEEN and not escaped:
            items.append(item.strip())
            item = ""
        elif char == "\\" and not escaped:
            escaped = True
            continue
        else:
            item += char
        escaped = False
    return [*items, item.strip()] if item or items else []


def join_cell(items: Iterable[str]) -> str:
    """One cell of several items; ``split_cell`` undoes it."""
    return f" {BETWEEN} ".join(item.replace("\\", "\\\\").replace(BETWEEN, f"\\{BETWEEN}") for item in items)


def cell_of(column: Column, value: Any) -> str:
    """A value as a cell; ``read_value`` undoes it."""
    if isinstance(value, list):
        return join_cell(value)
    if isinstance(value, bool):
        return "yes" if value else ""
    return "" if value is None else value.isoformat() if isinstance(value, date) else str(value)


def json_of(value: Any) -> Any:
    """A value as JSON holds it; ``read_value`` undoes it."""
    return value.isoformat() if isinstance(value, date) else value
