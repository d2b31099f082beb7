"""Runs without their report, which takes most of the time of a small run and few tests read."""

from contextlib import contextmanager

import pytest

import songscape


@contextmanager
def without_report():
    """Leave the reports of the runs that are made meanwhile undrawn."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("songscape.run._record.drawn", lambda record: record)
        yield


def mapped(*given, **options):
    """Map songs as ``songscape.map`` does, but for the report."""
    with without_report():
        return songscape.map(*given, **options)
