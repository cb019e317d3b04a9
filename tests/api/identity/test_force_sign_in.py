"""Officers sign in with their force: OpenID Connect against a provider on loopback, roles mapped from its claims."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connections
from django.utils import timezone
from jwcrypto.jwk import JWK
from pytest_django import Settings

from accounts.attempts import keyed
from accounts.models import Attempt, Officer, OfficerIdentity, User
from accounts.services import Post, register_officer
from audit.models import Entry
from audit.types import SERVICE
from demo.cast import Cast
from identity.oidc import asking
from tests.support import oidc
from tests.support.api import Answer
from tests.support.signing_in import App

BEGIN, COMPLETE = "officer/force-sign-in", "officer/force-sign-in/complete"


@pytest.fixture
def force(cast: Cast, settings: Settings) -> Iterator[oidc.Fake]:
    with oidc.provider() as fake:
        settings.OFFICER_SIGN_IN = {"05": fake.provider}
        yield fake


def begun(app: App, **more: Any) -> dict[str, str]:
    answer = app.api("POST", BEGIN, {"force": "05", **more})
    assert answer.status == 200, answer.body
    body: dict[str, str] = answer.body
    return body


def ended(app: App, fake: oidc.Fake, begin: dict[str, str], **changes: str) -> Answer:
    code, state = fake.visit(begin["authorization_url"])
    answer = app.api("POST", COMPLETE, {"flow": begin["flow"], "state": state, "code": code, **changes})
    app.token = answer.body.get("session_token", app.token)
    return answer


def signed_in(fake: oidc.Fake, app: App | None = None, **more: Any) -> tuple[App, Answer]:
    app = app or App()
    return app, ended(app, fake, begun(app, **more))


def signed_in_or_busy(fake: oidc.Fake) -> Answer:
    app = App()
    answer = app.api("POST", BEGIN, {"force": "05"})
    return ended(app, fake, answer.body) if answer.status == 200 else answer


def test_an_officer_of_the_force_is_made_and_signed_in(force: oidc.Fake) -> None:
    app, answer = signed_in(force)
    assert answer.status == 201, answer.body
    assert app.api("GET", "officer/reports?queue=review").status == 200
    officer = Officer.objects.get(force_id="05", staff_id="7714")
    assert (officer.role, officer.name) == ("officer", "M. Hale")
    assert not officer.user.has_usable_password()


def test_coming_back_it_is_the_same_person_with_the_role_of_today(force: oidc.Fake) -> None:
    """Moved to another post in the force's own directory: here from the next sign-in on."""
    signed_in(force)
    force.claims |= {"roles": ["Other", "SPO.Reviewer", "SPO.Supervisor"], "name": "M. Hale-Osei"}
    assert signed_in(force)[1].status == 201
    (officer,) = Officer.objects.filter(staff_id="7714")
    assert (officer.role, officer.name) == ("supervisor", "M. Hale-Osei")
    row = Entry.objects.get(verb="officer_changed_by_force")
    assert (row.record_ids, row.reason_code) == ([str(officer.user_id)], "role_supervisor")


def test_who_had_a_password_here_signs_in_with_the_force_only(cast: Cast, force: oidc.Fake) -> None:
    """A password kept beside it would outlast the post."""
    force.claims |= {"staff_id": cast.officer.staff_id}
    assert signed_in(force)[1].status == 201
    assert OfficerIdentity.objects.get().user_id == User.objects.get(username=cast.officer.username).id
    assert App().password(cast.officer).status == 400
    assert App().api("GET", "officer/reports").status == 401


@pytest.mark.parametrize("path", ["account/password/change", "account/authenticators/totp"])
def test_nobody_of_the_force_makes_a_password_or_factor_here(force: oidc.Fake, path: str) -> None:
    app, _ = signed_in(force, again=True)
    answer = app.post(path, {"new_password": "a long sentence of theirs", "code": "000000"})
    assert (answer.status, answer.code) == (403, "managed_by_force")


def test_a_second_factor_of_some_time_ago_signs_in_and_reveals_nothing(force: oidc.Fake, order: str) -> None:
    app, _ = signed_in(force)
    wanted = {"fields": ["respondent"], "reason": "Named in a call from the custody desk."}
    answer = app.api("POST", f"officer/orders/{order}/reveal", wanted)
    assert (answer.status, answer.code) == (403, "step_up_required")
    app, _ = signed_in(force, again=True)
    assert app.api("POST", f"officer/orders/{order}/reveal", wanted).status != 403


@pytest.mark.parametrize(
    "at", [float("nan"), float("inf"), -1, 0, 10**400, 1_900_000_000_000, 4_000_000_000, True, "now"]
)
def test_a_second_factor_shown_at_no_instant_that_was_reveals_nothing(force: oidc.Fake, order: str, at: Any) -> None:
    """One of the future would be one shown just now for ever."""
    force.spoil = {"auth_time": at}
    app, answer = signed_in(force, again=True)
    assert answer.status == 201
    wanted = {"fields": ["respondent"], "reason": "Named in a call from the custody desk."}
    answer = app.api("POST", f"officer/orders/{order}/reveal", wanted)
    assert (answer.status, answer.code) == (403, "step_up_required")


def test_the_same_person_twice_at_once_is_one_account(committed_cast: tuple[Cast, Any], settings: Settings) -> None:
    with oidc.provider() as fake, ThreadPoolExecutor(2) as pool:
        settings.OFFICER_SIGN_IN = {"05": fake.provider}

        def one(_: int) -> int:
            try:
                while (answer := signed_in_or_busy(fake)).status == 429:
                    time.sleep(0.05)
                return answer.status
            finally:
                connections.close_all()

        assert set(pool.map(one, range(2))) == {201}
    assert Officer.objects.filter(staff_id="7714").count() == OfficerIdentity.objects.count() == 1


def test_asked_again_the_person_shows_everything_once_more(force: oidc.Fake) -> None:
    url = begun(App(), again=True)["authorization_url"]
    assert "prompt=login" in url
    assert "max_age=0" in url


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"amr": ["pwd"]}, "second_factor_required"),
    ({"amr": None}, "second_factor_required"),
    ({"roles": ["Canteen"]}, "no_role_here"),
    ({"roles": []}, "no_role_here"),
    ({"roles": {"SPO.Officer": 1}}, "no_role_here"),
    ({"roles": [["SPO.Officer"], {}]}, "no_role_here"),
    ({"amr": [{}, []], "acr": {}}, "second_factor_required"),
    ({"roles": None}, "no_role_here"),
    ({"staff_id": None}, "claims_missing"),
    ({"staff_id": "x" * 33}, "claims_missing"),
    ({"name": ""}, "claims_missing"),
    ({"name": "a\x00b"}, "claims_missing"),
    ({"sub": 7}, "not_vouched_for"),
    ({"sub": ""}, "claims_missing"),
    ({"iss": "https://elsewhere.example"}, "not_vouched_for"),
    ({"aud": "another"}, "not_vouched_for"),
    ({"aud": ["spo", "another"]}, "not_vouched_for"),
    ({"azp": "another"}, "not_vouched_for"),
    ({"nonce": "of another sign-in"}, "not_vouched_for"),
    ({"exp": 1_700_000_000}, "not_vouched_for"),
    ({"exp": float("nan")}, "not_vouched_for"),
    ({"exp": float("inf")}, "not_vouched_for"),
    ({"exp": 10**400}, "not_vouched_for"),
]


@pytest.mark.parametrize(("said", "code"), REFUSED)
def test_a_token_that_says_something_else_signs_nobody_in(force: oidc.Fake, said: dict[str, Any], code: str) -> None:
    force.spoil = said
    answer = signed_in(force)[1]
    assert (answer.status, answer.code) == (403, code)
    assert not OfficerIdentity.objects.exists()


def test_a_token_signed_by_somebody_else_signs_nobody_in(force: oidc.Fake) -> None:
    force.signs_with = JWK.generate(kty="RSA", size=2048, kid="one")
    assert signed_in(force)[1].code == "not_vouched_for"


def test_a_shared_key_signs_nobody_in(force: oidc.Fake) -> None:
    """Algorithm confusion: the public key is no secret to sign with."""
    force.algorithm, force.signs_with = "HS256", JWK.from_password(force.key.export_public())
    assert signed_in(force)[1].code == "not_vouched_for"


def test_a_provider_that_turned_its_keys_is_believed(force: oidc.Fake) -> None:
    signed_in(force)
    force.key = JWK.generate(kty="RSA", size=2048, kid="one")
    assert signed_in(force)[1].status == 201


def test_an_answer_opens_once(force: oidc.Fake) -> None:
    app = App()
    begin = begun(app)
    assert ended(app, force, begin).status == 201
    answer = ended(App(), force, begin)
    assert (answer.status, answer.code) == (403, "not_vouched_for")


def test_an_answer_opens_once_however_it_is_written(force: oidc.Fake) -> None:
    app = App()
    begin = begun(app)
    assert ended(app, force, begin).status == 201
    flow = begin["flow"]
    for written in (f"{flow[:9]}!{flow[9:]}", f"{flow}==", flow.rstrip("=") + "=" * 5, f"{flow}AAAA"):
        cache.clear()  # how many calls in a second is another matter
        answer = ended(App(), force, {**begin, "flow": written})
        assert (answer.status, answer.code) == (403, "not_vouched_for")


def test_an_answer_opens_once_also_where_minutes_are_counted_anew(force: oidc.Fake) -> None:
    turn = (time.time() // 600 + 2) * 600
    app = App()
    with time_machine.travel(turn - 60):
        begin = begun(app)
        assert ended(app, force, begin).status == 201
    with time_machine.travel(turn + 60):
        assert ended(App(), force, begin).code == "not_vouched_for"


@pytest.mark.parametrize(("says", "iss", "status"), [
    (False, None, 201), (False, "", 403), (False, "https://b.example", 403), (False, "own", 201),
    (True, None, 403), (True, "https://b.example", 403), (True, "own", 201),
])  # fmt: skip
def test_an_answer_of_another_provider_signs_nobody_in(
    force: oidc.Fake, says: bool, iss: str | None, status: int
) -> None:
    """RFC 9207, against a provider that passes on what another one answered (RFC 9700, section 4.4)."""
    force.describes = {"authorization_response_iss_parameter_supported": says}
    app = App()
    changes = {} if iss is None else {"iss": force.issuer if iss == "own" else iss}
    answer = ended(app, force, begun(app), **changes)
    assert (answer.status, answer.body.get("code", "not_vouched_for")) == (status, "not_vouched_for")
    assert ("/token" in force.asked) is (status == 201)


def test_whoever_comes_while_a_provider_is_asked_is_told_to_come_back(force: oidc.Fake) -> None:
    """A provider that is slow holds one thread, and nothing is counted nor spent."""
    app, other = App(), App()
    begin = begun(app)
    cache.clear()
    with asking():
        answers = [ended(app, force, begin), other.api("POST", BEGIN, {"force": "05"})]
    assert {(a.status, a.code, a.headers["Retry-After"]) for a in answers} == {(429, "rate_limited", "1")}
    assert not Attempt.objects.exists()
    assert ended(app, force, begin).status == 201
    with asking():
        assert other.api("POST", BEGIN, {"force": "05"}).status == 200  # what is known is not asked for


def test_a_provider_that_does_not_answer_is_left_alone_for_a_while(force: oidc.Fake) -> None:
    force.down = True
    for _ in range(3):
        assert App().api("POST", BEGIN, {"force": "05"}).code == "force_sign_in_down"
    assert len(force.asked) == 1
    force.down = False
    with time_machine.travel(timezone.now() + timedelta(seconds=31)):
        assert App().api("POST", BEGIN, {"force": "05"}).status == 200


def test_a_provider_that_says_nothing_is_not_waited_for(force: oidc.Fake) -> None:
    force.awake.clear()
    since = time.monotonic()
    assert App().api("POST", BEGIN, {"force": "05"}).code == "force_sign_in_down"
    assert time.monotonic() - since < 6


def test_a_crowd_behind_the_forces_own_address_keeps_nobody_out(force: oidc.Fake) -> None:
    address, now = keyed("address", App().address), timezone.now()
    wrong = {"address": address, "step": "password", "outcome": Attempt.FAILED}
    Attempt.objects.bulk_create(Attempt(at=now, account=f"{n:064}", **wrong) for n in range(60))
    assert signed_in(force)[1].status == 201
    assert not Entry.objects.filter(verb="sign_in_stopped").exists()


@pytest.mark.parametrize("changes", [{"state": "another"}, {"flow": "AAAA"}, {"flow": "é"}, {"code": "x"}])
def test_halves_that_do_not_belong_together_sign_nobody_in(force: oidc.Fake, changes: dict[str, str]) -> None:
    app = App()
    answer = ended(app, force, begun(app), **changes)
    assert (answer.status, answer.code) == (403, "not_vouched_for")


def test_what_was_begun_is_over_after_ten_minutes(force: oidc.Fake) -> None:
    app = App()
    begin = begun(app)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert ended(app, force, begin).code == "not_vouched_for"


def test_a_code_that_was_caught_on_its_way_is_worth_nothing(force: oidc.Fake) -> None:
    """PKCE: it is exchanged only with what the app alone keeps."""
    mine, theirs = begun(App()), begun(App())
    code, _ = force.visit(theirs["authorization_url"])
    answer = App().api("POST", COMPLETE, {"flow": mine["flow"], "state": mine["state"], "code": code})
    assert answer.code == "not_vouched_for"


def test_another_person_does_not_become_who_has_the_staff_id(force: oidc.Fake) -> None:
    signed_in(force)
    force.claims |= {"sub": "s-2"}
    answer = signed_in(force)[1]
    assert (answer.status, answer.code) == (403, "staff_id_taken")


@pytest.mark.parametrize("sub", ["s-1", "s-2"])
def test_a_staff_id_is_the_same_however_it_is_written(force: oidc.Fake, sub: str) -> None:
    """The two-person rule compares them without case."""
    force.claims |= {"staff_id": "Ab12"}
    assert signed_in(force)[1].status == 201
    force.claims |= {"staff_id": "aB12", "sub": sub}
    answer = signed_in(force)[1]
    assert answer.status == (201 if sub == "s-1" else 403)
    assert answer.body.get("code", "staff_id_taken") == "staff_id_taken"
    assert Officer.objects.get(staff_id__iexact="ab12").staff_id == "Ab12"


def test_an_officer_known_here_by_the_staff_id_in_other_letters_is_the_same_person(
    cast: Cast, force: oidc.Fake
) -> None:
    Officer.objects.filter(user_id=cast.officer.user_id).update(staff_id="Xy9")
    force.claims |= {"staff_id": "xY9"}
    assert signed_in(force)[1].status == 201
    assert OfficerIdentity.objects.get().user_id == User.objects.get(username=cast.officer.username).id


def test_a_name_to_sign_in_with_that_is_taken_keeps_nobody_out(force: oidc.Fake) -> None:
    post = Post("05", "officer", "9999", "N. Other")
    register_officer(actor=SERVICE, username="7714@05.force", password=None, post=post)
    assert signed_in(force)[1].status == 201


def test_an_account_keeps_its_staff_id(force: oidc.Fake) -> None:
    """Under another one a person would be a second person to what they drew or decided themselves."""
    signed_in(force)
    force.claims |= {"staff_id": "8825"}
    answer = signed_in(force)[1]
    assert (answer.status, answer.code) == (403, "staff_id_changed")
    assert Officer.objects.filter(staff_id="7714").exists()


def test_a_closed_account_stays_closed(force: oidc.Fake) -> None:
    signed_in(force)
    User.objects.filter(officer__staff_id="7714").update(is_active=False)
    answer = signed_in(force)[1]
    assert (answer.status, answer.code) == (403, "account_closed")


def test_a_provider_vouches_for_its_own_force_only(cast: Cast, force: oidc.Fake, settings: Settings) -> None:
    """The same person of the same provider, moved by its administrator to another force's entry."""
    signed_in(force)
    settings.OFFICER_SIGN_IN = {"06": force.provider}
    app = App()
    answer = ended(app, force, app.api("POST", BEGIN, {"force": "06"}).body)
    assert (answer.status, answer.code) == (403, "account_closed")


def test_a_force_without_a_sign_in_of_its_own_has_none(force: oidc.Fake) -> None:
    assert App().api("POST", BEGIN, {"force": "06"}).status == 404
    assert App().api("POST", BEGIN, {"force": "everyone"}).status == 422


def test_a_provider_that_is_down_is_said_to_be(cast: Cast, force: oidc.Fake, settings: Settings) -> None:
    found: Any = force.provider
    settings.OFFICER_SIGN_IN = {"05": type(found)("http://127.0.0.1:1", "spo", "x", oidc.REDIRECT, found.roles)}
    answer = App().api("POST", BEGIN, {"force": "05"})
    assert (answer.status, answer.code) == (503, "force_sign_in_down")


def test_a_description_of_another_issuer_is_not_believed(force: oidc.Fake, settings: Settings) -> None:
    found: Any = force.provider
    settings.OFFICER_SIGN_IN = {"05": type(found)(force.issuer + "/", "spo", "x", oidc.REDIRECT, found.roles)}
    assert App().api("POST", BEGIN, {"force": "05"}).code == "force_sign_in_down"


def test_no_secret_goes_through_the_browser(force: oidc.Fake) -> None:
    begin = begun(App())
    assert oidc.SECRET not in json.dumps(begin)
    assert begin["flow"] not in begin["authorization_url"]
