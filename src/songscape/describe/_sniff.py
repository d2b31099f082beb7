"""Tell what a file is by its first bytes, never by its name.

>>> sniff(b"fLaC" + bytes(60))
'flac'
>>> sniff(b"%PDF-1.7") is None
True
"""

from __future__ import annotations

HEAD = 64
"""Bytes that are enough to tell every format below."""

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"fLaC", "flac"),
    (28, b"OpusHead", "opus"),
    (28, b"\x7fFLAC", "ogg"),
    (28, b"Speex", "speex"),
    (0, b"OggS", "ogg"),
    (8, b"WAVE", "wav"),
    (0, b"RF64", "wav"),
    (8, b"AIF", "aiff"),
    (0, b"caff", "caf"),
    (0, b".snd", "au"),
    (4, b"ftyp", "mp4"),
    (4, b"moov", "mp4"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf"),
    (0, b"wvpk", "wavpack"),
    (0, b"MAC ", "monkey's audio"),
    (0, b"TTA1", "true audio"),
    (0, b"DSD ", "dsf"),
    (0, b"FRM8", "dff"),
    (0, b"MPCK", "musepack"),
    (0, b"MP+", "musepack"),
    (0, b"\x0b\x77", "ac-3"),
    (0, b"ADIF", "aac"),
    (0, b"\x1aE\xdf\xa3", "matroska"),
    (0, b"OFR ", "optimfrog"),
    (0, b"tBaK", "tak"),
    (0, b"ID3", "mp3"),
)

_SOUNDFILE = frozenset({"flac", "ogg", "wav", "aiff", "caf", "au", "mp3", "opus"})
_NOT_SOUND = (
    (b"MThd", "a MIDI file: notes without a sound"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\x89PNG", "a picture"),
    (b"PK\x03\x04", "an archive"),
    (b"%PDF", "a document"),
)


def sniff(head: bytes) -> str | None:
    """Return the format that begins like this, or None if no audio format known does."""
    for offset, magic, name in _MAGIC:
        if head[offset : offset + len(magic)] == magic:
            return name
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        return "aac" if head[1] & 0xF6 == 0xF0 else "mp3"
    return None


def not_sound(head: bytes) -> str | None:
    """Return in words what a file is that surely holds no sound, else None."""
    return next((says for magic, says in _NOT_SOUND if head.startswith(magic)), None)


def soundfile_reads(kind: str | None) -> bool:
    """Tell whether libsndfile may read this format; of an unknown one it is worth a try."""
    return kind is None or kind in _SOUNDFILE
