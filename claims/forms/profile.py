"""What a person sets for himself."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from claims.forms.fields import PlainForm, WrittenField, zone_choices
from claims.models import Claimant, Topic


class ZoneForm(PlainForm):
    """The time zone in which somebody reads and gives times."""

    time_zone = forms.ChoiceField(
        choices=lambda: zone_choices(str(_("that of the desk"))), required=False, label=_("Time zone")
    )


class LanguageForm(PlainForm):
    """The language in which the desk speaks to somebody."""

    language = forms.ChoiceField(
        choices=lambda: [("", _("as my browser says")), *settings.LANGUAGES], required=False, label=_("Language")
    )


class RecusalForm(PlainForm):
    """What somebody must not work on: a topic or a claimant."""

    topic = forms.ModelChoiceField(Topic.objects.all(), required=False, empty_label="\u2013", label=_("Topic"))
    claimant = forms.ModelChoiceField(
        Claimant.objects.all(), required=False, empty_label="\u2013", label=_("or claimant")
    )
    reason = WrittenField(
        max_length=300, required=False, label=_("Why (administrators and auditors read it; it may stay empty)")
    )
