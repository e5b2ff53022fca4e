"""Fails when a run skipped a test for a reason that is not listed here. Reads pytest's output (-rs lines)."""

from __future__ import annotations

import re
import sys
from pathlib import Path

# Reason (as pytest prints it) -> why it is right to skip in CI.
ALLOWED = {
    "real_postings.csv is not beside the project": "the real input is kept outside the repository",
}


def main() -> int:
    """Exit status 1 on an unlisted skip."""
    text = Path(sys.argv[1]).read_text(encoding="utf-8", errors="replace")
    reasons = re.findall(r"^SKIPPED \[\d+\] \S+?(?::\d+)?: (.*)$", text, flags=re.M)
    unknown = [r for r in reasons if not any(a in r for a in ALLOWED)]
    for reason in unknown:
        print(f"unlisted skip: {reason}")
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
