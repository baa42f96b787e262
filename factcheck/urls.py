from django.contrib import admin
from django.urls import include, path, re_path

from factcheck import accounts, probes

# Pages of the sign-in library that no desk of this house has yet: an administrator makes accounts and sets passwords.
NOT_BUILT = "signup|email|confirm-email|password/reset|password/set|login/code|phone"

urlpatterns = [
    path("healthz", probes.alive, name="healthz"),
    path("readyz", probes.ready, name="readyz"),
    path("metrics", probes.metrics, name="metrics"),
    path("admin/", admin.site.urls),
    re_path(rf"^accounts/(?:{NOT_BUILT})/", accounts.not_built),
    path("accounts/", include("allauth.account.urls")),
    path("", include("claims.urls")),
]
