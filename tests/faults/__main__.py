"""Run the fault matrix, print it, and write its page: python -m tests.faults."""

from pathlib import Path
import subprocess
import sys
from tempfile import TemporaryDirectory
from xml.etree import ElementTree as ET

from .table import PAGE, Matrix, write

_PYTEST = (
    *("-m", "pytest", "-p", "no:cacheprovider", "-q"),
    *("--show-capture=no", "--tb=short", "-o", "junit_family=xunit1"),
    "tests/faults/test_faults.py::test_fault",
)


def run(report: Path, arguments: list[str]) -> int:
    """Run all cells in processes of their own; return pytest's exit code."""
    command = [sys.executable, *_PYTEST, f"--junitxml={report}", *arguments]
    return subprocess.run(command, check=False).returncode  # noqa: S603


def read(report: Path) -> Matrix:
    """Read the result of each cell; a failed test is red, whatever it recorded."""
    matrix = Matrix()
    for case in ET.parse(report).iter("testcase"):  # noqa: S314
        found = {
            str(each.get("name")): str(each.get("value"))
            for each in case.iter("property")
        }
        is_green = not any(
            case.find(tag) is not None for tag in ("failure", "error", "skipped")
        )
        matrix.take(found, is_green=is_green)
    return matrix


def main() -> int:
    """Run the matrix; with arguments for pytest, do not write the page."""
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        status = run(report, sys.argv[1:])
        matrix = read(report)
    if not sys.argv[1:]:
        write(matrix)
        sys.stdout.write(f"{PAGE.name}: ")
    sys.stdout.write(f"{matrix.count()}\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
