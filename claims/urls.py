"""Addresses of the desk and of what the public reads; each view module lists its own paths."""

from django.urls import URLPattern, URLResolver

app_name = "claims"
urlpatterns: list[URLPattern | URLResolver] = []
