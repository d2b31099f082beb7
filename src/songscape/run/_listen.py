"""Have the songs of a source described before it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from songscape.library import shown
from songscape.listen import extractor, listen, slowly

if TYPE_CHECKING:
    from collections.abc import Callable

    from songscape.recipe import Step


def heard(source: Step, tell: Callable[[str], None]) -> None:
    """Describe what the library does not know yet; each file that fails is told."""
    unheard = getattr(source.plugin, "unheard", None)
    wanted = unheard(source.options) if unheard else None
    if wanted is None:
        return
    by = extractor(wanted.options)
    account = listen(wanted.paths, wanted.library, by=by, report=slowly(tell))
    for path, reason in account.failures:
        tell(f"failed: {shown(path)}: {reason}")
