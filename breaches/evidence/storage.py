"""Where sealed bytes lie: a folder of this machine, or a bucket of any S3-compatible store, by setting.

What is put is put whole or not at all, once, under a name that the service made. Nothing a sender said is ever
part of a path.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from storages.backends.s3 import S3Storage

from common.problems import Conflict

_KEY = re.compile(r"[0-9a-f]{32}")


class NotThere(Exception):
    """The store has nothing under this name."""


class Unavailable(Conflict):
    """The store cannot be reached, or has no room: nothing was kept, and nothing is said about what lies there."""

    def __init__(self) -> None:
        super().__init__("store_unavailable", "Evidence cannot be stored or read just now. Try again in a while.")


class Store(Protocol):
    """Sealed objects by name."""

    def put(self, key: str, source: Path) -> None:
        """Take a finished file over: afterwards it is in the store, safe from a power cut, and `source` is gone.

        Raises `Unavailable`; then it is not there.
        """

    def size(self, key: str) -> int:
        """Bytes of an object. Raises `NotThere` or `Unavailable`."""

    def read(self, key: str, start: int, length: int) -> bytes:
        """Bytes `start` to `start + length` of an object, fewer only at its end. Raises `NotThere` or `Unavailable`."""

    def remove(self, key: str) -> None:
        """Take away what belongs to no row; nothing where it is gone already."""

    def older_than(self, at: datetime) -> Iterator[str]:
        """Names of the objects put before an instant."""


class Folder:
    """Files under `EVIDENCE_DIR`/items, for this service's user only."""

    def __init__(self, root: Path) -> None:
        self._items = root / "items"

    def put(self, key: str, source: Path) -> None:
        target = self._path(key)
        _private(target.parent)
        # A link, not a rename: a rename would put it over an object of that name without a word.
        with disk():
            os.link(source, target)
            _sync_folder(target.parent)
            source.unlink()

    def size(self, key: str) -> int:
        with self._found():
            return self._path(key).stat().st_size

    def read(self, key: str, start: int, length: int) -> bytes:
        with self._found(), open(self._path(key), "rb", buffering=0) as file:
            return os.pread(file.fileno(), length, start)

    def remove(self, key: str) -> None:
        with suppress(FileNotFoundError):
            self._path(key).unlink()

    def older_than(self, at: datetime) -> Iterator[str]:
        for path in sorted(self._items.glob("*/*")):
            if _KEY.fullmatch(path.name) and path.stat().st_mtime < at.timestamp():
                yield path.name

    @contextmanager
    def _found(self) -> Iterator[None]:
        """A file that is missing is missing, unless the whole folder is: then a disk was not mounted."""
        try:
            with disk():
                yield
        except FileNotFoundError:
            if self._items.is_dir():
                raise NotThere from None
            raise Unavailable from None

    def _path(self, key: str) -> Path:
        return self._items / _checked(key)[-2:] / key


class Bucket:
    """Objects `evidence/<name>` of a bucket. What is read is fetched by range, so nothing is kept here."""

    def __init__(self, name: str, options: dict[str, Any]) -> None:
        self._storage = S3Storage(bucket_name=name, file_overwrite=True, querystring_auth=False, **options)

    def put(self, key: str, source: Path) -> None:
        with open(source, "rb") as file, _answered():
            self._object(key).upload_fileobj(file)
        source.unlink()

    def size(self, key: str) -> int:
        try:
            with _answered():
                return int(self._object(key).content_length)
        except NotThere:
            self._check_there()
            raise

    def read(self, key: str, start: int, length: int) -> bytes:
        with _answered():
            found: bytes = self._object(key).get(Range=f"bytes={start}-{start + length - 1}")["Body"].read()
        return found

    def remove(self, key: str) -> None:
        with _answered():
            self._object(key).delete()

    def older_than(self, at: datetime) -> Iterator[str]:
        for one in self._storage.bucket.objects.filter(Prefix="evidence/"):
            name = one.key.removeprefix("evidence/")
            if _KEY.fullmatch(name) and one.last_modified < at:
                yield name

    def _check_there(self) -> None:
        """What is asked for a size has no words to answer with: without its bucket every object would seem missing."""
        try:
            with _answered():
                self._storage.connection.meta.client.head_bucket(Bucket=self._storage.bucket_name)
        except NotThere:
            raise Unavailable from None

    def _object(self, key: str) -> Any:
        return self._storage.bucket.Object(f"evidence/{_checked(key)}")


@contextmanager
def _answered() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in ("404", "NoSuchKey"):
            raise NotThere from None
        raise Unavailable from error
    except (BotoCoreError, Boto3Error) as error:
        raise Unavailable from error


@contextmanager
def disk() -> Iterator[None]:
    """A disk that is full or broken. What is missing, or there already, is another matter."""
    try:
        yield
    except (FileNotFoundError, FileExistsError):
        raise
    except OSError as error:
        raise Unavailable from error


def store() -> Store:
    """The store of the settings."""
    if settings.EVIDENCE_BUCKET:
        return _bucket(settings.EVIDENCE_BUCKET, tuple(sorted(settings.EVIDENCE_S3.items())))
    return Folder(settings.EVIDENCE_DIR)


@cache
def _bucket(name: str, options: tuple[tuple[str, str | None], ...]) -> Bucket:
    return Bucket(name, dict(options))


def receiving() -> Path:
    """The folder in which files are while they arrive; made where it is missing."""
    folder: Path = settings.EVIDENCE_DIR / "receiving"
    _private(folder)
    return folder


def abandoned(at: datetime) -> Iterator[Path]:
    """Files whose arrival ended without an end before an instant: a process was killed."""
    for path in sorted(receiving().iterdir()):
        if datetime.fromtimestamp(path.stat().st_mtime, tz=UTC) < at:
            yield path


def _private(folder: Path) -> None:
    if folder.is_dir():
        return
    # One by one: parents that mkdir makes on the way get the mode of the umask.
    for part in (
        *reversed(folder.relative_to(settings.EVIDENCE_DIR).parents),
        folder.relative_to(settings.EVIDENCE_DIR),
    ):
        path = settings.EVIDENCE_DIR / part
        path.mkdir(mode=0o700, parents=part == Path(), exist_ok=True)
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder safe, as `fsync` of a file does not."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _checked(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise ValueError("not a name that the service made")
    return key
