"""Documents: their pages are copied into a new file, without anything that acts or tells more than the page shows."""

from __future__ import annotations

from pathlib import Path

import pikepdf

from bot.aftersales.evidence import MAX_PAGES, EvidenceRefusal
from bot.errors import EvidenceRefusedError
from bot.evidence.jpeg_segments import without_metadata

# ISO 32000-1, table 30. What is not here stays behind: annotations with links, forms and attachments, additional
# actions, metadata, thumbnails, data of programs, transitions.
_PAGE_KEYS = frozenset(
    ("/Type", "/Parent", "/Contents", "/Resources", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Group")
)
# What streams may carry beside what is drawn; /Ref and /F point to other files.
_STREAM_KEYS = ("/Metadata", "/PieceInfo", "/AF", "/OPI", "/LastModified", "/Ref", "/F", "/FFilter", "/FDecodeParms")


def clean(source: Path, target: Path) -> None:
    """Write a clean copy of a PDF: the pages as they look, without metadata, scripts, actions and embedded files.

    Raises EvidenceRefusedError for an encrypted one, one with too many pages, and what cannot be read.
    """
    try:
        with pikepdf.open(source) as document:
            _check(document)
            # What is filled into forms or drawn as notes becomes part of the page before both are left behind.
            _flatten(document)
            with pikepdf.new() as copy:
                copy.pages.extend(document.pages)
                _strip(copy)
                copy.save(target, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    except pikepdf.PasswordError as error:
        raise EvidenceRefusedError(EvidenceRefusal.ENCRYPTED) from error
    except EvidenceRefusedError:
        raise
    except Exception as error:
        # Damaged files raise many kinds of errors.
        raise EvidenceRefusedError(EvidenceRefusal.UNREADABLE) from error


def _check(document: pikepdf.Pdf) -> None:
    if document.is_encrypted:
        raise EvidenceRefusedError(EvidenceRefusal.ENCRYPTED)
    if len(document.pages) > MAX_PAGES:
        raise EvidenceRefusedError(EvidenceRefusal.TOO_MANY_PAGES)
    if len(document.pages) == 0:
        raise EvidenceRefusedError(EvidenceRefusal.UNREADABLE)


def _flatten(document: pikepdf.Pdf) -> None:
    form = document.Root.get("/AcroForm")
    if isinstance(form, pikepdf.Dictionary) and form.get("/NeedAppearances"):
        document.generate_appearance_streams()
    document.flatten_annotations("all")


def _strip(document: pikepdf.Pdf) -> None:
    for page in document.pages:
        for key in set(page.obj.keys()) - _PAGE_KEYS:
            del page.obj[key]
    for thing in document.objects:
        if isinstance(thing, pikepdf.Stream):
            for key in _STREAM_KEYS:
                if key in thing:
                    del thing[key]
            _strip_picture(thing)


def _strip_picture(stream: pikepdf.Stream) -> None:
    """Take out of a photo on a page what a camera wrote into it: place, time, owner, serial number."""
    filters = stream.get("/Filter")
    if isinstance(filters, pikepdf.Array):
        filters = filters[0] if len(filters) == 1 else None
    if filters == pikepdf.Name.DCTDecode:
        how = stream.get("/DecodeParms")
        parameters = how if isinstance(how, (pikepdf.Dictionary, pikepdf.Array)) else None
        stream.write(without_metadata(stream.read_raw_bytes()), filter=pikepdf.Name.DCTDecode, decode_parms=parameters)
