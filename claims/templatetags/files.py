"""The kinds of files that are kept, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from claims.web.kinds import is_misnamed
from claims.web.media import DOCX, HTML, PDF, ZIP
from claims.web.pictures import GIF, JPEG, PNG, WEBP
from claims.workflow.readable import isolate

KINDS: dict[str, str | Promise] = {
    HTML: _("web page"),
    PDF: "PDF",
    DOCX: _("Word file"),
    "text/plain": _("plain text"),
    PNG: _("picture (PNG)"),
    JPEG: _("picture (JPEG)"),
    GIF: _("picture (GIF)"),
    WEBP: _("picture (WebP)"),
    ZIP: _("ZIP archive"),
}


def file_kind(mime: str) -> str:
    """A media type as an editor calls it; the type itself where there is no word for it."""
    return str(KINDS.get(mime, mime) or _("file"))


def say_misnamed(name: str, mime: str) -> str:
    """A sentence for whoever brought a file that is another than its name says; empty when it is what it says."""
    if not is_misnamed(name, mime):
        return ""
    words = gettext(
        "“%(name)s” is not what its name says: by its content it is of the kind “%(kind)s”, and kept as that."
    )
    return words % {"name": isolate(name), "kind": file_kind(mime)}
