"""Pages that no journey passes, each in both schemes and widths; and what every page must bear beside those."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_two_people import forgive

pytestmark = pytest.mark.thorough

# A page as its address and the name of its pictures.
OWN = {
    "my-day": "/my-day/",
    "notices": "/notices/",
    "profile": "/profile/",
    "profile-recusals": "/profile/recusals/",
    "profile-notices": "/profile/notices/",
    "password-change": "/accounts/password/change/",
    "sent-again": "/sent-again/",
    "sign-out": "/accounts/logout/",
}
OF_THE_DESK = {
    "help": "/help/",
    "help-stage": "/help/stages/in_review/",
    "intake-start": "/intake/",
    "queue-empty": "/claims/?q=zebra+crossing",
    "agreement": "/desk/agreement/",
    "versions": "{claim}revisions/",
    "difference": "{claim}compare/?from=1&to=2",
}
STRETCHED = {
    "queue": "/claims/",
    "claim": "{claim}",
    "reader": "/evidence/1/",
    "difference": "{claim}compare/?from=1&to=2",
    "new-claim": "/claims/new/",
    "desk": "/desk/",
    "topic": "/topics/missiles/",
    "search": "/search/?q=missile",
    "jobs": "/jobs/",
    "profile-notices": "/profile/notices/",
    "help": "/help/",
    "public": "{public}",
}


@pytest.fixture
def published(visit):
    """A published claim of the starting newsroom: its own address, and that of its public page."""
    page = visit("editor-1").go("/claims/?view=published&q=supplied")
    claim = page.locator("a[data-row-link]").first.get_attribute("href").partition("?")[0]
    page.goto(claim)
    return {"claim": claim, "public": page.get_by_role("link", name="public page").get_attribute("href")}


@pytest.mark.parametrize("pages", [OWN, OF_THE_DESK], ids=["own", "desk"])
def test_pages_beside_the_main_job_are_accessible_in_every_size(visit, published, pages):
    editor = visit("editor-1")
    for name, address in pages.items():
        editor.go(address.format(**published))
        editor.page.wait_for_load_state("networkidle")  # what is loaded when a page is there
        editor.inspect(name)


def test_no_page_loses_anything_at_320_pixels_at_twice_the_size_from_right_to_left_or_on_paper(visit, published):
    editor = visit("editor-1")
    for name, address in STRETCHED.items():
        editor.go(address.format(**published))
        editor.page.wait_for_load_state("networkidle")
        editor.stretch(name)


def test_paper_has_the_addresses_of_the_sources_and_nothing_to_press(visit, published):
    page = visit("editor-1").go(published["claim"])
    source = page.locator("#e1 a[data-address]")
    assert source.get_attribute("data-address").startswith("https://")
    page.emulate_media(media="print")

    expect(page.locator("#your-move")).to_be_hidden()
    expect(page.locator("#e1 .ev-foot")).to_be_hidden()
    after = source.evaluate("link => getComputedStyle(link, '::after').content")
    assert source.get_attribute("data-address") in after


def test_what_is_refused_is_said_on_a_page_of_its_own(visit):
    auditor = visit("auditor-1")
    for name, address, status in [
        ("refused-403", "/claims/new/", 403),
        ("refused-404", "/nothing/here/", 404),
        ("refused-405", "/claims/bulk/", 405),
        ("unsubscribe-too-late", "/unsubscribe/an-old-token/", 404),
    ]:
        answer = auditor.page.goto(address)
        assert answer.status == status, address
        forgive(auditor, status)
        auditor.inspect(name)

    page = auditor.go("/accounts/logout/")
    page.locator("[name=csrfmiddlewaretoken]").evaluate_all("fields => { for (const one of fields) one.value = 'old' }")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This page was open too long")
    forgive(auditor, 403)
    auditor.inspect("refused-csrf")


def test_a_statement_from_right_to_left_stands_so_among_words_from_left_to_right(visit):
    editor = visit("editor-2")
    page = editor.go("/claims/new/")
    statement = "استقبل ميناء نورلاند 1240 سفينة في عام 2025."
    page.get_by_label("Statement").fill(statement)
    page.get_by_label("Language").select_option("ar")
    page.get_by_label("Why there is no appearance").fill("A reader asked.")
    page.get_by_role("button", name="Put it into the inbox").click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text(statement)

    assert heading.evaluate("heading => getComputedStyle(heading).direction") == "rtl"
    editor.inspect("claim-arabic")
    page = editor.go("/claims/?sort=newest")
    row = page.get_by_role("link", name=statement)
    assert row.evaluate("link => getComputedStyle(link).direction") == "rtl"


def test_a_forgotten_password_is_set_by_a_link_of_the_administrator(visit):
    administrator = visit("administrator-1")
    page = administrator.go("/admin/claims/person/?q=contributor-2")
    page.get_by_role("checkbox", name=re.compile("Select this object")).first.check()
    page.get_by_label("Action:").select_option("make_password_link")
    page.get_by_role("button", name="Go").click()
    said = page.get_by_text("Give this to").inner_text()
    stranger = visit()
    page = stranger.go(re.search(r"/password-link/\S+", said)[0])
    stranger.inspect("password-link")
    page.get_by_label("New password", exact=True).fill("short")
    page.locator("form [type=password]").last.fill("short")
    page.get_by_role("button", name="Set this password").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    stranger.inspect("password-link-refused")
