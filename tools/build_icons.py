"""Take the icons we use out of a bootstrap-icons package into mpp/kit/icons.json.

    npm pack bootstrap-icons@1.13.2 && tar xzf bootstrap-icons-1.13.2.tgz
    python tools/build_icons.py package/icons            # rebuild what is listed already
    python tools/build_icons.py package/icons bell map   # and add two

The product never needs npm: the JSON is committed. Icons: MIT, The Bootstrap Authors.
"""

import json
import re
import sys
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "mpp" / "kit" / "icons.json"
INNER = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


def drawing(svg: str) -> str:
    """What stands between <svg> and </svg>, on one line. Input: one icon file's text."""
    return re.sub(r">\s+<", "><", INNER.search(svg).group(1).strip())


def main(folder: Path, added: list[str]) -> None:
    known = json.loads(TARGET.read_text()) if TARGET.exists() else {}
    names = sorted({*known, *added})
    icons = {name: drawing((folder / f"{name}.svg").read_text()) for name in names}
    TARGET.write_text(json.dumps(icons, indent=0) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
