"""Is what the site sent the page at all?  A passage missing from a wall, an error page or a front page is not gone.

Pure.  The signs, each enough to look again rather than to accuse: an answer 200 whose title says "not found" (a soft
404), a wall of consent or payment, a forward to the front page, another language, far less text than before.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

SHRUNK = 0.3  # of the text before; below this the page is not the one that was quoted
ENOUGH_TEXT = 400  # characters: shorter pages may well shrink
LITTLE_TEXT = 1000  # characters: less than most pages that are quoted have

_ERROR = re.compile(
    r"\b404\b|\b410\b|not found|no longer available|page (?:has been |was )?(?:removed|deleted)|does not exist|"
    r"nicht gefunden|introuvable|no encontrad|не найдена",
    re.IGNORECASE,
)
_WALL = re.compile(
    r"subscri(?:be|ption)|sign in to (?:read|continue)|log in to (?:read|continue)|cookie|consent|captcha|"
    r"are you (?:a )?(?:robot|human)|verify you are|access denied|enable javascript",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Look:
    """One copy, as far as doubt needs it."""

    url: str
    title: str
    language: str
    text: str


def doubt(before: Look, now: Look) -> str:
    """Why the newer copy is perhaps not the page that was quoted: a code, empty when nothing speaks for it.

    Codes: ``not_found``, ``wall``, ``front_page``, ``language``, ``shrunk``.
    """
    shrunk = len(before.text) >= ENOUGH_TEXT and len(now.text) < SHRUNK * len(before.text)
    if _ERROR.search(now.title) and not _ERROR.search(before.title):
        return "not_found"
    if shrunk and _WALL.search(f"{now.title}\n{now.text}"):
        return "wall"
    if _is_front_page(now.url) and not _is_front_page(before.url):
        return "front_page"
    if before.language and now.language and before.language != now.language:
        return "language"
    return "shrunk" if shrunk else ""


def is_perhaps_a_wall(title: str, text: str) -> bool:
    """A page that says little, and speaks of subscribing, consent or robots: a person should look whether it is the page."""
    return len(text) < LITTLE_TEXT and bool(_WALL.search(f"{title}\n{text}"))


def _is_front_page(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path in {"", "/"} and not parts.query
