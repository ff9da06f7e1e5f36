"""Run the measurements: ``python -m bench [name ...]``, all of them when none is named."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def measurements() -> list[str]:
    """The names that may be given, in the order they run."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))


def main(chosen: Sequence[str]) -> int:
    """Run each in a process of its own, so that none warms another's caches; fail if one fails."""
    known = measurements()
    unknown = sorted(set(chosen) - set(known))
    if unknown:
        print(f"There is no measurement {', '.join(unknown)}; there are: {', '.join(known) or 'none'}.")
        return 2
    if not known:
        print("There is no measurement in bench/ yet.")
    failed = False
    for name in chosen or known:
        print(f"== {name}", flush=True)
        failed |= subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode != 0
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
