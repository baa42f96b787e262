import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.errors import FetchRefused
from claims.web.guard import FAILURES, REFUSALS, check_address, failure, parse_url

REFUSED = [
    ("file:///etc/passwd", "scheme"),
    ("gopher://good.test/", "scheme"),
    ("ftp://good.test/", "scheme"),
    ("data:text/html,x", "scheme"),
    ("javascript:alert(1)", "scheme"),
    ("good.test:80/", "scheme"),
    ("", "syntax"),
    ("good.test/page", "syntax"),
    ("//good.test", "syntax"),
    ("http:good.test", "syntax"),
    ("http:/good.test", "syntax"),
    ("http:///etc", "no_host"),
    ("http://", "no_host"),
    ("http://:80/", "no_host"),
    ("http://?x", "no_host"),
    ("http://good.test/a b", "url_chars"),
    ("http://good.test/\t", "url_chars"),
    ("http://good.test/\r\nX: 1", "url_chars"),
    ("http://good.test/\x00", "url_chars"),
    ("http://good.test/\x7f", "url_chars"),
    ("http://good.test\\@127.0.0.1/", "url_chars"),
    ("http://good.test\u202e/", "url_chars"),
    ("http://go\u200bod.test/", "url_chars"),
    ("http://go\u200dod.test/", "url_chars"),
    ("http://good.test/\ud800", "url_chars"),
    ("http://good.test/\u2028", "url_chars"),
    ("http://user@good.test/", "userinfo"),
    ("http://user:word@good.test/", "userinfo"),
    ("http://good.test:80@127.0.0.1/", "userinfo"),
    ("http://good.test%00.evil.test/", "host_percent"),
    ("http://[::1%25lo]/", "host_percent"),
    ("http://good.test:0/", "port"),
    ("http://good.test:22/", "port"),
    ("http://good.test:99999/", "port"),
    ("http://good.test:8080/", "port"),
    ("http://good.test:80:80/", "port"),
    ("http://good.test:+80/", "port"),
    ("http://good.test:８０/", "port"),
    ("http://[2a00:1450::1]:22/", "port"),
    ("http://good.test/" + "a" * 9000, "length"),
    ("http://-x.test/", "host_chars"),
    ("http://x-.test/", "host_chars"),
    ("http://xn--/", "host_chars"),
    ("http://a_b.test/", "host_chars"),
    ("http://a..test/", "host_chars"),
    ("http://good.test../", "host_chars"),
    ("http://./", "host_chars"),
    ("http://a^b.test/", "host_chars"),
    ("http://" + "a" * 64 + ".test/", "host_chars"),
    ("http://" + "a." * 148 + "test/", "host_chars"),
    ("http://[v1.x]/", "ipv6"),
    ("http://[::1/", "ipv6"),
    ("http://[::1]x/", "ipv6"),
    ("http://[good.test]/", "ipv6"),
    *(
        (f"http://{number}/", "ip_notation")
        for number in (
            "0", "127.1", "0x7f.1", "0x7f000001", "017700000001", "0177.0.0.1", "2130706433", "2852039166",
            "1.2.3.256", "1.2.3.4.5", "good.0x7f", "1.2.3.04",
        )
    ),
    *(
        (f"http://{number}/", "ip_denied")
        for number in (
            "①②⑦.⓪.⓪.①", "１２７.0.0.1", "127。0。0。1", "127.0.0.1.", "127.0.0.1", "169.254.169.254", "[::1]",
            "[::ffff:127.0.0.1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fd00:ec2::254]",
        )
    ),
    ("http://localhost/", "single_label"),
    ("http://LOCALHOST./", "single_label"),
    ("http://intranet/", "single_label"),
    ("http://metadata.google.internal/", "host_name"),
    ("http://printer.local/", "host_name"),
    ("http://a.localhost/", "host_name"),
    ("http://x.onion/", "host_name"),
    *(
        (f"http://printer{suffix}/", "host_name")
        for suffix in (
            ".localdomain", ".lan", ".corp", ".home", ".intranet", ".private", ".home.arpa", ".in-addr.arpa", ".ip6.arpa",
            ".alt",
        )
    ),
    ("http://xn--caf-dma\u0301.test/", "host_chars"),
]  # fmt: skip

READ = [
    ("http://good.test", "http://good.test/"),
    ("  https://good.test/a?b=c#part ", "https://good.test/a?b=c"),
    ("HTTPS://GOOD.Test./A", "https://good.test/A"),
    ("https://good.test:443/", "https://good.test/"),
    ("https://good.test:80/", "https://good.test:80/"),
    ("https://good.test:/", "https://good.test/"),
    ("http://good.test#@127.0.0.1", "http://good.test/"),
    ("http://good.test?x=@y", "http://good.test/?x=@y"),
    ("http://bücher.test/é?q=ü", "http://xn--bcher-kva.test/%C3%A9?q=%C3%BC"),
    ("http://xn--bcher-kva.test/", "http://xn--bcher-kva.test/"),
    ("http://good.test/%0d%0aX:1", "http://good.test/%0d%0aX:1"),
    ("http://good.test/\u0645\u06cc\u200c\u0631", "http://good.test/%D9%85%DB%8C%E2%80%8C%D8%B1"),
    ("http://r3---sn-x.test/", "http://r3---sn-x.test/"),
    ("http://93.184.215.14/", "http://93.184.215.14/"),
    ("http://[2A00:1450::1]/", "http://[2a00:1450::1]/"),
    ("https://[2a00:1450::1]:80/", "https://[2a00:1450::1]:80/"),
    ("http://1.2.3.4.test/", "http://1.2.3.4.test/"),
]

DENIED = [
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255",
    "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192",
    "192.0.2.1", "192.31.196.1", "192.52.193.1", "192.175.48.1", "192.88.99.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1",
    "239.1.1.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1",
    "::ffff:169.254.169.254", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2001::1",
    "2001:0:7f00:1::", "2001:10::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "5f00::1", "fe80::1",
    "fe80::1%lo", "fec0::1", "fd00:ec2::254", "fc00::1", "ff02::1", "ff0e::1", "4000::1", "nonsense",
]  # fmt: skip


@pytest.mark.parametrize(("text", "code"), REFUSED)
def test_a_bad_address_is_refused_with_its_code_and_a_sentence(text, code):
    with pytest.raises(FetchRefused) as caught:
        parse_url(text)

    assert caught.value.code == code
    assert str(caught.value) == REFUSALS[code]


@pytest.mark.parametrize(("text", "url"), READ)
def test_a_good_address_is_read_into_one_plain_form(text, url):
    assert parse_url(text).url == url


@pytest.mark.parametrize("ip", DENIED)
def test_no_address_outside_the_public_internet_may_be_dialled(ip):
    with pytest.raises(FetchRefused) as caught:
        check_address(ip)

    assert caught.value.code == "ip_denied"


@pytest.mark.parametrize("ip", ["8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.1", "100.128.0.1", "2a00:1450::1"])
def test_a_public_address_may_be_dialled(ip):
    assert check_address(ip) is None


def test_only_the_very_pair_a_test_was_given_is_open():
    allowed = {("127.0.0.1", 8123)}

    assert parse_url("http://127.0.0.1:8123/", allowed).netloc == "127.0.0.1:8123"
    assert parse_url("http://good.test:8123/", allowed).port == 8123
    for url, code in [
        ("http://127.0.0.1/", "ip_denied"),
        ("http://127.0.0.2:8123/", "ip_denied"),
        ("http://8.8.8.8:8123/", "ip_denied"),
        ("http://127.0.0.1:8124/", "port"),
    ]:
        with pytest.raises(FetchRefused) as caught:
            parse_url(url, allowed)
        assert caught.value.code == code


def test_every_code_has_one_sentence_and_its_kind():
    assert not REFUSALS.keys() & FAILURES.keys()
    for code, sentence in (REFUSALS | FAILURES).items():
        error = failure(code)
        assert (str(error), error.code) == (sentence, code)
        assert isinstance(error, FetchRefused) == (code in REFUSALS)
        assert sentence.endswith(".")


@settings(deadline=None)  # the machine may be busy
@given(st.text(max_size=60).map(lambda text: f"http://{text}") | st.text(max_size=60))
def test_whatever_is_pasted_is_read_or_refused_and_reads_the_same_again(text):
    try:
        address = parse_url(text)
    except FetchRefused:
        return

    assert address.url.isascii()
    assert parse_url(address.url) == address
