"""What a form of evidence proposes."""

import pytest

from claims.forms.parts import LinksForm
from claims.forms.upload import UploadForm
from claims.models import EvidenceKind


@pytest.mark.parametrize("form", [LinksForm, UploadForm])
def test_no_source_is_proposed_as_the_kind_that_may_suffice_alone(form):
    assert form.base_fields["kind"].initial == EvidenceKind.NEWS
