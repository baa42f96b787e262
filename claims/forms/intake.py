"""Taking an article in, and deciding on one of its sentences."""

import re
from pathlib import PurePath
from typing import Any

from django import forms
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.forms.fields import WrittenField, choice_field, day_field, read_claim_number
from claims.forms.parts import check_one_claimant, new_claimant_field
from claims.intake.article import About
from claims.intake.handed_in import MAX_BYTES
from claims.models import Appearance, Article, Claimant
from claims.web.kinds import readable_kind

ENDINGS = (".txt", ".html", ".htm", ".pdf", ".docx")
SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):(?=\S)", re.IGNORECASE)  # "Moscow: it rained" has a blank behind the colon
RUNS = frozenset(("javascript", "vbscript", "data", "blob", "file", "view-source"))  # never how a text begins
ADDRESS = re.compile(r"https?://\S+|[\w-]+(?:\.[\w-]+)+(?:/\S*)?", re.IGNORECASE)


class TakeInForm(forms.Form):
    """An address, a text or a file, and what the person knows of the article.

    Attributes:
        mime: of the file, by its bytes; empty without one.
    """

    mime = ""
    source = WrittenField(
        label=gettext_lazy("Address of the article, or its text"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )
    file = forms.FileField(
        label=gettext_lazy("Or a file"),
        required=False,
        help_text=gettext_lazy("Text, web page, PDF or Word (.txt .html .pdf .docx), up to 10 MB."),
        widget=forms.FileInput(attrs={"accept": ",".join(ENDINGS)}),
    )
    title = WrittenField(
        label=gettext_lazy("Title"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Empty: what the page calls itself, or the first line of a text."),
    )
    publisher = WrittenField(label=gettext_lazy("Publisher"), max_length=160, required=False)
    published_on = day_field(gettext_lazy("Date"))

    def clean_source(self) -> str:
        source: str = self.cleaned_data["source"]
        if _is_other_address(source.strip()):
            raise forms.ValidationError(_("An address begins with http:// or https://; no other can be read."))
        return source

    def clean_file(self) -> Any:
        """The file, when its name and its bytes are of a kind that is read; ``mime`` is what its bytes say."""
        file = self.cleaned_data["file"]
        if file and PurePath(file.name).suffix.lower() not in ENDINGS:
            raise forms.ValidationError(_("This kind of file cannot be read: bring .txt, .html, .pdf or .docx."))
        if file and file.size > MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than 10 MB."))
        self.mime = readable_kind(file.name, file.read()) if file else ""
        if file and not self.mime:
            raise forms.ValidationError(
                _(
                    "This file is not what its name says: it holds no text, web page, PDF or Word file that could be read."
                )
            )
        if file:
            file.seek(0)
        return file

    def clean(self) -> dict[str, Any]:
        given = [name for name in ("source", "file") if self.cleaned_data.get(name)]
        if not given and not self.errors:
            raise forms.ValidationError(_("Give the address of an article, paste its text, or choose a file."))
        if len(given) > 1:
            raise forms.ValidationError(_("Either an address or text, or a file: not both at once."))
        return self.cleaned_data

    @property
    def address(self) -> str:
        """The address, when that is what was given; one without ``http`` is completed."""
        source = self.cleaned_data["source"].strip()
        if not ADDRESS.fullmatch(source):
            return ""
        return source if source.lower().startswith("http") else f"https://{source}"

    @property
    def about(self) -> About:
        data = self.cleaned_data
        return About(data["title"], data["publisher"], data["published_on"])


def _is_other_address(typed: str) -> bool:
    """Whether it is one line that begins as an address of another kind does: ``ftp://…``, ``mailto:…``, ``javascript:…``."""
    scheme = SCHEME.match(typed)
    if scheme is None or scheme[1].lower() in {"http", "https"} or len(typed.splitlines()) > 1:
        return False
    return scheme[1].lower() in RUNS or len(typed.split()) == 1


class DescribeForm(forms.Form):
    """What is said of an article that was taken in."""

    title = WrittenField(
        label=gettext_lazy("Title"), max_length=300, widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"})
    )
    publisher = WrittenField(label=gettext_lazy("Publisher"), max_length=160, required=False)
    published_on = day_field(gettext_lazy("Date"))

    @classmethod
    def of(cls, article: Article) -> "DescribeForm":
        publisher = article.publisher.name if article.publisher else ""
        return cls(
            initial={"title": article.title, "publisher": publisher, "published_on": article.published_on},
            auto_id="describe-%s",
        )

    @property
    def about(self) -> About:
        data = self.cleaned_data
        return About(data["title"], data["publisher"], data["published_on"])


class PasteForm(forms.Form):
    """The text of an article whose address could not be read."""

    title = WrittenField(
        label=gettext_lazy("Title"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Empty: the first line of the text."),
    )
    text = WrittenField(
        label=gettext_lazy("Text of the article"), widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"})
    )


class CandidateForm(forms.Form):
    """What a sentence becomes: a claim of its own, or one more appearance of a claim."""

    statement = WrittenField(
        label=gettext_lazy("As a claim"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("Affirmative, to be understood without the article; best within 75 characters."),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    claimant = forms.ModelChoiceField(
        Claimant.objects.order_by(Lower("name")),
        label=gettext_lazy("Who says it"),
        required=False,
        empty_label=gettext_lazy("Nobody named"),
    )
    new_claimant = new_claimant_field()
    claimant_kind = choice_field(gettext_lazy("The new one is a"), Claimant.Kind, required=False)
    position = forms.ChoiceField(
        label=gettext_lazy("Position"),
        choices=Appearance.Position,
        initial=Appearance.Position.ASSERTS,
        required=False,
    )
    number = forms.CharField(label=gettext_lazy("Claim number"), max_length=20, required=False)

    def clean_number(self) -> int | None:
        """The number as people write it, or the address of the claim's page."""
        typed = self.cleaned_data["number"].strip()
        found = read_claim_number(typed)
        if typed and found is None:
            raise forms.ValidationError(_("Write the number of the claim, as in C-14."))
        return found

    def clean_position(self) -> str:
        return self.cleaned_data["position"] or Appearance.Position.ASSERTS

    def clean(self) -> dict[str, Any]:
        check_one_claimant(self, self.cleaned_data)
        return self.cleaned_data
