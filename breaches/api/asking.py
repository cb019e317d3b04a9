"""What officers add to a report: questions, answers told to them, notes, links, and how it ended."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit.services import record
from breaches import queries, services
from breaches.api.shapes import (
    AskIn,
    OutcomeIn,
    PairIn,
    ReopenIn,
    RevealedReporterOut,
    RevealReporterIn,
    SafeContactOut,
    WordsIn,
)
from breaches.api.verbs import Verb
from breaches.contacting import person_behind, recorded_for
from breaches.policies import WORKERS
from breaches.serializers import OfficerReportOut
from common.london import midnight_ending
from common.problems import NotFound
from edge.parsing import read
from edge.views import ApiView, answer
from orders.policies import MAY_APPROVE


class RequestInformation(Verb):
    @extend_schema(request=AskIn, responses={200: OfficerReportOut})
    def post(self, request: Request, key: str) -> Response:
        """Ask the reporter something, to be answered by a time."""
        return self.say(request, key, AskIn, service=services.request_information, meaning=_asked)


def _asked(sent: AskIn) -> services.Asked:
    due = sent.due if isinstance(sent.due, datetime) else midnight_ending(sent.due)
    return services.Asked(question=sent.question, due=due)


class Answer(Verb):
    @extend_schema(request=WordsIn, responses={200: OfficerReportOut})
    def post(self, request: Request, key: str) -> Response:
        """Write down what the reporter answered by telephone, or that no answer came."""
        return self.say(request, key, WordsIn, service=services.write_down_answer, meaning=lambda sent: sent.text)


class Note(Verb):
    @extend_schema(request=WordsIn, responses={200: OfficerReportOut})
    def post(self, request: Request, key: str) -> Response:
        """Write something beside the report, for officers only."""
        return self.say(request, key, WordsIn, service=services.note, meaning=lambda sent: sent.text)


class Close(Verb):
    match_required = True

    @extend_schema(request=OutcomeIn, responses={200: OfficerReportOut})
    def post(self, request: Request, key: str) -> Response:
        """Say how it ended."""
        return self.say(request, key, OutcomeIn, service=services.close, meaning=_ended)


def _ended(sent: OutcomeIn) -> services.Ended:
    return services.Ended(kind=sent.kind, crime_reference=sent.crime_reference.strip(), reason=sent.reason)


class Reopen(Verb):
    match_required = True

    @extend_schema(request=ReopenIn, responses={200: OfficerReportOut})
    def post(self, request: Request, key: str) -> Response:
        """Take up again what was decided or closed, and say why."""
        return self.say(request, key, ReopenIn, service=services.reopen, meaning=lambda sent: sent.reason)


class Link(Verb):
    @extend_schema(request=PairIn, responses={200: OfficerReportOut})
    def post(self, request: Request, key: str) -> Response:
        """Say that another report belongs to this one. Neither changes, and it can be undone."""
        return self.say(request, key, PairIn, service=services.link, meaning=_pairing)


class Unlink(Verb):
    @extend_schema(request=PairIn, responses={200: OfficerReportOut})
    def post(self, request: Request, key: str) -> Response:
        """Say that another report does not belong to this one after all, or that a suggestion is wrong."""
        return self.say(request, key, PairIn, service=services.unlink, meaning=_pairing)


def _pairing(sent: PairIn) -> services.Pairing:
    return services.Pairing(report=sent.report, reason=sent.reason)


class Reveal(ApiView):
    audience, roles = "officer", MAY_APPROVE
    step_up = frozenset({"POST"})

    @extend_schema(request=RevealReporterIn, responses={200: RevealedReporterOut})
    def post(self, request: Request, key: str) -> Response:
        """Show who reports, for a reason that goes into the trail."""
        caller = self.caller(request)
        with transaction.atomic():
            queries.readable_report(caller, key)
            sent = read(request, RevealReporterIn)
            return answer(services.reveal_reporter(caller=caller, key=key, fields=sent.fields, reason=sent.reason))


class SafeContact(ApiView):
    audience, roles = "officer", WORKERS

    @extend_schema(responses={200: SafeContactOut})
    @transaction.atomic
    def get(self, request: Request, key: str) -> Response:
        """How the person behind a report can be reached without harm."""
        caller = self.caller(request)
        report = queries.report_of_force(caller, key)
        person = person_behind(report, at=timezone.now())
        if person is None:
            raise NotFound
        recorded = recorded_for(person)
        record(actor=caller.actor, action="consultation", verb="safe_contact_read", records=[report.id, person])
        return answer(
            {
                "said_at": recorded.said_at if recorded else None,
                "safe_contact": recorded.said if recorded else None,
            }
        )
