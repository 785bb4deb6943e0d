"""Sixty hosts and more, each with its registered domain, its customer and the platform's suffix."""

from __future__ import annotations

import re

import pytest

from crawler.hosting.names import Names
from crawler.hosting.suffixes import bundled_text, import_suffixes, newest_list

NAMES = Names.build()

HOSTS = """
# host                                   registered domain       customer                                 platform
www.example.co.uk                        example.co.uk           -                                        -
example.co.uk                            example.co.uk           -                                        -
co.uk                                    -                       -                                        -
WWW.Example.COM.                         example.com             -                                        -
a.b.c.d.example.org                      example.org             -                                        -
example.com.br                           example.com.br          -                                        -
img.example.com.au                       example.com.au          -                                        -
uk.com                                   uk.com                  -                                        uk.com
shop.uk.com                              uk.com                  shop.uk.com                              uk.com
user.github.io                           github.io               user.github.io                           github.io
a.user.github.io                         github.io               user.github.io                           github.io
github.io                                github.io               -                                        github.io
x.s3.eu-west-1.amazonaws.com             amazonaws.com           x.s3.eu-west-1.amazonaws.com             s3.eu-west-1.amazonaws.com
x.s3.amazonaws.com                       amazonaws.com           x.s3.amazonaws.com                       s3.amazonaws.com
s3.eu-west-1.amazonaws.com               amazonaws.com           -                                        s3.eu-west-1.amazonaws.com
d111.cloudfront.net                      cloudfront.net          d111.cloudfront.net                      cloudfront.net
x.r2.dev                                 r2.dev                  x.r2.dev                                 r2.dev
proj.pages.dev                           pages.dev               proj.pages.dev                           pages.dev
a.b.workers.dev                          workers.dev             b.workers.dev                            workers.dev
x.web.app                                web.app                 x.web.app                                web.app
x.netlify.app                            netlify.app             x.netlify.app                            netlify.app
me.blogspot.com                          blogspot.com            me.blogspot.com                          blogspot.com
acct.blob.core.windows.net               windows.net             acct.blob.core.windows.net               blob.core.windows.net
space.ams3.digitaloceanspaces.com        digitaloceanspaces.com  space.ams3.digitaloceanspaces.com        ams3.digitaloceanspaces.com
b.eu-central-1.linodeobjects.com         linodeobjects.com       b.eu-central-1.linodeobjects.com         eu-central-1.linodeobjects.com
f001.backblazeb2.com                     backblazeb2.com         -                                        -
b.s3.us-west-004.backblazeb2.com         backblazeb2.com         b.s3.us-west-004.backblazeb2.com         s3.us-west-004.backblazeb2.com
shop.b-cdn.net                           b-cdn.net               shop.b-cdn.net                           b-cdn.net
img.shop.b-cdn.net                       b-cdn.net               shop.b-cdn.net                           b-cdn.net
b-cdn.net                                b-cdn.net               -                                        b-cdn.net
site.surge.sh                            surge.sh                site.surge.sh                            surge.sh
a.site.surge.sh                          surge.sh                site.surge.sh                            surge.sh
b.s3.eu-central-1.wasabisys.com          wasabisys.com           b.s3.eu-central-1.wasabisys.com          s3.eu-central-1.wasabisys.com
b.s3.wasabisys.com                       wasabisys.com           b.s3.wasabisys.com                       s3.wasabisys.com
s3.wasabisys.com                         wasabisys.com           -                                        s3.wasabisys.com
storage.googleapis.com                   googleapis.com          -                                        storage.googleapis.com
b.storage.googleapis.com                 googleapis.com          b.storage.googleapis.com                 storage.googleapis.com
my.pics.storage.googleapis.com           googleapis.com          my.pics.storage.googleapis.com           storage.googleapis.com
firebasestorage.googleapis.com           googleapis.com          -                                        firebasestorage.googleapis.com
b.fsn1.your-objectstorage.com            your-objectstorage.com  b.fsn1.your-objectstorage.com            fsn1.your-objectstorage.com
u1.your-storagebox.de                    your-storagebox.de      u1.your-storagebox.de                    your-storagebox.de
nx1.your-storageshare.de                 your-storageshare.de    nx1.your-storageshare.de                 your-storageshare.de
fakeb-cdn.net                            fakeb-cdn.net           -                                        -
evil.b-cdn.net.example.org               example.org             -                                        -
notsurge.sh                              notsurge.sh             -                                        -
storage.googleapis.com.example.org       example.org             -                                        -
www.ck                                   www.ck                  -                                        -
a.www.ck                                 www.ck                  -                                        -
example.ck                               -                       -                                        -
a.b.ck                                   a.b.ck                  -                                        -
x.a.b.ck                                 a.b.ck                  -                                        -
city.kawasaki.jp                         city.kawasaki.jp        -                                        -
a.city.kawasaki.jp                       city.kawasaki.jp        -                                        -
a.b.c.kawasaki.jp                        b.c.kawasaki.jp         -                                        -
c.kawasaki.jp                            -                       -                                        -
bücher.de                                xn--bcher-kva.de        -                                        -
BÜCHER.DE.                               xn--bcher-kva.de        -                                        -
xn--bcher-kva.de                         xn--bcher-kva.de        -                                        -
bücher。de                               xn--bcher-kva.de        -                                        -
faß.de                                   xn--fa-hia.de           -                                        -
www.食狮.公司.cn                         xn--85x722f.xn--55qx5d.cn  -                                      -
x_y.example.com                          example.com             -                                        -
_dmarc.example.org                       example.org             -                                        -
board.test                               board.test              -                                        -
a.b.unlisted                             b.unlisted              -                                        -
test                                     -                       -                                        -
localhost                                -                       -                                        -
192.0.2.1                                -                       -                                        -
[2001:db8::1]                            -                       -                                        -
2001:db8::1                              -                       -                                        -
abc.onion                                -                       -                                        -
"""
ROWS = [
    tuple(None if cell == "-" else cell for cell in re.split(r"\s{2,}", line.strip()))
    for line in HOSTS.splitlines()
    if line and not line.startswith("#")
]


@pytest.mark.parametrize(
    ("host", "registered", "customer", "platform"), ROWS, ids=[str(row[0]) for row in ROWS]
)
def test_registered_domain_customer_and_platform(host, registered, customer, platform):
    """By the list's rules, its wildcards and exceptions, and by the suffixes that it lacks."""
    read = NAMES.read(host)
    assert (read.registered, read.tenant, read.platform_suffix) == (registered, customer, platform)


def test_the_table_has_sixty_hosts_and_more():
    """And none of them twice."""
    assert len({row[0] for row in ROWS}) == len(ROWS) > 60


@pytest.mark.parametrize(
    ("url", "kind", "host"),
    [
        ("https://user:secret@www.example.com:8443/x?y#z", "name", "www.example.com"),
        ("http://[2001:db8::1]:80/", "ipv6", "2001:db8::1"),
        ("http://192.0.2.1:8080/", "ipv4", "192.0.2.1"),
        ("http://www.example.com./", "name", "www.example.com"),
        ("HTTP://EXAMPLE.com:/", "name", "example.com"),
        (r"http://a.example\@b.example/", "name", "a.example"),
        ("http://a.example@b.example/", "name", "b.example"),
        ("http://ex%61mple.com/", "invalid", "ex%61mple.com"),
        ("http://a b/", "invalid", "a b"),
        ("http://0300.0.2.1/", "invalid", "0300.0.2.1"),
        ("http://3221225985/", "invalid", "3221225985"),
        ("http://192.0.2/", "invalid", "192.0.2"),
        ("http://192.0.2.1./", "invalid", "192.0.2.1."),
        ("http://abc.onion:81/", "onion", "abc.onion"),
        ("http:///x", "invalid", ""),
        ("http://[bad", "invalid", ""),
        ("http://-bad-.example/", "invalid", "-bad-.example"),
        ("http://a..b/", "invalid", "a..b"),
        ("", "invalid", ""),
    ],
)
def test_the_host_of_a_url(url, kind, host):
    """Users, passwords, ports, paths and tricks with them are no part of the host."""
    read = NAMES.of_url(url)
    assert (read.kind, read.host) == (kind, host)


# --------------------------------------------------------------------------- an imported list


def newer(extra: str = "", *, version: str = "2026-10-22") -> str:
    text = re.sub(r"VERSION: \d{4}-\d\d-\d\d", f"VERSION: {version}", bundled_text())
    return text.replace("// ===END PRIVATE DOMAINS===", f"{extra}\n// ===END PRIVATE DOMAINS===")


def test_an_imported_list_is_used_with_its_date(tmp_path):
    """A new platform is known, the date stands in the evidence, and bad lines are named."""
    source = tmp_path / "list.dat"
    source.write_text(newer("pages.sandbox.test\nbad rule !\n"), encoding="utf-8")
    report = import_suffixes(source, into=tmp_path / "ranges")
    assert [word for _, word in report.refused] == ["bad_rule"]
    names = Names.build(tmp_path / "ranges")
    assert (names.source, names.version) == ("public_suffix_list", "2026-10-22")
    assert names.read("anna.pages.sandbox.test").tenant == "anna.pages.sandbox.test"
    assert NAMES.read("anna.pages.sandbox.test").tenant is None
    for host, registered, customer, platform in ROWS:
        read = names.read(host)
        assert (read.registered, read.tenant, read.platform_suffix) == (
            registered,
            customer,
            platform,
        )


def test_without_a_newer_list_the_one_that_comes_along_is_used(tmp_path):
    """Nothing imported, an older list, a damaged one: the evidence says so."""
    bundled = newest_list(None)
    assert (bundled.source, bundled.path) == ("public_suffix_list:bundled", None)
    for content in (newer(version="2019-01-01").encode(), b"\xff\xfe", b"", b"// VERSION: soon\n"):
        (tmp_path / "public_suffix_list.dat").write_bytes(content)
        assert newest_list(tmp_path) == bundled
