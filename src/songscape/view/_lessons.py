"""Every criterion in three sentences: what it asks, how to read it, where it misleads.

The pictures are drawn by :mod:`songscape.view._lesson_charts` and kept as files, since they never
change: ``python -m songscape.view._lesson_charts`` draws them anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True)
class Lesson:
    """One criterion.

    Parameters
    ----------
    criterion : its name.
    title : how people call it.
    asks, read, beware : the three sentences.
    """

    criterion: str
    title: str
    asks: str
    read: str
    beware: str

    @property
    def picture(self) -> str:
        """The picture, an SVG element."""
        folder = files("songscape.view").joinpath("static", "lessons")
        return folder.joinpath(f"{self.criterion}.svg").read_text("utf-8")


LESSONS = (
    Lesson(
        "valley",
        "Depth of the valleys",
        "Walk straight from one group to another: does the density of songs fall on the way and "
        "rise again?",
        "The depth is that of the shallowest valley between any two groups; 0.45 means 36 % fewer "
        "songs than on the lower hill, and the largest number of groups whose valleys are all "
        "visible is the natural one.",
        "Groups nearer than about three standard deviations share one hill and count as one, and "
        "so do groups that wind around each other.",
    ),
    Lesson(
        "inertia",
        "Cost and its elbow",
        "How far do songs lie from the mean of their group, squared and summed?",
        "If there are three groups the cost falls steeply to three and slowly after, and Kneedle "
        "takes the point farthest below the straight line between the ends.",
        "The cost falls with every group added and a smooth curve has such a point, too; so it "
        "counts as an elbow only if it is sharper than on songs without groups.",
    ),
    Lesson(
        "silhouette",
        "Silhouette",
        "How much nearer is a song to its own group (a) than to the next one (b)?",
        "A song scores (b − a) / max(a, b), from −1 to 1, and the number of groups with the "
        "highest mean wins.",
        "It cannot say that there is one group, and on a single cloud it says two or three.",
    ),
    Lesson(
        "davies_bouldin",
        "Davies–Bouldin",
        "How wide are two groups (s) compared with the distance between their means (d)?",
        "For every group the worst (s₁ + s₂) / d is taken, these are averaged, and low is good.",
        "It cannot say one, it likes round groups of equal size, and on a box it asks for the "
        "largest number offered.",
    ),
    Lesson(
        "calinski_harabasz",
        "Calinski–Harabasz",
        "How far are the groups' means from the mean of all songs, compared with the songs' "
        "distance from their own mean?",
        "It is the variance between groups over the variance within, each per degree of freedom, "
        "and the highest value wins.",
        "It cannot say one, and as soon as groups overlap it says two.",
    ),
    Lesson(
        "gap",
        "Gap statistic",
        "How much lower is the cost than on songs without groups of the same extent?",
        "The first number wins whose gap is not clearly exceeded by the next, and it may be one.",
        "The answer depends on what songs without groups are taken to be, a box or a Gaussian "
        "cloud, so both are shown; bent or skewed songs beat either though they have no groups.",
    ),
    Lesson(
        "bic",
        "BIC",
        "How many Gaussian clouds describe the songs, if each must pay for its parameters?",
        "The better fit of more clouds is weighed against their price, p ln n, and the lowest sum "
        "wins; it may be one.",
        "It counts Gaussians and not groups: one bent or heavy-tailed group takes several.",
    ),
    Lesson(
        "icl",
        "ICL",
        "The same, but must one also be able to tell which cloud a song belongs to?",
        "BIC plus a price for every song in doubt between clouds (the shaded overlap), and the "
        "lowest wins.",
        "Milder than BIC on overlapping clouds, yet a skewed group still takes several.",
    ),
    Lesson(
        "held_out_likelihood",
        "Held-out likelihood",
        "How probable are songs the mixture has not seen?",
        "With too many clouds it describes the songs it learnt from and no others, so the curve "
        "turns; the highest point wins and may be one.",
        "It judges a density and not a grouping, and with many songs it goes on rising for long.",
    ),
    Lesson(
        "held_out_cost",
        "Held-out cost",
        "How far do songs k-means has not seen lie from the nearest mean?",
        "It looks like an honest test, and is shown because people choose by it.",
        "More means leave every song nearer to one, seen or not, so it asks for the largest number "
        "offered, with groups and without; it is never used.",
    ),
    Lesson(
        "prediction_strength",
        "Prediction strength",
        "Group two halves of the songs: does the grouping of one foretell that of the other?",
        "It is the share of pairs of songs that stay together, in the worst group; the largest "
        "number with at least 0.8 wins, and one always has 1.",
        "A long cloud is cut in two at the same place in both halves, so two is often said where "
        "there is one.",
    ),
    Lesson(
        "stability",
        "Stability",
        "Do the same groups come out again when the songs are drawn anew?",
        "The adjusted Rand index compares old and new: 1 is the same grouping and 0 is chance.",
        "A cut may be stable and arbitrary: it tells how useful a grouping is, not that it is "
        "there by nature.",
    ),
)


def page() -> str:
    """Return the page of the manual: every criterion with its picture."""
    intro = (
        "What it asks, how to read it, where it misleads. The pictures show made-up songs. Which "
        "of them decides, and why, stands in [choose](choose.md).\n"
    )
    parts = ["# The criteria, each in three sentences\n", intro]
    for lesson in LESSONS:
        source = f"../src/songscape/view/static/lessons/{lesson.criterion}.svg"
        parts.append(
            f"## {lesson.title}\n\n![{lesson.title}]({source})\n\n"
            f"{lesson.asks} {lesson.read} {lesson.beware}\n"
        )
    return "\n".join(parts)
