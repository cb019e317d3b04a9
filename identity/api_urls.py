"""Addresses of sessions and of force systems' clients, under /api/v1/."""

from django.urls import path

from identity import api, client_api, force_sign_in

urlpatterns = [
    path("officer/sessions", api.OfficerSessions.as_view()),
    path("officer/sessions/<uuid:session>", api.OfficerSession.as_view()),
    path("victim/sessions", api.VictimSessions.as_view()),
    path("victim/sessions/<uuid:session>", api.VictimSession.as_view()),
    path("officer/force-sign-in", force_sign_in.Begin.as_view()),
    path("officer/force-sign-in/complete", force_sign_in.Complete.as_view()),
    path("force/client", client_api.Client.as_view()),
    path("force/client/secrets", client_api.ClientSecrets.as_view()),
    path("force/client/secrets/<uuid:secret>", client_api.OneClientSecret.as_view()),
]
