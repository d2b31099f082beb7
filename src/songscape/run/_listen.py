"""Have the songs of a source described, and read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from songscape.library import shown
from songscape.listen import extractor, listen, slowly
from songscape.listen.estimating import estimated
from songscape.sources.folder import Options as Folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from songscape.core.collection import Collection
    from songscape.recipe import Step


def heard(source: Step, tell: Callable[[str], None]) -> Collection:
    """Describe what the library does not know yet, tell of each file that fails, read the songs."""
    wanted = source.plugin.unheard(source.options)
    if wanted is not None:
        by = extractor(wanted.options)
        account = listen(wanted.paths, wanted.library, by=by, report=slowly(tell))
        for path, reason in account.failures:
            tell(f"failed: {shown(path)}: {reason}")
    songs: Collection = source.plugin.load(source.options)
    return estimated(songs, source.options) if isinstance(source.options, Folder) else songs
