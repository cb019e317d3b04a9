"""The lock files: make them, check them, and tell what is installed beyond them.

python scripts/lock.py make [uv arguments]   resolve pyproject.toml into both locks
python scripts/lock.py check                 do the locks belong to pyproject.toml? (works offline)
python scripts/lock.py extra                 installed packages that requirements-dev.lock does not name

Each lock carries a digest of the parts of pyproject.toml that it was resolved from. It
carries no address of a package index: where packages come from is each machine's own
affair, and the hashes say what they must be.
"""

import hashlib
import importlib.metadata
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNTIME = ROOT / "requirements.lock"
DEV = ROOT / "requirements-dev.lock"
HEADER = "# Made by ./dev lock. pyproject: "
SEEDS = {"pip", "setuptools", "wheel"}  # a new venv brings these itself


def digest() -> str:
    """Digest of everything in pyproject.toml that a resolution depends on."""
    document = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project = document["project"]
    relevant = {
        "requires-python": project.get("requires-python"),
        "dependencies": project.get("dependencies"),
        "optional-dependencies": project.get("optional-dependencies"),
        "dependency-groups": document.get("dependency-groups"),
    }
    return hashlib.sha256(json.dumps(relevant, sort_keys=True).encode()).hexdigest()


def pins(lock: Path) -> dict[str, str]:
    """Name and version of every package in a lock file."""
    found = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)", lock.read_text(), re.MULTILINE)
    return {normal(name): version for name, version in found}


def normal(name: str) -> str:
    """A package's name as PEP 503 normalises it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def foreign_lines(text: str) -> list[str]:
    """Lines that name a place to fetch from."""
    return [line for line in text.splitlines() if "://" in line or re.match(r"\s*--(?!hash=)", line)]


def without_hash(text: str) -> list[str]:
    """Packages that nothing is said of what they must be: anything under that name would be installed."""
    entries = re.split(r"\n(?=[A-Za-z0-9])", text.replace("\\\n", " "))
    pinned = [entry for entry in entries if re.match(r"[A-Za-z0-9._-]+(?:\[[^\]]*\])?==", entry)]
    return [entry.split("==")[0] for entry in pinned if not re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry)]


def make(arguments: list[str]) -> list[str]:
    """Resolve both locks; the development lock keeps the versions of the other."""
    compile_ = [
        *("uv", "pip", "compile", "--quiet", "--generate-hashes", "--no-annotate", "--no-header"),
        *("--no-emit-index-url", "--python", sys.executable, "--python-version", "3.11", *arguments),
        "pyproject.toml",
    ]
    for lock, more in ((RUNTIME, []), (DEV, ["--group", "dev", "--constraints", RUNTIME.name])):
        subprocess.run([*compile_, *more, "--output-file", lock.name], cwd=ROOT, check=True)
        body = [line for line in lock.read_text().splitlines() if not line.startswith(("#", "--"))]
        lock.write_text("\n".join([HEADER + digest(), *body]) + "\n")
    return check()


def check() -> list[str]:
    """What is wrong with the locks, a sentence for each."""
    problems = []
    for lock in (RUNTIME, DEV):
        text = lock.read_text()
        if not text.startswith(HEADER + digest() + "\n"):
            problems.append(f"{lock.name} was not made from this pyproject.toml: run ./dev lock")
        problems += [f"{lock.name} has no hash for {name}" for name in without_hash(text)]
        problems += [f"{lock.name} names a place to fetch from: {line.strip()}" for line in foreign_lines(text)]
    runtime, dev = pins(RUNTIME), pins(DEV)
    problems += [
        f"{name} is {version} in {RUNTIME.name} but {dev.get(name, 'missing')} in {DEV.name}: run ./dev lock"
        for name, version in runtime.items()
        if dev.get(name) != version
    ]
    return problems


def extra() -> list[str]:
    """Packages in this environment that the development lock does not name."""
    installed = {normal(found.metadata["Name"]) for found in importlib.metadata.distributions()}
    return sorted(installed - pins(DEV).keys() - SEEDS)


def main(arguments: list[str]) -> int:
    """Run one of the three commands."""
    match arguments:
        case ["make", *rest]:
            problems = make(rest)
        case ["check"]:
            problems = check()
        case ["extra"]:
            print("\n".join(extra()))
            return 0
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
