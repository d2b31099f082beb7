import numpy as np

from songscape.view._density import extent, picture


def test_a_known_point_has_a_known_colour():
    points = np.array([[0.0, 0.0], [1.0, 1.0]])
    image = picture(points, ["#ff0000", "#0000ff"], np.array([0, 1]), (50, 80))
    assert image.shape == (50, 80, 4)
    upper, lower = image[:25], image[25:]
    # The first row is the top: the point with the larger y, on the right, is blue.
    assert (upper[upper[..., 3] > 0][:, :3] == [0, 0, 255]).all()
    assert (lower[lower[..., 3] > 0][:, :3] == [255, 0, 0]).all()
    assert (np.argwhere(upper[..., 3])[:, 1] > 40).all()
    assert (image[image[..., 3] == 0] == 0).all()


def test_dense_places_are_more_opaque():
    rng = np.random.default_rng(0)
    points = np.vstack([rng.normal(0, 0.02, (3000, 2)), rng.uniform(-1, 1, (300, 2))])
    alpha = picture(points, ["#123456"], np.zeros(3300, dtype=np.int64), (100, 100))[..., 3]
    assert alpha[48:53, 48:53].mean() > 2 * alpha[alpha > 0].min()
    assert len(np.unique(alpha)) <= 9


def test_order_of_points_does_not_matter():
    rng = np.random.default_rng(1)
    points, which = rng.normal(size=(500, 2)), rng.integers(0, 2, 500)
    order = rng.permutation(500)
    first = picture(points, ["#4450bd", "#f2a410"], which, (60, 60))
    np.testing.assert_array_equal(
        first, picture(points[order], ["#4450bd", "#f2a410"], which[order], (60, 60))
    )


def test_extent_of_identical_points_has_an_area():
    left, right, bottom, top = extent(np.array([[2.0, 3.0], [2.0, 3.0], [np.nan, 0.0]]))
    assert left < 2 < right
    assert bottom < 3 < top
