"""Libraries and playlists of other programs, tied to files and to descriptions."""

import os
import plistlib
import unicodedata
from pathlib import Path
from urllib.parse import quote

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.undrawn import mapped

from songscape.core.collection import Role
from songscape.core.errors import InputError, UnknownNameError
from songscape.library import Descriptor, Finished, Outcome, Seen, Setup, Writer
from songscape.recipe import resolve
from songscape.sources import itunes, m3u, rekordbox
from songscape.sources._places import existing, path_of

DESCRIPTORS = {"tempo": Descriptor("tempo", "BPM", 30, 300), "energy": Descriptor("estimates")}


@pytest.fixture
def music(tmp_path):
    """Return files with unlike names."""
    folder = tmp_path / "my music"
    folder.mkdir()
    names = [b"a.mp3", b"caf\xe9.mp3", "Jo\u0301ga 100%.flac".encode(), b"#4 & co.mp3", b"e.mp3"]
    paths = [os.fsencode(folder) + b"/" + name for name in names]
    for path in paths:
        Path(os.fsdecode(path)).write_bytes(b"x")
    return [os.path.realpath(path) for path in paths]


@pytest.fixture
def library(tmp_path):
    """Return a function that describes files."""

    def described(paths):
        place = tmp_path / "library.db"
        with Writer(place) as writer:
            number = writer.setup(Setup({"compat": "none"}, {"tempo": 1}, DESCRIPTORS))
            for n, path in enumerate(paths):
                name = str(n).encode().ljust(16)
                writer.see([Seen(path, 1, 1, name, {"title": "tagged", "artist": f"T{n}"})])
                values = {"tempo": 100.0 + n, "energy": n / 10}
                writer.store(
                    number, [Outcome(name, Finished(values, seconds=9, duration=60.0 + n))]
                )
        return str(place)

    return described


def itunes_xml(tmp_path, tracks, playlists=(), **given):
    path = tmp_path / "Library.xml"
    numbered = {str(n): {"Track ID": n, **track} for n, track in enumerate(tracks)}
    path.write_bytes(plistlib.dumps({"Tracks": numbered, "Playlists": list(playlists), **given}))
    return path


def url(path):
    return "file://localhost" + quote(path)


def test_itunes_with_descriptions(music, library, tmp_path):
    tracks = [
        {
            "Name": f"N{n}",
            "Artist": "A",
            "Genre": "Rock",
            "Rating": 20 * n,
            "Play Count": n,
            "BPM": 90,
            "Location": url(p),
            "Persistent ID": f"P{n}",
        }
        for n, p in enumerate(music)
    ]
    tracks += [
        {"Name": "film", "Movie": True, "Location": url(music[0])},
        {"Name": "cloud", "BPM": 77},
        {"Name": "pc", "Location": "file://localhost/C:/Music/x.mp3"},
    ]
    path = itunes_xml(tmp_path, tracks)
    songs = itunes.load(itunes.Options(str(path), library(music[:4])))
    assert songs.frame["path"].to_list() == music[:4]
    by_path = {row["path"]: row for row in songs.frame.iter_rows(named=True)}
    for n, file in enumerate(music[:4]):
        row = by_path[file]
        assert (row["title"], row["artist"], row["genre"]) == (f"N{n}", "A", "Rock")
        assert (row["rating"], row["play_count"], row["track_id"]) == (20 * n, n, f"P{n}")
        assert row["tempo"] == 100 + n
    assert songs.history[-1] == "read Library.xml: 7 songs, 4 of them described"
    told = {finding.what: finding for finding in songs.findings}
    assert told["waiting-files"].count == 3
    assert told["missing-files"].count == 2
    assert told["missing-files"].examples == ("file://localhost/C:/Music/x.mp3",)


def test_itunes_without_descriptions_goes_by_tempo(tmp_path):
    tracks = [{"Name": f"N{n}", "BPM": 80 + n, "Rating": 60} for n in range(30)] + [{"Name": "x"}]
    path = itunes_xml(tmp_path, tracks)
    songs = itunes.load(itunes.Options(str(path), str(tmp_path / "none.db")))
    assert len(songs) == 30
    assert songs.columns["tempo"].role is Role.FEATURE
    assert {f.what: f.count for f in songs.findings} == {
        "only-tempo": 1,
        "no-tempo": 1,
        "missing-files": 31,
    }
    options = {
        "source.library": str(tmp_path / "none.db"),
        "choose.use": "none",
        "judge.draws": 0,
        "map.use": "pca",
    }
    run = mapped(path, k=2, options=options)
    assert run.record.run["features"] == ["tempo"]
    assert run.tracks["rating"].to_list() == [60.0] * 30


def test_itunes_that_tells_nothing_names_the_way_out(music, tmp_path):
    path = itunes_xml(
        tmp_path,
        [{"Name": "x", "Location": url(music[0])}, {"Name": "y", "Location": url(music[1])}],
    )
    with pytest.raises(
        InputError, match=r"nothing of how its 2 songs sound.*songscape describe .*my music"
    ):
        itunes.load(itunes.Options(str(path), str(tmp_path / "none.db")))
    path = itunes_xml(tmp_path, [{"Name": "x"}])
    with pytest.raises(InputError, match="none of their files is on this computer"):
        itunes.load(itunes.Options(str(path)))
    with pytest.raises(InputError, match="lists no song"):
        itunes.load(itunes.Options(str(itunes_xml(tmp_path, []))))


def test_one_playlist(tmp_path):
    tracks = [{"Name": f"N{n}", "BPM": 80 + n} for n in range(5)]
    lists = [
        {"Name": "mine", "Playlist Items": [{"Track ID": 3}, {"Track ID": 1}, {"Track ID": 99}]}
    ]
    path = str(itunes_xml(tmp_path, tracks, lists))
    songs = itunes.load(itunes.Options(path, playlist="mine"))
    assert songs.frame["title"].to_list() == ["N3", "N1"]
    with pytest.raises(UnknownNameError, match="Did you mean 'mine'"):
        itunes.load(itunes.Options(path, playlist="mien"))


@pytest.mark.parametrize("lists", ["mine", ["mine"], [{"Name": "mine", "Playlist Items": ["x"]}]])
def test_playlists_of_another_kind_than_expected_are_none(tmp_path, lists):
    path = str(itunes_xml(tmp_path, [{"Name": "N", "BPM": 80}], lists))
    with pytest.raises((UnknownNameError, InputError), match=r"no playlist 'mine'|lists no song"):
        itunes.load(itunes.Options(path, playlist="mine"))


def rekordbox_xml(tmp_path, tracks, lists=""):
    lines = "".join("<TRACK " + " ".join(f'{k}="{v}"' for k, v in t.items()) + "/>" for t in tracks)
    path = tmp_path / "rekordbox.xml"
    path.write_text(
        f'<?xml version="1.0" encoding="UTF-8"?><DJ_PLAYLISTS Version="1.0.0"><COLLECTION>{lines}'
        f"</COLLECTION><PLAYLISTS>{lists}</PLAYLISTS></DJ_PLAYLISTS>"
    )
    return path


def test_rekordbox(music, tmp_path):
    first = {
        "TrackID": 7, "Name": "R&amp;B", "Artist": "X", "Genre": "House", "TotalTime": 200, "Year": 0,
        "AverageBpm": "124.50", "Rating": 153, "PlayCount": 3, "Tonality": "F#m", "Location": url(music[3]).replace("&", "&amp;"),
    }  # fmt: skip
    other = {"TrackID": 8, "Name": "N", "AverageBpm": "90", "Tonality": "8B"}
    node = '<NODE Type="0" Name="ROOT"><NODE Type="1" Name="set" KeyType="0"><TRACK Key="8"/></NODE></NODE>'
    path = rekordbox_xml(tmp_path, [first, other], node)
    none = str(tmp_path / "none.db")
    songs = rekordbox.load(rekordbox.Options(str(path), none))
    row, second = songs.frame.to_dicts()
    assert row["path"] == music[3]
    assert (row["id"], row["title"], row["tempo"], row["rating"], row["duration_ms"]) == (
        "7",
        "R&B",
        124.5,
        60.0,
        200_000,
    )
    assert (row["key"], row["mode"], second["key"], second["mode"]) == (6, 0, 0, 1)
    assert "year" not in songs.columns
    assert rekordbox.load(rekordbox.Options(str(path), none, "set")).frame["title"].to_list() == [
        "N"
    ]


BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("hostile", [BOMB, OUTSIDE])
def test_hostile_xml_is_refused(tmp_path, hostile):
    path = tmp_path / "bad.xml"
    path.write_text(
        f'<?xml version="1.0"?>{hostile}<DJ_PLAYLISTS><COLLECTION><TRACK Name="&a;"/></COLLECTION></DJ_PLAYLISTS>'
    )
    with pytest.raises(InputError, match="is refused"):
        rekordbox.load(rekordbox.Options(str(path)))
    path.write_text(
        f'<?xml version="1.0"?>{hostile}<plist version="1.0"><dict><key>Tracks</key><dict><key>1</key>'
        "<dict><key>Name</key><string>&a;</string></dict></dict></dict></plist>"
    )
    with pytest.raises(InputError, match="cannot be read as an iTunes library"):
        itunes.load(itunes.Options(str(path)))


@given(st.binary(max_size=200))
def test_damaged_files_are_clear_errors(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("damaged") / "x.xml"
    path.write_bytes(b'<?xml version="1.0"?>' + data)
    for plugin in (itunes, rekordbox):
        with pytest.raises(InputError):
            plugin.load(plugin.Options(str(path)))


def test_files_are_claimed_by_what_they_are(tmp_path):
    cases = {
        itunes_xml(tmp_path, [{"Name": "x"}], Application="Music"): "itunes",
        rekordbox_xml(tmp_path, []): "rekordbox",
        tmp_path / "list.M3U8": "m3u",
        tmp_path / "list.m3u": "m3u",
        tmp_path / "songs.csv": "table",
    }
    for path, name in cases.items():
        assert resolve({"source": {"path": str(path)}}).source.use == name


ENDS = ["\n", "\r\n", "\r"]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be"])
def test_playlists_in_every_coding(music, library, tmp_path, coding, end):
    lines = [
        "#EXTM3U",
        "#EXTINF:61,Björk - Jóga - live",
        "my music/a.mp3",
        "",
        "# a remark",
        url(music[4]),
    ]
    text = end.join(lines)
    bom = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(coding, b"")
    path = tmp_path / "list.m3u8"
    path.write_bytes(bom + text.encode(coding))
    songs = m3u.load(m3u.Options(str(path), library(music)))
    assert songs.frame["path"].to_list() == [music[0], music[4]]
    assert songs.frame["title"].to_list() == ["Jóga - live", "e"]
    assert songs.frame["artist"].to_list() == ["Björk", "T4"]


def test_paths_are_found_under_other_spellings(music, tmp_path):
    folder = music[0].removesuffix(b"/a.mp3")
    composed = unicodedata.normalize("NFC", "Jo\u0301ga 100%.flac").encode()
    for written, file in (
        (b"caf\xe9.mp3", music[1]),
        ("café.mp3".encode(), music[1]),
        (b"caf%E9.mp3", music[1]),
        (composed, music[2]),
        (quote(music[2].rpartition(b"/")[2]).encode(), music[2]),
        ("Jóga 100%.flac".encode("latin-1"), music[2]),
    ):
        assert existing(path_of(written, folder)) == file
    assert existing(folder + b"/none.mp3") is None


@pytest.mark.parametrize(
    "place",
    [
        b"C:\\Music\\a.mp3",
        b"\\\\nas\\a.mp3",
        b"https://x.org/a.mp3",
        b"spotify:track:1",
        b"file://host/a.mp3\0",
        b"",
    ],
)
def test_places_that_are_no_path_here(place):
    assert path_of(place, b"/music") is None


def test_playlists_say_nothing_of_the_sound(music, tmp_path):
    path = tmp_path / "list.m3u"
    path.write_bytes(b"\n".join(music))
    with pytest.raises(InputError, match="songscape describe"):
        m3u.load(m3u.Options(str(path), str(tmp_path / "none.db")))
    path.write_bytes(b"#EXTM3U\n")
    with pytest.raises(InputError, match="lists no song"):
        m3u.load(m3u.Options(str(path)))
    path.write_bytes(b"\xff\xfe\x00\xd8\x00")
    with pytest.raises(InputError, match="damaged"):
        m3u.load(m3u.Options(str(path)))


def test_what_songscape_exports_comes_back(music, library, tmp_path):
    from songscape.core.record import Record
    from songscape.export import rekordbox as rekordbox_out
    from songscape.export.m3u import playlist

    tracks = pl.DataFrame(
        {
            "id": list("abcde"), "title": ["=1", "Ü & <b>", "c", "d", "e"], "artist": ["A"] * 5, "path": music,
            "tempo": [100.0, 101.25, 102, 103, 104], "key": [9.0, 0, 1, 2, 3], "mode": [0.0, 1, 0, 1, 0],
            "duration_ms": [61_000.0] * 5, "cluster": [0, 0, 1, 1, 1],
        }
    )  # fmt: skip
    record = Record(
        "", {}, tracks, pl.DataFrame(), pl.DataFrame({"cluster": [0, 1], "name": ["calm", "a & b"]})
    )
    (content,) = rekordbox_out.export(record, rekordbox_out.Options()).values()
    path = tmp_path / "out.xml"
    path.write_bytes(content)
    assert rekordbox.claims(path)
    none = str(tmp_path / "none.db")
    back = rekordbox.load(rekordbox.Options(str(path), none)).frame
    for name in ("title", "artist", "path", "tempo", "key", "mode", "duration_ms"):
        assert back[name].to_list() == tracks[name].to_list(), name
    some = rekordbox.load(rekordbox.Options(str(path), none, "a & b")).frame
    assert some["path"].to_list() == music[2:]
    lists = tmp_path / "lists" / "out.m3u8"
    lists.parent.mkdir()
    for folder in (None, os.fsencode(lists.parent.resolve())):
        lists.write_bytes(playlist("mine", tracks, "path", folder))
        again = m3u.load(m3u.Options(str(lists), library(music)))
        assert again.frame["path"].to_list() == music
        assert again.frame["title"].to_list() == tracks["title"].to_list()
