"""Put the parts in assets/ together into the files the portal serves: no Node, no minifier.

    python tools/build_assets.py           # write static/css/*.css and static/js/*.js
    python tools/build_assets.py --check   # say whether the committed files are current (rc 1)

Parts are joined in the order below; comments and indentation go, nothing else changes. htmx
comes out of the django-htmx wheel that requirements.txt pins.
"""

import re
import sys
from pathlib import Path

import django_htmx

ROOT = Path(__file__).resolve().parent.parent
HTMX = Path(django_htmx.__file__).parent / "static" / "django_htmx" / "htmx-2.min.js"
PARTS = {
    "css/public.css": [
        "tokens.css",
        "base.css",
        "components.css",
        "public.css",
        "queue.css",
        "visits.css",
    ],
    "css/desk.css": [
        "tokens.css",
        "base.css",
        "components.css",
        "desk.css",
        "console.css",
        "screens.css",
        "frame.css",
    ],
    "css/board.css": ["tokens.css", "board.css", "code.css"],
    "css/kiosk.css": ["tokens.css", "kiosk.css"],
    "css/sheets.css": ["tokens.css", "sheets.css"],
    "css/ticket80.css": ["tokens.css", "ticket80.css"],
    "js/public.js": ["shared.js", "forms.js", "upload.js", "public.js", "live.js"],
    "js/desk.js": ["shared.js", "forms.js", "upload.js", "desk.js", "desklive.js"],
    "js/board.js": ["board.js"],
    "js/kiosk.js": ["kiosk.js"],
    "js/code.js": ["code.js"],
}
# Screens of the hall: their scripts stand alone.
WITHOUT_HTMX = {"js/board.js", "js/kiosk.js", "js/code.js"}


def lean_css(text: str) -> str:
    """CSS without comments, indentation and blank lines."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return "\n".join(line.strip() for line in text.splitlines() if line.strip()) + "\n"


def lean_js(text: str) -> str:
    """JavaScript without whole-line comments, indentation and blank lines."""
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//")) + "\n"


def built(target: str) -> str:
    """The text of one served file, e.g. "css/desk.css"."""
    kind = target.split("/")[0]
    texts = [(ROOT / "assets" / kind / part).read_text("utf-8") for part in PARTS[target]]
    if kind == "css":
        return lean_css("\n".join(texts))
    own = lean_js("\n".join(texts))
    return own if target in WITHOUT_HTMX else HTMX.read_text("utf-8") + "\n" + own


def main(check: bool) -> int:
    stale = []
    for target in PARTS:
        path = ROOT / "static" / target
        text = built(target)
        if check and (not path.exists() or path.read_text("utf-8") != text):
            stale.append(target)
        elif not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    if stale:
        sys.stdout.write(f"Not current, run tools/build_assets.py: {', '.join(stale)}\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv))
