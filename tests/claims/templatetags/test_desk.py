"""The tags of the desk: every state has a glyph and a word, and what people wrote is escaped."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django import forms
from django.template import Context, Template
from django.utils import translation

from claims.models import claim, evidence, job
from claims.models.rating import Rating
from claims.templatetags import marks
from claims.templatetags.balance import balance
from claims.templatetags.desk import cited, said_place, short_hash
from claims.templatetags.marks import icon
from claims.templatetags.moments import due, moment

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)  # a Sunday
RUDE = "<b>&"


def render(source, **context):
    return Template("{% load desk %}" + source).render(Context(context))


def words(html):
    """What is read, in order, without the markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_icon_beside_a_word_is_hidden_from_those_who_hear_the_page():
    assert render('{% icon "check" css="i-sm" %}') == (
        '<svg class="i i-sm" aria-hidden="true"><use href="/static/sprite.svg#check"/></svg>'
    )


def test_icon_without_a_word_says_its_label():
    assert icon("check", label='Done "now"') == (
        '<svg class="i" role="img" aria-label="Done &quot;now&quot;"><use href="/static/sprite.svg#check"/></svg>'
    )


@pytest.mark.parametrize(
    ("tag", "values"),
    [
        ("status", claim.Claim.Status.values),
        ("stance", evidence.Evidence.Stance.values),
        ("position", ["asserts", "denies", "reports"]),
        ("quote_check", evidence.QuoteCheck.State.values),
        ("job_state", [*job.Job.State.values, "quarantined"]),
    ],
)
def test_every_state_has_a_colour_a_glyph_and_a_word(tag, values):
    shown = [render(f"{{% {tag} value %}}", value=value) for value in values]

    assert len({words(html) for html in shown}) == len(values)
    for html in shown:
        assert re.search(r'^<span class="(status|stance) (st|s)-\w+"><svg class="i.*<use .*</svg>\w', html)


def test_words_of_states_are_those_of_the_model():
    assert {value: str(marks.STATUS[value].label) for value in claim.Claim.Status.values} == dict(
        claim.Claim.Status.choices
    )
    assert {value: str(marks.STANCE[value].label) for value in evidence.Evidence.Stance.values} == dict(
        evidence.Evidence.Stance.choices
    )


@pytest.mark.parametrize(
    ("status", "public_state", "word"),
    [
        ("in_research", "", "In research"),
        ("in_research", "published", "Reopened"),
        ("in_research", "retracted", "Reopened"),
        ("in_review", "published", "In review"),
        ("published", "withheld", "Withheld"),
    ],
)
def test_status_says_what_readers_know(status, public_state, word):
    assert words(marks.status(status, public_state)) == word


def test_running_work_turns():
    assert 'class="i spin"' in marks.job_state("running")
    assert "spin" not in marks.job_state("failed")


@pytest.mark.parametrize(
    ("code", "family", "glyph"),
    [
        ("mostly_true", "true", "v-mostly-true"),
        ("mostly-true", "true", "v-mostly-true"),
        ("not_checkable", "open", "v-not"),
        ("a_rating_of_another_scale", "mixed", "v-half"),
    ],
)
def test_verdict_has_the_glyph_of_its_rating_or_of_its_family(code, family, glyph):
    html = marks.verdict(code, RUDE, family)

    assert html.startswith(f'<span class="verdict v-{family}">')
    assert f"#{glyph}" in html
    assert "&lt;b&gt;&amp;" in html


def test_verdict_can_be_large():
    assert '"verdict v-false verdict-xl"' in render('{% verdict "false" "False" "false" "xl" %}')


def test_every_family_has_a_glyph():
    assert set(marks.FAMILY_GLYPHS) == set(Rating.Family.values)


def test_every_kind_of_evidence_has_a_glyph_of_its_own():
    assert set(marks.EVIDENCE_GLYPHS) == set(evidence.EvidenceKind.values)
    assert len(set(marks.EVIDENCE_GLYPHS.values())) == len(marks.EVIDENCE_GLYPHS)
    assert words(marks.evidence_type("news", "News report")) == "News report"


def test_grade_judges_source_and_information_apart():
    html = render('{% grade "B" 5 %}')

    assert 'title="Source B: usually reliable. Information 5: improbable."' in html
    assert '<span class="g-hi" aria-hidden="true">B</span><span class="g-lo" aria-hidden="true">5</span>' in html
    assert words(html) == "B 5 source usually reliable, information improbable"


def test_grade_nobody_gave_is_f6():
    assert words(marks.grade("", "")).startswith("F 6 ")


def test_every_grade_of_the_model_has_words():
    assert set(marks.RELIABILITY) == set(evidence.Reliability.values)
    assert set(marks.CREDIBILITY) == {str(value) for value in evidence.Credibility.values}


def test_person_is_named_with_his_part():
    html = marks.who("Desk <Checker>", "DC", "author", me=True)

    assert html.startswith('<span class="who who-me" title="Desk &lt;Checker&gt;, author">')
    assert words(html) == "DC Desk &lt;Checker&gt;, author"
    assert words(marks.who("Desk Checker", "DC")) == "DC Desk Checker"


def test_empty_place_of_a_person_says_so():
    assert "Nobody assigned" in render("{% nobody %}")
    assert "Named after preflight" in marks.nobody("Named after preflight")


# --- the balance


def edges(html, css):
    """Left and right edge of each piece of one side."""
    found = re.findall(rf'class="{css}" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"', html)
    return [(float(x), float(x) + float(width)) for x, width in found]


def test_balance_without_evidence_says_so():
    assert words(render("{% balance 0 0 0 %}")) == "none yet"


def test_balance_grows_from_the_line_and_says_its_numbers():
    html = balance(2, 3, 1)

    assert edges(html, "b-ref") == [(37.5, 46.5), (25.5, 34.5)]
    assert edges(html, "b-sup") == [(52, 62), (64, 74), (76, 86)]
    assert edges(html, "b-con") == [(116.75, 125.25)]
    assert words(html) == "2 2 refute 3 3 support 1 1 context"


def test_balance_draws_nothing_for_zero_but_says_it():
    html = balance(0, 1, 0)

    assert edges(html, "b-ref") == edges(html, "b-con") == []
    assert words(html) == "0 refute 1 1 supports 0 context"


@pytest.mark.parametrize("count", [5, 9, 16, 200])
def test_balance_of_many_pieces_stays_in_its_zones(count):
    html = balance(count, count, count)

    assert min(x for x, _right in edges(html, "b-ref")) >= 0
    assert max(right for _x, right in edges(html, "b-ref")) < 49.5 < min(x for x, _right in edges(html, "b-sup"))
    assert max(right for _x, right in edges(html, "b-sup")) < min(x for x, _right in edges(html, "b-con"))
    assert max(right for _x, right in edges(html, "b-con")) <= 164


# --- dates


@pytest.mark.parametrize(
    ("at", "css", "said"),
    [
        (NOW - timedelta(days=3), "late", "3 d late"),
        (NOW - timedelta(hours=2, minutes=59), "late", "2 h late"),
        (NOW - timedelta(minutes=20), "late", "20 min late"),
        (NOW - timedelta(seconds=5), "late", "1 min late"),
        (NOW + timedelta(hours=6), "due-today", "today 18:00"),
        (NOW + timedelta(days=1), "whitespace-nowrap", "Mon 23 Nov"),
        (NOW + timedelta(days=60), "whitespace-nowrap", "Thu 21 Jan 2027"),
    ],
)
def test_due_date_is_said_by_how_near_it_is(at, css, said):
    html = due(at, NOW)

    assert words(html) == said
    assert html.startswith(f'<time class="{css}')
    assert ("#clock" in html) == (css != "whitespace-nowrap")


def test_claim_without_a_date_says_so():
    assert words(due(None)) == "no date"


def test_nothing_is_late_once_the_work_is_over():
    assert words(due(NOW - timedelta(days=3), NOW, settled=True)) == "Thu 19 Nov"


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (NOW - timedelta(hours=3), "09:00"),
        (NOW - timedelta(days=1), "Sat 12:00"),
        (NOW - timedelta(days=7), "15 Nov"),
        (NOW - timedelta(days=400), "18 Oct 2025"),
        (NOW + timedelta(days=1), "23 Nov"),
        (None, "never"),
    ],
)
def test_moment_is_the_shorter_the_nearer(at, said):
    assert words(moment(at, NOW)) == said


def test_moment_carries_the_full_time():
    html = moment(NOW, NOW)

    assert 'datetime="2026-11-22T12:00:00+00:00"' in html
    assert 'title="Sunday 22 November 2026, 12:00"' in html


# --- parts with something inside


def test_panel_is_named_by_its_heading():
    html = render(
        '{% panel title id="ev" meta="2 pieces" url="/add/" action="Add" action_icon="plus" %}<p>in</p>{% endpanel %}',
        title=RUDE,
    )

    assert html.startswith('<section class="panel" id="ev" aria-labelledby="ev-h">')
    assert '<h2 class="h2" id="ev-h">&lt;b&gt;&amp;</h2><span class="meta">2 pieces</span>' in html
    assert '<a class="btn btn-xs ms-auto" href="/add/"><svg' in html
    assert '<div class="panel-b"><p>in</p></div>' in html


def test_flush_panel_leaves_the_padding_to_its_list():
    html = render('{% panel "T" id="t" url="/x/" action="Go" flush=True %}<ul></ul>{% endpanel %}')

    assert html.endswith('<a class="btn btn-xs ms-auto" href="/x/">Go</a></div><ul></ul></section>')


def test_panel_without_a_link_has_none():
    assert "<a" not in render('{% panel "T" id="t" %}{% endpanel %}')


def test_notice_is_an_alert_only_when_asked():
    assert 'class="note note-late text-xs" role="alert"' in render(
        '{% notice "late" role="alert" css="text-xs" %}No.{% endnotice %}'
    )
    quiet = render("{% notice %}{{ said }}{% endnotice %}", said=RUDE)
    assert 'class="note note-info"' in quiet
    assert "role=" not in quiet
    assert "&lt;b&gt;&amp;" in quiet


def test_record_entry_has_a_glyph_words_and_a_time():
    html = render('{% entry "camera" at="09:14" tone="hot" detail=d %}Capture failed{% endentry %}', d=RUDE)

    assert 'class="i hot"' in html
    assert words(html) == "Capture failed &lt;b&gt;&amp; 09:14"
    assert words(render('{% entry "camera" %}Captured{% endentry %}')) == "Captured"


def test_empty_list_says_what_comes_here_and_ways_on():
    html = render(
        '{% empty_state "Nothing waits." "A claim comes here." %}{% way "/q/" "clock" "3 are late" %}{% endempty_state %}'
    )

    assert words(html) == "Nothing waits. A claim comes here. 3 are late"
    assert 'href="/q/"' in html
    assert "<ul" not in render('{% empty_state "Nothing waits." %} {% endempty_state %}')


def test_filter_chip_says_what_its_cross_drops():
    html = render('{% chip "Status" "In review" url %}', url="/q/?a=1&b=2")

    assert 'href="/q/?a=1&amp;b=2" aria-label="Remove filter: Status"' in html
    assert words(html) == "Status In review"


def test_difference_keeps_both_words():
    parts = [("equal", "it "), ("delete", "may"), ("insert", RUDE), ("equal", " oblige")]

    assert render("{% diff parts %}", parts=parts) == "it <del>may</del><ins>&lt;b&gt;&amp;</ins> oblige"


def test_progress_has_a_length_only_when_the_total_is_known():
    known = render('{% progress "Capturing" "rendering" 3 5 %}')
    unknown = render('{% progress "Capturing" %}')

    assert words(known) == "Capturing: rendering 3 of 5 3 of 5"
    assert 'value="3" max="5" aria-label="Capturing"' in known
    assert "value=" not in unknown
    assert 'role="status"' in unknown


def test_stage_line_marks_what_is_done_and_where_the_claim_is():
    html = render('{% stages "in_cross_check" %}')

    assert re.findall(r'<li class="(.*?)"', html) == ["done"] * 4 + ["now"] + [""] * 3
    assert re.search(r'aria-current="step"><span class="lbl"><svg.*?</svg> Cross-check', html)
    assert "5 of 8" in html


def test_published_claim_has_passed_every_stage():
    html = render('{% stages "published" %}')

    assert re.findall(r'<li class="(.*?)"', html) == ["done"] * 7 + ["done now"]


def test_claim_that_left_the_line_has_no_stage_line():
    assert render('{% stages "declined" %}').strip() == ""


def test_every_open_state_has_a_stage():
    left = {"declined", "duplicate", "archived", "retracted"}
    without = {value for value in claim.Claim.Status.values if "<ol" not in render("{% stages v %}", v=value)}

    assert without == left


def test_citations_become_links_and_the_rest_is_escaped():
    html = cited("It holds [1].\n\n<script>[2]</script> [x]")

    assert html == (
        '<p>It holds <a class="cite" href="#e1" aria-label="Evidence 1">1</a>.</p>\n\n'
        '<p>&lt;script&gt;<a class="cite" href="#e2" aria-label="Evidence 2">2</a>&lt;/script&gt; [x]</p>'
    )
    assert '<a class="cite" href="#s7" aria-label="Source 7">7</a>' in render("{{ t|cited:'s' }}", t="[7]")


def test_hash_is_shown_by_its_ends():
    assert short_hash("9c1f" + "0" * 56 + "77ab") == "9c1f…77ab"
    assert short_hash("") == ""


# --- fields


class SampleForm(forms.Form):
    statement = forms.CharField(help_text="One assertion.", widget=forms.TextInput(attrs={"class": "said"}))
    kind = forms.ChoiceField(choices=[("a", "A")], required=False)
    words = forms.CharField(widget=forms.Textarea, required=False)
    stance = forms.ChoiceField(choices=[("s", "Supports")], widget=forms.RadioSelect, help_text="Of the piece.")
    secret = forms.BooleanField(label="Confidential", required=False)
    copy = forms.FileField(required=False)


def field(name, options="", data=None):
    form = SampleForm(data)
    return render(f"{{% field form.{name} {options} %}}", form=form)


def test_field_ties_label_help_and_error_to_its_widget():
    html = field("statement", data={})

    assert '<label class="h3 block mb-1" for="id_statement">Statement</label>' in html
    assert 'class="said input w-full input-sm"' in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_statement_helptext id_statement_error"' in html
    assert '<div class="meta mt-1" id="id_statement_helptext">One assertion.</div>' in html
    assert re.search(r'id="id_statement_error" role="alert">.*<p>This field is required\.</p>', html)
    assert " autofocus" in html


def test_the_first_field_that_was_wrong_is_taken_up_and_no_other():
    class TwoForm(forms.Form):
        first, second, third = forms.CharField(required=False), forms.CharField(), forms.CharField()

    form = TwoForm({})
    html = render("{% field form.first autofocus=True %}{% field form.second %}{% field form.third %}", form=form)

    assert re.findall(r'name="(\w+)"[^>]* autofocus', html) == ["second"]
    assert html.count('role="alert"') == 1


def test_field_in_order_says_nothing_of_errors():
    html = field("statement", 'hide_help=True label="Claim" hide_label=True autofocus=True hx_get="/x/"')

    assert "aria-invalid" not in html
    assert "describedby" not in html
    assert "One assertion" not in html
    assert 'class="h3 block mb-1 sr-only" for="id_statement">Claim<' in html
    assert 'hx-get="/x/"' in html
    assert " autofocus" in html


@pytest.mark.parametrize(
    ("name", "options", "css"),
    [
        ("kind", "", "select w-full select-sm"),
        ("kind", 'size=""', "select w-full"),
        ("words", "", "textarea w-full"),
        ("secret", "", "checkbox"),
        ("copy", "", "file-input w-full file-input-sm"),
    ],
)
def test_field_has_the_class_of_its_widget(name, options, css):
    assert f'class="{css}"' in field(name, options)


def test_check_box_stands_before_its_label():
    assert re.search(r'<label [^>]*for="id_secret"><input [^>]*><span>Confidential</span></label>', field("secret"))


def test_group_of_choices_is_a_fieldset_with_a_legend():
    html = field("stance", data={})

    assert re.match(
        r'<fieldset class="field" aria-describedby="id_stance_helptext id_stance_error"><legend class="h3 mb-1">Stance<',
        html,
    )
    assert html.strip().endswith("</fieldset>")


# --- the evidence card


def card(**changes):
    base = {
        "number": 3,
        "publisher": RUDE,
        "type": "news",
        "type_label": "News report",
        "reliability": "B",
        "credibility": 2,
    }
    return render('{% include "includes/evidence_card.html" %}', card=base | changes, now=NOW)


def test_evidence_card_shows_passage_check_and_copy():
    html = card(
        url="/evidence/3/",
        title="Monitors",
        quotes=[{"exact": "They said so.", "state": "altered"}],
        captured=NOW,
        sha256="9c1f" + "0" * 56 + "77ab",
        origin="one body",
        date="29 Apr 2024",
    )

    assert 'id="e3"' in html
    assert '<a class="font-semibold no-underline hover:underline" href="/evidence/3/"><bdi>&lt;b&gt;&amp;' in html
    assert (
        '<blockquote class="quote" dir="auto">They said so.</blockquote><p class="cap"><span class="status st-bad">'
        in html
    )
    assert "9c1f…77ab" in html
    assert "origin: one body" in html


def test_evidence_card_shows_a_capture_at_work():
    html = card(capture={"state": "running", "label": "Capturing", "step": "rendering", "done": 3, "total": 5})

    assert 'value="3" max="5"' in html


def test_evidence_card_says_why_a_capture_failed_and_the_ways_on():
    html = card(
        capture={
            "state": "failed",
            "error": "the site answered 403.",
            "attempts": 3,
            "next_try": NOW,
            "retry_url": "/retry/",
            "upload_url": "/upload/",
        }
    )

    assert "Capture failed after 3 attempts: the site answered 403. Next try: 12:00" in words(html)
    assert 'method="post" action="/retry/"' in html
    assert 'href="/upload/"' in html
    assert "Waive" not in html


def test_evidence_card_says_what_readers_will_not_see_and_what_has_no_copy():
    html = card(withheld="a person is at risk", waived="it is a film", capture={"state": "queued"}, note="Ask again.")

    assert "withheld in public: a person is at risk" in words(html)
    assert "No copy, and none is asked for: it is a film" in words(html)
    assert "Waiting for its capture" in words(html)
    assert "Ask again." in words(html)


def test_a_place_as_intake_writes_it_is_read_in_the_readers_language():
    with translation.override("de"):
        assert said_place("paragraph 15") == "Absatz 15"
        assert said_place("paragraphs 8, 9: in brackets") == "paragraphs 8, 9: in brackets"
    assert said_place("paragraph 15") == "paragraph 15"
