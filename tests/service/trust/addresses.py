"""Addresses that people, or those who wish them ill, may give; and whether tokens go there.

``python -m tests.service.trust.addresses`` tries each with every credential and prints a summary.
"""

import tempfile
from pathlib import Path

import pytest

from adxmi_jupyter.service.connections import Connections, Settings
from tests.service.trust.conftest import KINDS, cluster, outcome, scopes_of
from tests.service.trust.internet import Internet

KUSTO = "c1.westeurope.kusto.windows.net"

KNOWN = (
    (KUSTO, KUSTO),
    ("c1.westeurope", KUSTO),
    (f"https://{KUSTO}", KUSTO),
    (f"HTTPS://{KUSTO.upper()}/", KUSTO),
    (f"https://{KUSTO}:443", KUSTO),
    (f"https://{KUSTO}:8443", f"{KUSTO}:8443"),
    (f"https://{KUSTO}/Sales", KUSTO),
    (f" https://{KUSTO}\n", KUSTO),
    ("https://c1\uff0ewesteurope\uff0ekusto\uff0ewindows\uff0enet", KUSTO),
    ("https://c1\u3002westeurope\uff61kusto.windows.net", KUSTO),
    ("https://\uff23\uff11.westeurope.kusto.windows.net", KUSTO),
    ("https://c2.kusto.usgovcloudapi.net", "c2.kusto.usgovcloudapi.net"),
    ("https://c3.kusto.chinacloudapi.cn", "c3.kusto.chinacloudapi.cn"),
    ("https://c4.z9.kusto.fabric.microsoft.com", "c4.z9.kusto.fabric.microsoft.com"),
    ("https://ade.loganalytics.io", "ade.loganalytics.io"),
    ("2130706433", "2130706433.kusto.windows.net"),
    ("evil.example", "evil.example.kusto.windows.net"),
)
"""Addresses of clusters, and the host that gets their tokens."""

LOOPBACK = (
    "http://127.0.0.1:{port}",
    "http://127.0.0.2:{port}",
    "http://127.255.255.254:{port}",
    "http://localhost:{port}",
    "http://LOCALHOST:{port}",
    "http://[::1]:{port}",
    "http://[0:0:0:0:0:0:0:1]:{port}",
    "https://localhost:{port}",
    "https://127.0.0.1:{port}",
    "localhost:{port}",
    "127.0.0.1:{port}",
    "http://\uff11\uff12\uff17.0.0.1:{port}",
    "http://localhost:{port}/Sales",
)
"""Servers on this machine: they answer, and get no token."""

FOREIGN = (
    "https://evil.example",
    "https://evil.example:8443",
    "https://evil.example/kusto.windows.net",
    "https://evil.example/.kusto.windows.net",
    "https://kusto.windows.net",
    "https://xkusto.windows.net",
    "https://kusto.windows.net.evil.example",
    "https://c1.kusto.windows.net.evil.example",
    "https://c1.kusto.windows.net-evil.example",
    "https://c1-kusto.windows.net",
    "https://c1.kusto.windows.nett",
    "https://c1.kusto.windows.ne",
    "https://c1.kusto.windows.com",
    "https://c1.kust\u043e.windows.net",
    "https://c1.\u212austo.windows.net.evil.example",
    "https://xn--kust-55d.windows.net",
    "https://c1.kusto.windows.net.127.evil.example",
    "https://127.evil.example",
    "https://127.0.0.1.evil.example",
    "https://localhost.evil.example",
    "https://localhost-evil.example",
    "https://evil.localhost",
    "https://localhosts",
    "https://192.0.2.7",
    "https://169.254.169.254",
    "https://10.0.0.1:443",
    "https://0.0.0.0",
    "https://128.0.0.1",
    "https://126.255.255.255",
    "https://[2001:db8::1]",
    "https://[::2]",
    "https://[::]",
    "https://[fe80::1]",
    "https://management.azure.com",
    "https://graph.microsoft.com",
    "https://login.microsoftonline.com",
    "https://evilstore.blob.core.windows.net",
    "https://c1.kusto.usgovcloudapi.com",
    "https://c1.kusto.core.eaglex.ic.gov",
    "https://b\u00fccher.example",
    "https://a.b.c.d.e.f.g.h.evil.example",
)
"""Well-formed addresses of hosts that nobody vouches for."""

INVALID = (
    "",
    " ",
    ".",
    "..",
    "https://",
    "https:///",
    "https://.",
    "https:evil.example",
    "https:/evil.example",
    "//evil.example",
    "\\\\evil.example",
    "ftp://c1.kusto.windows.net",
    "file:///etc/passwd",
    "javascript://c1.kusto.windows.net",
    "ht\ttps://evil.example",
    f"http://{KUSTO}",
    "http://127.evil.example",
    "http://127.0.0.1.evil.example",
    "http://localhost.evil.example",
    "http://192.0.2.7",
    "http://0.0.0.0",
    "http://[::]",
    r"https://evil.example\.kusto.windows.net",
    r"https://evil.example\@c1.kusto.windows.net",
    r"https:\\evil.example\.kusto.windows.net",
    r"https://c1.kusto.windows.net\.evil.example",
    "https://evil.example\uff3c.kusto.windows.net",
    "https://evil.example\uff0f.kusto.windows.net",
    "https://evil.example\u2044.kusto.windows.net",
    "https://evil.example\u2215.kusto.windows.net",
    "https://evil.example\u2100.kusto.windows.net",
    "https://evil.example\uff1f.kusto.windows.net",
    "https://evil.example\uff03.kusto.windows.net",
    "https://evil.example\uff20c1.kusto.windows.net",
    "https://evil.example\uff1a443.kusto.windows.net",
    "https://evil.example@c1.kusto.windows.net",
    "https://c1.kusto.windows.net@evil.example",
    "https://c1.kusto.windows.net:443@evil.example",
    "https://user:password@c1.kusto.windows.net",
    "https://@c1.kusto.windows.net",
    "https://evil.example#.kusto.windows.net",
    "https://evil.example?.kusto.windows.net",
    "https://evil.example;.kusto.windows.net",
    "https://evil.example%2f.kusto.windows.net",
    "https://evil.example%00.kusto.windows.net",
    "https://evil.example%23.kusto.windows.net",
    "https://c1%2ekusto%2ewindows%2enet",
    "https://evil.example\x00.kusto.windows.net",
    "https://evil.example\t.kusto.windows.net",
    "https://evil.example\n.kusto.windows.net",
    "https://evil.example\r\nHost: c1.kusto.windows.net",
    "https://evil.example .kusto.windows.net",
    "https://evil.example\u00a0.kusto.windows.net",
    "https://evil.example\u2028.kusto.windows.net",
    "https://evil.example\u200b.kusto.windows.net",
    "https://c1\u00ad.kusto.windows.net",
    "https://c1\u202e.kusto.windows.net",
    "https://c1.kusto.windows.net\u0000",
    "https://c1..kusto.windows.net",
    "https://.kusto.windows.net",
    "https://c1.kusto.windows.net.",
    "https://c1.kusto.windows.net..",
    "https://localhost.",
    "https://-c1.kusto.windows.net",
    "https://c1-.kusto.windows.net",
    "https://c_1.kusto.windows.net",
    "https://c*.kusto.windows.net",
    "https://c$1.kusto.windows.net",
    "https://{c1}.kusto.windows.net",
    f"https://{'a' * 64}.kusto.windows.net",
    f"https://{'a.' * 150}kusto.windows.net",
    f"https://{'a' * 100_000}",
    f"https://{chr(0xFC) * 5_000}.kusto.windows.net",
    "https://c1.kusto.windows.net:",
    "https://c1.kusto.windows.net:0",
    "https://c1.kusto.windows.net:00443",
    "https://c1.kusto.windows.net:65536",
    "https://c1.kusto.windows.net:4294967739",
    "https://c1.kusto.windows.net:-443",
    "https://c1.kusto.windows.net:+443",
    "https://c1.kusto.windows.net:4 43",
    "https://c1.kusto.windows.net:https",
    "https://c1.kusto.windows.net:\uff14\uff14\uff13",
    "https://c1.kusto.windows.net:\u0664\u0664\u0663",
    "https://c1.kusto.windows.net:443:443",
    "https://[::1",
    "https://::1]",
    "https://::1",
    "https://[::1]evil.example",
    "https://[::1].kusto.windows.net",
    "https://[[::1]]",
    "https://[]",
    "https://[evil.example]",
    "https://[127.0.0.1]",
    "https://[::1%25eth0]",
    "https://[fe80::1%eth0]",
    "https://[::ffff:127.0.0.1]",
    "https://[::ffff:7f00:1]",
    "https://[v1.evil]",
    "http://127.1",
    "http://127.0.1",
    "http://127.0.0.1.",
    "http://127.0.0.01",
    "http://0177.0.0.1",
    "http://0x7f.0.0.1",
    "http://0x7f000001",
    "http://2130706433",
    "http://127.0.0.256",
    "http://127.0.0.1.1",
    "http://127.0.0.0x1",
    "http://127.0.0.1:80:80",
    "https://256.256.256.256",
    "https://evil.1",
    "https://evil.0x",
    "https://c1.kusto.windows.net/a/b",
    "https://c1.kusto.windows.net/a%2fb",
    "https://c1.kusto.windows.net/a%00b",
    "https://c1.kusto.windows.net/%ff",
    "https://c1.kusto.windows.net/..%5cevil",
    "Data Source=https://c1.kusto.windows.net;Fed=true",
    "two words",
)
"""Texts that are no address, or one that two parsers may read differently."""


EXPECTED = {"known": KNOWN, "loopback": LOOPBACK, "foreign": FOREIGN, "invalid": INVALID}


def main():
    """Try all, and print for each class of addresses how many tokens went astray."""
    for kind, tried, requests, astray in summary():
        print(f"{kind:10} {tried:5} tried {requests:5} requests {astray:3} tokens astray")


def summary():
    """Yield for each class: its name, connections tried, requests and tokens that went astray."""
    for kind, addresses in EXPECTED.items():
        with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as directory:
            patch.setenv("ADXMI_DATA_DIR", directory)
            scopes_of(patch)
            with Internet(patch, Path(directory)) as internet:
                internet.answer = cluster
                pairs = [one if kind == "known" else (one, "") for one in addresses]
                astray = [astray_of(internet, *pair) for pair in pairs]
                yield kind, len(pairs) * len(KINDS), len(internet.requests), sum(astray)


def astray_of(internet, address, host):
    """Connect with every credential; return how many requests showed a token to others."""
    connections, before = Connections(Settings(), lambda _: None), len(internet.requests)
    for kind in KINDS:
        outcome(connections, address.replace("{port}", str(internet.port)), kind)
    connections.close_all()
    return sum(
        one.authorization is not None and one.host != host for one in internet.requests[before:]
    )


if __name__ == "__main__":
    main()
