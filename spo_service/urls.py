"""Every address of the service, arranged by who is calling."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView

from accounts.token import Token
from identity.authorize import Authorize
from spo_service.admin import support
from spo_service.docs_page import DocsPage
from spo_service.health import healthz, readyz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("_allauth/app/v1/", include("identity.urls")),
    path("oauth/authorize/", Authorize.as_view()),
    path("oauth/token/", Token.as_view(), name="token"),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/v1/docs/", DocsPage.as_view(url_name="schema"), name="docs"),
    path("api/v1/", include("breaches.urls")),
    path("api/v1/", include("orders.urls")),
    path("api/v1/", include("identity.api_urls")),
    path("api/v1/", include("webhooks.urls")),
    path("api/v1/", include("retention.urls")),
]
if settings.SUPPORT_SCREEN:
    urlpatterns.append(path(settings.SUPPORT_PATH, support.urls))
handler400 = "edge.problem_json.bad_request"
handler403 = "edge.problem_json.forbidden"
handler404 = "edge.problem_json.not_found"
handler500 = "edge.problem_json.server_error"
