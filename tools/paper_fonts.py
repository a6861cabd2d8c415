"""Make the fonts of the PDFs once: `pip install fonttools brotli`, then run with two folders.

usage: paper_fonts.py <@fontsource-variable/plus-jakarta-sans> <@fontsource/noto-sans-arabic>

Typst needs static instances (a variable font gives no true bold) and PDF/A refuses a character
without a glyph, so the covered code points are written beside the fonts for `mpp.kit.papers`.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from fontTools.merge import Merger
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

TARGET = Path(__file__).resolve().parent.parent / "mpp" / "kit" / "fonts"
SUBSETS = ("latin", "latin-ext", "vietnamese")
WEIGHTS = {400: "Regular", 700: "Bold"}
FAMILY = "Plus Jakarta Sans"


def make_instance(folder: Path, subset: str, weight: int, scratch: Path) -> str:
    """Cut one weight out of one variable subset and return the path of the file."""
    font = TTFont(folder / "files" / f"plus-jakarta-sans-{subset}-wght-normal.woff2")
    font.flavor = None
    font = instantiateVariableFont(font, {"wght": weight})
    if "STAT" in font:
        del font["STAT"]
    path = scratch / f"{subset}-{weight}.ttf"
    font.save(path)
    return str(path)


def name_font(font: TTFont, weight: int) -> None:
    """Give the merged font a family, a style and matching flags."""
    style, table = WEIGHTS[weight], font["name"]
    table.names = [record for record in table.names if record.nameID in (0, 13, 14)]
    full = f"{FAMILY} {style}"
    names = {1: FAMILY, 2: style, 3: f"{full} static", 4: full, 5: "Version 5.3.0"}
    names[6] = f"{FAMILY.replace(' ', '')}-{style}"
    for number, text in names.items():
        table.setName(text, number, 3, 1, 0x409)
    flags = font["OS/2"].fsSelection & ~0b1100001
    font["OS/2"].fsSelection = flags | (1 << 5 if weight == 700 else 1 << 6)
    font["OS/2"].usWeightClass = weight
    font["head"].macStyle = int(weight == 700)


def write_coverage(fonts: list[TTFont]) -> None:
    """Write the code points of all fonts as hexadecimal ranges, one a line."""
    points = sorted(set().union(*(font.getBestCmap() for font in fonts)))
    ranges: list[list[int]] = []
    for point in points:
        if ranges and point == ranges[-1][1] + 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    lines = [f"{first:04X}-{last:04X}" for first, last in ranges]
    (TARGET / "coverage.txt").write_text("\n".join(lines) + "\n", encoding="ascii")


def main(jakarta: Path, arabic: Path) -> None:
    """Write the four font files, their licences and the coverage."""
    regular = []
    with tempfile.TemporaryDirectory() as scratch:
        for weight, style in WEIGHTS.items():
            parts = [make_instance(jakarta, name, weight, Path(scratch)) for name in SUBSETS]
            merged = Merger().merge(parts)
            name_font(merged, weight)
            merged.save(TARGET / f"PlusJakartaSans-{style}.ttf")
            other = TTFont(arabic / "files" / f"noto-sans-arabic-arabic-{weight}-normal.woff2")
            other.flavor = None
            other.save(TARGET / f"NotoSansArabic-{style}.ttf")
            regular += [merged, other]
    write_coverage(regular)
    shutil.copy(jakarta / "LICENSE", TARGET / "OFL-PlusJakartaSans.txt")
    shutil.copy(arabic / "LICENSE", TARGET / "OFL-NotoSansArabic.txt")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
