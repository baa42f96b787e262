"""Entries of the record as the panel names them: who did what, in a sentence, without what the entry itself says."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.views.record_words import WORDS

_w = gettext_lazy
# What happens to the desk, to articles and to sources; what happens to claims has its words in their record.
BESIDE_CLAIMS: dict[str, str | Promise] = {
    "add_setting": _w("%(who)s added a setting"),
    "change_setting": _w("%(who)s changed a setting"),
    "reword_question": _w("%(who)s reworded a question"),
    "let_go": _w("%(who)s closed an account"),
    "recuse": _w("%(who)s declared a conflict of interest"),
    "withdraw_recusal": _w("%(who)s withdrew a conflict of interest"),
    "password_link": _w("%(who)s made a link to set a password"),
    "show_secret": _w("%(who)s was shown a signing secret"),
    "test_webhook": _w("%(who)s tested a webhook"),
    "send_again": _w("%(who)s sent a delivery again"),
    "export_claims": _w("%(who)s exported claims"),
    "erase_event": _w("%(who)s erased words of the record"),
    "verify_record": _w("The whole record was checked"),
    "add_article": _w("%(who)s took an article in"),
    "describe_article": _w("%(who)s described an article"),
    "decide_candidate": _w("%(who)s decided on a candidate"),
    "put_back_candidate": _w("%(who)s put a candidate back"),
    "capture": _w("A source was captured"),
    "upload": _w("%(who)s uploaded a copy of a source"),
    "archive_elsewhere": _w("A source was archived elsewhere"),
    "source_changed": _w("A passage was altered or is gone"),
    "source_change_confirmed": _w("A second look found the altered passage again"),
    "source_silent": _w("A source did not answer three times in a row"),
    "copy_damaged": _w("A stored copy was damaged or missing"),
    "copy_mended": _w("A stored copy was whole again"),
    "close_alert": _w("%(who)s closed an alert on a source"),
}


class _Left(dict[str, str]):
    """Stands for what is not told here: a number, a name, a field."""

    def __missing__(self, name: str) -> str:
        return "\u2026"


def deed(action: str, who: str = "") -> str:
    """What was done, in a sentence; ``who`` may be left open, as in a list of all that can be done."""
    words: Any = BESIDE_CLAIMS.get(action) or (WORDS[action].text if action in WORDS else action.replace("_", " "))
    return str(words) % _Left({"who": who} if who else {})


def doer(actor_ref: str, name: str | None) -> str:
    """Who did it: a person by name, else the desk itself."""
    return name or (actor_ref if actor_ref.startswith("person/") else _("The desk"))
