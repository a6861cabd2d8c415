"""Drawing an uploaded picture anew: upright, without metadata, within sane sizes."""

import io
import threading
import warnings
from contextlib import nullcontext
from typing import BinaryIO

import pillow_heif
from PIL import Image, ImageCms, ImageOps

pillow_heif.register_heif_opener(thumbnails=False)

FORMATS = {
    "image/jpeg": ("JPEG", "MPO"),
    "image/png": ("PNG",),
    "image/heic": ("HEIF",),
}
# The long side of A4 at 400 dpi is 4677 dots: nothing a clerk reads needs more.
MAX_SIDE = 5000
QUALITY = 85
# A strip longer than this is no photo, however few dots it has.
MAX_SIDE_BEFORE = 30_000
# 48 million dots take 400 MB while drawn: one such picture at a time in a process.
HUGE_PIXELS = 20_000_000
_HUGE = threading.Lock()
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


class PictureTrouble(Exception):
    """Why a picture is refused: pixels or broken_image."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def redraw(source: BinaryIO, target: BinaryIO, *, mime: str, max_pixels: int) -> str:
    """Write the clean picture to `target` and return its type (HEIC becomes JPEG).

    The size in the header is checked before anything is decoded. Orientation is applied,
    colours become sRGB, and no metadata is written. Raises PictureTrouble.
    """
    source.seek(0)
    try:
        with warnings.catch_warnings():
            # Pillow's own bomb warning comes at a limit of its own; ours is checked below.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(source, formats=FORMATS[mime]) as picture:
                _check_size(picture, max_pixels)
                with _HUGE if picture.width * picture.height > HUGE_PIXELS else nullcontext():
                    return _write(picture, target, mime)
    except PictureTrouble:
        raise
    except Image.DecompressionBombError as error:
        raise PictureTrouble("pixels") from error
    except Exception as error:
        # Decoders raise anything from OSError to struct.error on a damaged file.
        raise PictureTrouble("broken_image") from error


def _check_size(picture: Image.Image, max_pixels: int) -> None:
    width, height = picture.size
    if width * height > max_pixels or max(width, height) > MAX_SIDE_BEFORE:
        raise PictureTrouble("pixels")
    if not width or not height:
        raise PictureTrouble("broken_image")


def _write(picture: Image.Image, target: BinaryIO, mime: str) -> str:
    if mime == "image/jpeg":
        picture.draft("RGB", (MAX_SIDE, MAX_SIDE))
    picture.load()
    if picture.mode in {"L", "RGB", "RGBA"}:
        # Smaller before turning: each later step copies the whole picture.
        picture.thumbnail((MAX_SIDE, MAX_SIDE))
    upright = ImageOps.exif_transpose(picture)
    clean = _plain_colours(upright)
    clean.thumbnail((MAX_SIDE, MAX_SIDE))
    # The writers take comment and colour profile from here, and nothing else by themselves.
    clean.info.clear()
    if mime == "image/png":
        clean.save(target, "PNG")
        return "image/png"
    clean.convert("RGB").save(target, "JPEG", quality=QUALITY)
    return "image/jpeg"


def _plain_colours(picture: Image.Image) -> Image.Image:
    """sRGB (or grey, or with alpha) without palette or colour profile."""
    profile = picture.info.get("icc_profile")
    if picture.mode in {"L", "RGB", "RGBA"}:
        plain = picture
    elif picture.mode in {"1", "I", "I;16", "F"}:
        plain = picture.convert("L")
    elif picture.mode in {"LA", "PA"} or "transparency" in picture.info:
        plain = picture.convert("RGBA")
    elif picture.mode == "CMYK" and profile:
        return _to_srgb(picture, profile) or picture.convert("RGB")
    else:
        plain = picture.convert("RGB")
    if profile and plain.mode in {"RGB", "RGBA"}:
        return _to_srgb(plain, profile) or plain
    return plain


def _to_srgb(picture: Image.Image, profile: bytes) -> Image.Image | None:
    """The picture in sRGB, None where its colour profile is nonsense."""
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    try:
        return ImageCms.profileToProfile(
            picture, ImageCms.ImageCmsProfile(io.BytesIO(profile)), SRGB, outputMode=mode
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None
