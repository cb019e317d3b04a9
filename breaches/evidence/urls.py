"""Addresses of evidence, under /api/v1/."""

from django.urls import path, re_path

from breaches.evidence import api as evidence
from breaches.evidence import own_api, uploads

_KEY = r"(?P<key>[0-9A-Za-z-]{1,40})"
_ITEM = rf"{_KEY}/evidence/(?P<item>[0-9A-Za-z-]{{1,40}})"
_LINK = r"(?P<token>[0-9A-Za-z_:=-]{1,200})"

urlpatterns = [
    path("victim/evidence-limits", evidence.Limits.as_view()),
    re_path(rf"^victim/reports/{_KEY}/evidence$", evidence.VictimEvidence.as_view()),
    re_path(rf"^victim/reports/{_ITEM}/links$", evidence.VictimLinks.as_view()),
    re_path(rf"^victim/evidence-files/{_LINK}$", evidence.VictimFile.as_view()),
    path("victim/evidence-uploads/", uploads.VictimUploads.as_view()),
    re_path(rf"^victim/evidence-uploads/{_KEY}$", uploads.VictimUpload.as_view()),
    re_path(rf"^force/reports/{_KEY}/evidence$", evidence.ForceEvidence.as_view()),
    path("victim/diary/<uuid:entry>/evidence", own_api.DiaryFiles.as_view()),
    path("public/receipts/evidence", own_api.ReceiptEvidence.as_view()),
    path("force/evidence-uploads/", uploads.ForceUploads.as_view()),
    re_path(rf"^force/evidence-uploads/{_KEY}$", uploads.ForceUpload.as_view()),
    re_path(rf"^officer/reports/{_KEY}/evidence$", evidence.OfficerEvidence.as_view()),
    re_path(rf"^officer/reports/{_ITEM}$", evidence.OfficerItem.as_view()),
    re_path(rf"^officer/reports/{_ITEM}/messages$", evidence.OfficerMessages.as_view()),
    re_path(rf"^officer/reports/{_ITEM}/release$", evidence.OfficerRelease.as_view()),
    re_path(rf"^officer/reports/{_ITEM}/links$", evidence.OfficerLinks.as_view()),
    re_path(rf"^officer/evidence-files/{_LINK}$", evidence.OfficerFile.as_view()),
    path("officer/evidence-uploads/", uploads.OfficerUploads.as_view()),
    re_path(rf"^officer/evidence-uploads/{_KEY}$", uploads.OfficerUpload.as_view()),
]
