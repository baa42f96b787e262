"""Is what the site sent the page at all?  A passage missing from a wall, an error page or a front page is not gone.

Pure.  The signs, each enough to look again rather than to accuse: the words of an error page (a soft 404) or of a wall of
consent or payment, a forward to the front page, another language, far less text than before, or nothing at all of what
stood there before.  The words are those of ten languages; the last sign needs none.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

SHRUNK = 0.3  # of the text before; below this the page is not the one that was quoted
NOTHING = 0.05  # of the text before: a few words any two pages share
ENOUGH_TEXT = 400  # characters: shorter pages may well shrink
LITTLE_TEXT = 1000  # characters: less than most pages that are quoted have
MUCH_TEXT = 10_000  # characters: no wall says so much
OPENING = 200  # characters in which an error page says so
WORDS_A_SIGN = 20  # a text that speaks of consent or payment as often as this speaks of little else
SHINGLE = 3  # words in a row that are looked at as one

_ERROR = re.compile(
    r"\b404\b|\b410\b|not found|no longer available|page (?:has been |was )?(?:removed|deleted)|does not exist|"
    r"can(?:no|.)t (?:be )?f(?:ou|i)nd|nicht gefunden|existiert nicht|nicht mehr verfügbar|introuvable|n.existe (?:pas|plus)|"
    r"no encontrad|no existe|no (?:se ha podido|hemos podido) encontrar|non (?:è stata )?trovat|non esiste|não (?:foi )?encontrad|"
    r"não existe|niet gevonden|bestaat niet|nie znalezion|nie istnieje|не найден|не существует|не знайден|не існує",
    re.IGNORECASE,
)
# What an error page says in its text; an article may well tell that somebody was not found.
_ERROR_TEXT = re.compile(
    r"^\W*(?:error |fehler |erreur )?(?:404|410)\b|(?:page|article|seite|artikel|página|artículo|artigo|pagina|articolo|strona|"
    r"strony|страниц\w*|сторінк\w*)\b[^.!?\n]{0,60}(?:not found|not exist|removed|deleted|no longer|nicht gefunden|existiert "
    r"nicht|nicht mehr|introuvable|n.existe|no encontrad|no existe|non trovat|non esiste|não encontrad|não existe|"
    r"não foi encontrad|niet gevonden|bestaat niet|nie została|nie istnieje|не найден|не существует|не знайден|не існує)|"
    r"(?:can(?:no|.)t|could not|couldn.t) find (?:that|the|this) (?:page|article)|nie znaleziono strony",
    re.IGNORECASE,
)
_WALL = re.compile(
    r"subscri(?:be|ption)|(?:sign|log) in to (?:read|continue)|cookie|consent|captcha|are you (?:a )?(?:robot|human)|"
    r"verify you are|access denied|enable javascript|your privacy|privacy policy|(?:our|\d+) partners|personal data|"
    r"information on a device|legitimate interest|accept all|"
    r"\babo\b|abonnieren|abonnent\b|einwilligung|datenschutz|alle[ns]? (?:akzeptieren|zustimmen)|akzeptieren und|unsere \d*\s*partner|"
    r"abonnez-vous|abonnés|traceurs|consentement|nos \d*\s*partenaires|tout accepter|accepter et|données personnelles|"
    r"suscr[ií]b[ea]|suscripci[óo]n|consentimiento|aceptar (?:todo|y\b)|nuestros \d*\s*socios|datos personales|"
    r"abbon(?:ati|amento)|consenso|accetta (?:tutt|e\b)|nostri \d*\s*partner|dati personali|"
    r"assin(?:e já|ante|atura)|aceitar (?:tudo|todos|e\b)|nossos \d*\s*parceiros|dados pessoais|"
    r"abonnee|abonneren|toestemming|(?:alles|allemaal) accepteren|accepteren en|onze \d*\s*partners|persoonsgegevens|"
    r"subskry[bp]|prenumerat|zgod[aęy] na|(?:za)?akceptuj|nasi \d*\s*partnerzy|dan(?:e|ych) osobow|"
    r"подпишитесь|подписк[аеиу]|принять (?:все|и\b)|согласие на|файлы cookie|персональны[ехм]+ данны|"
    r"передплат|підпишіться|підписк[аиу]|прийняти (?:всі|все|та\b)|згод[аиу] на|персональн\w+ дан",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Look:
    """One copy, as far as doubt needs it."""

    url: str
    title: str
    language: str
    text: str


def doubt(before: Look, now: Look, *, another_stands: bool = False) -> str:
    """Why the newer copy, in which a passage is missing, is perhaps not the page that was quoted: a code, empty without one.

    Codes: ``not_found``, ``wall``, ``front_page``, ``language``, ``shrunk``, ``other_page``.

    Args:
        another_stands: another passage of the same source was found in the newer copy, so it is that page.
    """
    sign = other_than_page(now.title, now.text)
    is_new_sign = sign not in {"", other_than_page(before.title, before.text)}
    left = _share_left(before.text, now.text)
    shrunk = len(before.text) >= ENOUGH_TEXT and len(now.text) < SHRUNK * len(before.text)
    may_be = (
        ("not_found", _ERROR.search(now.title) and not _ERROR.search(before.title)),
        ("wall", shrunk and _WALL.search(f"{now.title}\n{now.text[:MUCH_TEXT]}")),
        (sign, is_new_sign and left < SHRUNK),
        ("front_page", _is_front_page(now.url) and not _is_front_page(before.url)),
        ("language", before.language and now.language and before.language != now.language),
        ("shrunk", shrunk),
        ("other_page", left < NOTHING and not another_stands),
    )
    return next((code for code, holds in may_be if holds), "")


def other_than_page(title: str, text: str) -> str:
    """What a copy is by its own words, if not a page: ``not_found`` for an error page, ``wall``, or nothing.

    A wall says little, and of subscribing, consent or robots; or it says much, and speaks of hardly anything else.
    """
    if _ERROR_TEXT.search(title) or _ERROR_TEXT.search(text[:OPENING]):
        return "not_found"
    if len(text) > MUCH_TEXT:
        return ""
    said = f"{title}\n{text}"
    signs, words = len(_WALL.findall(said)), len(re.findall(r"\w+", said))
    return "wall" if signs and (len(text) < LITTLE_TEXT or signs * WORDS_A_SIGN > words) else ""


def _share_left(before: str, now: str) -> float:
    """How much of the text before still stands, from 0 to 1, by the words that follow one another."""
    old = _shingles(before)
    return len(old & _shingles(now)) / len(old) if old else 1.0


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.casefold())
    return set(zip(*(words[place:] for place in range(SHINGLE)), strict=False))


def _is_front_page(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path in {"", "/"} and not parts.query
