import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from songscape.describe._stream import Framer


def cut(samples, pieces, *, size, hop, centred):
    framer = Framer(size, hop, centred=centred)
    frames, start = [], 0
    for length in pieces:
        frames.append(framer.feed(samples[None, start : start + length])[0].copy())
        start += length
    frames.append(framer.feed(samples[None, start:])[0].copy())
    if centred:
        frames.append(framer.flush()[0].copy())
    return np.concatenate(frames)


@given(st.integers(0, 300), st.lists(st.integers(0, 50), max_size=8), st.booleans())
def test_frames_do_not_depend_on_how_the_stream_comes(count, pieces, centred):
    samples = np.arange(1, count + 1, dtype=np.float32)
    how = {"size": 16, "hop": 4, "centred": centred}
    np.testing.assert_array_equal(cut(samples, pieces, **how), cut(samples, [], **how))


def test_centred_frames_are_centred():
    frames = cut(np.arange(1, 11, dtype=np.float32), [], size=4, hop=2, centred=True)
    assert len(frames) == 1 + 10 // 2
    assert frames[:, 2].tolist() == [1, 3, 5, 7, 9, 0]
