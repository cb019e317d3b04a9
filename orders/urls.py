"""Addresses of orders, under /api/v1/."""

from django.urls import path, re_path

from orders import api

_REF = r"(?P<reference>[A-Za-z0-9._-]{1,64})"
_ANY = r"(?P<reference>[^/]{1,200})"  # a badly formed one is told so when an order is registered
_NUMBER = r"(?P<number>[1-9][0-9]{0,4})"

urlpatterns = [
    path("force/orders", api.ForceOrders.as_view()),
    re_path(rf"^force/orders/{_REF}$", api.ForceOrder.as_view()),
    re_path(rf"^force/orders/{_ANY}/versions/{_NUMBER}$", api.ForceOrderVersion.as_view()),
    re_path(rf"^force/orders/{_REF}/service$", api.ForceService.as_view()),
    path("officer/orders", api.OfficerOrders.as_view()),
    re_path(rf"^officer/orders/{_REF}$", api.OfficerOrder.as_view()),
    re_path(rf"^officer/orders/{_ANY}/versions/{_NUMBER}$", api.OfficerOrderVersion.as_view()),
    re_path(rf"^officer/orders/{_REF}/service$", api.OfficerService.as_view()),
    re_path(rf"^officer/orders/{_REF}/zones/(?P<code>[A-Za-z0-9_-]{{1,16}})/approve$", api.ZoneApprovals.as_view()),
]
