"""Addresses of reports and breaches, under /api/v1/."""

from django.urls import include, path, re_path

from breaches.api import (
    asking,
    audit,
    bulk,
    force,
    holding,
    officer,
    private,
    public,
    searching,
    timeline,
    unattended,
    victim,
)
from breaches.tracking import api as tracking

_KEY = r"(?P<key>[0-9A-Za-z-]{1,40})"

urlpatterns = [
    path("victim/reports", victim.Reports.as_view()),
    re_path(rf"^victim/reports/{_KEY}$", victim.OneReport.as_view()),
    re_path(rf"^victim/reports/{_KEY}/messages$", victim.Messages.as_view()),
    re_path(rf"^victim/reports/{_KEY}/corrections$", victim.Corrections.as_view()),
    re_path(rf"^victim/reports/{_KEY}/withdraw$", victim.Withdraw.as_view()),
    re_path(rf"^victim/reports/{_KEY}/resume$", victim.Resume.as_view()),
    path("victim/diary", private.Diary.as_view()),
    path("victim/diary/<uuid:entry>/report", private.DiaryReport.as_view()),
    path("victim/safe-contact", private.SafeContact.as_view()),
    path("public/reports", public.Reports.as_view()),
    path("public/receipts", public.Receipts.as_view()),
    path("public/receipts/messages", public.Messages.as_view()),
    path("public/support", public.Support.as_view()),
    path("public/trail-seals", public.TrailSeals.as_view()),
    path("force/reports", force.Reports.as_view()),
    re_path(rf"^force/reports/{_KEY}$", force.OneReport.as_view()),
    path("force/breaches", force.Breaches.as_view()),
    path("force/positions", tracking.Positions.as_view()),
    re_path(r"^force/orders/(?P<reference>[A-Za-z0-9._-]{1,64})/check$", force.Check.as_view()),
    path("officer/restricted-orders", unattended.Unattended.as_view()),
    path("officer/audit", audit.Trail.as_view()),
    re_path(r"^officer/orders/(?P<reference>[A-Za-z0-9._-]{1,64})/track$", tracking.Track.as_view()),
    re_path(r"^officer/orders/(?P<reference>[A-Za-z0-9._-]{1,64})/track/hold$", tracking.TrackHold.as_view()),
    path("officer/zones/search", searching.ZoneSearch.as_view()),
    re_path(r"^officer/orders/(?P<reference>[A-Za-z0-9._-]{1,64})/timeline$", timeline.Timeline.as_view()),
    path("officer/reports", officer.Reports.as_view()),
    path("officer/reports/bulk", bulk.Bulk.as_view()),
    re_path(rf"^officer/reports/{_KEY}$", officer.OneReport.as_view()),
    re_path(rf"^officer/reports/{_KEY}/claim$", officer.Claim.as_view()),
    re_path(rf"^officer/reports/{_KEY}/release$", officer.Release.as_view()),
    re_path(rf"^officer/reports/{_KEY}/verify$", officer.Verify.as_view()),
    re_path(rf"^officer/reports/{_KEY}/not-verified$", officer.NotVerified.as_view()),
    re_path(rf"^officer/reports/{_KEY}/request-information$", asking.RequestInformation.as_view()),
    re_path(rf"^officer/reports/{_KEY}/answer$", asking.Answer.as_view()),
    re_path(rf"^officer/reports/{_KEY}/note$", asking.Note.as_view()),
    re_path(rf"^officer/reports/{_KEY}/outcome$", asking.Close.as_view()),
    re_path(rf"^officer/reports/{_KEY}/reopen$", asking.Reopen.as_view()),
    re_path(rf"^officer/reports/{_KEY}/heartbeat$", holding.Heartbeat.as_view()),
    re_path(rf"^officer/reports/{_KEY}/takeover$", holding.TakeOver.as_view()),
    re_path(rf"^officer/reports/{_KEY}/snooze$", holding.Snooze.as_view()),
    re_path(
        rf"^officer/reports/{_KEY}/evidence/(?P<item>[0-9A-Za-z-]{{1,40}})/position$", holding.TakePosition.as_view()
    ),
    re_path(rf"^officer/reports/{_KEY}/transfer$", holding.Transfer.as_view()),
    re_path(rf"^officer/reports/{_KEY}/transfer/accept$", holding.TransferAccept.as_view()),
    re_path(rf"^officer/reports/{_KEY}/transfer/return$", holding.TransferReturn.as_view()),
    re_path(rf"^officer/reports/{_KEY}/link$", asking.Link.as_view()),
    re_path(rf"^officer/reports/{_KEY}/unlink$", asking.Unlink.as_view()),
    re_path(rf"^officer/reports/{_KEY}/safe-contact$", asking.SafeContact.as_view()),
    path("", include("breaches.evidence.urls")),
]
