import numpy as np
import pytest

from songscape.describe import _filters


@pytest.mark.parametrize("rate", [22_050, 44_100])
def test_mel_and_chroma_are_those_of_librosa(rate):
    librosa = pytest.importorskip("librosa")
    mel = librosa.filters.mel(sr=rate, n_fft=2048)
    np.testing.assert_allclose(_filters.mel_filters(rate, 2048).T, mel, atol=1e-8)
    chroma = librosa.filters.chroma(sr=rate, n_fft=2048, tuning=0)
    np.testing.assert_allclose(_filters.chroma_filters(rate, 2048).T, chroma, atol=1e-6)


def test_the_cosine_transform_is_orthonormal():
    basis = _filters.cosine_transform(16, 16).astype(np.float64)
    np.testing.assert_allclose(basis.T @ basis, np.eye(16), atol=1e-6)


def test_fifths_lie_close_on_the_tonnetz_and_tritones_opposite():
    fifths = _filters.tonnetz_matrix()[:, :2]
    distance = np.linalg.norm(fifths - fifths[0], axis=1)
    assert distance[7] == distance[1:].min()
    assert distance[6] == pytest.approx(2)


def test_k_weighting_is_the_standard_s_filter_at_48_khz():
    # The coefficients printed in BS.1770, table 1 and 2.
    z = np.exp(-2j * np.pi * np.arange(2401) / 4800)
    shelf = (1.53512485958697 - 2.69169618940638 * z + 1.19839281085285 * z**2) / (
        1 - 1.69065929318241 * z + 0.73248077421585 * z**2
    )
    high_pass = (1 - 2 * z + z**2) / (1 - 1.99004745483398 * z + 0.99007225036621 * z**2)
    expected = np.abs(shelf * high_pass) ** 2
    np.testing.assert_allclose(_filters.k_weighting(48_000, 4800), expected, rtol=1e-6, atol=1e-9)
