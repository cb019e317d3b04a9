"""Reading evidence. Whose report it is, was asked before: these take a report that is the caller's."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, Max, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from breaches.evidence.diary_models import DiaryEvidence
from breaches.evidence.models import (
    EvidenceExamination,
    EvidenceItem,
    EvidenceLink,
    EvidencePiece,
    EvidenceTimestamp,
    EvidenceUpload,
)
from breaches.evidence.stamp_tries import EvidenceStampTry
from breaches.evidence.types import READERS_VERSION, ItemState, Part
from breaches.models.reports import Report
from common.problems import NotFound


def items_of(report: Report) -> list[EvidenceItem]:
    """Every item of a report, in the order of its exhibits; copies beside originals."""
    newest = EvidenceExamination.objects.order_by("item_id", "-number").distinct("item_id")
    rows = EvidenceItem.objects.filter(report=report).select_related("derived_from").order_by("number")
    return list(rows.prefetch_related(Prefetch("examinations", queryset=newest)))


def item_of(report: Report, key: str) -> EvidenceItem:
    """One item of a report by its id. Raises `NotFound`."""
    try:
        identifier = UUID(key)
    except ValueError:
        raise NotFound from None
    item = EvidenceItem.objects.filter(report=report).select_related("report").filter(pk=identifier).first()
    if item is None:
        raise NotFound
    return item


def viewable_of(item: EvidenceItem) -> EvidenceItem | None:
    """The copy of an original that can be looked at, or the item itself where it is one."""
    if item.derived_from_id is not None:
        return item
    return item.derivatives.select_related("report").first()


def counts(report_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many originals each of these reports has."""
    rows = EvidenceItem.objects.filter(report_id__in=report_ids, derived_from__isnull=True)
    return dict(rows.values_list("report_id").annotate(Count("id")))


def next_number(report: Report) -> int:
    """The number of the next exhibit. The caller holds the report's row."""
    return int(EvidenceItem.objects.filter(report=report).aggregate(last=Coalesce(Max("number"), 0))["last"]) + 1


def originals_of(report: Report) -> int:
    """How many originals a report has or is about to have."""
    return (
        EvidenceItem.objects.filter(report=report).filter(derived_from__isnull=True).count()
        + EvidenceUpload.objects.filter(report=report).filter(item__isnull=True, refused="").count()
    )


def uploads_of(report: Report) -> list[EvidenceUpload]:
    """The uploads that are not whole yet."""
    return list(
        EvidenceUpload.objects.filter(report=report).filter(item__isnull=True, refused="").order_by("started_at", "id")
    )


def offset_of(upload: EvidenceUpload) -> int:
    """How many bytes of it are safe."""
    return int(upload.pieces.aggregate(sum=Coalesce(Sum("size"), 0))["sum"])


def parts_of(item: EvidenceItem) -> list[Part]:
    """What an item's bytes lie in: an object of its own, or the pieces of its upload in their order."""
    return parts([item] if item.key else EvidencePiece.objects.filter(upload__item=item).order_by("start"))


def parts(rows: Iterable[EvidenceItem | EvidencePiece]) -> list[Part]:
    """The objects that rows speak of."""
    return [Part(row.key, bytes(row.wrapped_key), row.size) for row in rows]


def waiting(before: datetime, most: int) -> list[UUID]:
    """Items in quarantine since before an instant, the oldest first."""
    rows = EvidenceItem.objects.filter(state="quarantined", received_at__lt=before).order_by("received_at")
    return list(rows.values_list("pk", flat=True)[:most])


def examined_by_older() -> QuerySet[EvidenceItem]:
    """Originals that were looked at by older readers than today's, the oldest first."""
    newest = EvidenceExamination.objects.filter(item=OuterRef("pk")).order_by("-number")
    rows = EvidenceItem.objects.filter(derived_from__isnull=True).alias(readers=Subquery(newest.values("readers")[:1]))
    return rows.filter(readers__lt=READERS_VERSION).order_by("pk")


def next_examined_by_older(after: UUID | None) -> UUID | None:
    """The next of those that can be examined again now."""
    rows = examined_by_older().filter(state__in=("released", "held"))
    return (rows.filter(pk__gt=after) if after else rows).values_list("pk", flat=True).first()


def evidence_changed_at(report_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """When something in the evidence of a report last came out otherwise than before; nothing where it never did."""
    rows = EvidenceExamination.objects.filter(item__report__in=report_ids, number__gt=1).exclude(changed=[])
    return dict(rows.values_list("item__report").annotate(Max("examined_at")))


def unstamped(before: datetime, most: int) -> list[UUID]:
    """Originals that came before an instant, have no timestamp and are due to be asked about, the oldest first."""
    due = Q(stamp_try__isnull=True) | Q(stamp_try__next_at__lte=before)
    return list(_without_stamp(before).filter(due).values_list("pk", flat=True)[:most])


def stamps_overdue(before: datetime, most: int) -> list[UUID]:
    """Originals that came before an instant and have no timestamp, whether anybody asked for one or not."""
    return list(_without_stamp(before).values_list("pk", flat=True)[:most])


def _without_stamp(before: datetime) -> QuerySet[EvidenceItem]:
    rows = EvidenceItem.objects.filter(derived_from__isnull=True, timestamp__isnull=True, received_at__lt=before)
    return rows.order_by("received_at")


def item_to_stamp(item_id: UUID) -> EvidenceItem:
    """An item for the worker that speaks to an authority: its role reads these columns and no other."""
    return EvidenceItem.objects.only("id", "report_id", "sha256", "derived_from_id").get(pk=item_id)


def authority_is_away(since: datetime) -> bool:
    """Whether the last question since an instant was not answered by the authority at all."""
    last = EvidenceStampTry.objects.filter(last_at__gt=since).order_by("-last_at").first()
    if last is None or last.why != "authority_away":
        return False
    return not EvidenceTimestamp.objects.filter(received_at__gt=last.last_at).exists()


def known_keys(keys: Collection[str]) -> set[str]:
    """Those of these names in the store that a row speaks of."""
    kept = (EvidenceItem, EvidencePiece, DiaryEvidence)
    return {key for model in kept for key in model._default_manager.filter(key__in=keys).values_list("key", flat=True)}


def a_sample(most: int) -> list[UUID]:
    """Items to read again tonight, by chance: none is safe from being looked at."""
    rows = EvidenceItem.objects.exclude(state__in=("locked", "file_missing")).order_by("?")
    return list(rows.values_list("pk", flat=True)[:most])


def missing(most: int) -> list[UUID]:
    """Items whose file was not in the store, by chance where there are more: is it back?"""
    return list(EvidenceItem.objects.filter(state="file_missing").order_by("?").values_list("pk", flat=True)[:most])


def state_before_missing(item: EvidenceItem) -> ItemState:
    """What an item was before its file was missing, by its continuity. A copy was never anything but released."""
    if item.derived_from_id is not None:
        return "released"
    last = item.continuity.filter(kind__in=("released", "held")).order_by("-number").first()
    return "quarantined" if last is None else "released" if last.kind == "released" else "held"


def link_for(link_id: UUID, person: UUID) -> EvidenceLink:
    """A link, for the person it was made for. Raises `NotFound`."""
    rows = EvidenceLink.objects.select_related("item__report__order", "forensic")
    link = rows.filter(pk=link_id, person_id=person).first()
    if link is None:
        raise NotFound
    return link


def item(item_id: UUID) -> EvidenceItem:
    """An item for the worker, which may see all of them."""
    return EvidenceItem.objects.select_related("report").get(pk=item_id)


def whole_uploads(most: int) -> list[EvidenceUpload]:
    """Uploads of which every byte is there and that are no item yet."""
    rows = EvidenceUpload.objects.filter(item__isnull=True, refused="").annotate(here=Sum("pieces__size"))
    return list(rows.filter(here=F("size")).order_by("started_at")[:most])


def held_item(item_id: UUID) -> EvidenceItem:
    """An item, its row held until the end of the transaction."""
    return EvidenceItem.objects.select_for_update(of=("self",)).select_related("report").get(pk=item_id)
