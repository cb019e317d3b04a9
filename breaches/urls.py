"""Addresses of reports and breaches, under /api/v1/."""

from django.urls import path, re_path

from breaches.api import force, officer, victim

_KEY = r"(?P<key>[0-9A-Za-z-]{1,40})"

urlpatterns = [
    path("victim/reports", victim.Reports.as_view()),
    re_path(rf"^victim/reports/{_KEY}$", victim.OneReport.as_view()),
    path("force/reports", force.Reports.as_view()),
    re_path(rf"^force/reports/{_KEY}$", force.OneReport.as_view()),
    path("force/breaches", force.Breaches.as_view()),
    re_path(r"^force/orders/(?P<reference>[A-Za-z0-9._-]{1,64})/check$", force.Check.as_view()),
    path("officer/reports", officer.Reports.as_view()),
    re_path(rf"^officer/reports/{_KEY}$", officer.OneReport.as_view()),
    re_path(rf"^officer/reports/{_KEY}/claim$", officer.Claim.as_view()),
    re_path(rf"^officer/reports/{_KEY}/release$", officer.Release.as_view()),
    re_path(rf"^officer/reports/{_KEY}/verify$", officer.Verify.as_view()),
    re_path(rf"^officer/reports/{_KEY}/not-verified$", officer.NotVerified.as_view()),
]
