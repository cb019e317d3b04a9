"""Hashing passwords where it is in nobody's way."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher

# What the scheduler gives a hash beside one who reports: a third. With nobody there it has a core to itself.
_NICE = 5


class Aside(Argon2PasswordHasher):
    """Argon2id on threads of a lower rank, `SIGN_INS_AT_ONCE` of them, and in one lane: more would take more cores.

    A memory-hard hash takes a core for a while, and a flood of sign-ins must not take it from reports.
    """

    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        return _threads().submit(super().encode, password, salt).result()

    def verify(self, password: str, encoded: str) -> bool:
        return _threads().submit(super().verify, password, encoded).result()


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(settings.SIGN_INS_AT_ONCE, "hashing", initializer=_step_back)


def _step_back() -> None:
    """Linux ranks each thread by itself."""
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
