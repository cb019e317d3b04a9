"""Addresses of keeping and letting go, under /api/v1/."""

from django.urls import path, re_path

from retention import api

_KEY = r"(?P<key>[0-9A-Za-z-]{1,40})"

urlpatterns = [
    path("officer/retention/due", api.Due.as_view()),
    path("officer/retention/disposals/<uuid:disposal>/decision", api.DecideDisposal.as_view()),
    re_path(rf"^officer/reports/{_KEY}/retention$", api.OneKeeping.as_view()),
    re_path(rf"^officer/reports/{_KEY}/retention/review$", api.Review.as_view()),
    re_path(rf"^officer/reports/{_KEY}/retention/hold$", api.Hold.as_view()),
    re_path(rf"^officer/reports/{_KEY}/retention/disposal$", api.ProposeDisposal.as_view()),
    path("officer/access-requests", api.AccessRequests.as_view()),
    path("officer/access-requests/<uuid:access>/decisions", api.AccessDecisions.as_view()),
    path("officer/access-requests/<uuid:access>/records", api.AccessRecords.as_view()),
    path("officer/access-requests/<uuid:access>/pack", api.Pack.as_view()),
]
