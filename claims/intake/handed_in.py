"""The file an article came as: kept beside it until its text is read, so that nothing is lost when that fails."""

import hashlib
from dataclasses import dataclass

from django.utils.translation import gettext as _

from claims.errors import UserFacingError
from claims.models import Article, ArticleFile
from claims.web.limited import extract_limited
from claims.web.media import Extract

MAX_BYTES = 10 * 1024 * 1024
NAMELESS = "file"


@dataclass(frozen=True)
class HandedIn:
    """A file as a person brought it; ``mime`` is what its name says it is, and may be empty."""

    name: str
    mime: str
    data: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def take_file(name: str, mime: str, data: bytes) -> HandedIn:
    """A file that is neither empty nor too large; it is not opened here.

    Raises:
        UserFacingError: it is one of the two.
    """
    if not data:
        raise UserFacingError(_("The file is empty."), "empty")
    if len(data) > MAX_BYTES:
        raise UserFacingError(_("The file is larger than 10 MB."), "too_large")
    plain = "".join(char for char in name if char.isprintable())[:200]
    return HandedIn(plain or NAMELESS, mime, data)


def keep_file(article: Article, file: HandedIn) -> None:
    """Keep it beside its article, in the caller's transaction."""
    ArticleFile.objects.create(article=article, name=file.name, mime=file.mime, sha256=file.sha256, data=file.data)


def find_file(article_id: int) -> ArticleFile | None:
    """The file that is still to be read; ``None`` when the article came in another way, or was read."""
    return ArticleFile.objects.filter(article=article_id).exclude(data=b"").first()


def file_name(article_id: int) -> str:
    """What the article's file was called; empty when it came in another way."""
    return ArticleFile.objects.filter(article=article_id).values_list("name", flat=True).first() or ""


def let_go(article_id: int) -> None:
    """The text was read: the bytes are needed no more, and the hash tells the same file again."""
    ArticleFile.objects.filter(article=article_id).update(data=b"")


def has_text(found: Extract) -> bool:
    """Whether it was read, if only in its beginning."""
    return found.state in {"ok", "shortened"} and bool(found.body_text)


def read_file(file: ArticleFile) -> Extract:
    """Read its text, in a limited process.

    Raises:
        UserFacingError: no text can be read from it; no later try would do better, unless the machine was too busy.
    """
    found = extract_limited(bytes(file.data), file.mime, "", "")
    if not has_text(found):
        told = "" if found.state in {"empty", "shortened"} else found.problem  # which speaks of a page
        refusal = UserFacingError(told or _("No text can be read from this file."), found.state)
        refusal.permanent = found.state != "too_heavy"
        raise refusal
    return found
