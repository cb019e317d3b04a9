"""Addresses of webhooks and of the feed, under /api/v1/."""

from django.urls import path

from webhooks import api

urlpatterns = [
    path("force/events", api.ForceEvents.as_view()),
    path("force/webhooks", api.ForceWebhooks.as_view()),
    path("force/webhooks/<uuid:endpoint>", api.ForceWebhook.as_view()),
    path("force/webhooks/<uuid:endpoint>/test", api.ForceWebhookTest.as_view()),
    path("force/webhooks/<uuid:endpoint>/replay", api.ForceWebhookReplay.as_view()),
]
