"""In which country content stands, from claims that disagree."""

from __future__ import annotations

import pytest
from hosting_fakes import NOW
from hypothesis import given
from hypothesis import strategies as st

from cases.model import Confidence, CountryClaim
from crawler.hosting.country import REGION_SOURCE, decide_country


def claim(kind, country, source):
    return CountryClaim(
        kind=kind,
        country=country,
        source=source,
        source_version="1",
        at=NOW,
        confidence=Confidence.MEDIUM,
    )


def physical(country, source="one"):
    return claim("physical", country, source)


def registry(country):
    return claim("registry", country, "rdap:r")


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ([physical("NL"), physical("NL", "two")], ("NL", "high", "physical_agree")),
        ([physical("NL"), physical("NL", "two"), registry("US")], ("NL", "high", "physical_agree")),
        ([physical("NL"), registry("NL")], ("NL", "high", "physical_and_registry_agree")),
        ([physical("NL")], ("NL", "medium", "physical_alone")),
        ([physical("NL"), registry("US")], ("NL", "low", "physical_and_registry_differ")),
        ([registry("US")], ("US", "low", "registry_alone")),
        ([registry("US"), registry("DE")], (None, "low", "registry_conflict")),
        (
            [physical("SE"), physical("FI", "two"), registry("SE")],
            (None, "low", "physical_conflict"),
        ),
        ([physical("SE"), physical("FI")], (None, "low", "addresses_differ")),
        (
            [physical("SE"), physical("SE", "two"), physical("FI", "three")],
            (None, "low", "physical_conflict"),
        ),
        ([physical("IE", REGION_SOURCE)], ("IE", "high", "platform_region")),
        ([physical("IE", REGION_SOURCE), physical("US")], ("IE", "medium", "region_over_tables")),
        (
            [claim("seat", "US", "rdap:r"), claim("law", "US", "catalogue")],
            (None, "guess", "no_location_claim"),
        ),
        ([], (None, "guess", "no_location_claim")),
    ],
)
def test_decision_table(claims, expected):
    """The routing country follows what is claimed of the server's place."""
    found = decide_country(claims)
    assert (found.country, found.confidence.value, found.reason) == expected


CLAIMS = st.lists(
    st.builds(
        claim,
        st.sampled_from(["physical", "registry", "seat", "law"]),
        st.sampled_from(["NL", "DE", "US"]),
        st.sampled_from(["one", "two", "three", REGION_SOURCE]),
    ),
    max_size=8,
)


@given(CLAIMS, st.booleans())
def test_a_front_never_has_a_country(claims, against):
    """Behind a front there is no country, whatever is claimed."""
    assert decide_country(claims, masked=True, contradicted=against).country is None


@given(CLAIMS)
def test_never_high_while_physical_claims_differ(claims):
    """Physical claims that differ are never told with high confidence."""
    places = {one.country for one in claims if one.kind == "physical"}
    if len(places) > 1:
        assert decide_country(claims).confidence is not Confidence.HIGH


@given(CLAIMS)
def test_order_of_claims_does_not_matter(claims):
    """The same claims in another order give the same decision."""
    assert decide_country(claims) == decide_country(claims[::-1])


def test_a_contradicted_mark_lowers_the_confidence():
    """A front's mark from a foreign network leaves the country at low confidence."""
    found = decide_country([physical("NL"), physical("NL", "two")], contradicted=True)
    assert (found.country, found.confidence) == ("NL", Confidence.LOW)
