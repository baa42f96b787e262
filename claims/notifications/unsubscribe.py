"""Leave off a kind of e-mail without signing in, by the address its own header names.

Source: RFC 8058, "Signaling One-Click Functionality for List Email Headers".
"""

from dataclasses import replace

from django.conf import settings
from django.core import signing
from django.urls import reverse

from claims.models import Person
from claims.notifications import choices

SALT = "claims.unsubscribe"


def address_of(person: Person, kind: str) -> str:
    """Where this person stops this kind of e-mail; whoever holds the address may do that and nothing else."""
    token = signing.dumps([person.pk, kind], salt=SALT)
    return f"{settings.BASE_URL}{reverse('claims:unsubscribe', args=[token])}"


def read_token(token: str) -> tuple[Person, str] | None:
    """Whose e-mails of which kind; ``None`` when nobody of this desk signed it or the person is gone."""
    try:
        pk, kind = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    person = Person.objects.filter(pk=pk).first()
    return (person, kind) if person else None


def stop_mail(person: Person, kind: str) -> None:
    """No e-mail at once of this kind any more; the bell and the e-mail of the morning stay as they were chosen."""
    choices.save_wishes(person, {kind: replace(choices.wish_of(person, kind), email=False)})


def label_of(kind: str) -> str:
    """What the e-mails of a kind are called on the page."""
    return str(choices.MY_DAY_LABEL if kind == choices.MY_DAY else choices.kind_of(kind).label)
