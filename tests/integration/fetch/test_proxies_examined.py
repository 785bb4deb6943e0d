"""What `hostwatch doctor` and the start say of proxies."""

import pytest
from practice_hosts import Hosts, egress
from practice_proxies import Socks
from test_fetcher_proxies import dead_port, way

from cases.errors import ConfigurationProblem
from config.settings import Network, Settings
from hostwatch.proxies import broken_proxies, proxy_credentials


def settings(*ways, **network):
    return Settings(
        hotline={
            "name": "Hotline",
            "domain": "hotline.test",
            "contact": "a@hotline.test",
            "country": "LU",
            "statute": "x",
        },
        egress=ways,
        network=Network(control_host="up.test", **network),
        mail={"sender": "a@hotline.test"},
    )


async def test_a_proxy_that_works_is_passed_over_and_a_dead_one_named():
    """The control host is resolved through it; that the host refuses is not the proxy's fault."""
    async with Hosts() as hosts, Socks(hosts) as proxy:
        hosts.names.zone["up.test"] = ["93.184.216.34"]
        dead = egress("dead", kind="socks5", proxy=f"127.0.0.1:{dead_port()}")
        said = await broken_proxies(
            settings(egress("home"), way(proxy), dead, resolvers=(hosts.resolver,))
        )
        hosts.names.zone["up.test"] = "servfail"
        silent = await broken_proxies(settings(way(proxy), resolvers=(hosts.resolver,)))
    assert [("'dead'" in one, "egress_down" in one) for one in said] == [(True, True)]
    assert ["dns: servfail" in one for one in silent] == [True]
    assert hosts.names.asked == []
    assert proxy.handed[-1] == hosts.resolver


async def test_credentials_are_read_from_a_file_of_ones_own(tmp_path):
    """`USER:PASSWORD`; one that others may read is refused, and quoted nowhere."""
    file = tmp_path / "proxy.credentials"
    file.write_text("user:pass:word\n")
    with_file = egress("p", kind="http_proxy", proxy="127.0.0.1:1", credentials_file=file)
    file.chmod(0o600)
    assert proxy_credentials(settings(egress("home"), with_file)) == {"p": ("user", "pass:word")}
    file.chmod(0o644)
    with pytest.raises(ConfigurationProblem) as raised:
        proxy_credentials(settings(with_file))
    assert "pass:word" not in str(raised.value)
    said = await broken_proxies(settings(with_file))
    assert "credentials_file" in said[0]
