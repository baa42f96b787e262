from datetime import date

import pytest
from selectolax.lexbor import LexborHTMLParser

from claims.web.dates import find_published

URL = "https://example.org/news/1"
DAY = date(2024, 6, 19)


def json_ld(text):
    return f'<script type="application/ld+json">{text}</script>'


def published(markup, url=URL):
    return find_published(LexborHTMLParser(f"<!doctype html><html><body>{markup}</body></html>"), url)


@pytest.mark.parametrize(
    ("markup", "basis"),
    [
        (json_ld('{"@type": "NewsArticle", "datePublished": "2024-06-19T08:00:00Z"}'), "JSON-LD"),
        (json_ld('{"@graph": [{"@type": ["WebPage", 5]}, {"a": [1]}, {"datePublished": "2024-06-19T1"}]}'), "JSON-LD"),
        (json_ld('{"@type": "WebPage", "mainEntity": {"datePublished": "2024-06-19"}}'), "JSON-LD"),
        (json_ld("not json") + '<meta name="Date" content="2024-06-19">', "page metadata"),
        (json_ld("[" * 100_000) + '<meta name="Date" content="2024-06-19">', "page metadata"),
        ('<meta property="article:published_time" content="2024-06-19T08:00:00Z">', "page metadata"),
        (
            json_ld('[{"datePublished": "2019-05-05"}, {"datePublished": "2020-05-05"}]')
            + '<meta name="dc.date" content="2024-06-19">',
            "page metadata",
        ),
        ('<time itemprop="datePublished" datetime="2024-06-19">19 June</time>', "time element"),
        ('<article><header><time datetime="2024-06-19">19 June</time></header></article>', "time element"),
        ('<p class="byline">By the City Desk, 19 June 2024</p>', "byline"),
        ('<span class="article-date">19. Juni 2024, 12:00 Uhr</span>', "byline"),
        ('<div class="posted-on">on <b>2024-06-19</b></div>', "byline"),
    ],
)
def test_the_day_comes_with_the_place_that_names_it(markup, basis):
    assert published(markup + "<p>It fell on 2019-05-05.</p>") == (DAY, basis)


@pytest.mark.parametrize("path", ["/2024/06/19/bridge", "/news/2024-06-19-bridge", "/2024/06/19"])
def test_a_day_in_the_address_is_better_than_none(path):
    assert published("<p>x</p>", "https://example.org" + path) == (DAY, "address")


@pytest.mark.parametrize(
    "markup",
    [
        "",
        "<p>Between 2019 and 2025 the toll rose; on 2019-05-05 and on 05/05/2019 it fell.</p>",
        "<h1>What happened on 5 May 2019</h1>",
        "<footer>Copyright 12.05.2019, printed on <time itemprop=datePublished datetime=2019-05-05>5 May</time></footer>",
        "<p class=copyright-date>12.05.2019</p>",
        '<meta property="og:image" content="https://example.org/2019/05/05/b.jpg"><img src="/2019/05/05/b.jpg">',
        '<meta property="article:modified_time" content="2019-05-05"><meta name="expires" content="2019-05-05">',
        '<meta http-equiv="last-modified" content="2019-05-05">',
        '<link rel="canonical" href="https://example.org/2019/05/05/x"><a href="/2019/05/05/other">other</a>',
        '<script>var built = "2019-05-05 10:00:00"</script><!-- generated 2019-05-05 --><p data-at="2019-05-05">x</p>',
        "<aside><article><header><time datetime=2019-05-05>5 May</time></header></article></aside>",
        "<div itemprop=comment><time itemprop=datePublished datetime=2019-05-05>5 May</time></div>",
        "<article><header><time class=updated datetime=2019-05-05>5 May</time></header></article>",
        "<div class=event-date>5 May 2026</div><p class=lastmodified-date>5 May 2019</p><p class=update>5 May 2019</p>",
        "<p class=date>yesterday</p><p class=date>2 hours ago</p><p class=date>5 May</p><p class=date></p>",
        "<p class=date>03/04/2019</p>",
        f"<p class=byline>{'By the City Desk ' * 10} on 5 May 2019</p>",
        "<li class=date>5 May 2019</li><li class=date>6 May 2019</li>",
        "<time pubdate datetime=2019-05-05>5 May</time><time pubdate datetime=2019-05-06>6 May</time>",
        "<time pubdate datetime=2019-13-40>?</time><time pubdate>5 May 2019</time><meta name=date content=yesterday>",
        json_ld('{"@type": "NewsArticle", "comment": [{"@type": "Comment", "datePublished": "2019-05-05"}]}'),
        json_ld('[{"@type": "Comment", "datePublished": "2019-05-05"}]'),
        json_ld('{"@type": "ItemList", "itemListElement": [{"item": {"datePublished": "2019-05-05"}}]}'),
        json_ld('{"@type": "NewsArticle", "dateModified": "2019-05-05", "datePublished": 5}'),
        json_ld('{"datePublished": "2019-05-05", "mainEntity": {"datePublished": "2019-05-06"}}'),
        "<div>" * 300 + "<time pubdate datetime=2019-05-05>5 May</time>",
    ],
)
def test_no_day_is_made_up(markup):
    assert published(markup) == (None, "")


@pytest.mark.parametrize("path", ["/20190505/x", "/x?from=2019-05-05", "/2019/05/05/to/2019/05/06", "/2019/13/40/x"])
def test_an_address_that_does_not_say_one_day_says_none(path):
    assert published("<p>x</p>", "https://example.org" + path) == (None, "")
