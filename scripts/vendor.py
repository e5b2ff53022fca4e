"""Copy the browser libraries named in vendor.json from npm into app/static/vendor, each with its licence
(what only tests use goes to the `place` it names).

Versions are exact. Source map comments are dropped because the maps are not shipped. Needs `npm` on the PATH;
run it only to change a version: what it makes is committed. Also draws the icon sprite (see make_sprite.py).
"""

import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from make_sprite import write_sprite

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent / "app" / "static" / "vendor"
SOURCE_MAP = re.compile(r"\n?(?://[#@] ?sourceMappingURL=\S+|/\*[#@] ?sourceMappingURL=.*?\*/)\s*$")


def fetch(name: str, version: str, into: Path) -> Path:
    """Download one exact package version and return the folder it unpacks to."""
    packed = subprocess.run(
        ["npm", "pack", "--silent", f"{name}@{version}"], cwd=into, check=True, capture_output=True, text=True
    )
    archive = into / packed.stdout.split()[-1]
    folder = into / archive.stem
    with tarfile.open(archive) as bundle:
        bundle.extractall(folder, filter="data")
    return folder / "package"


def copy(package: Path, files: dict[str, str], target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for source, name in files.items():
        text = (package / source).read_text(encoding="utf-8")
        text = "\n".join(line.rstrip() for line in SOURCE_MAP.sub("\n", text).splitlines())
        (target / name).write_text(text + "\n", encoding="utf-8")


def vendor(name: str, entry: dict[str, Any], work: Path) -> None:
    package = fetch(name, entry["version"], work)
    home = HERE.parent / entry["place"] if "place" in entry else TARGET / entry.get("folder", name)
    copy(package, entry["files"], home)
    if "icons" in entry:
        write_sprite(package / entry["icons"])


def main() -> int:
    entries = json.loads((HERE / "vendor.json").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as work:
        for name, entry in entries.items():
            vendor(name, entry, Path(work))
            print(f"{name} {entry['version']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
