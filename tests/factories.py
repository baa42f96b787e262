"""The least that is valid; nothing surprising."""

import hashlib

import factory
from factory.django import DjangoModelFactory

from claims import models


class PersonFactory(DjangoModelFactory):
    class Meta:
        model = models.Person

    username = factory.Sequence(lambda n: f"person-{n}")
    name = factory.LazyAttribute(lambda person: person.username.replace("-", " ").title())
    role = "checker"


class ScaleFactory(DjangoModelFactory):
    class Meta:
        model = models.RatingScale
        django_get_or_create = ("slug",)

    slug = "plain"
    name = "Plain scale"
    is_current = True


class RatingFactory(DjangoModelFactory):
    class Meta:
        model = models.Rating
        django_get_or_create = ("scale", "code")

    scale = factory.SubFactory(ScaleFactory)
    code = "true"
    label = factory.LazyAttribute(lambda rating: rating.code.capitalize())
    definition = "As the scale says."
    family = factory.LazyAttribute(lambda rating: {"true": "true", "false": "false"}.get(rating.code, "mixed"))
    value = factory.LazyAttribute(lambda rating: {"true": 5, "false": 1}.get(rating.code, 3))


class ClaimFactory(DjangoModelFactory):
    class Meta:
        model = models.Claim

    statement = factory.Sequence(lambda n: f"The harbour handled {n + 10} ships in one day.")


class ResourceFactory(DjangoModelFactory):
    class Meta:
        model = models.Resource

    url = factory.Sequence(lambda n: f"https://source-{n}.example.org/page")
    host = factory.LazyAttribute(lambda resource: resource.url.split("/")[2] if resource.url else "")
    title = factory.Sequence(lambda n: f"Harbour report {n}")


class BlobFactory(DjangoModelFactory):
    class Meta:
        model = models.Blob
        django_get_or_create = ("sha256",)

    sha256 = factory.Sequence(lambda n: hashlib.sha256(str(n).encode()).hexdigest())
    kind = "body"
    size = 100
    key = factory.LazyAttribute(lambda blob: f"sha256/{blob.sha256[:2]}/{blob.sha256[2:4]}/{blob.sha256}")


class SnapshotFactory(DjangoModelFactory):
    class Meta:
        model = models.Snapshot

    resource = factory.SubFactory(ResourceFactory)
    kind = "fetched"
    body = factory.SubFactory(BlobFactory)
    sha256 = factory.LazyAttribute(lambda snapshot: snapshot.body.sha256)
    extractor = "bodytext/1"
    body_text = "The harbour master counted twelve ships on Monday. None of them was late."
    body_text_sha256 = factory.LazyAttribute(lambda s: hashlib.sha256(s.body_text.encode()).hexdigest())


class EvidenceFactory(DjangoModelFactory):
    class Meta:
        model = models.Evidence

    claim = factory.SubFactory(ClaimFactory)
    number = factory.Sequence(lambda n: n % 900 + 1)
    resource = factory.SubFactory(ResourceFactory)
    stance = "supports"


class AppearanceFactory(DjangoModelFactory):
    class Meta:
        model = models.Appearance

    claim = factory.SubFactory(ClaimFactory)
    number = factory.Sequence(lambda n: n % 900 + 1)


class ChecklistItemFactory(DjangoModelFactory):
    class Meta:
        model = models.ChecklistItem

    code = factory.Sequence(lambda n: f"question-{n}")
    text = "Was the earliest source found?"


class RubricQuestionFactory(DjangoModelFactory):
    class Meta:
        model = models.RubricQuestion
        django_get_or_create = ("code", "version")

    code = "verifiable"
    version = 1
    text = factory.LazyAttribute(lambda question: f"Is it {question.code}?")
    decisive = factory.LazyAttribute(lambda question: question.code == "verifiable")
    position = factory.Sequence(lambda n: n % 900)


def make_rubric():
    """The four questions most desks ask."""
    return [RubricQuestionFactory(code=code) for code in ("verifiable", "significant", "spread", "harmful")]


class ClaimantFactory(DjangoModelFactory):
    class Meta:
        model = models.Claimant

    slug = factory.Sequence(lambda n: f"claimant-{n}")
    name = factory.Sequence(lambda n: f"Harbour office {n}")


class TopicFactory(DjangoModelFactory):
    class Meta:
        model = models.Topic

    slug = factory.Sequence(lambda n: f"topic-{n}")
    name = factory.Sequence(lambda n: f"Topic {n}")
