import pytest
from django.urls import reverse

from claims.models import Draft
from claims.workflow import edit
from claims.workflow.apply import apply
from tests.claims.workflow import desk

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def claim(people):
    return desk.ready(people)


@pytest.fixture
def author(client, people):
    client.force_login(people.author)
    return people.author


def marks(claim):
    return {f"seen-{name}": mark for name, mark in edit.digests(desk.reload(claim)).items()}


def address(name, claim, *args, part="verdict"):
    return reverse(f"claims:draft-{name}", args=[claim.pk, part, *args] if name != "list" else [claim.pk])


def keep(client, claim, part="verdict", **texts):
    data = marks(claim) | {"draft": "window-a", **texts}
    return client.post(address("keep", claim, part=part), data, headers=HTMX)


def test_what_is_typed_is_kept_and_the_writer_reads_when(client, author, claim):
    response = keep(client, claim, rationale="Half a sen")

    assert response.json()["said"].startswith("Draft saved ")
    assert response.json()["warning"] == ""
    assert Draft.objects.get().texts == {"rationale": "Half a sen"}


def test_the_writer_is_warned_while_he_types_that_somebody_else_saved(client, author, claim):
    seen = marks(claim)
    edit.edit_claim(
        claim.pk, by=author, fields={"rationale": "Other words."}, seen=edit.digests(desk.reload(claim))
    )  # in another window
    response = client.post(address("keep", claim), seen | {"draft": "w", "rationale": "Half a sen"}, headers=HTMX)

    assert "rationale" in response.json()["warning"]


def test_a_draft_is_offered_when_the_page_is_opened_again_and_fills_the_form(client, author, claim):
    keep(client, claim, rationale="Half a sen", title="Ships")
    offer = client.get(address("list", claim), headers=HTMX).content.decode()
    draft = client.get(address("detail", claim, "window-a"), headers=HTMX).json()

    assert "Go on writing" in offer
    assert offer.index("Rationale</b>") < offer.index("Headline</b>")
    assert draft["texts"] == {"rationale": "Half a sen", "title": "Ships"}
    assert draft["seen"] == {name: marks(claim)[f"seen-{name}"] for name in ("rationale", "title")}
    assert draft["mark"] == "window-a.1"


def test_the_claim_page_asks_for_unsaved_text_when_it_has_loaded(client, author, claim):
    page = client.get(reverse("claims:claim-detail", args=[claim.pk])).content.decode()

    assert address("list", claim) in page


def test_text_that_came_too_late_stays_readable_for_its_writer(client, author, claim):
    keep(client, claim, rationale="Came too late")
    apply(claim.pk, "submit", by=author)
    offer = client.get(address("list", claim), headers=HTMX).content.decode()

    assert "You cannot change it now" in offer
    assert "Came too late" in offer
    assert "Go on writing" not in offer


def test_save_takes_the_draft_with_it(client, author, claim):
    keep(client, claim, rationale="Half a sentence.")
    data = marks(claim) | {"draft": "window-a", "rationale": "Half a sentence."}
    client.post(reverse("claims:verdict-edit", args=[claim.pk]), data)

    assert not Draft.objects.exists()
    assert desk.reload(claim).rationale == "Half a sentence."


def test_a_save_that_meets_another_text_leaves_the_draft_until_one_is_taken(client, author, claim):
    keep(client, claim, rationale="Half a sentence.")
    data = marks(claim) | {"draft": "window-a", "rationale": "Half a sentence."}
    edit.edit_claim(claim.pk, by=author, fields={"rationale": "Other."}, seen=edit.digests(desk.reload(claim)))
    response = client.post(reverse("claims:verdict-edit", args=[claim.pk]), data)

    assert response.status_code == 409
    assert Draft.objects.get().texts == {"rationale": "Half a sentence."}
    assert 'name="draft" value="window-a"' in response.content.decode()


def test_a_draft_can_be_thrown_away_with_and_without_scripts(client, author, claim):
    keep(client, claim, rationale="Half a sen")
    assert b"Go on writing" not in client.post(address("drop", claim, "window-a"), headers=HTMX).content
    keep(client, claim, rationale="Half a sen")
    assert client.post(address("drop", claim, "window-a")).status_code == 302
    assert not Draft.objects.exists()


@pytest.mark.parametrize("who", ["contributor", "cross_checker", "other_editor", "administrator", "auditor"])
def test_nobody_else_is_shown_a_word_of_it(client, people, author, claim, who):
    keep(client, claim, rationale="Planted words")
    client.force_login(getattr(people, who))

    for reply in (
        client.get(address("list", claim), headers=HTMX),
        client.get(address("detail", claim, "window-a"), headers=HTMX),
        client.get(reverse("claims:claim-detail", args=[claim.pk])),
        client.get(reverse("claims:claim-list") + "?q=Planted"),
    ):
        assert "Planted words" not in reply.content.decode()


def test_a_draft_of_a_confidential_claim_does_not_exist_for_strangers(client, people, claim):
    desk.reload(claim)
    edit.arrange_claim(claim.pk, by=people.editor, confidential=True)
    client.force_login(people.cross_checker)

    assert keep(client, claim, part="statement", context="Mine").status_code == 404
    assert client.get(address("list", claim), headers=HTMX).status_code == 404


def test_what_cannot_be_kept_is_refused_in_one_sentence(client, author, claim):
    response = keep(client, claim, rationale="x" * 200_001)

    assert response.status_code == 422
    assert response.json() == {"said": "This is too long to be kept while you write."}
    assert keep(client, claim, part="nonsense").status_code == 404
