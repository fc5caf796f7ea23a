"""The commands that the pages contain, and a copy of the repository to run them in."""

from collections.abc import Iterator
import os
from pathlib import Path
import re
import shutil
import subprocess
import sys

ROOT = Path(__file__).parents[2]
PAGES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md", ROOT / "AGENTS.md"]
FENCED = re.compile(r"^[ ]*```(\w*)\n(.*?)^[ ]*```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`]+)`")
_SETTING = re.compile(r"\w+=\S+")
_PROGRAMS = ("python", "python3", "pytest", "ruff", "mypy", "uv", "pip", "git")
_SECONDS = 300
_VENVS = (".venv", ".venv-demo", ".venv-e2e", ".venv-next", ".venv-oldest")


def commands() -> list[str]:
    """Return all commands in the pages, without repetitions."""
    return sorted({each for page in PAGES for each in _of(page.read_text("utf-8"))})


def parts(command: str) -> tuple[dict[str, str], str, list[str]]:
    """Split a command: variables that it sets, program, and arguments."""
    words = command.split()
    count = sum(bool(_SETTING.fullmatch(word)) for word in words)
    settings = dict(word.split("=", 1) for word in words[:count])
    return settings, words[count], words[count + 1 :]


def copy(to: Path) -> None:
    """Copy all files except those that git ignores; link virtual environments.

    All of these are the environment of this run, so that nothing is downloaded.
    """
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    for name in listed.decode().split("\0"):
        if name and (ROOT / name).is_file():
            target = to / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
    for name in _VENVS:
        (to / name).symlink_to(sys.prefix)


def stage(to: Path, *programs: str) -> None:
    """Copy the scripts, and replace the programs that they run by stand-ins."""
    bytecode = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "scripts", to / "scripts", ignore=bytecode)
    drawing = to / "docs" / "brand" / "meter-bridge.svg"
    drawing.parent.mkdir(parents=True)
    shutil.copy2(ROOT / drawing.relative_to(to), drawing)
    for name in _VENVS:
        _stand_in(to / name / "bin", "python", "pytest", "coverage", "ruff", "mypy")
    _stand_in(to / "scripts", "setup")
    _stand_in(to / "bin", *programs)


def run(command: str, within: Path) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder exactly as written; nothing is downloaded."""
    path = f"{within / 'bin'}:{within / '.venv/bin'}:{os.environ['PATH']}"
    # Remove variables that this test run sets and that another one would read.
    ours = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST_", "COV_", "PYTHONPATH"))
    }
    return subprocess.run(  # noqa: S603
        ["bash", "-c", command],  # noqa: S607
        cwd=within,
        env={**ours, "UV_OFFLINE": "1", "PIP_NO_INDEX": "1", "PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )


def _of(text: str) -> Iterator[str]:
    """Yield lines of code blocks that are not YAML, and commands in inline code."""
    for language, block in FENCED.findall(text):
        if language != "yaml":
            for line in block.splitlines():
                if command := line.partition("#")[0].strip():
                    yield command
    for code in _INLINE.findall(FENCED.sub("", text)):
        command = " ".join(code.split())
        words = [word for word in command.split() if not _SETTING.fullmatch(word)]
        if words and _is_run(words[0]):
            yield command


def _is_run(word: str) -> bool:
    """Tell whether inline code is a command, rather than the name of a file."""
    is_script = word.startswith("scripts/") and not (ROOT / word).is_dir()
    return (
        (is_script and "." not in word) or word in _PROGRAMS or word.startswith(_VENVS)
    )


def _stand_in(folder: Path, *programs: str) -> None:
    """Create programs that only write down their arguments."""
    folder.mkdir(parents=True, exist_ok=True)
    for program in programs:
        file = folder / program
        file.write_text('#!/bin/sh\necho "${0#$PWD/} $*" >>noted\ncat >/dev/null\n')
        file.chmod(0o755)
