"""Read and write four tags in the formats people keep music in, and nothing else.

=========== ================= ========================= ======================
field       ID3               Vorbis comment            MP4
=========== ================= ========================= ======================
bpm         TBPM              BPM                       tmpo
key         TKEY              INITIALKEY                ----:…:initialkey
grouping    TIT1              GROUPING                  ©grp
mood        TMOO, TXXX:MOOD   MOOD                      ----:…:MOOD
=========== ================= ========================= ======================

An ID3 tag keeps its version (2.3 has no TMOO, so its mood is a TXXX frame), and its other frames
are written as they were read.

References
----------
id3.org, ID3v2.3 and ID3v2.4 informal standards; Xiph.Org, Ogg Vorbis I comment field specification.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Protocol

from songscape.core.errors import InputError, MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

FIELDS = ("bpm", "key", "grouping", "mood")
_ITUNES = "----:com.apple.iTunes:"


class Tagged(Protocol):
    """A file whose tags can be read and changed."""

    def get(self, field: str) -> list[str]:
        """Return the values of a field, none if it is not there."""

    def put(self, field: str, values: Sequence[str]) -> None:
        """Change a field in memory; no value takes it away."""

    def save(self) -> None:
        """Write what was changed."""


def tagged(path: Path, kind: str) -> Tagged:
    """Open the tags of a file.

    Parameters
    ----------
    path : the file.
    kind : the ending its name has, as ".mp3".

    Raises
    ------
    InputError
        If the tags cannot be read, or files of this kind are not written.
    MissingExtraError
        Without the extra ``tags``.
    """
    try:
        import mutagen
    except ImportError:
        raise MissingExtraError("Reading and writing tags", "tags") from None
    makers: dict[str, Callable[[Path, str], Tagged]] = {
        **dict.fromkeys((".mp3", ".wav", ".aif", ".aiff"), _Id3),
        **dict.fromkeys((".flac", ".ogg", ".oga", ".opus"), _Vorbis),
        **dict.fromkeys((".m4a", ".m4b", ".mp4"), _Mp4),
    }
    if kind.lower() not in makers:
        raise InputError(f"tags of {kind or 'nameless'} files are not written")
    try:
        return makers[kind.lower()](path, kind.lower())
    except (mutagen.MutagenError, OSError, ValueError) as error:
        raise InputError(f"the tags cannot be read: {error}") from None


class _Id3:
    """Tags of MP3, WAV and AIFF."""

    def __init__(self, path: Path, kind: str) -> None:
        self.file = self._opened(path, kind)
        if self.file.tags is None:
            self.file.add_tags()
        version = self.file.tags.version[1]
        self.version = 3 if version == 3 else 4

    @staticmethod
    def _opened(path: Path, kind: str) -> Any:
        """Open a file without changing its frames to those of another version."""
        from mutagen.aiff import AIFF
        from mutagen.mp3 import MP3
        from mutagen.wave import WAVE

        maker = {".mp3": MP3, ".wav": WAVE}.get(kind, AIFF)
        file = maker(os.fspath(path), translate=False)
        old = file.tags is not None and file.tags.version < (2, 3, 0)
        return maker(os.fspath(path)) if old else file

    def _names(self, field: str) -> list[str]:
        """Return the frames a field may stand in, the one to write first."""
        if field == "mood":
            return ["TXXX:MOOD", "TMOO"] if self.version == 3 else ["TMOO", "TXXX:MOOD"]
        return [{"bpm": "TBPM", "key": "TKEY", "grouping": "TIT1"}[field]]

    def get(self, field: str) -> list[str]:
        """Return the values of a field, none if it is not there."""
        frames = (self.file.tags.get(name) for name in self._names(field))
        return next((list(map(str, frame.text)) for frame in frames if frame is not None), [])

    def put(self, field: str, values: Sequence[str]) -> None:
        """Change a field in memory; no value takes it away."""
        from mutagen import id3

        names = self._names(field)
        for name in names:
            self.file.tags.delall(name)
        if not values:
            return
        encoding = id3.Encoding.UTF16 if self.version == 3 else id3.Encoding.UTF8
        name, _, words = names[0].partition(":")
        given = {"encoding": encoding, "text": list(values)}
        self.file.tags.add(getattr(id3, name)(**given, **({"desc": words} if words else {})))

    def save(self) -> None:
        """Write what was changed; a tag without a frame vanishes as it came."""
        if not self.file.tags:
            self.file.delete()
        else:
            self.file.save(v2_version=self.version, v23_sep=None)


class _Vorbis:
    """Tags of FLAC, Ogg Vorbis and Opus."""

    def __init__(self, path: Path, kind: str) -> None:
        from mutagen.flac import FLAC
        from mutagen.oggopus import OggOpus
        from mutagen.oggvorbis import OggVorbis

        self.file = {".flac": FLAC, ".opus": OggOpus}.get(kind, OggVorbis)(os.fspath(path))
        if self.file.tags is None:
            self.file.add_tags()

    @staticmethod
    def _name(field: str) -> str:
        """Return what a field is called."""
        return "INITIALKEY" if field == "key" else field.upper()

    def get(self, field: str) -> list[str]:
        """Return the values of a field, none if it is not there."""
        return list(self.file.tags.get(self._name(field), []))

    def put(self, field: str, values: Sequence[str]) -> None:
        """Change a field in memory; no value takes it away."""
        name = self._name(field)
        if values:
            self.file.tags[name] = list(values)
        elif name in self.file.tags:
            del self.file.tags[name]

    def save(self) -> None:
        """Write what was changed."""
        self.file.save()


class _Mp4:
    """Tags of MPEG-4 audio."""

    def __init__(self, path: Path, kind: str) -> None:
        from mutagen.mp4 import MP4

        del kind
        self.file = MP4(os.fspath(path))
        if self.file.tags is None:
            self.file.add_tags()

    @staticmethod
    def _name(field: str) -> str:
        """Return what a field is called."""
        names = {"bpm": "tmpo", "grouping": "\xa9grp", "key": f"{_ITUNES}initialkey"}
        return names.get(field, f"{_ITUNES}MOOD")

    def get(self, field: str) -> list[str]:
        """Return the values of a field, none if it is not there."""
        values = self.file.tags.get(self._name(field), [])
        return [v.decode("utf-8", "replace") if isinstance(v, bytes) else str(v) for v in values]

    def put(self, field: str, values: Sequence[str]) -> None:
        """Change a field in memory; no value takes it away."""
        name = self._name(field)
        if not values:
            self.file.tags.pop(name, None)
        elif field == "bpm":
            self.file.tags[name] = [round(float(value)) for value in values]
        elif name.startswith(_ITUNES):
            self.file.tags[name] = [value.encode() for value in values]
        else:
            self.file.tags[name] = list(values)

    def save(self) -> None:
        """Write what was changed."""
        self.file.save()
