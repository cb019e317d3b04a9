"""Giving committed events their place: one number after the other within a force, without gaps.

Whoever writes an event takes no lock, so writers never wait for one another. Numbers are given afterwards
under the row lock of the force's counter: a number once seen is never preceded by a later one, and an event
whose transaction is still open has none. Deliveries are made in the same statement, so an endpoint is owed
its events in exactly this order.
"""

from __future__ import annotations

from django.db import connection, transaction

from webhooks.models import Counter, Event
from webhooks.types import EVERYTHING, TEST

AT_A_TIME = 1000

# One statement, begun after the lock was had: it sees everything that earlier holders of the lock committed.
_NUMBER = """
WITH few AS (
    SELECT id, row_number() OVER (ORDER BY id) AS place
    FROM (
        SELECT id FROM webhooks_event
        WHERE force_id = %(force)s AND sequence IS NULL AND NOT quiet AND type <> %(test)s
        ORDER BY id LIMIT %(most)s
    ) AS unnumbered
), numbered AS (
    UPDATE webhooks_event AS event SET sequence = %(last)s + few.place
    FROM few WHERE event.id = few.id
    RETURNING event.id, event.sequence, event.type
), owed AS (
    INSERT INTO webhooks_delivery
        (event_id, endpoint_id, sequence, state, attempts, refusals, queued_at, next_attempt_at)
    SELECT numbered.id, endpoint.id, numbered.sequence, 'pending', 0, 0, now(), now()
    FROM numbered JOIN webhooks_endpoint AS endpoint
        ON endpoint.force_id = %(force)s AND endpoint.events && ARRAY[%(all)s, numbered.type]::varchar[]
    ON CONFLICT (event_id, endpoint_id) DO NOTHING
)
SELECT count(*) FROM numbered
"""


def number_all() -> bool:
    """Number a batch of what is committed in every force; whether a force may have more."""
    waiting = Event.objects.filter(sequence=None, quiet=False).exclude(type=TEST)
    counts = [number(force) for force in waiting.values_list("force_id", flat=True).distinct()]
    return any(count == AT_A_TIME for count in counts)


def number(force: str) -> int:
    """Number what this force has committed, oldest first and at most `AT_A_TIME`; how many that were.

    Afterwards every event committed before the call has its number, or the whole batch was needed.
    """
    if not Event.objects.filter(force=force, sequence=None, quiet=False).exclude(type=TEST).exists():
        return 0
    with transaction.atomic():
        counter = hold(force)
        count = _number(counter)
        Counter.objects.filter(pk=force).update(last=counter.last + count)
    return count


def hold(force: str) -> Counter:
    """The force's counter, held until the caller's transaction ends. It is made when first needed."""
    Counter.objects.bulk_create([Counter(force_id=force)], ignore_conflicts=True)
    return Counter.objects.select_for_update().get(pk=force)


def _number(counter: Counter) -> int:
    values = {"force": counter.pk, "last": counter.last, "most": AT_A_TIME, "test": TEST, "all": EVERYTHING}
    with connection.cursor() as cursor:
        cursor.execute(_NUMBER, values)
        (count,) = cursor.fetchone()
    return int(count)
