"""A ClamAV daemon of one's own, where this machine has the program: on a unix socket, ended with whoever began it."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from demo.processes import Running, start

# The test string of EICAR, in two halves so that no scanner minds this file.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
_SIGNATURES = Path("/var/lib/clamav")


def program() -> str | None:
    """Where clamd is, if it is anywhere."""
    return shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin:/usr/local/sbin")


def start_clamd(folder: Path, *, stream_limit: str = "2000M", own_signatures: bool = False) -> tuple[Running, str]:
    """Begin one in an empty folder; gives it and the setting `CLAMD`. It is ready some time later.

    Its signatures are the machine's, or, without any, two that know EICAR and nothing else.
    """
    command = program()
    if command is None:
        raise FileNotFoundError("clamd")
    signatures, where, settings = _SIGNATURES, folder / "clamd.sock", folder / "clamd.conf"
    if own_signatures or not any(_SIGNATURES.glob("*.c[vl]d")):
        signatures = _eicar_only(folder / "signatures")
    lines = (
        "Foreground yes",
        f"LocalSocket {where}",
        f"DatabaseDirectory {signatures}",
        f"TemporaryDirectory {folder}",
        f"LogFile {folder / 'clamd.log'}",
        *(f"{name} {stream_limit}" for name in ("StreamMaxLength", "MaxScanSize", "MaxFileSize")),
    )
    settings.write_text("\n".join(lines) + "\n")
    return start("clamd", [command, "-c", str(settings)], {}, quiet=True), f"unix:{where}"


def _eicar_only(folder: Path) -> Path:
    folder.mkdir(parents=True)
    digest = hashlib.sha256(EICAR).hexdigest()
    (folder / "eicar.hsb").write_text(f"{digest}:{len(EICAR)}:Eicar-Test-Signature:73\n")
    (folder / "eicar.ndb").write_text(f"Eicar-Inside:0:*:{EICAR.hex()}\n")
    return folder


@contextmanager
def evidence_kept() -> Iterator[dict[str, str]]:
    """A folder for a demonstration's evidence, gone afterwards as its database is, and a scanner where there is one.

    Gives the environment that says so. Without a scanner evidence is taken, and stays in quarantine.
    """
    with ExitStack() as stack:
        # Its name is short: the path of a socket is.
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="spo-")))
        environment = {"EVIDENCE_DIR": str(folder / "evidence")}
        if program():
            (folder / "clamd").mkdir()
            scanner, environment["CLAMD"] = start_clamd(folder / "clamd")
            stack.callback(scanner.end)
        yield environment
