"""Print the lowest versions that pyproject.toml allows, as constraints for pip.

Each direct dependency has a floor, such as ``textual>=8.2.8,<9``; the lowest allowed version is
that floor. A dependency without one is a mistake and ends this with status 1.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"
FLOOR = re.compile(r"(?P<name>[A-Za-z0-9._-]+)>=(?P<version>[0-9][0-9A-Za-z.]*)(,.*)?\Z")


def main() -> int:
    """Print a line for each direct dependency."""
    project = tomllib.loads(PYPROJECT.read_text())["project"]
    extras = project["optional-dependencies"].values()
    for requirement in [*project["dependencies"], *(one for extra in extras for one in extra)]:
        if requirement.startswith(f"{project['name']}["):
            continue
        found = FLOOR.match(requirement)
        if found is None:
            print(f"{requirement}: no floor, such as {requirement}>=1.0", file=sys.stderr)
            return 1
        print(f"{found['name']}=={found['version']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
