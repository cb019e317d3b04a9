"""Evidence over HTTP: taken in one request, listed, and given out by links."""

from __future__ import annotations

import base64
from typing import Any, cast

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.types import Caller
from audit.services import record
from breaches import queries as reports
from breaches.evidence import forensic, queries, releasing, services, shown
from breaches.evidence.checks import check_given_out, check_room
from breaches.evidence.forensic_models import ForensicTake
from breaches.evidence.intake import EvidenceForm, read_form
from breaches.evidence.models import EvidenceItem, EvidenceLink
from breaches.evidence.rows import messages_from
from breaches.evidence.sealing import Opened
from breaches.evidence.serializers import (
    DetailOut,
    EvidenceIn,
    FullItemsOut,
    ItemOut,
    ItemsOut,
    LimitsOut,
    LinkIn,
    LinkOut,
    MessagesOut,
    ReleaseIn,
)
from breaches.evidence.types import ENDINGS, MOST_TAKES, LinkKind
from breaches.models import Report
from breaches.policies import check_may_report
from breaches.serializers import NothingIn
from common.problems import Forbidden, NotFound, Problem
from database.envelope import open_sealed, seal
from edge.idempotency import once
from edge.pagination import limit_of, sign_start, start_of
from edge.parsing import read
from edge.views import ApiView, answer

LINK_SALT = "breaches.evidence.link"
_SEALED_FOR = "passphrase in an answer kept for a retry"
_OWN_COPY = "own copy"


class OfReport(ApiView):
    """About a report; which ones a caller can speak of, and what of them they see, each audience says."""

    def report(self, caller: Caller, key: str) -> Report:
        """The report, or `NotFound`."""
        raise NotImplementedError

    def shown(self, report: Report, caller: Caller) -> list[dict[str, Any]]:
        """Its evidence for this caller."""
        return shown.all_of(report)


class OfVictim(OfReport):
    """A report is one's own, and so is the evidence that one sent."""

    audience = "victim"

    def report(self, caller: Caller, key: str) -> Report:
        return reports.own_report(caller.person, key)

    def shown(self, report: Report, caller: Caller) -> list[dict[str, Any]]:
        return shown.own(report, caller.id)


class OfForce(OfReport):
    """A report is one that was routed to the system's force."""

    audience = "force"
    scopes = {
        "GET": ("breaches:read",),
        "HEAD": ("breaches:write",),
        "OPTIONS": ("breaches:write",),
        "PATCH": ("breaches:write",),
        "POST": ("breaches:write",),
    }

    def report(self, caller: Caller, key: str) -> Report:
        return reports.report_of_force(caller, key)


class OfOfficer(OfReport):
    """A report is one that was routed to the officer's force."""

    audience = "officer"

    def report(self, caller: Caller, key: str) -> Report:
        return reports.report_of_force(caller, key)


class _Takes(OfReport):
    parser_classes = [EvidenceForm]

    @extend_schema(request={"multipart/form-data": EvidenceIn}, responses={201: ItemOut})
    def post(self, request: Request, key: str) -> Response:
        """Send one file. It is kept exactly as it is; larger ones are better sent to evidence-uploads."""
        caller = self.caller(request)
        report = self.report(caller, key)
        check_may_report(caller)
        check_room(report)
        # Received first, outside any transaction: an upload may take an hour.
        form = read_form(request)

        def effect() -> Response:
            item = services.keep(actor=caller.actor, report_id=report.id, received=form.received, sent=form.sent)
            return answer(shown.brief(item, viewable=False), status=201)

        try:
            form.arrival.place()
            return once(request, effect, said=[form.received.sha256, form.sent.filename])
        finally:
            form.arrival.discard()

    def listed(self, request: Request, key: str) -> Response:
        caller = self.caller(request)
        with transaction.atomic():
            report = self.report(caller, key)
            items = self.shown(report, caller)
            ids = [report.id, *(item["id"] for item in items)]
            record(actor=caller.actor, action="consultation", verb="evidence_listed", records=ids)
        return answer({"results": items})


class VictimEvidence(_Takes, OfVictim):
    @extend_schema(responses={200: ItemsOut})
    def get(self, request: Request, key: str) -> Response:
        """The evidence that one sent with a report."""
        return self.listed(request, key)


class ForceEvidence(_Takes, OfForce):
    @extend_schema(responses={200: FullItemsOut})
    def get(self, request: Request, key: str) -> Response:
        """The evidence of a report."""
        return self.listed(request, key)


class OfficerEvidence(_Takes, OfOfficer):
    @extend_schema(responses={200: FullItemsOut})
    def get(self, request: Request, key: str) -> Response:
        """The evidence of a report, copies beside originals."""
        return self.listed(request, key)


class Limits(ApiView):
    audience = "victim"
    mailbox_does = frozenset({"GET"})

    @extend_schema(responses={200: LimitsOut})
    def get(self, request: Request) -> Response:
        """What can be sent."""
        return answer(
            {
                "max_bytes": settings.EVIDENCE_MAX_BYTES,
                "max_items": settings.EVIDENCE_MAX_ITEMS,
                "types": sorted(ENDINGS),
            }
        )


class OfficerItem(OfOfficer):
    @extend_schema(responses={200: DetailOut})
    @transaction.atomic
    def get(self, request: Request, key: str, item: str) -> Response:
        """One item: what happened to it, what it says about itself, who wrote in it."""
        caller = self.caller(request)
        found = queries.item_of(self.report(caller, key), item)
        record(actor=caller.actor, action="consultation", verb="evidence_read", records=[found.report_id, found.id])
        return answer(shown.detail(found))


class OfficerMessages(OfOfficer):
    @extend_schema(responses={200: MessagesOut})
    @transaction.atomic
    def get(self, request: Request, key: str, item: str) -> Response:
        """The messages in a chat or a mail, in the order of the file."""
        caller = self.caller(request)
        found = queries.item_of(self.report(caller, key), item)
        start, limit = start_of(request), limit_of(request)
        messages = messages_from(found, start, limit + 1)
        record(
            actor=caller.actor,
            action="consultation",
            verb="evidence_messages_read",
            records=[found.report_id, found.id],
        )
        return answer(
            {
                "results": [shown.message(said) for said in messages[:limit]],
                "next": sign_start(request, start + limit) if len(messages) > limit else None,
                "previous": sign_start(request, max(0, start - limit)) if start else None,
            }
        )


class OfficerRelease(OfOfficer):
    roles = frozenset({"supervisor"})
    step_up = frozenset({"POST"})

    @extend_schema(request=ReleaseIn, responses={200: DetailOut})
    def post(self, request: Request, key: str, item: str) -> Response:
        """Release what was held by mistake, with a reason. What a scanner named stays held."""
        caller = self.caller(request)
        found = queries.item_of(self.report(caller, key), item)
        if found.state == "held":
            services.verify(item=found)  # outside the transaction: what is found of the file stays on record

        def effect() -> Response:
            sent = read(request, ReleaseIn)
            releasing.release_held(caller=caller, item=found, reason=sent.reason)
            return answer(shown.detail(queries.item_of(self.report(caller, key), item)))

        return self.write(request, effect)


class OfficerLinks(OfOfficer):
    @extend_schema(request=LinkIn, responses={201: LinkOut})
    def post(self, request: Request, key: str, item: str) -> Response:
        """Leave to fetch an item: five minutes, for this officer and this purpose."""

        def effect() -> Response:
            caller = self.caller(request)
            found = queries.item_of(self.report(caller, key), item)
            check_may_report(caller)
            sent = read(request, LinkIn, also=_recipient_problems)
            if sent.kind == "forensic":
                return _forensic_link(caller, found, sent)
            link = services.make_link(caller=caller, item=found, kind=sent.kind, purpose=sent.purpose)
            return _link(self.audience, link)

        return _with_passphrase(self.write(request, effect))


def _recipient_problems(body: dict[str, Any]) -> list[Problem]:
    """Who gets it is said of a forensic archive, and of nothing else."""
    wanted, named = body.get("kind") == "forensic", body.get("recipient") is not None
    if wanted == named:
        return []
    if named:
        return [Problem("/recipient", "not_for_this_kind", "Only a forensic archive is for somebody else.")]
    return [Problem("/recipient", "required", "Say who gets the archive.")]


def _forensic_link(caller: Caller, item: EvidenceItem, sent: LinkIn) -> Response:
    made = forensic.make_forensic_link(caller=caller, item=item, purpose=sent.purpose, recipient=sent.recipient or "")
    response = _link("officer", made.link)
    sealed = base64.b64encode(seal(made.passphrase.encode(), context=_SEALED_FOR)).decode()
    response.data = {**response.data, "passphrase": sealed, "takes": MOST_TAKES}
    return response


def _with_passphrase(response: Response) -> Response:
    """Opened last: the answer that is kept for a retry holds a passphrase sealed."""
    if sealed := response.data.get("passphrase"):
        opened = open_sealed(base64.b64decode(sealed), context=_SEALED_FOR).decode()
        response.data = {**response.data, "passphrase": opened}
    return response


class VictimLinks(OfVictim):
    @extend_schema(request=NothingIn, responses={201: LinkOut})
    def post(self, request: Request, key: str, item: str) -> Response:
        """Leave to fetch the viewable copy of what one sent oneself."""

        def effect() -> Response:
            caller = self.caller(request)
            found = queries.item_of(self.report(caller, key), item)
            if found.received_from != caller.id:
                raise NotFound
            read(request, NothingIn)
            link = services.make_link(caller=caller, item=found, kind="viewable", purpose=_OWN_COPY)
            return _link(self.audience, link)

        return self.write(request, effect)


def _link(audience: str, link: EvidenceLink) -> Response:
    url = f"/api/v1/{audience}/evidence-files/{signing.dumps(str(link.id), salt=LINK_SALT)}"
    return answer({"url": url, "expires_at": link.expires_at}, status=201)


def _fetched(view: ApiView, request: Request, token: str) -> StreamingHttpResponse:
    """Read it all once to see that it is what was received, then send it: nothing unproven leaves."""
    caller = view.caller(request)
    link = _valid(caller, token)
    services.verify(item=link.item)
    check_given_out(link.item, cast(LinkKind, link.kind))
    if link.kind == "forensic":
        return _send_archive(link, forensic.note_taken(caller=caller, link=link))
    services.note_fetched(caller=caller, link=link)
    return _attachment(link.item, cast(LinkKind, link.kind))


def _send_archive(link: EvidenceLink, take: ForensicTake) -> StreamingHttpResponse:
    """As a download; how long it is, is not known before it is made."""
    response = StreamingHttpResponse(forensic.stream_archive(link, take), content_type="application/zip")
    return _make_harmless(response, link.item, "zip")


def _valid(caller: Caller, token: str) -> EvidenceLink:
    try:
        link = queries.link_for(signing.loads(token, salt=LINK_SALT), caller.person)
    except (signing.BadSignature, ValueError):
        raise NotFound from None
    reports.check_open(caller, link.item.report)
    if link.expires_at <= timezone.now():
        raise Forbidden("link_expired", "This link is no longer good. Ask for another.")
    return link


def _attachment(item: EvidenceItem, kind: LinkKind) -> StreamingHttpResponse:
    """As a download that no browser runs or renders. Its name is the exhibit's: the sender's is only words."""
    examined = shown.examination(item)
    media_type = "image/jpeg" if item.derived_from_id else examined.media_type if examined else ""
    ending = ENDINGS.get(media_type, "bin")
    source = Opened(queries.parts_of(item))
    content_type = "image/jpeg" if kind == "viewable" else "application/octet-stream"
    response = StreamingHttpResponse(source.pieces(), content_type=content_type)
    response["Content-Length"] = str(item.size)
    return _make_harmless(response, item, ending)


def _make_harmless(response: StreamingHttpResponse, item: EvidenceItem, ending: str) -> StreamingHttpResponse:
    response["Content-Disposition"] = f'attachment; filename="{item.exhibit.replace("/", "-")}.{ending}"'
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Evidence-SHA256"] = item.sha256
    return response


class OfficerFile(ApiView):
    audience = "officer"

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, token: str) -> StreamingHttpResponse:
        """What a link of one's own leads to."""
        return _fetched(self, request, token)


class VictimFile(ApiView):
    audience = "victim"

    @extend_schema(responses={(200, "image/jpeg"): OpenApiTypes.BINARY})
    def get(self, request: Request, token: str) -> StreamingHttpResponse:
        """What a link of one's own leads to: a viewable copy."""
        return _fetched(self, request, token)
