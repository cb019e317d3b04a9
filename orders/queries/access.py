"""Who may read what of a restricted order (rule 81): the one filter through which every read of orders goes.

For everybody of the force who is not on an order's list it is as if the order were not there, and so are its
reports, evidence, positions and events. Whoever asks for one by name raises an alarm.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import Exists, F, Func, OuterRef, Q, QuerySet, TextField

from accounts.types import Caller
from common.problems import Closed, NotFound
from orders.models import Order, OrderReader, ProtectedPerson
from orders.rules.references import fold_reference, meant_references


def open_to(caller: Caller, *, order: str = "") -> Q:
    """Rows whose order the caller may read; `order` is the way to it (`order`), empty on orders themselves.

    Rows without an order are open. Whose force it is, is asked beside it.
    """
    if order:
        not_restricted = Q(**{f"{order}__isnull": True}) | Q(**{f"{order}__restricted": False})
        return not_restricted | Q(_listed(caller, f"{order}_id"))
    return Q(restricted=False) | Q(_listed(caller, "pk"))


def _listed(caller: Caller, order: str) -> Exists:
    rows = OrderReader.objects.filter(_same_reader(caller), order=OuterRef(order), listed=True)
    later = OrderReader.objects.filter(_same_reader(caller), order=OuterRef("order"), number__gt=OuterRef("number"))
    return Exists(rows.filter(~Exists(later)))


def _same_reader(caller: Caller) -> Q:
    """A person by the account, a force's system by its client id."""
    return Q(person_id=caller.user_id) if caller.user_id else Q(person=None, client=caller.id)


def orders_open_to(caller: Caller) -> QuerySet[Order]:
    """The orders of the caller's force that the caller may read."""
    return Order.objects.filter(open_to(caller), force_id=caller.force)


def may_read(caller: Caller, order_id: UUID) -> bool:
    return Order.objects.filter(open_to(caller), pk=order_id).exists()


def order_of(caller: Caller, reference: str) -> Order:
    """The order of the caller's force, or `NotFound`: another force's, and a closed one, look the same as none."""
    return _only(caller, Order.objects.filter(force_id=caller.force, reference=reference))


def order_for_update(caller: Caller, reference: str) -> Order:
    """The same, held until the end of the transaction."""
    rows = Order.objects.select_for_update(of=("self",))
    return _only(caller, rows.filter(force_id=caller.force, reference=reference))


def person_for_update(caller: Caller, reference: str, key: str) -> ProtectedPerson:
    """A protected person of it, held until the end of the transaction. `NotFound` as for the order."""
    order = order_of(caller, reference)
    row = ProtectedPerson.objects.select_for_update(of=("self",)).filter(order=order, key=key).first()
    if row is None:
        raise NotFound
    return row


def order_for_support(force: str, reference: str) -> Order | None:
    """An order that support staff may see the bare state of: no restricted one."""
    return Order.objects.filter(force_id=force, reference=reference, restricted=False).first()


def _only(caller: Caller, rows: QuerySet[Order]) -> Order:
    order = rows.first()
    if order is None:
        raise NotFound
    if order.restricted and not may_read(caller, order.id):
        raise Closed([order.id])
    return order


def as_typed(rows: QuerySet[Order], reference: str) -> list[Order]:
    """Of these orders those that a reference may mean as somebody typed it: one, none or several."""
    folded = Func(F("reference"), function="orders_folded", output_field=TextField())
    found = list(rows.alias(folded=folded).filter(folded=fold_reference(reference)).order_by("created_at", "id"))
    meant = meant_references(reference, [order.reference for order in found])
    return [order for order in found if order.reference in meant]


def restricted_order(force: str, reference: str) -> UUID | None:
    """The id of a force's restricted order that may be meant: only to keep for its list what somebody says of it."""
    meant = as_typed(Order.objects.filter(force_id=force), reference)
    return next((order.id for order in meant if order.restricted), None)


def closed_as_typed(caller: Caller, reference: str) -> list[UUID]:
    """The orders of the caller's force, of which one may be meant, that are closed to the caller."""
    meant = [order.id for order in as_typed(Order.objects.filter(force_id=caller.force), reference) if order.restricted]
    readable = set(orders_open_to(caller).filter(pk__in=meant).values_list("pk", flat=True)) if meant else set()
    return [order_id for order_id in meant if order_id not in readable]


def closed_among(caller: Caller, references: Collection[str]) -> dict[str, UUID]:
    """The orders of the caller's force of these references that are closed to the caller."""
    named = Order.objects.filter(force_id=caller.force, restricted=True, reference__in=list(references))
    return dict(named.exclude(pk__in=orders_open_to(caller)).values_list("reference", "id"))


def closed_orders(caller: Caller) -> list[UUID]:
    """Every order of the caller's force that is closed to the caller."""
    named = Order.objects.filter(force_id=caller.force, restricted=True)
    return list(named.exclude(pk__in=orders_open_to(caller)).values_list("id", flat=True))


def current_readers(order: Order) -> QuerySet[OrderReader]:
    """Who is on the list of an order now: the row by which each was put on it."""
    later = OrderReader.objects.filter(order=OuterRef("order"), number__gt=OuterRef("number")).filter(
        Q(person=OuterRef("person"), client=OuterRef("client"))
        | Q(person=None, client=OuterRef("client")) & ~Q(client="")
    )
    rows = OrderReader.objects.filter(~Exists(later), order=order, listed=True)
    return rows.select_related("person__officer").order_by("done_at", "id")


def unattended(force: str | None) -> QuerySet[Order]:
    """Restricted orders of a force (None: of all) without an active supervisor on their list.

    Nobody may see what is reported under them until somebody takes charge.
    """
    person = OrderReader.objects.filter(order=OuterRef("pk"), listed=True, person__isnull=False)
    later = OrderReader.objects.filter(
        order=OuterRef("order"), person=OuterRef("person"), number__gt=OuterRef("number")
    )
    active = person.filter(
        ~Exists(later),
        person__is_active=True,
        person__officer__role="supervisor",
        person__officer__force=OuterRef("force"),
    )
    rows = Order.objects.filter(~Exists(active), restricted=True)
    return rows if force is None else rows.filter(force_id=force)
