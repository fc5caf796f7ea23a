"""Print the problems of the repository in the working directory."""

from pathlib import Path
import sys

from . import find_problems


def main() -> int:
    """Return 1 if there is any problem."""
    problems = find_problems(Path.cwd())
    for problem in problems:
        sys.stdout.write(f"{problem}\n")
    verdict = f"{len(problems)} wrong" if problems else "nothing wrong"
    sys.stdout.write(f"Manifest, translations and other metadata: {verdict}\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
