"""Which engine judged: kept with every verdict, so that it can be worked out again years later."""

from functools import cache
from importlib.metadata import version

import pyproj
import scipy
import shapely

# Raise by one whenever the same question could get another answer.
# 2: a finding says how many positions support it; gaps in time, ways through a zone, places that cannot be judged
# beside others, and a vehicle elsewhere no longer pass for "not indicated".
# 3: a condition counts for those whom it protects only; a sender that is a vehicle or a shared address, and what was
# said to lie in the future, no longer pass for "indicated" (docs/verdict.md, "What version 3 says otherwise").
# 3: a position that its receiver disowns shows nothing for certain; a grid reference without an accuracy is no sharper
# than 25 m, and degrees are no sharper than their decimals; words that read two ways are left to an officer.
ENGINE_VERSION = "3"

DISCLAIMER = (
    "This result compares a reported position, accurate to about {radius} metres 95 times in 100, with the"
    " zone as recorded. It does not confirm that the person was there or committed an offence."
)


@cache
def engine_build() -> str:
    """Versions of everything whose arithmetic, or reading of names and numbers, goes into a verdict."""
    geos = ".".join(map(str, shapely.geos_version))
    return (
        f"geo {ENGINE_VERSION}; shapely {shapely.__version__} (GEOS {geos});"
        f" pyproj {pyproj.__version__} (PROJ {pyproj.proj_version_str});"
        f" numpy {version('numpy')}; scipy {scipy.__version__}; convertbng {version('convertbng')};"
        f" phonenumbers {version('phonenumbers')}; confusables {version('confusable-homoglyphs')};"
        f" email {version('email-validator')}; ada {version('ada-url')}"
    )


def disclaimer(r95_m: float) -> str:
    """The words printed with every geographic finding (rule 65), with the accuracy radius in metres."""
    return DISCLAIMER.format(radius=f"{r95_m:,.1f}")
