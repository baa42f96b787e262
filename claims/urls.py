"""Addresses of the desk and of what the public reads; each view module lists its own paths."""

from django.urls import URLPattern, URLResolver

from claims.api import search
from claims.views import evidence, intake, jobs, notices, public

app_name = "claims"
urlpatterns: list[URLPattern | URLResolver] = [
    *evidence.urlpatterns,
    *intake.urlpatterns,
    *jobs.urlpatterns,
    *notices.urlpatterns,
    *public.urlpatterns,
    *search.urlpatterns,
]
