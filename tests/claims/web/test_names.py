import idna
import pytest

from claims.web.names import readable_host


def encoded(host):
    return ".".join(
        label if label.isascii() else "xn--" + label.encode("punycode").decode() for label in host.split(".")
    )


@pytest.mark.parametrize(
    "host",
    [
        "harbour.example.org",
        "bücher.example.org",
        "порт.example.org",
        "港口.example.org",
        "みなとの港.example.org",
        "항구港.example",
    ],
)
def test_a_host_is_read_in_its_own_letters(host):
    assert readable_host(encoded(host)) == host


@pytest.mark.parametrize("word", ["pаypal", "аррӏе", "hαrbour"])
def test_a_name_that_passes_for_another_stays_as_dns_has_it(word):
    host = f"{encoded(word)}.example.org"

    assert readable_host(host) == host


@pytest.mark.parametrize("host", ["xn--.example.org", "xn--a-ecp.ru", "xn--zzzzzzzzzzz99999.org"])
def test_what_is_no_name_stays_as_it_is(host):
    with pytest.raises((idna.IDNAError, UnicodeError)):
        idna.ulabel(host.split(".")[0])

    assert readable_host(host) == host
