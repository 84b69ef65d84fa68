"""Pictures lose everything but their pixels."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from bot.aftersales.evidence import EvidenceRefusal
from bot.errors import EvidenceRefusedError
from bot.evidence import images
from bot.evidence.recognition import HEIC, JPEG, PNG, WEBP
from tests.unit.evidence import samples
from tests.unit.evidence.samples import encoded, exif, picture


def cleaned(folder: Path, content: bytes, media_type: str) -> tuple[str, Image.Image, Image.Image]:
    """Return the copy's media type, the copy and its small picture, read back."""
    source, copy, thumbnail = folder / "source", folder / "copy", folder / "thumbnail"
    source.write_bytes(content)
    kept_type, width, height = images.clean(source, media_type, copy, thumbnail)
    with Image.open(copy) as image, Image.open(thumbnail) as small:
        image.load()
        small.load()
        assert image.size == (width, height)
        assert Image.MIME[image.format or ""] == kept_type
        assert small.format == "JPEG"
        return kept_type, image, small


def is_red(pixel: object) -> bool:
    assert isinstance(pixel, tuple)
    return pixel[0] > 150 and pixel[2] < 100


@pytest.mark.parametrize(
    "content,media_type,kept",
    [
        (samples.photo(), JPEG, JPEG),
        (encoded(picture(), "PNG", exif=exif()), PNG, PNG),
        (encoded(picture(), "WEBP", exif=exif(), xmp=b"<x>Canary</x>"), WEBP, JPEG),
        (samples.HEIC, HEIC, JPEG),
    ],
)
def test_where_it_was_taken_and_with_what_is_gone(tmp_path: Path, content: bytes, media_type: str, kept: str) -> None:
    with Image.open(io.BytesIO(content)) if media_type != HEIC else Image.new("RGB", (1, 1)) as sent:
        assert media_type == HEIC or sent.getexif().get_ifd(0x8825)
    assert samples.CANARY in content
    kept_type, image, small = cleaned(tmp_path, content, media_type)
    assert kept_type == kept
    for found in (image, small):
        assert len(found.getexif()) == 0
        assert not found.getexif().get_ifd(0x8825)
        assert not {"exif", "xmp", "icc_profile", "comment", "photoshop"} & found.info.keys()
    for name in ("copy", "thumbnail"):
        assert samples.CANARY not in (tmp_path / name).read_bytes()
    assert not is_red(image.convert("RGB").getpixel((4, 4)))
    assert is_red(image.convert("RGB").getpixel((60, 4)))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_taken_sideways_stands_upright(tmp_path: Path, orientation: int) -> None:
    _, image, _ = cleaned(tmp_path, samples.photo(orientation=orientation), JPEG)
    assert image.size == ((64, 48) if orientation < 5 else (48, 64))
    # Where red, the right half as stored, belongs: EXIF 2.3, tag 0112.
    corner = {1: (60, 4), 2: (4, 4), 3: (4, 44), 4: (60, 44), 5: (4, 60), 6: (44, 60), 7: (44, 4), 8: (4, 4)}
    assert is_red(image.getpixel(corner[orientation]))


def test_what_is_appended_to_a_picture_is_gone(tmp_path: Path) -> None:
    cleaned(tmp_path, samples.photo() + b"<script>Canary</script>PK\x03\x04", JPEG)
    assert b"script" not in (tmp_path / "copy").read_bytes()


def test_a_large_photo_is_kept_smaller_with_a_small_picture_of_320_pixels(tmp_path: Path) -> None:
    _, image, small = cleaned(tmp_path, samples.photo((6000, 3000)), JPEG)
    assert image.size == (4096, 2048)
    assert small.size == (320, 160)


def test_a_small_picture_is_not_blown_up(tmp_path: Path) -> None:
    _, image, small = cleaned(tmp_path, encoded(picture((10, 8)), "PNG"), PNG)
    assert image.size == small.size == (10, 8)


def test_transparency_is_kept_as_png_and_white_as_jpeg(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (8, 8), (200, 0, 0, 0))
    kept_type, image, small = cleaned(tmp_path, encoded(clear, "PNG"), PNG)
    assert (kept_type, image.mode) == (PNG, "RGBA")
    assert small.getpixel((4, 4)) == (255, 255, 255)
    _, image, _ = cleaned(tmp_path, encoded(clear, "WEBP", lossless=True), WEBP)
    assert image.getpixel((4, 4)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_can_be_read(tmp_path: Path, mode: str) -> None:
    image = Image.new("I;16", (64, 48), 40_000) if mode == "I;16" else picture(mode=mode)
    content = encoded(image.convert("RGBA") if mode == "PA" else image, "PNG")
    _, kept, _ = cleaned(tmp_path, content, PNG)
    if mode == "I;16":
        assert kept.getpixel((4, 4)) == (155, 155, 155)


@pytest.mark.parametrize("mode", ["L", "CMYK", "RGB"])
def test_every_kind_of_jpeg_can_be_read(tmp_path: Path, mode: str) -> None:
    _, kept, _ = cleaned(tmp_path, encoded(picture(mode=mode), "JPEG"), JPEG)
    assert kept.mode == "RGB"


def test_colours_of_another_profile_are_turned_into_common_ones(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    _, same, _ = cleaned(tmp_path, encoded(picture(), "PNG", icc_profile=profile), PNG)
    assert same.getpixel((60, 4)) == (200, 30, 30)
    _, kept, _ = cleaned(tmp_path, encoded(picture(), "PNG", icc_profile=b"no profile at all"), PNG)
    assert is_red(kept.getpixel((60, 4)))


def test_only_the_first_frame_of_a_moving_picture_is_kept(tmp_path: Path) -> None:
    content = encoded(picture(), "WEBP", save_all=True, append_images=[Image.new("RGB", (64, 48), "green")])
    _, image, _ = cleaned(tmp_path, content, WEBP)
    assert getattr(image, "n_frames", 1) == 1
    assert is_red(image.getpixel((60, 4)))


def refusal(folder: Path, content: bytes, media_type: str) -> str:
    with pytest.raises(EvidenceRefusedError) as refused:
        cleaned(folder, content, media_type)
    return refused.value.reason


def test_a_bomb_is_refused_before_it_unfolds(tmp_path: Path) -> None:
    content = samples.bomb()
    assert len(content) < 200
    assert refusal(tmp_path, content, PNG) == EvidenceRefusal.TOO_LARGE


@pytest.mark.parametrize(
    "content,media_type",
    [
        (samples.photo()[:600], JPEG), (b"\xff\xd8\xff" + bytes(100), JPEG), (samples.bomb(64, 48), PNG),
        (samples.HEIC[:300], HEIC), (b"RIFF\x10\x00\x00\x00WEBPVP8 ", WEBP), (samples.HEIC, JPEG),
        (samples.photo(), PNG),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(tmp_path: Path, content: bytes, media_type: str) -> None:
    assert refusal(tmp_path, content, media_type) == EvidenceRefusal.UNREADABLE
