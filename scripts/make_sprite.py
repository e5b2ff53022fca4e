"""Draw app/static/app/icons.svg from the outline icons named in icons.txt.

    python scripts/make_sprite.py <folder of @tabler/icons outline SVGs>

One `<symbol id="i-name">` per icon, without stroke attributes: class `i` of kit.css sets stroke and size, so
the theme colours them. Browsers fetch the file once; a page draws an icon with `icon(name)` of app/views/icons.py.
"""

import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
NAMES = HERE / "icons.txt"
SPRITE = HERE.parent / "app" / "static" / "app" / "icons.svg"
# Tabler starts every icon with an invisible 24x24 square that would only add bytes.
FRAME = re.compile(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>')
BODY = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


def symbol(name: str, svg: str) -> str:
    """One icon file as a symbol; ValueError when the file is not an SVG."""
    match = BODY.search(svg)
    if match is None:
        raise ValueError(f"{name}: no <svg> element")
    shapes = FRAME.sub("", match.group(1)).split("\n")
    body = "".join(line.strip() for line in shapes).replace(" />", "/>")
    return f'<symbol id="i-{name}" viewBox="0 0 24 24">{body}</symbol>'


def write_sprite(icons: Path) -> None:
    names = NAMES.read_text(encoding="utf-8").split()
    symbols = [symbol(name, (icons / f"{name}.svg").read_text(encoding="utf-8")) for name in names]
    head = '<svg xmlns="http://www.w3.org/2000/svg">'
    SPRITE.write_text("\n".join([head, *symbols, "</svg>"]) + "\n", encoding="utf-8")


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    write_sprite(Path(sys.argv[1]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
