"""What the practice web serves is read by the rooms as the scenarios mean it."""

from __future__ import annotations

from datetime import date
from urllib.parse import unquote, urlsplit

import pytest

from crawler.extract.read import extract
from crawler.hosting.bootstrap import import_bootstrap, load_bootstrap
from crawler.hosting.ranges import import_ranges
from crawler.hosting.rdap_parse import parse
from hostwatch.intake.files import read_lines
from sandbox.description import write_files
from sandbox.files import all_files
from sandbox.network import PROVIDERS
from sandbox.pictures import Album
from sandbox.plan import make_plan, page_url
from sandbox.rdap import answer
from sandbox.reply import Visit
from sandbox.world import World


@pytest.fixture(scope="module")
def plan():
    return make_plan(5, internal_port=4711)


@pytest.fixture(scope="module")
def written(plan, tmp_path_factory):
    from types import SimpleNamespace

    files = all_files(plan, Album(seed=5), scale=1)
    return write_files(tmp_path_factory.mktemp("files"), SimpleNamespace(files=files))


def read(world, url, *, method="GET", form=None):
    split = urlsplit(url)
    visit = Visit(
        host=split.hostname,
        base=f"{split.scheme}://{split.hostname}",
        path=unquote(split.path),
        method=method,
        query=dict(pair.split("=") for pair in split.query.split("&") if pair),
        form=form or {},
        egress="home",
        now=world.now(),
    )
    reply = world.answer(visit)
    return extract(reply.body.encode(), url, reply.content_type)


def item_of(plan, scenario):
    return next(item for item in plan.items if item.scenario == scenario)


def test_threads_lockers_and_pages_are_recognised_by_their_structure(plan):
    """The engines of the extract room read each kind of page as what it is."""
    world = World(plan, scale=1)
    thread = read(world, page_url(item_of(plan, "image_board_taken_down")))
    assert (thread.engine, thread.state, len(thread.candidates)) == ("vichan", "content", 3)
    assert {link.why for link in thread.refused} >= {"reverse_image_search", "report"}
    landing = read(world, page_url(item_of(plan, "cyberlocker_taken_down")))
    assert (landing.engine, landing.state) == ("xfilesharing", "countdown")
    assert landing.next.wait_s == 1
    gated = read(world, page_url(item_of(plan, "cyberlocker_password")))
    assert gated.state == "password"
    page = read(world, page_url(item_of(plan, "two_hosts_taken_down")))
    assert urlsplit(page.candidates[0].url).hostname == "img.pixelpier.test"


def test_removed_and_expired_pages_say_so_in_words_that_are_understood(plan):
    """A pruned thread reads as expired, a removed file as gone though its page answers 200."""
    now = [0.0]
    world = World(plan, scale=1, clock=lambda: now[0])
    expired, locker = item_of(plan, "board_expired"), item_of(plan, "cyberlocker_taken_down")
    world.take_down(page_url(locker))
    world.notice(page_url(expired))
    now[0] = 6.0
    assert "expired_notice:en" in read(world, page_url(expired)).signs
    gone = read(world, page_url(locker))
    assert (gone.engine, gone.state) == ("xfilesharing", "gone")


@pytest.mark.parametrize(
    ("scenario", "word"), [("cyberlocker_password", "alive"), ("cyberlocker_taken_down", "gone")]
)
def test_the_link_check_is_understood(plan, scenario, word):
    """The extract room reads the verdict of the locker's own link-check."""
    world = World(plan, scale=1)
    item = item_of(plan, scenario)
    if word == "gone":
        world.take_down(page_url(item))
    step = read(world, page_url(item_of(plan, "cyberlocker_password"))).link_check
    form = {"op": "checkfiles", "list": page_url(item), "process": "Check URLs"}
    assert read(world, step.url, method="POST", form=form).signs == (f"link_check:{word}",)


def test_every_line_of_the_tables_is_imported(written, tmp_path):
    """Range tables, the list of fronts and the bootstrap files are taken without a refusal."""
    for kind, name in (
        ("asn", "ranges/asn.csv"),
        ("country", "ranges/country-one.csv"),
        ("country", "ranges/country-two.csv"),
        ("front", "fronts.csv"),
    ):
        report = import_ranges(
            written[name],
            kind=kind,
            name=written[name].stem,
            build_date=date(2026, 11, 1),
            licence="practice",
            into=tmp_path,
        )
        assert report.refused == ()
        assert report.accepted == (1 if kind == "front" else len(PROVIDERS))
    for kind in ("ipv4", "asn", "dns"):
        assert import_bootstrap(written[f"rdap/{kind}.json"], kind=kind, into=tmp_path) >= 1
    bootstrap, problems = load_bootstrap(tmp_path)
    assert bootstrap.for_domain("nameless.test") == "https://rdap-names.registry.test/"
    assert problems == ("bootstrap_missing:ipv6",)


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=lambda provider: provider.key)
def test_each_registry_style_yields_the_abuse_contact(provider):
    """However a contact is nested the parser finds it, and finds none where there is none."""
    found = parse(answer(f"ip/{provider.prefix}", lambda _: None))
    assert found.abuse_email == (None if provider.style == "none" else provider.abuse)
    assert found.org_name == provider.name
    assert found.country == provider.country


def test_intake_takes_every_line_but_the_damaged_ones(plan, written):
    """Two lines of the CSV get a sentence, and every other one is a draft."""
    lines = list(read_lines(written["reports.csv"]))
    assert sum(line.draft is None for line in lines) == 2
    assert sum(line.draft is not None for line in lines) == len(plan.reports)
    assert all(line.draft for line in read_lines(written["reports.jsonl"]))
