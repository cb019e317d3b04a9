"""What is deployed by `docker compose up`: nothing open, no secret given, nothing runs as root."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from database.roles import ROLES
from scripts.lock import DEV, RUNTIME, without_hash

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = ROOT / "docker-compose.yml"
SECRETS = {"SECRET_KEY", "FIELD_KEY", "MASTER_KEYS", "ALLOWED_HOSTS", "POSTGRES_PASSWORD"} | {
    f"{role}_DB_PASSWORD" for role in ("OWNER", "APP", "WORKER", "OUTBOX", "ERASER")
}
OURS = {"migrate", "web", "worker", "outbox", "evidence", "erase"}
ONCE = {"migrate", "erase"}  # these end when they are done
OTHERS = {"db", "clamav"}


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE.read_text("utf-8"))["services"]
    return found


@pytest.fixture(scope="module")
def dockerfile() -> list[str]:
    """Its instructions, one a line."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text("utf-8"), flags=re.MULTILINE)
    return text.replace("\\\n", " ").splitlines()


def test_the_services_are_those_of_the_design(services: dict[str, dict[str, Any]]) -> None:
    assert set(services) == OURS | OTHERS


def test_only_the_web_server_is_published_and_only_to_this_machine(services: dict[str, dict[str, Any]]) -> None:
    published = {name: one["ports"] for name, one in services.items() if "ports" in one}
    assert set(published) == {"web"}
    assert all(port.startswith("127.0.0.1:") for port in published["web"])
    assert not any("network_mode" in one or "privileged" in one for one in services.values())


def test_every_secret_must_be_given() -> None:
    named = re.findall(r"\$\{(\w+)([^}]*)\}", COMPOSE.read_text("utf-8"))
    assert {name for name, _ in named} >= SECRETS
    assert [name for name, rest in named if name in SECRETS and not rest.startswith(":?")] == []


def test_the_example_gives_no_secret() -> None:
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert given == dict.fromkeys(SECRETS, "")


def test_an_env_file_with_secrets_is_never_committed() -> None:
    assert "/.env" in (ROOT / ".gitignore").read_text("utf-8").splitlines()


@pytest.mark.parametrize(
    ("name", "role", "password"),
    [
        ("migrate", "spo", "OWNER"),
        ("web", "spo_app", "APP"),
        ("worker", "spo_worker", "WORKER"),
        ("outbox", "spo_outbox", "OUTBOX"),
        ("evidence", "spo_worker", "WORKER"),
    ],
)
def test_the_service_runs_production_settings_and_signs_in_as_its_own_role(
    services: dict[str, dict[str, Any]], name: str, role: str, password: str
) -> None:
    """What serves never learns the owner's password: `SET ROLE` to the owner of the tables fails (ADR 0007)."""
    environment = services[name]["environment"]
    assert environment["SPO_ENV"] == "production"
    assert environment["DATABASE_URL"] == f"postgis://{role}@db:5432/spo"
    assert environment["PGPASSWORD"].startswith(f"${{{password}_DB_PASSWORD:?")
    assert not [name for name in environment if name.endswith("_DB_PASSWORD") or name == "POSTGRES_PASSWORD"]


@pytest.mark.parametrize("name", sorted(OURS | OTHERS))
def test_a_container_may_do_as_little_as_it_needs(services: dict[str, dict[str, Any]], name: str) -> None:
    service = services[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", sorted(OURS - ONCE | OTHERS))
def test_everything_that_stays_up_says_whether_it_is_well(services: dict[str, dict[str, Any]], name: str) -> None:
    assert services[name]["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("name", sorted(OURS - {"migrate"}))
def test_nothing_starts_before_the_tables_are_there(services: dict[str, dict[str, Any]], name: str) -> None:
    assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


@pytest.mark.parametrize(
    ("name", "pool"),
    [("migrate", "0"), ("web", "1"), ("worker", "0"), ("outbox", "0"), ("evidence", "0"), ("erase", "0")],
)
def test_only_the_web_server_pools_its_connections(services: dict[str, dict[str, Any]], name: str, pool: str) -> None:
    """A pool under qcluster falls apart: forked processes share its sockets."""
    assert services[name]["environment"]["DB_POOL"] == pool


def test_every_queue_of_the_settings_has_a_worker(services: dict[str, dict[str, Any]]) -> None:
    q: dict[str, Any] = settings.Q_CLUSTER
    queues = {q["name"], *q["ALT_CLUSTERS"]}
    served = {one["environment"]["Q_CLUSTER_NAME"] for one in services.values() if "qcluster" in one.get("command", [])}
    assert served == queues


def test_the_database_has_no_way_out(services: dict[str, dict[str, Any]]) -> None:
    networks = yaml.safe_load(COMPOSE.read_text("utf-8"))["networks"]
    assert networks["data"] == {"internal": True}
    assert [name for name, one in services.items() if one["networks"] == ["data"]] == [
        "db",
        "migrate",
        "erase",
        "worker",
    ]


def test_only_the_eraser_knows_the_role_that_erases(services: dict[str, dict[str, Any]]) -> None:
    """Rule 79: erasure by a separate database role."""
    knowing = {name for name, one in services.items() if "ERASER_DATABASE_URL" in one.get("environment", {})}
    assert knowing == {"erase"}
    assert services["erase"]["profiles"] == ["erase"]


def test_the_application_role_is_no_superuser() -> None:
    """Its database and the extensions are made for it, by the script that the database container runs."""
    script = (ROOT / "scripts" / "create-database.sh").read_text("utf-8")
    assert re.search(r"create role spo login password :'owner';", script)
    assert {role for role in ROLES if re.search(rf"create role {role} (login )?noinherit\b", script)} == set(ROLES)
    assert set(re.findall(r"create extension if not exists (\w+)", script)) == {"postgis", "btree_gist"}


def test_the_image_runs_as_nobody_in_particular(dockerfile: list[str]) -> None:
    last_stage = dockerfile[max(n for n, line in enumerate(dockerfile) if line.startswith("FROM")) :]
    assert [line for line in last_stage if line.startswith("USER")] == ["USER 10001:10001"]


def test_the_image_installs_only_what_the_lock_names(dockerfile: list[str]) -> None:
    installs = [line for line in dockerfile if "pip install" in line]
    assert installs
    assert all("--require-hashes" in line and "-r /tmp/requirements.lock" in line for line in installs)


def test_the_image_keeps_bytecode_and_no_secret(dockerfile: list[str]) -> None:
    text = "\n".join(dockerfile)
    assert "PYTHONDONTWRITEBYTECODE" not in text
    assert not [line for line in dockerfile if line.startswith(("ENV", "ARG")) and re.search("KEY|PASSWORD", line)]


def test_the_image_holds_every_app_and_nothing_else() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    let_in = {line[1:] for line in lines if line.startswith("!")}
    apps = {app for app in settings.INSTALLED_APPS if (ROOT / app / "__init__.py").exists()}
    files = {"manage.py", "requirements.lock", "scripts/worker_healthy.py"}
    assert "*" in lines
    assert let_in == apps | {"common", "database", "geo"} | files


def test_a_pin_without_its_hash_is_noticed() -> None:
    good = f"one==1.0 \\\n    --hash=sha256:{'0' * 64}\n"
    assert without_hash(good + "evil==1.0\nanother[x]==2 \\\n    --hash=sha256:abc\n") == ["evil", "another[x]"]
    assert without_hash(RUNTIME.read_text("utf-8") + DEV.read_text("utf-8")) == []
