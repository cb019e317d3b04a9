"""Every task that a worker can be given is run here under the role of its cluster: a right that is missing shows."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from uuid import UUID

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.conf import settings as configured
from django.db import transaction
from django.utils.module_loading import import_string
from django_q.models import Schedule

from accounts.models import Letter
from breaches.evidence.models import EvidenceExamination, EvidenceTimestamp
from breaches.models import EvidenceEntry, TrackedDevice
from database.roles import worker_role
from database.tenancy import Tenant, acting
from orders.models import ImportedOrder, Order
from tests.integration.tenancy import world
from tests.support import clamd, tsa
from tests.support.api import Apis
from tests.support.evidence import picture, send

_NAMED = re.compile(r"(?:[a-z_]+\.)+tasks\.[a-z_]+")


@dataclass(frozen=True, slots=True)
class Known:
    """Ids of what there is to be worked on."""

    order: str
    device: str
    job: str
    item: str


Arguments = Callable[[Known], tuple[str, ...]]


def _nothing(known: Known) -> tuple[str, ...]:
    return ()


# Each task, the cluster that runs it, and what it is given.
TASKS: dict[str, tuple[str, Arguments]] = {
    "audit.tasks.chain_trail": ("spo", _nothing),
    "breaches.evidence.tasks.check": ("evidence", lambda known: (known.item,)),
    "breaches.evidence.tasks.examine": ("evidence", lambda known: (known.item,)),
    "breaches.evidence.tasks.examine_again": ("evidence", lambda known: (known.item,)),
    "breaches.evidence.tasks.examine_older": ("evidence", _nothing),
    "breaches.evidence.tasks.night": ("evidence", _nothing),
    "breaches.evidence.tasks.stamp": ("outbox", lambda known: (known.item,)),
    "breaches.evidence.tasks.sweep": ("evidence", _nothing),
    "breaches.tasks.alarm_unattended": ("spo", _nothing),
    "breaches.tasks.assess_order_again": ("spo", lambda known: (known.order,)),
    "breaches.tasks.forget_far_positions": ("spo", _nothing),
    "breaches.tasks.judge_fixes_again": ("spo", lambda known: (known.device,)),
    "breaches.tasks.replay_sample": ("spo", _nothing),
    "breaches.tasks.tell_of_new_devices": ("spo", _nothing),
    "breaches.tasks.tell_silent_devices": ("spo", _nothing),
    "edge.tasks.forget_answers": ("spo", _nothing),
    "identity.tasks.forget_sign_ins": ("spo", _nothing),
    "identity.tasks.send_letters": ("outbox", _nothing),
    "orders.tasks.sweep_imports": ("spo", _nothing),
    "orders.tasks.tell_of_order": ("spo", lambda known: (known.order,)),
    "orders.tasks.tell_what_is_coming": ("spo", _nothing),
    "orders.tasks.work_import": ("spo", lambda known: (known.job,)),
    "webhooks.tasks.chain_trail": ("spo", _nothing),
    "webhooks.tasks.drain": ("outbox", _nothing),
    "webhooks.tasks.sweep": ("outbox", _nothing),
}


def our_sources() -> Iterator[Path]:
    for config in apps.get_app_configs():
        if Path(config.path).is_relative_to(configured.BASE_DIR) and ".venv" not in config.path:
            yield from Path(config.path).rglob("*.py")


def tasks_there_are() -> set[str]:
    """Every public function of a module named `tasks`, and every name of one that stands in a text of ours."""
    found = set()
    for path in our_sources():
        if path.name == "tasks.py":
            module = ".".join(path.relative_to(configured.BASE_DIR).with_suffix("").parts)
            functions = inspect.getmembers(import_module(module), inspect.isfunction)
            found |= {f"{module}.{name}" for name, one in functions if one.__module__ == module and name[0] != "_"}
        texts = (node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant))
        found |= {text for text in texts if isinstance(text, str) and _NAMED.fullmatch(text)}
    return found


def test_whoever_adds_a_task_adds_a_line() -> None:
    assert tasks_there_are() == set(TASKS)


def test_what_is_scheduled_is_scheduled_for_its_cluster(db: None) -> None:
    scheduled = {row.func: row.cluster or "spo" for row in Schedule.objects.all()}
    assert scheduled == {name: TASKS[name][0] for name in scheduled}


@pytest.fixture
def others(settings: LazySettings, tmp_path: Path) -> Iterator[None]:
    """A scanner and an authority for timestamps; an empty folder of evidence."""
    authority = tsa.Authority(tmp_path / "tsa")
    with clamd.fake() as scanner, tsa.serving(authority) as url:
        settings.CLAMD, settings.EVIDENCE_DIR = scanner.setting, tmp_path / "evidence"
        settings.EVIDENCE_TSA_URL, settings.EVIDENCE_TSA_ROOTS = url, str(authority.roots)
        yield


def test_every_task_may_do_its_work(api: Apis, order: str, others: None) -> None:
    places = world.build(api, order)
    sent = send(api.victim, f"victim/reports/{places['report']}/evidence", picture())
    known = Known(
        order=str(Order.objects.get(reference=order).id),
        device=str(TrackedDevice.objects.values_list("id", flat=True)[0]),
        job=places["job"],
        item=str(sent.body["id"]),
    )
    failed: dict[str, str] = {}
    for name, (cluster, arguments) in TASKS.items():
        try:
            with transaction.atomic(), acting(Tenant(role=worker_role(cluster))):
                import_string(name)(*arguments(known))
        except Exception as error:  # noqa: BLE001 - all of them are told together
            failed[name] = repr(error)
    assert failed == {}
    # They had something to do.
    assert EvidenceTimestamp.objects.filter(item_id=UUID(known.item)).exists()
    assert EvidenceExamination.objects.filter(item_id=UUID(known.item)).exists()
    assert EvidenceEntry.objects.filter(item_id=UUID(known.item), kind="checked").exists()
    assert ImportedOrder.objects.exists()
    assert not Letter.objects.exists()
