"""What officers do with a report in their hands: keep it, take it over, put it aside, add a place, hand it over."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from breaches import services
from breaches.api.shapes import AttachIn, OfferIn, SnoozeIn, TakenPositionIn, WhyIn
from breaches.api.verbs import Verb
from breaches.serializers import NothingIn, OfficerReportOut
from common.london import midnight_ending


class Heartbeat(Verb):
    @extend_schema(request=NothingIn, responses={200: OfficerReportOut})
    def post(self, request: Request, key: str) -> Response:
        """Say that one is still at work on a claimed report, so that nobody takes it over."""
        return self.act(request, lambda caller, pre: services.heartbeat(caller=caller, key=key, precondition=pre))


class TakeOver(Verb):
    @extend_schema(request=WhyIn, responses={200: OfficerReportOut})
    def post(self, request: Request, key: str) -> Response:
        """Take a report from an officer who is not heard of, or as a supervisor at any time."""
        return self.say(request, key, WhyIn, service=services.take_over, meaning=lambda sent: sent.reason)


class Snooze(Verb):
    @extend_schema(request=SnoozeIn, responses={200: OfficerReportOut})
    def post(self, request: Request, key: str) -> Response:
        """Put a report aside until a time. Its clocks run on."""
        return self.say(request, key, SnoozeIn, service=services.snooze, meaning=aside)


def aside(sent: SnoozeIn) -> services.Aside:
    until = sent.until if isinstance(sent.until, datetime) else midnight_ending(sent.until)
    return services.Aside(until=until, reason=sent.reason)


class TakePosition(Verb):
    @extend_schema(request=TakenPositionIn, responses={200: OfficerReportOut})
    def post(self, request: Request, key: str, item: str) -> Response:
        """Take the place in a photograph for one of the report's positions; the report is judged again."""
        service = partial(services.take_position, item=item)
        return self.say(request, key, TakenPositionIn, service=service, meaning=_whose)


def _whose(sent: TakenPositionIn) -> services.Whose:
    return services.Whose(subject=sent.subject, reason=sent.reason)


class Transfer(Verb):
    match_required = True

    @extend_schema(request=OfferIn, responses={200: OfficerReportOut})
    def post(self, request: Request, key: str) -> Response:
        """Offer a report to another force. It stays where it is until that force accepts."""
        return self.say(request, key, OfferIn, service=services.offer, meaning=_offered)


def _offered(sent: OfferIn) -> services.Offer:
    return services.Offer(force=sent.force, reason=sent.reason)


class Attach(Verb):
    @extend_schema(request=AttachIn, responses={200: OfficerReportOut})
    def post(self, request: Request, key: str) -> Response:
        """Say which order a report is about, or that it is about none; it is judged again."""
        return self.say(request, key, AttachIn, service=services.attach_order, meaning=_read_attachment)


def _read_attachment(sent: AttachIn) -> services.Attachment:
    return services.Attachment(order=sent.order, reason=sent.reason)


class TransferAccept(Verb):
    match_required = True

    @extend_schema(request=NothingIn, responses={200: OfficerReportOut})
    def post(self, request: Request, key: str) -> Response:
        """Take over what another force offered. Every clock stays as it was."""
        return self.act(request, lambda caller, pre: services.accept(caller=caller, key=key, precondition=pre))


class TransferReturn(Verb):
    @extend_schema(request=WhyIn, responses={200: OfficerReportOut})
    def post(self, request: Request, key: str) -> Response:
        """Return what another force offered, or take one's own offer back, and say why."""
        return self.say(request, key, WhyIn, service=services.give_back, meaning=lambda sent: sent.reason)
