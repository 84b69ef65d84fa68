"""Pictures: decoded, turned upright and encoded anew, so that nothing of the sent file but its pixels is kept."""

from __future__ import annotations

import io
from contextlib import suppress
from pathlib import Path

from PIL import Image, ImageCms, ImageOps

from bot.aftersales.evidence import MAX_BYTES, MAX_PIXELS, EvidenceRefusal
from bot.errors import EvidenceRefusedError
from bot.evidence.recognition import HEIC, JPEG, PNG, WEBP

LONGEST_SIDE = 4096
"""Pictures are made smaller to this many pixels: enough to read a label, and no more to keep than needed."""

THUMBNAIL_SIDE = 320
_QUALITY = 88
_THUMBNAIL_QUALITY = 80
# One decoder each: a file is never handed to another one than its first bytes call for.
_DECODERS = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP", HEIC: "HEIF"}


def clean(source: Path, media_type: str, target: Path, thumbnail: Path) -> tuple[str, int, int]:
    """Write a clean copy and a small picture of it (JPEG); return the copy's media type, width and height.

    Metadata, colour profile, further frames and whatever was appended are gone; orientation and profile have been
    applied. Raises EvidenceRefusedError for more pixels than may be, and for what cannot be decoded.
    """
    try:
        image = _decoded(source, media_type)
    except EvidenceRefusedError:
        raise
    except Exception as error:
        # Decoders raise whatever comes to hand on damaged files: OSError, SyntaxError, struct.error, IndexError…
        raise EvidenceRefusedError(EvidenceRefusal.UNREADABLE) from error
    encoded = _png(image) if media_type == PNG else None
    if encoded is None:
        kept_type, encoded = JPEG, _jpeg(image, _QUALITY)
    else:
        kept_type = PNG
    target.write_bytes(encoded)
    small = image.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    thumbnail.write_bytes(_jpeg(small, _THUMBNAIL_QUALITY))
    return kept_type, image.width, image.height


def _decoded(source: Path, media_type: str) -> Image.Image:
    if media_type == HEIC:
        # Registered only where it is needed, because loading the decoder takes a while.
        from pi_heif import register_heif_opener

        register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
    # Our own limit comes first and is an error, where Pillow's would be a warning.
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(source, formats=[_DECODERS[media_type]]) as opened:
        if opened.width * opened.height > MAX_PIXELS:
            raise EvidenceRefusedError(EvidenceRefusal.TOO_LARGE)
        # A JPEG far larger than needed is decoded at half its size or less, in a fraction of the memory.
        opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        opened.load()
        upright = ImageOps.exif_transpose(opened)
        profile = opened.info.get("icc_profile")
    plain = _plain(upright, profile)
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return plain


def _plain(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return a picture in RGB or RGBA, 8 bits a channel, in the colours of sRGB."""
    if image.mode.startswith(("I", "F")):
        # 16 bits a channel; converting directly would cut off instead of scaling.
        image = image.convert("F").point(lambda value: value / 257).convert("L")
    has_alpha = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    if profile and image.mode in ("RGB", "RGBA", "CMYK", "L"):
        # A damaged profile costs the colours' exactness, not the photo.
        with suppress(ImageCms.PyCMSError, OSError, ValueError):
            image = _in_srgb(image, profile)
    plain = image.convert("RGBA" if has_alpha else "RGB")
    # What is in here would be written into the new file.
    plain.info.clear()
    return plain


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    converted = ImageCms.profileToProfile(
        image, ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode=mode
    )
    return converted or image


def _png(image: Image.Image) -> bytes | None:
    """Return a picture as PNG, or None where that takes more room than a file may."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue() if buffer.tell() <= MAX_BYTES else None


def _jpeg(image: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    if image.mode == "RGBA":
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image, mask=image.getchannel("A"))
        image = paper
    image.save(buffer, "JPEG", quality=quality, optimize=True, progressive=True)
    return buffer.getvalue()
