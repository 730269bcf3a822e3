"""What kind of content some bytes are, where the upstream does not say: net/http tells the client all the same.

Source: the MIME Sniffing Standard, 7.1 and 6, as far as net/http.DetectContentType of Go 1.26 has it.
"""

import re

LONGEST = 512
SPACES = b"\t\n\x0c\r "
BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")

TAGS = (
    b"<!DOCTYPE HTML", b"<HTML", b"<HEAD", b"<SCRIPT", b"<IFRAME", b"<H1", b"<DIV", b"<FONT", b"<TABLE", b"<A",
    b"<STYLE", b"<TITLE", b"<B", b"<BODY", b"<BR", b"<P", b"<!--",
)  # fmt: skip

SIGNATURES = (
    (b"%PDF-", b"application/pdf"),
    (b"%!PS-Adobe-", b"application/postscript"),
    (b"\xfe\xff", b"text/plain; charset=utf-16be"),
    (b"\xff\xfe", b"text/plain; charset=utf-16le"),
    (b"\xef\xbb\xbf", b"text/plain; charset=utf-8"),
    (b"\x00\x00\x01\x00", b"image/x-icon"),
    (b"\x00\x00\x02\x00", b"image/x-icon"),
    (b"BM", b"image/bmp"),
    (b"GIF87a", b"image/gif"),
    (b"GIF89a", b"image/gif"),
    (b"\x89PNG\r\n\x1a\n", b"image/png"),
    (b"\xff\xd8\xff", b"image/jpeg"),
    (b"ID3", b"audio/mpeg"),
    (b"OggS\x00", b"application/ogg"),
    (b"MThd\x00\x00\x00\x06", b"audio/midi"),
    (b"\x1aE\xdf\xa3", b"video/webm"),
    (b"\x00\x01\x00\x00", b"font/ttf"),
    (b"OTTO", b"font/otf"),
    (b"ttcf", b"font/collection"),
    (b"wOFF", b"font/woff"),
    (b"wOF2", b"font/woff2"),
    (b"\x1f\x8b\x08", b"application/x-gzip"),
    (b"PK\x03\x04", b"application/zip"),
    (b"Rar!\x1a\x07\x00", b"application/x-rar-compressed"),
    (b"Rar!\x1a\x07\x01\x00", b"application/x-rar-compressed"),
    (b"\x00asm", b"application/wasm"),
)

RIFF = {b"WEBPVP": b"image/webp", b"AVI ": b"video/avi", b"WAVE": b"audio/wave"}


def content_type(data: bytes) -> bytes:
    data = data[:LONGEST]
    text = data.lstrip(SPACES)
    upper = text.upper()
    for tag in TAGS:
        if upper.startswith(tag) and (tag == b"<!--" or upper[len(tag) : len(tag) + 1] in (b" ", b">")):
            return b"text/html; charset=utf-8"
    if text.startswith(b"<?xml"):
        return b"text/xml; charset=utf-8"
    for signature, kind in SIGNATURES:
        if data.startswith(signature):
            return kind
    if data[:4] == b"RIFF":
        for form, kind in RIFF.items():
            if data[8:].startswith(form):
                return kind
    if data[:4] == b"FORM" and data[8:12] == b"AIFF":
        return b"audio/aiff"
    if len(data) >= 12 and data[4:8] == b"ftyp" and b"mp4" in data[8:32]:
        return b"video/mp4"
    return b"application/octet-stream" if BINARY.search(data) else b"text/plain; charset=utf-8"
