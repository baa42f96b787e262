"""Addresses of the desk and of what the public reads; each view module lists its own paths."""

from django.urls import URLPattern, URLResolver

from claims.api import search
from claims.views import (
    answers,
    bulk,
    claim,
    claim_edits,
    comments,
    compare,
    desk,
    drafts,
    evidence,
    intake,
    jobs,
    looks,
    notices,
    parts,
    presence,
    profile,
    public,
    queue,
    record,
    replies,
    sign_in,
    steps,
    undo,
)

app_name = "claims"
urlpatterns: list[URLPattern | URLResolver] = [
    *queue.urlpatterns,
    *bulk.urlpatterns,
    *claim_edits.urlpatterns,
    *claim.urlpatterns,
    *drafts.urlpatterns,
    *steps.urlpatterns,
    *answers.urlpatterns,
    *parts.urlpatterns,
    *presence.urlpatterns,
    *replies.urlpatterns,
    *comments.urlpatterns,
    *record.urlpatterns,
    *undo.urlpatterns,
    *compare.urlpatterns,
    *looks.urlpatterns,
    *evidence.urlpatterns,
    *intake.urlpatterns,
    *jobs.urlpatterns,
    *notices.urlpatterns,
    *desk.urlpatterns,
    *profile.urlpatterns,
    *sign_in.urlpatterns,
    *public.urlpatterns,
    *search.urlpatterns,
]
