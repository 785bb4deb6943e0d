"""The plan of the practice web: what is reported, listed and expected."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlsplit

from hypothesis import given, settings
from hypothesis import strategies as st

from cases.model import CloseReason, RecipientKind, TakedownVerdict
from crawler.fetch.gate import Allowed, canonical, check
from sandbox.network import HOSTS, PROVIDERS, provider_at
from sandbox.plan import make_plan, media_url, page_url, respellings
from sandbox.world import World

WORDS = (
    "image_board",
    "cyberlocker",
    "image_host",
    "front",
    "soft404",
    "403",
    "forbidden",
    "451",
    "filter",
    "flaky",
    "timeout",
    "redirect_forbidden",
    "nxdomain",
    "reencoded",
    "reupload",
    "duplicate",
    "changed",
    "possible",
    "no_match",
    "two_hosts",
    "insufficient",
    "abroad_partner",
    "unknown_country",
    "tls_broken",
    "moved",
    "taken_down",
    "expired",
    "password",
)


def plan():
    return make_plan(1, internal_port=4711)


def test_every_promised_scenario_is_there_at_least_forty_reports():
    """The table covers the whole list of scenarios."""
    slugs = " ".join(report.expectation.scenario for report in plan().reports)
    assert [word for word in WORDS if word not in slugs] == []
    assert len(plan().reports) >= 40


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32))
def test_the_same_seed_gives_the_same_plan_and_no_address_twice(seed):
    """The plan is pure in its seed, and no two things share an address or a name."""
    made = make_plan(seed, internal_port=1)
    assert made == make_plan(seed, internal_port=1)
    places = Counter(media_url(item) for item in made.items if not item.target)
    assert max(places.values()) == 1
    assert len({item.key for item in made.items}) == len(made.items)


def test_references_number_the_reports_and_duplicates_name_an_earlier_one():
    """A duplicate's reference points to a report that stands before it."""
    expectations = [report.expectation for report in plan().reports]
    assert [e.reference for e in expectations] == [
        f"S-{n:03d}" for n in range(1, len(expectations) + 1)
    ]
    for e in expectations:
        assert (e.outcome == "added") == bool(e.duplicate_of)
        assert not e.duplicate_of or e.duplicate_of < e.reference


def test_expectations_use_the_words_of_the_domain():
    """Verdicts and recipients are values of the domain, never inventions."""
    verdicts = {verdict.value for verdict in TakedownVerdict}
    kinds = {kind.value for kind in RecipientKind}
    for report in plan().reports:
        assert set(report.expectation.verdicts) <= verdicts
        assert set(report.expectation.recipients) <= kinds
    assert CloseReason.INSUFFICIENT.value == "insufficient"


def test_other_spellings_are_one_location_for_the_gate():
    """Each respelling has the canonical form of the first report."""
    reports = {report.expectation.reference: report for report in plan().reports}
    again = [r for r in reports.values() if r.expectation.duplicate_of]
    assert len(again) == 3
    assert len({report.url for report in again}) == 3
    for report in again:
        first = reports[report.expectation.duplicate_of]
        assert canonical(report.url) == canonical(first.url)


def test_every_new_report_passes_the_gate_and_every_insufficient_one_does_not():
    """What the gate refuses by its spelling is expected to be insufficient."""
    for report in plan().reports:
        allowed = isinstance(check(report.url, reported=True), Allowed)
        assert allowed == (report.expectation.outcome != "insufficient"), report.expectation


def test_hosts_stand_in_reserved_networks_of_their_provider():
    """Only names and addresses that are reserved for documentation are used."""
    for host in HOSTS.values():
        assert host.name.endswith((".test", ".example"))
        operator = provider_at(host.address)
        assert operator is not None
        assert operator.key == host.provider
        assert host.moved_to is None or provider_at(host.moved_to) is not operator
    assert all(64496 <= p.asn <= 64511 for p in PROVIDERS.values())


def test_a_page_and_its_picture_may_stand_at_two_hosts():
    """The page of two hosts embeds a listed picture of the image host."""
    items = {item.key: item for item in plan().items}
    page = next(item for item in items.values() if item.look == "elsewhere")
    assert page.listed == "no"
    assert urlsplit(page.embeds).hostname == "img.pixelpier.test"


def test_a_host_takes_down_only_what_stands_with_it():
    """A desk cannot remove what another provider hosts; spelling does not matter."""
    made = plan()
    world = World(made, scale=1, clock=lambda: 50.0)
    item = next(i for i in made.items if i.scenario == "duplicate")
    assert world.take_down(page_url(item), provider="pixelpier") is None
    assert world.take_down("http://nobody.test/") is None
    assert world.take_down(respellings(page_url(item))[0], provider="harbour") == "duplicate"


def test_names_vanish_and_move_with_their_things():
    """A dedicated site loses its name and a moving one changes its address, after their time."""
    now = [0.0]
    made = plan()
    world = World(made, scale=0.5, clock=lambda: now[0])
    assert world.address("www.nameless.test") == "192.0.2.82"
    for host in ("www.nameless.test", "www.wander.test"):
        item = next(i for i in made.items if i.host == host)
        assert world.notice(media_url(item), provider="harbour") is None
        assert world.notice(media_url(item), provider="quietrack") == item.scenario
    now[0] = 1.1
    assert world.address("www.nameless.test") is None
    assert world.address("www.wander.test") == "198.51.100.20"
    assert world.address("nobody.test") is None
