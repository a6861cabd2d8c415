"""The gate for uploaded files, with samples made here."""

import hashlib
import io
import os
import resource
import tracemalloc
import zipfile
import zlib

import pikepdf
import pytest
from PIL import Image, ImageCms

from mpp.kit.uploads import MEGABYTE, UploadRefused, clean_name, inspect

BOTH = {"pdf", "image"}


def make_pdf(change=None, pages=1, **save):
    """A small PDF; `change(pdf)` may spoil it before saving."""
    pdf = pikepdf.new()
    for _number in range(pages):
        pdf.add_blank_page()
    if change:
        change(pdf)
    target = io.BytesIO()
    pdf.save(target, **save)
    return target.getvalue()


def make_picture(kind="JPEG", size=(60, 40), mode="RGB", **save):
    target = io.BytesIO()
    Image.new(mode, size, "red" if mode in {"RGB", "RGBA"} else 100).save(target, kind, **save)
    return target.getvalue()


def make_located_exif(orientation=6):
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = "Rumah Budi"
    exif.get_ifd(0x8825)[1] = "S"
    exif.get_ifd(0x8825)[2] = (7.0, 52.0, 0.0)
    return exif


def check(data, name="a.pdf", declared="application/pdf", accept=BOTH, **limits):
    return inspect(io.BytesIO(data), name=name, declared_type=declared, accept=accept, **limits)


def refusal(*args, **kwargs):
    with pytest.raises(UploadRefused) as caught:
        check(*args, **kwargs)
    assert caught.value.sentence
    return caught.value.code


def action(**keys):
    return lambda pdf: pdf.Root.__setitem__("/OpenAction", pikepdf.Dictionary(**keys))


def attach_file(pdf):
    pdf.attachments["a.txt"] = b"hello"


def script_on_annotation(pdf):
    annotation = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name.Link,
        Rect=[0, 0, 9, 9],
        A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://example.org"),
        AA=pikepdf.Dictionary(E=pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")),
    )
    pdf.pages[0].Annots = pdf.make_indirect(pikepdf.Array([annotation]))


def named_script(pdf):
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    tree = pikepdf.Dictionary(Names=["x", script])
    pdf.Root.Names = pikepdf.Dictionary(JavaScript=tree)


def xfa_form(pdf):
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[], XFA=pdf.make_stream(b"<xdp/>"))


def rich_media(pdf):
    annotation = pikepdf.Dictionary(Subtype=pikepdf.Name.RichMedia, Rect=[0, 0, 9, 9])
    pdf.pages[0].Annots = pikepdf.Array([annotation])


def test_pdf_is_kept_byte_for_byte():
    data = make_pdf(pages=3)
    clean = check(data, name="Surat Keterangan.PDF")
    assert clean.content == data
    assert clean.sha256 == clean.source_sha256 == hashlib.sha256(data).hexdigest()
    assert (clean.pages, clean.size, clean.mime) == (3, len(data), "application/pdf")
    assert (clean.extension, clean.shown_name) == ("pdf", "Surat Keterangan.PDF")


@pytest.mark.parametrize("declared", ["application/octet-stream", "", "application/x-pdf"])
def test_pdf_with_a_vague_declared_type_is_accepted(declared):
    assert check(make_pdf(), declared=declared).mime == "application/pdf"


def test_pdf_with_links_and_owner_password_is_accepted():
    uri = action(S=pikepdf.Name.GoTo, D=[0])
    sealed = pikepdf.Encryption(owner="rahasia", user="")
    assert check(make_pdf(uri)).pages == 1
    assert check(make_pdf(encryption=sealed)).pages == 1


@pytest.mark.parametrize(
    "change",
    [
        action(S=pikepdf.Name.JavaScript, JS="app.alert(1)"),
        action(S=pikepdf.Name.Launch, F="cmd.exe"),
        action(S=pikepdf.Name.SubmitForm, F="https://example.org"),
        action(S=pikepdf.Name.GoTo, D=[0], Next=pikepdf.Dictionary(S=pikepdf.Name.Launch)),
        attach_file,
        script_on_annotation,
        named_script,
        xfa_form,
        rich_media,
    ],
)
@pytest.mark.parametrize("packed", [True, False])
def test_pdf_with_active_content_is_refused(change, packed):
    modes = pikepdf.ObjectStreamMode
    mode = modes.generate if packed else modes.disable
    assert refusal(make_pdf(change, object_stream_mode=mode)) == "active_pdf"


def test_pdf_script_under_an_escaped_name_is_refused():
    data = make_pdf(action(S=pikepdf.Name.JavaScript, JS="1"))
    data = data.replace(b"/JavaScript", b"/#4aavaScrip#74")
    assert refusal(data) in {"active_pdf", "broken_pdf"}


def test_pdf_with_a_password_is_refused():
    sealed = pikepdf.Encryption(owner="a", user="b")
    assert refusal(make_pdf(encryption=sealed)) == "encrypted_pdf"


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7\n",
        b"%PDF-1.7\n%%EOF",
        b"%PDF-1.4 rubbish \x00\xff" * 50 + b"%%EOF",
        make_pdf()[:-40],
        make_pdf()[: len(make_pdf()) // 2],
        make_pdf()[:50] + make_pdf()[60:],
        make_pdf(pages=0),
    ],
)
def test_broken_pdf_is_refused(data):
    assert refusal(data) == "broken_pdf"


def test_pdf_with_too_many_pages_is_refused():
    data = make_pdf(pages=4)
    assert refusal(data, max_pages=3) == "pages"
    assert check(data, max_pages=4).pages == 4


def test_pdf_object_stream_bomb_is_refused_with_flat_memory():
    packer = zlib.compressobj(9)
    parts = [packer.compress(b"1 0 ")]
    parts += [packer.compress(b" " * MEGABYTE) for _number in range(300)]
    body = b"".join([*parts, packer.flush()])
    data = b"%PDF-1.5\n"
    stream_at = len(data)
    head = b"2 0 obj<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n"
    data += head % len(body) + body + b"\nendstream endobj\n"
    table_at = len(data)
    rows = [(0, 0), (2, 2), (1, stream_at), (1, table_at)]
    table = b"".join(bytes([kind]) + place.to_bytes(4, "big") + b"\0" for kind, place in rows)
    head = b"3 0 obj<</Type/XRef/Size 4/W[1 4 1]/Root 1 0 R/Length %d>>stream\n"
    data += head % len(table) + table
    data += b"\nendstream endobj\nstartxref\n%d\n%%%%EOF\n" % table_at
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refusal(data) == "broken_pdf"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 250 * 1024


@pytest.mark.parametrize("twice", [True, False])
@pytest.mark.parametrize("disguised", [True, False])
def test_pdf_content_stream_bomb_is_refused(twice, disguised):
    packer = zlib.compressobj(9)
    parts = [packer.compress(b" " * MEGABYTE) for _number in range(100)]
    body = b"".join([*parts, packer.flush()])

    def change(pdf):
        stream = pdf.make_stream(zlib.compress(body) if twice else body)
        stream.Filter = pikepdf.Array([pikepdf.Name.FlateDecode] * (2 if twice else 1))
        if disguised:
            stream.Subtype = pikepdf.Name.Image
        pdf.pages[0].Contents = stream

    data = make_pdf(change, compress_streams=False)
    assert len(data) < MEGABYTE
    assert refusal(data) == "broken_pdf"


def test_pdf_with_pictures_and_long_text_is_accepted():
    def change(pdf):
        photo = pdf.make_stream(make_picture(size=(3000, 2000)))
        photo.Type, photo.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
        photo.Width, photo.Height, photo.BitsPerComponent = 3000, 2000, 8
        photo.ColorSpace, photo.Filter = pikepdf.Name.DeviceRGB, pikepdf.Name.DCTDecode
        pdf.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=photo))
        pdf.pages[0].Contents = pdf.make_stream(os.urandom(300_000).hex().encode())

    assert check(make_pdf(change)).pages == 1


@pytest.mark.parametrize("tail", [b"<script>alert(1)</script>", b"PK\x03\x04 rest", b"MZ" * 3000])
def test_pdf_with_something_behind_its_end_is_refused(tail):
    assert refusal(make_pdf() + tail) in {"mixed", "broken_pdf"}


def test_pdf_that_is_also_a_zip_is_refused():
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("x.exe", b"MZ")
        made.comment = b"%%EOF"
    assert refusal(make_pdf() + archive.getvalue()) == "mixed"


@pytest.mark.parametrize("lead", [b"\x00", b"GIF89a", b"<html>", b"MZ"])
def test_pdf_behind_other_content_is_refused(lead):
    assert refusal(lead + make_pdf()) == "type"


def test_empty_file_is_refused():
    assert refusal(b"") == "empty"


def test_file_one_byte_over_the_limit_is_refused():
    data = make_pdf()
    assert refusal(data, max_bytes=len(data) - 1) == "too_big"
    assert check(data, max_bytes=len(data)).size == len(data)


class Endless(io.RawIOBase):
    """A sender that never stops."""

    served = 0

    def read(self, size=-1):
        self.served += size
        return b"\xff" * size


def test_endless_upload_is_cut_at_the_limit_with_flat_memory():
    sender = Endless()
    tracemalloc.start()
    try:
        with pytest.raises(UploadRefused) as caught:
            inspect(sender, name="a.jpg", declared_type="image/jpeg", accept=BOTH)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert caught.value.code == "too_big"
    assert "20 MB" in caught.value.sentence
    assert sender.served < 21 * MEGABYTE
    assert peak < 4 * MEGABYTE


@pytest.mark.parametrize(
    ("data", "name", "declared"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", "image/svg+xml"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.png", "image/png"),
        (b"<!doctype html><script>1</script>", "a.pdf", "application/pdf"),
        (b"<!doctype html><script>1</script>", "a.html", "text/html"),
        (b"PK\x03\x04" + b"\0" * 40, "a.docx", "application/zip"),
        (b"MZ\x90\x00" + b"\0" * 40, "a.pdf", "application/pdf"),
        (b"GIF89a" + b"\0" * 40, "a.gif", "image/gif"),
        (b" ", "a.pdf", "application/pdf"),
        (make_picture("PNG"), "a.jpg", "image/jpeg"),
        (make_picture("PNG"), "a.png", "image/jpeg"),
        (make_picture("PNG"), "a.pdf", "application/pdf"),
        (make_pdf(), "a.jpg", "image/jpeg"),
        (make_pdf(), "a.pdf.exe", "application/pdf"),
        (make_pdf(), "a.pdf", "text/html"),
        (make_pdf(), "a", "application/pdf"),
    ],
)
def test_wrong_type_is_refused_with_the_allowed_types(data, name, declared):
    with pytest.raises(UploadRefused) as caught:
        check(data, name=name, declared=declared)
    assert caught.value.code == "type"
    for word in ("PDF", "JPG", "PNG", "HEIC"):
        assert word in caught.value.sentence


def test_family_that_is_not_wanted_here_is_refused():
    assert refusal(make_pdf(), accept={"image"}) == "type"
    assert refusal(make_picture(), "a.jpg", "image/jpeg", accept={"pdf"}) == "type"


@pytest.mark.parametrize(("kind", "name"), [("JPEG", "a.jpg"), ("PNG", "a.png")])
def test_picture_is_redrawn_upright_without_metadata(kind, name):
    data = make_picture(kind, exif=make_located_exif(), dpi=(300, 300))
    clean = check(data, name, f"image/{kind.lower()}")
    with Image.open(io.BytesIO(clean.content)) as picture:
        assert picture.format == kind
        assert picture.size == (40, 60)
        assert not dict(picture.getexif())
        assert not set(picture.info) & {"exif", "icc_profile", "comment", "dpi", "xmp"}
    assert b"Rumah Budi" not in clean.content
    assert clean.sha256 == hashlib.sha256(clean.content).hexdigest()
    assert clean.source_sha256 == hashlib.sha256(data).hexdigest()
    assert clean.size == len(clean.content)


def test_picture_colour_profile_is_applied_and_dropped():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    clean = check(make_picture(icc_profile=profile), "a.jpg", "image/jpeg")
    spoiled = check(make_picture(icc_profile=b"nonsense"), "a.jpg", "image/jpeg")
    assert b"ICC_PROFILE" not in clean.content + spoiled.content


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_png_of_every_mode_is_accepted(mode):
    picture = Image.new(mode, (9, 9))
    target = io.BytesIO()
    picture.save(target, "PNG")
    assert check(target.getvalue(), "a.png", "image/png").mime == "image/png"


def test_cmyk_jpeg_becomes_rgb():
    clean = check(make_picture(mode="CMYK"), "a.jpeg", "image/jpeg")
    with Image.open(io.BytesIO(clean.content)) as picture:
        assert picture.mode == "RGB"


@pytest.mark.parametrize(
    ("name", "declared"), [("IMG_1.HEIC", "image/heic"), ("x.heif", ""), ("x.hif", "image/heif")]
)
def test_heic_becomes_jpeg(name, declared):
    data = make_picture("HEIF", size=(64, 48), exif=make_located_exif(1))
    clean = check(data, name, declared)
    assert (clean.mime, clean.extension) == ("image/jpeg", "jpg")
    assert clean.shown_name.endswith(".jpg")
    assert clean.content.startswith(b"\xff\xd8\xff")
    assert b"Rumah Budi" not in clean.content


def test_jpeg_under_a_heic_name_is_accepted_as_jpeg():
    clean = check(make_picture(), "IMG_2.HEIC", "image/heic")
    assert (clean.mime, clean.shown_name) == ("image/jpeg", "IMG_2.jpg")


@pytest.mark.parametrize(
    ("kind", "name"), [("JPEG", "a.jpg"), ("PNG", "a.png"), ("HEIF", "a.heic")]
)
def test_truncated_picture_is_refused(kind, name):
    data = make_picture(kind, size=(400, 300))
    declared = {"HEIF": "image/heic"}.get(kind, f"image/{kind.lower()}")
    assert refusal(data[: len(data) * 2 // 3], name, declared) == "broken_image"
    assert refusal(data[:34], name, declared) == "broken_image"


def make_bomb(width, height):
    """A PNG that claims a size and has a valid, tiny body."""

    def chunk(kind, body):
        return (
            len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")
        )

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    body = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(30000, 30000), (100_000, 1), (9000, 9000)])
def test_picture_bomb_is_refused_before_decoding(size):
    tracemalloc.start()
    try:
        assert refusal(make_bomb(*size), "a.png", "image/png") == "pixels"
        assert tracemalloc.get_traced_memory()[1] < 4 * MEGABYTE
    finally:
        tracemalloc.stop()


def test_picture_with_something_behind_its_end_loses_it():
    data = make_picture() + b"<script>alert(1)</script>PK\x05\x06" + b"\0" * 18
    clean = check(data, "a.jpg", "image/jpeg")
    assert b"script" not in clean.content
    assert b"PK\x05\x06" not in clean.content


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\Budi\\ktp.jpg", "ktp.jpg"),
        ("a\x00b\r\nc.pdf", "abc.pdf"),
        ("surat\u202efdp.exe", "suratfdp.exe"),
        ("\u2066ktp\u2069\u200b.pdf", "ktp.pdf"),
        ("  ktp   baru .pdf", "ktp baru.pdf"),
        ('x<>:"|?*.pdf', "x_______.pdf"),
        ("foto😀.jpg", "foto😀.jpg"),
    ],
)
def test_name_is_cleaned_for_showing(name, shown):
    assert clean_name(name) == shown


@pytest.mark.parametrize("name", ["", "...", "\x00", "/", "\u202e"])
def test_name_with_nothing_left_gets_a_stand_in(name):
    assert clean_name(name)


@pytest.mark.parametrize("name", ["CON.pdf", "nul", "com1.txt.pdf"])
def test_windows_device_name_is_replaced(name):
    assert clean_name(name).split(".")[0].lower() not in {"con", "nul", "com1"}


def test_long_name_is_cut_and_keeps_its_extension():
    shown = clean_name("a" * 400 + ".pdf")
    assert len(shown) == 120
    assert shown.endswith("a.pdf")


def test_name_with_lone_surrogate_is_cleaned():
    assert clean_name("a\ud800b.pdf").encode() == b"ab.pdf"
