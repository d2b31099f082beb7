"""Tags come from anybody and leave fit to be stored and shown."""

import json
import unicodedata

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutagen.flac import FLAC
from mutagen.oggvorbis import OggVorbis

from songscape.listen.tags import LONGEST, clean, cleaned, genre_list, read_tags, repaired


def id3(**frames):
    body = b""
    for name, text in frames.items():
        content = b"\x01" + text.encode("utf-16") if isinstance(text, str) else text
        body += name.encode() + len(content).to_bytes(4, "big") + b"\0\0" + content
    size = len(body)
    digits = bytes([size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127])
    return b"ID3\x03\0\0" + digits + body + b"\xff\xfb\x90\x00" + bytes(500)


def tags_of(tmp_path, **frames):
    path = tmp_path / "song.mp3"
    path.write_bytes(id3(**frames))
    return read_tags(str(path).encode())


def test_all_tags_we_know_are_read(tmp_path):
    mbid = "e65fb332-0c1e-4172-85e0-59cd37e5669e"
    found = tags_of(
        tmp_path, TIT2="Jóga", TPE1="Björk", TALB="Homogenic", TPE2="Various", TCON="Art Pop; Electronic",
        TYER="1997", TRCK="3/10", TKEY="Am", TSRC="GBAYE9700123", TXXX=b"\0MusicBrainz Album Id\0" + mbid.encode(),
        UFID=b"http://musicbrainz.org\0" + mbid[::-1].encode(),
    )  # fmt: skip
    assert found == {
        "title": "Jóga",
        "artist": "Björk",
        "album": "Homogenic",
        "album_artist": "Various",
        "genre": ["Art Pop", "Electronic"],
        "year": 1997,
        "track": 3,
        "initial_key": "Am",
        "isrc": "GBAYE9700123",
        "musicbrainz_release": mbid,
        "musicbrainz_recording": mbid[::-1],
    }


def test_identifiers_are_read_from_every_container(tmp_path):
    ids = {
        "isrc": "GBAYE9700123",
        "musicbrainz_trackid": "r",
        "musicbrainz_albumid": "a",
        "musicbrainz_artistid": "b",
    }
    for ending, form, kind in (("flac", "FLAC", FLAC), ("ogg", "OGG", OggVorbis)):
        path = tmp_path / f"song.{ending}"
        soundfile.write(path, np.zeros(4800), 48_000, format=form)
        file = kind(path)
        file.update({**ids, "initialkey": "8A"})
        file.save()
        assert read_tags(str(path).encode()) == {
            "isrc": "GBAYE9700123",
            "initial_key": "8A",
            "musicbrainz_recording": "r",
            "musicbrainz_release": "a",
            "musicbrainz_artist": "b",
        }


def test_an_id_of_somebody_else_is_no_recording(tmp_path):
    assert tags_of(tmp_path, TIT2="A", UFID=b"http://other.org\x00123") == {"title": "A"}


def test_no_tags_are_no_error(tmp_path):
    path = tmp_path / "song.mp3"
    for content in (b"", b"no music", b"ID3", b"fLaC" + b"\xff" * 50):
        path.write_bytes(content)
        assert read_tags(str(path).encode()) == {}


def test_a_file_that_is_gone_is_an_error(tmp_path):
    with pytest.raises(OSError, match="No such file"):
        read_tags(str(tmp_path / "gone.mp3").encode())


@pytest.mark.parametrize(
    ("raw", "fit"),
    [
        ("BjÃ¶rk", "Björk"),
        ("SigurÂ RÃ³s", "SigurÂ RÃ³s"),
        ("æ\x97¥æ\x9c¬", "日本"),
        ("â€œquotedâ€", "â€œquotedâ€"),
        ("Motörhead", "Motörhead"),
        ("日本", "日本"),
        ("MÃE", "MÃE"),
        ("a\x00b\x07c\nd", "a b c d"),
        ("\u202eevil\u2066", "evil"),
        ("half \ud800", "half ?"),
        ("x" * 5000, "x" * LONGEST),
    ],
)
def test_texts_are_made_fit(raw, fit):
    assert clean(raw) == fit


def test_only_what_is_certain_is_repaired():
    for text in ("naïve", "Ångström", "Español", "Ã", "É", "ß"):
        assert repaired(text) == text
        assert repaired(text.encode().decode("latin-1")) == text


@given(st.text(alphabet=st.characters(codec=None), max_size=200))
def test_any_text_leaves_fit(text):
    fit = clean(text)
    fit.encode()
    assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in fit)
    assert fit == " ".join(fit.split())


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.sampled_from(["title", "artist", "genre", "year", "track", "isrc", "comment"]),
        st.one_of(
            st.text(max_size=60),
            st.integers(),
            st.lists(st.text(max_size=30), max_size=3),
            st.none(),
        ),
    )
)
def test_any_tags_leave_as_plain_values(raw):
    found = cleaned(raw)
    assert json.loads(json.dumps(found)) == found
    assert "comment" not in found
    assert 1500 <= found.get("year", 2000) < 2100


@pytest.mark.parametrize(
    ("raw", "year"),
    [("2001", 2001), ("2001-05-04", 2001), ("04.05.1987", 1987), (1999, 1999), ("0", None), ("", None), ("12345", None)],
)  # fmt: skip
def test_years_are_found_in_dates(raw, year):
    assert cleaned({"year": raw}).get("year") == year


def test_genres_are_listed_once():
    assert genre_list(["Rock", "rock", " ", "Pop\0Jazz", "R&B / Soul"]) == [
        "Rock",
        "Pop",
        "Jazz",
        "R&B",
        "Soul",
    ]
