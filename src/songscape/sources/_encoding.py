"""From bytes to text: which encoding a file is in, and what is done where it is none.

A file says its encoding only by a byte-order mark. Without one the rules are, in this order: zeros
in every other byte are UTF-16; bytes that decode strictly as UTF-8 are UTF-8, since other text
hardly ever does so by chance; mostly valid UTF-8 is UTF-8 with damaged bytes; anything else is
cp1252 where bytes 80–9F occur (curly quotes, €), and latin-1 where they do not.

References
----------
The Unicode Standard, section 23.8 (byte-order mark); WHATWG, Encoding Standard, index of
windows-1252.
"""

from __future__ import annotations

import codecs
import re

from songscape.core.errors import InputError, UnknownNameError
from songscape.core.findings import Finding, Severity

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_OVERRULE = "--set source.encoding=NAME"
_SAMPLE = 1 << 16
_WHOLE = re.compile("[^\0-\x7f\ufffd]")
_ONLY_CP1252 = re.compile(rb"[\x80-\x9f]")
_NOT_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


def decode(data: bytes, encoding: str, name: str) -> tuple[str, tuple[Finding, ...]]:
    """Decode the bytes of a table.

    Parameters
    ----------
    data : the whole file.
    encoding : "auto" or a codec's name.
    name : the file's name, for messages.

    Returns
    -------
    The text without its byte-order mark and without NUL bytes, and what was noticed.

    Raises
    ------
    UnknownNameError
        If Python knows no such codec.
    InputError
        If the bytes are not in the encoding that was asked for.
    """
    body, marked = _unmarked(data)
    codec = _checked(encoding, marked) if encoding != "auto" else marked or _guessed(body)
    try:
        text = body.decode(codec)
    except UnicodeDecodeError as error:
        if encoding != "auto":
            line = body.count(b"\n", 0, error.start) + 1
            raise InputError(
                f"Line {line:,} of {name} is not {codec}; give another --set source.encoding=NAME."
            ) from None
        text = body.decode(codec, errors="replace")
    findings = (*_encoding_finding(text, codec, bool(marked)), *_nul_finding(text))
    return text.replace("\0", ""), findings


def _checked(encoding: str, marked: str) -> str:
    """Return the codec's own name, with the order of bytes its mark tells."""
    try:
        codec = codecs.lookup(encoding).name
        # Refuses what Python calls a codec but is none of text, as hex.
        "a".encode(codec)
    except (LookupError, ValueError):
        known = ("utf-8", "utf-16", "latin-1", "cp1252", "cp1251", "shift_jis", "mac_roman")
        raise UnknownNameError("encoding", encoding, known) from None
    return marked if marked.startswith(f"{codec}-") else codec


def _unmarked(data: bytes) -> tuple[bytes, str]:
    """Return the bytes after the byte-order mark, and the encoding it stands for, or nothing."""
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :], codec
    return data, ""


def _guessed(data: bytes) -> str:
    """Return the encoding of bytes that carry no mark."""
    sixteen = _utf16(data[:_SAMPLE])
    if sixteen:
        return sixteen
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return _eight_bit(data)
    return "utf-8"


def _utf16(sample: bytes) -> str:
    """Return the byte order of UTF-16, whose Western text has a zero in every other byte."""
    half = max(len(sample) // 2, 1)
    even, odd = sample[0::2].count(0) / half, sample[1::2].count(0) / half
    if odd > 0.4 and even < 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 and odd < 0.1 else ""


def _eight_bit(data: bytes) -> str:
    """Tell damaged UTF-8 from cp1252 and latin-1."""
    text = data.decode("utf-8", errors="replace")
    damaged = text.count("\ufffd")
    if len(_WHOLE.findall(text)) > 9 * damaged:
        return "utf-8"
    cp1252 = _ONLY_CP1252.search(data) and not _NOT_CP1252.search(data)
    return "cp1252" if cp1252 else "latin-1"


def _encoding_finding(text: str, codec: str, marked: bool) -> tuple[Finding, ...]:
    """Say which encoding was read, unless it is plain UTF-8."""
    damaged = text.count("\ufffd") if codec == "utf-8" else 0
    if damaged:
        line = text.count("\n", 0, text.index("\ufffd")) + 1
        says = f"Bytes that are not UTF-8: {damaged:,}, the first in line {line:,}."
        does = "read as UTF-8, with � in their place"
        return (Finding("encoding", f"line {line}", damaged, says, does, _OVERRULE),)
    if codec == "utf-8" and not marked:
        return ()
    how = "by its byte-order mark" if marked else "by its bytes"
    says = f"The file is in {codec}, {how}."
    return (Finding("encoding", "file", 1, says, f"read as {codec}", _OVERRULE, Severity.NOTE),)


def _nul_finding(text: str) -> tuple[Finding, ...]:
    """Say how many NUL characters stood in the text."""
    count = text.count("\0")
    if not count:
        return ()
    line = text.count("\n", 0, text.index("\0")) + 1
    says = f"NUL characters: {count:,}, the first in line {line:,}."
    return (Finding("nul-character", f"line {line}", count, says, "removed"),)
