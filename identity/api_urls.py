"""Addresses of sessions, under /api/v1/."""

from django.urls import path

from identity import api

urlpatterns = [
    path("officer/sessions", api.OfficerSessions.as_view()),
    path("officer/sessions/<uuid:session>", api.OfficerSession.as_view()),
    path("victim/sessions", api.VictimSessions.as_view()),
    path("victim/sessions/<uuid:session>", api.VictimSession.as_view()),
]
