"""The HTML of a product's page becomes the text that people read there."""

from __future__ import annotations

import time

import pytest

from bot.orders.woocommerce_order import page_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("Plain & simple", "Plain & simple"),
        ("<p>Blue mug.</p><p>Holds <b>300</b>&nbsp;ml.</p>", "Blue mug.\nHolds 300 ml."),
        ("<p>Fit for\n   the dishwasher</p>", "Fit for the dishwasher"),
        ("<ul>\n<li>glazed</li>\n<li>350&#x20;ml</li></ul>", "- glazed\n- 350 ml"),
        ("One<br>two<br/>three", "One\ntwo\nthree"),
        ("<table><tr><td>Height</td><td>9 cm</td></tr></table>", "Height 9 cm"),
        ("Mug<script>alert('x')</script><style>p{}</style><!-- hidden -->.", "Mug."),
        ("&lt;b&gt; is no tag, 3 < 4", "<b> is no tag, 3 < 4"),
        ("<p>never <b>closed", "never closed"),
        ("</script></p>still here", "still here"),
    ],
)
def test_html_is_read_as_people_see_it(html: str, text: str) -> None:
    assert page_text(html) == text


@pytest.mark.parametrize("html", ["<div>" * 400_000, "<" * 400_000, "<!" * 200_000, "<a b='" * 100_000, "&" * 400_000])
def test_what_no_page_is_made_of_takes_no_time(html: str) -> None:
    began = time.monotonic()
    page_text(html)
    assert time.monotonic() - began < 5
