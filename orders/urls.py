"""Addresses of orders, under /api/v1/."""

from django.urls import path, re_path

from orders.api import (
    advocates,
    ending,
    identifiers,
    imports,
    invitations,
    notifications,
    own,
    papers,
    people,
    readers,
    records,
    versions,
)

_REF = r"(?P<reference>[A-Za-z0-9._-]{1,64})"
_ANY = r"(?P<reference>[^/]{1,200})"  # a badly formed one is told so when an order is registered
_CODE = r"(?P<code>[A-Za-z0-9_-]{1,16})"
_NUMBER = r"(?P<number>[1-9][0-9]{0,4})"
_PERSON = rf"{_REF}/protected-persons/(?P<key>[A-Za-z0-9._-]{{1,16}})"
_SOMEBODY = rf"{_REF}/people/(?P<person>[A-Za-z0-9_-]{{1,16}})/identifiers"
_UUID = r"(?P<invitation>[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})"
_RECORD = r"(?P<kind>service|determination|discharge|appeal|notifications|notification-events)/" + _UUID.replace(
    "invitation", "record_id"
)
_IDENTIFIER = _UUID.replace("invitation", "identifier")
_AUTHORITY = _UUID.replace("invitation", "authority")

urlpatterns = [
    path("force/order-imports", imports.OrderImports.as_view()),
    path("force/order-imports/template.csv", imports.ImportTemplate.as_view()),
    path("force/order-imports/<uuid:job>", imports.OneImport.as_view()),
    path("force/order-imports/<uuid:job>/errors", imports.ImportErrors.as_view()),
    path("force/order-imports/<uuid:job>/changes", imports.ImportChanges.as_view()),
    path("force/orders", versions.ForceOrders.as_view()),
    re_path(rf"^force/orders/{_REF}$", versions.ForceOrder.as_view()),
    re_path(rf"^force/orders/{_ANY}/versions/{_NUMBER}$", versions.ForceOrderVersion.as_view()),
    re_path(rf"^force/orders/{_REF}/service$", versions.ForceService.as_view()),
    re_path(rf"^force/orders/{_REF}/determination$", ending.ForceDetermination.as_view()),
    re_path(rf"^force/orders/{_REF}/discharge$", ending.ForceDischarge.as_view()),
    re_path(rf"^force/orders/{_REF}/appeal$", ending.ForceAppeal.as_view()),
    re_path(rf"^force/orders/{_SOMEBODY}$", identifiers.ForceIdentifiers.as_view()),
    re_path(rf"^force/orders/{_SOMEBODY}/{_IDENTIFIER}/retire$", identifiers.ForceRetiring.as_view()),
    path("force/geometry/check", papers.ForceGeometryCheck.as_view()),
    re_path(rf"^force/orders/{_REF}/versions/{_NUMBER}/document$", papers.ForceDocument.as_view()),
    re_path(rf"^force/orders/{_REF}/reveal$", papers.ForceReveal.as_view()),
    re_path(rf"^force/orders/{_REF}/monitoring-authority$", papers.ForceMonitoring.as_view()),
    re_path(rf"^force/orders/{_REF}/notifications$", notifications.ForceNotifications.as_view()),
    re_path(rf"^force/orders/{_REF}/notification-events$", notifications.ForceNotificationEvents.as_view()),
    re_path(rf"^force/orders/{_REF}/{_RECORD}/withdraw$", records.ForceWithdrawals.as_view()),
    re_path(rf"^force/orders/{_REF}/events$", readers.ForceOrderEvents.as_view()),
    re_path(rf"^force/orders/{_PERSON}/invitations$", invitations.ForceInvitations.as_view()),
    re_path(rf"^force/orders/{_PERSON}/invitations/{_UUID}$", invitations.ForceInvitation.as_view()),
    re_path(rf"^officer/orders/{_PERSON}/invitations$", invitations.OfficerInvitations.as_view()),
    re_path(rf"^officer/orders/{_PERSON}/invitations/{_UUID}$", invitations.OfficerInvitation.as_view()),
    re_path(rf"^officer/orders/{_PERSON}/freeze$", invitations.Freezing.as_view()),
    re_path(rf"^officer/orders/{_PERSON}/thaw$", invitations.Thawing.as_view()),
    re_path(rf"^officer/orders/{_PERSON}/advocates$", advocates.OfficerAdvocates.as_view()),
    re_path(rf"^officer/orders/{_PERSON}/advocates/{_AUTHORITY}$", advocates.OfficerAdvocate.as_view()),
    path("victim/orders", own.OwnOrders.as_view()),
    path("victim/advocates", advocates.OwnAdvocates.as_view()),
    path("victim/advocates/<uuid:authority>", advocates.OwnAdvocate.as_view()),
    path("victim/invitations/accept", invitations.Accepting.as_view()),
    path("officer/orders", versions.OfficerOrders.as_view()),
    re_path(rf"^officer/orders/{_REF}$", versions.OfficerOrder.as_view()),
    re_path(rf"^officer/orders/{_ANY}/versions/{_NUMBER}$", versions.OfficerOrderVersion.as_view()),
    re_path(rf"^officer/orders/{_REF}/service$", versions.OfficerService.as_view()),
    re_path(rf"^officer/orders/{_REF}/determination$", ending.OfficerDetermination.as_view()),
    re_path(rf"^officer/orders/{_REF}/discharge$", ending.OfficerDischarge.as_view()),
    re_path(rf"^officer/orders/{_REF}/appeal$", ending.OfficerAppeal.as_view()),
    re_path(rf"^officer/orders/{_SOMEBODY}$", identifiers.OfficerIdentifiers.as_view()),
    re_path(rf"^officer/orders/{_SOMEBODY}/{_IDENTIFIER}/retire$", identifiers.OfficerRetiring.as_view()),
    path("officer/geometry/check", papers.OfficerGeometryCheck.as_view()),
    re_path(rf"^officer/orders/{_REF}/versions/{_NUMBER}/document$", papers.OfficerDocument.as_view()),
    re_path(rf"^officer/orders/{_REF}/reveal$", papers.OfficerReveal.as_view()),
    re_path(rf"^officer/orders/{_REF}/monitoring-authority$", papers.OfficerMonitoring.as_view()),
    re_path(rf"^officer/orders/{_REF}/notifications$", notifications.OfficerNotifications.as_view()),
    re_path(rf"^officer/orders/{_REF}/notification-events$", notifications.OfficerNotificationEvents.as_view()),
    re_path(rf"^officer/orders/{_REF}/{_RECORD}/withdraw$", records.OfficerWithdrawals.as_view()),
    re_path(rf"^officer/orders/{_REF}/reviews$", notifications.Reviews.as_view()),
    re_path(rf"^officer/orders/{_REF}/events$", readers.OfficerOrderEvents.as_view()),
    re_path(rf"^officer/orders/{_REF}/readers$", readers.Readers.as_view()),
    re_path(rf"^officer/orders/{_REF}/readers/remove$", readers.ReadersRemoved.as_view()),
    path("officer/restricted-orders/<uuid:order>/take-charge", readers.Charge.as_view()),
    re_path(rf"^officer/orders/{_REF}/same-person$", people.SamePersons.as_view()),
    re_path(rf"^officer/orders/{_REF}/same-person/link$", people.SamePersonLinks.as_view()),
    re_path(rf"^officer/orders/{_REF}/same-person/unlink$", people.SamePersonUnlinks.as_view()),
    re_path(
        rf"^officer/orders/{_REF}/zones/(?P<code>[A-Za-z0-9_-]{{1,16}})/approve$", versions.ZoneApprovals.as_view()
    ),
]
