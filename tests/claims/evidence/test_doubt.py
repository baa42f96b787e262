from dataclasses import replace

import pytest

from claims.evidence.doubt import Look, doubt, other_than_page

PAGE = Look("https://harbour.example.org/log/4", "The log of the harbour", "en", "Twelve ships came on Monday. " * 40)


@pytest.mark.parametrize(
    ("now", "code"),
    [
        ({}, ""),
        ({"text": "Eleven ships came on Monday. " * 40}, ""),
        ({"title": "404 - Page not found"}, "not_found"),
        ({"title": "Diese Seite wurde nicht gefunden"}, "not_found"),
        ({"text": "Subscribe to read on. Two ships came."}, "wall"),
        ({"title": "Before you go on", "text": "We value your consent."}, "wall"),
        ({"url": "https://harbour.example.org/", "text": "News of the harbour. " * 60}, "front_page"),
        ({"language": "de"}, "language"),
        ({"language": ""}, ""),
        ({"text": "Ships came."}, "shrunk"),
        ({"text": "Subscribe to our letter. " + PAGE.text}, ""),  # a wall keeps the text back
    ],
)
def test_a_copy_is_doubted_when_it_may_not_be_the_page(now, code):
    assert doubt(PAGE, replace(PAGE, **now)) == code


@pytest.mark.parametrize(
    "page",
    [
        replace(PAGE, title="What to do when a ship is not found"),
        replace(PAGE, url="https://harbour.example.org/"),
        replace(PAGE, text="Short.", language=""),
    ],
)
def test_what_was_so_already_when_it_was_quoted_is_no_sign(page):
    assert doubt(page, replace(page, text=page.text[: len(page.text) // 2])) == ""


SHORT = Look(
    "https://port.example.org/notes/9", "Notes of the port", "", "The crane was sold in May. " + "It was old. " * 25
)
# What a site may send instead of the page: its title, and its text.
WALLS = {
    "en": (
        "Before you continue",
        "We value your privacy. We and our 812 partners store cookies on your device. Accept all.",
    ),
    "de": ("Hafenblatt", "Weiterlesen mit dem Abo. Jetzt abonnieren, und werbefrei lesen. Bereits Abonnent? Anmelden."),
    "fr": ("Avant de continuer", "Nous et nos 90 partenaires utilisons des traceurs. Tout accepter ou continuer sans."),
    "es": ("Puerto", "Nosotros y nuestros 90 socios usamos cookies. Aceptar todo. Suscríbete para seguir leyendo."),
    "it": ("Porto", "Noi e i nostri 90 partner trattiamo dati personali. Accetta tutti. Abbonati per leggere."),
    "pt": ("Porto", "Nós e os nossos 90 parceiros usamos dados pessoais. Aceitar tudo. Seja assinante para ler."),
    "nl": ("Haven", "Wij en onze 90 partners vragen toestemming. Alles accepteren, of word abonnee van dit blad."),
    "pl": ("Port", "My i nasi 90 partnerzy prosimy o zgodę na pliki cookie. Akceptuję. Zaprenumeruj gazetę."),
    "ru": ("Порт", "Подпишитесь, чтобы читать дальше. Сайт просит согласие на файлы cookie. Принять все."),
    "uk": ("Порт", "Передплатіть, щоб читати далі. Сайт просить згоду на файли cookie. Прийняти всі."),
}
ERRORS = {
    "en": ("Oops! We can't find that page", "We can't find the page you are looking for."),
    "en, below the name of the site": ("Harbour news", "404 - The page you requested was not found. Read next:"),
    "de": ("Hafenblatt", "Die Seite, die Sie suchen, wurde nicht gefunden."),
    "fr": ("Le port", "La page demandée est introuvable."),
    "es": ("Puerto", "La página solicitada no existe."),
    "it": ("Porto", "La pagina richiesta non esiste più."),
    "pt": ("Porto", "A página que procura não foi encontrada."),
    "nl": ("Haven", "Deze pagina bestaat niet meer."),
    "pl": ("Port", "Nie znaleziono strony."),
    "ru": ("Порт", "Запрошенная страница не найдена."),
    "uk": ("Порт", "Запитану сторінку не знайдено."),
}
INSTEAD = [(*page, "wall") for page in WALLS.values()] + [(*page, "not_found") for page in ERRORS.values()]


@pytest.mark.parametrize("times", [1, 10])
@pytest.mark.parametrize("before", [PAGE, SHORT])
@pytest.mark.parametrize(("title", "text", "code"), INSTEAD, ids=[*WALLS, *ERRORS])
def test_walls_and_error_pages_are_doubted_in_ten_languages_however_long_they_are(title, text, code, before, times):
    found = doubt(before, replace(before, title=title, text=f"{text} " * times))

    assert found == code
    assert other_than_page(title, f"{text} " * times) == code


@pytest.mark.parametrize("before", [PAGE, SHORT])
def test_a_page_that_holds_nothing_of_what_stood_there_is_another_one_unless_a_passage_was_found_in_it(before):
    now = replace(before, text="A list of all cafés along the river, with hours and prices. " * 20)

    assert doubt(before, now) == "other_page"
    assert doubt(before, now, another_stands=True) == ""


@pytest.mark.parametrize("instead", ["", "It was taken out.", "Subscribe to our letter."])
def test_a_page_that_lost_one_passage_and_stands_otherwise_is_the_page(instead):
    before = replace(
        SHORT, text="The port has nine cranes. " + SHORT.text + " They stand by the old quay, east of the town."
    )

    assert doubt(before, replace(before, text=before.text.replace("The crane was sold in May. ", instead))) == ""


def test_of_a_page_without_words_nothing_is_said():
    assert doubt(replace(SHORT, text="Crane."), replace(SHORT, text="Ship.")) == ""


@pytest.mark.parametrize(
    ("title", "text", "sign"),
    [
        ("Daily paper", "Subscribe to read on. Twelve ships came, and", "wall"),
        ("Are you a robot?", "Press the button.", "wall"),
        ("Daily paper", "Twelve ships came.", ""),
        ("Daily paper", "Twelve ships came on Monday. " * 40 + "Subscribe to our letter.", ""),
        ("Daily paper", "We use cookies. " * 1000, ""),  # no wall is so long
        ("What to do when a ship is not found", "The captain could not be found for a week.", ""),
        ("Der Hafen", "Die Kapitäne wollen dem Plan zustimmen und sich anmelden.", ""),
        ("Порт", "Министр согласился принять делегацию.", ""),
    ],
)
def test_a_copy_says_by_its_own_words_whether_it_is_a_wall_or_an_error_page(title, text, sign):
    assert other_than_page(title, text) == sign
