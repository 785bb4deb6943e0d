"""Fetch permits and the links that are never requested."""

import pytest

from crawler.fetch import gate, permits
from crawler.fetch.contract import Derivation, FetchCode, Permit
from crawler.fetch.never_request import never
from crawler.fetch.permits import PermitViolation, derive, require

CASE = "HW-2026-000001"
PAGE = permits.reported(CASE, "http://board.test/b/res/1.html")


@pytest.mark.parametrize("derivation", list(Derivation))
def test_a_derived_permit_names_its_parent_or_is_refused(derivation):
    """A reported URL, a pathway step and a name are given; everything else follows from a permit."""
    given = {Derivation.REPORTED_URL, Derivation.PATHWAY_STEP, Derivation.DNS}
    url = "http://board.test/robots.txt"
    if derivation in given:
        with pytest.raises(PermitViolation):
            derive(PAGE, derivation, url)
    else:
        assert derive(PAGE, derivation, url) == Permit(
            case_id=CASE, derivation=derivation, url=url, parent=PAGE.url
        )


def test_there_is_no_permit_without_a_case():
    """A permit with an empty case cannot be made."""
    with pytest.raises(PermitViolation):
        permits.reported("", "http://board.test/")
    with pytest.raises(PermitViolation):
        derive(
            Permit(case_id="", derivation=Derivation.REPORTED_URL, url="http://a.test/"),
            Derivation.EMBEDDED_MEDIA,
            "http://a.test/x.jpg",
        )


def test_a_derived_url_passes_the_gate_first():
    """A derived URL that the gate refuses gets the gate's code instead of a permit."""
    assert derive(PAGE, Derivation.EMBEDDED_MEDIA, "data:image/png,x") is FetchCode.REFUSED_SCHEME
    assert (
        derive(PAGE, Derivation.EMBEDDED_MEDIA, "http://board.test/mod.php?/b/delete/1")
        is FetchCode.REFUSED_NEVER_REQUEST
    )


@pytest.mark.parametrize(
    ("derivation", "url"),
    [
        (Derivation.LIVENESS_CONTROL, "http://other.test/robots.txt"),
        (Derivation.LIVENESS_CONTROL, "http://board.test/b/src/1.jpg"),
        (Derivation.SOFT_404_SIBLING, "http://other.test/b/res/zzz.html"),
    ],
)
def test_controls_and_siblings_stay_on_the_host(derivation, url):
    """A liveness control is a root page, robots.txt or favicon of the same host."""
    assert derive(PAGE, derivation, url) is FetchCode.REFUSED_PERMIT


def test_there_is_one_locker_hop_and_not_two():
    """From a linked locker no further locker is followed."""
    first = derive(PAGE, Derivation.LOCKER_HOP, "http://locker.test/abc")
    assert isinstance(first, Permit)
    assert derive(first, Derivation.LOCKER_HOP, "http://third.test/x") is FetchCode.REFUSED_PERMIT


@pytest.mark.parametrize(
    ("permitted", "wanted"),
    [
        ("http://a.test/x", "http://a.test/y"),
        ("http://a.test/x", "https://a.test/x"),
        ("http://a.test/x", "http://b.test/x"),
        ("http://a.test/x", "http://a.test/x?y"),
        ("not a url", "http://a.test/x"),
    ],
)
def test_a_request_must_equal_its_permit(permitted, wanted):
    """Any other URL than the permitted one raises."""
    with pytest.raises(PermitViolation):
        require(permits.reported(CASE, permitted), gate.check(wanted))


def test_a_fragment_does_not_matter_to_a_permit():
    """The reported URL keeps its fragment; the request never carries it."""
    require(permits.reported(CASE, "http://a.test/x#post5"), gate.check("http://a.test/x"))


def test_a_permit_for_a_name_is_no_permit_for_a_url():
    """A DNS permit cannot be used to fetch."""
    with pytest.raises(PermitViolation):
        require(permits.dns(CASE, "a.test"), gate.check("http://a.test/"))


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("https://tineye.com/search?url=http://a.test/1.jpg", "reverse_image_search"),
        ("https://www.google.com/searchbyimage?image_url=x", "reverse_image_search"),
        ("https://lens.google.com/uploadbyurl?url=x", "reverse_image_search"),
        ("https://imgops.com/http://a.test/1.jpg", "reverse_image_search"),
        ("https://saucenao.com/search.php?url=x", "reverse_image_search"),
        ("https://www.bing.com/images/search?view=detailv2&imgurl=x", "reverse_image_search"),
        ("https://exif.regex.info/exif.cgi?url=x", "exif_service"),
        ("https://web.archive.org/save/http://a.test/", "archive_save"),
        ("https://archive.ph/?url=http://a.test/", "archive_save"),
        ("https://translate.google.com/translate?u=x", "translate"),
        ("https://board-test.translate.goog/b/", "translate"),
        ("http://a.test/delete/1", "delete"),
        ("http://a.test/DELETE.php?id=1", "delete"),
        ("http://a.test/%64elete/1", "delete"),
        ("http://a.test/x/delete-file/1", "delete"),
        ("http://a.test/abc~d?hash", "delete"),
        ("http://a.test/?op=delete&id=1", "delete"),
        ("http://a.test/?delete=1", "delete"),
        ("http://a.test/unlink/1", "unlink"),
        ("http://a.test/report.php?post=1", "report"),
        ("http://a.test/?op=report_file&id=1", "report"),
        ("http://a.test/report_abuse", "report"),
        ("http://a.test/logout", "logout"),
        ("http://a.test/user/sign-out", "logout"),
        ("http://a.test/captchas/1a2b.jpg", "captcha"),
        ("http://a.test/securimage_show.php?sid=1", "captcha"),
        ("https://www.google.com/recaptcha/api/image?c=1", "captcha"),
        ("https://ad.doubleclick.net/ddm/x.gif", "advertising"),
        ("https://www.google-analytics.com/collect?v=1", "analytics"),
    ],
)
def test_links_that_are_never_requested(url, rule):
    """Search, archive, translation, delete, report, unlink and logout links have their rule."""
    assert never(url) == rule


@pytest.mark.parametrize(
    "url",
    [
        "http://a.test/b/src/delete.jpg",
        "http://a.test/b/report-2024.pdf",
        "http://a.test/reports/annual",
        "http://a.test/undelete",
        "http://a.test/?q=delete",
        "http://a.test/?op=download2&id=removed",
        "http://reporting.test/x",
        "https://web.archive.org/web/2024/http://a.test/",
        "http://deleted.test/",
        "http://a.test/?op=checkfiles",
        "http://a.test/captcha-collection/1.jpg",
        "http://www.google.com/logo.png",
    ],
)
def test_similar_links_are_not_caught(url):
    """Whole segments and action fields count, not words inside names."""
    assert never(url) is None
