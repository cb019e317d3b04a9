"""Which account a pasted link is about (rule 43). Nothing is fetched: all of it is in the text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders.rules.links import PLATFORMS, platform_name, read_link


@pytest.mark.parametrize(
    ("url", "platform", "handle"),
    [
        ("https://www.instagram.com/danny.m/", "instagram", "danny.m"),
        ("instagram.com/danny.m?igsh=abc#x", "instagram", "danny.m"),
        ("//instagram.com/danny.m", "instagram", "danny.m"),
        (" https://instagram.com/%64anny.m ", "instagram", "danny.m"),
        ("https://instagram.com:443/danny.m", "instagram", "danny.m"),
        ("https://user:pass@instagram.com./danny.m", "instagram", "danny.m"),
        ("https://instagram.com/danny%E2%80%8B.m", "instagram", "danny\u200b.m"),
        ("https://ｉｎｓｔａｇｒａｍ.com/danny.m", "instagram", "danny.m"),
        ("https://www.instagram.com/stories/danny.m/31", "instagram", "danny.m"),
        ("https://www.instagram.com/danny.m/reel/xyz", "instagram", "danny.m"),
        ("https://ig.me/m/danny.m", "instagram", "danny.m"),
        ("https://www.instagram.com/p/abc/", "instagram", ""),
        ("https://www.instagram.com/", "instagram", ""),
        ("https://instagram.com/%00", "instagram", ""),
        ("HTTPS://M.FACEBOOK.COM/profile.php?id=10001%32&mibextid=1", "facebook", "100012"),
        ("https://de-de.facebook.com/danny.marsh.9", "facebook", "danny.marsh.9"),
        ("facebook.com/people/Danny-M/1000123/", "facebook", "1000123"),
        ("https://www.facebook.com/groups/1/user/100/", "facebook", "100"),
        ("https://www.facebook.com/groups/1/", "facebook", ""),
        ("https://facebook.com/story.php?story_fbid=1&id=77", "facebook", "77"),
        ("https://facebook.com/profile.php", "facebook", ""),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Fexample.com", "facebook", ""),
        ("https://m.me/danny.marsh", "facebook", "danny.marsh"),
        ("https://www.messenger.com/t/danny.marsh", "facebook", "danny.marsh"),
        ("https://x.com/Danny_M/status/1", "x", "Danny_M"),
        ("https://mobile.twitter.com/danny_m", "x", "danny_m"),
        ("https://twitter.com/intent/user?screen_name=danny_m", "x", "danny_m"),
        ("https://x.com/i/status/1", "x", ""),
        ("https://t.co/AbC", "x", ""),
        ("https://www.tiktok.com/@danny.m/video/7", "tiktok", "danny.m"),
        ("https://vm.tiktok.com/ZM1/", "tiktok", ""),
        ("https://www.snapchat.com/add/dannym", "snapchat", "dannym"),
        ("https://story.snapchat.com/@dannym", "snapchat", "dannym"),
        ("https://www.youtube.com/@DannyM/videos", "youtube", "DannyM"),
        ("https://youtube.com/user/dannym", "youtube", "dannym"),
        ("https://youtu.be/abc", "youtube", ""),
        ("https://uk.linkedin.com/in/danny-marsh-1/", "linkedin", "danny-marsh-1"),
        ("https://old.reddit.com/user/danny/comments", "reddit", "danny"),
        ("https://reddit.com/r/liverpool/comments/1", "reddit", ""),
        ("https://www.threads.net/@danny.m/post/1", "threads", "danny.m"),
        ("https://t.me/dannym", "telegram", "dannym"),
        ("https://t.me/s/dannym", "telegram", "dannym"),
        ("https://dannym.t.me", "telegram", "dannym"),
        ("https://t.me/+447700900123", "telegram", "+447700900123"),
        ("https://t.me/+AbCd", "telegram", ""),
        ("https://wa.me/447700900123?text=hi", "whatsapp", "447700900123"),
        ("https://api.whatsapp.com/send?phone=%2B447700900123", "whatsapp", "447700900123"),
        ("whatsapp://send?phone=447700900123", "whatsapp", "447700900123"),
        ("https://chat.whatsapp.com/AbC", "whatsapp", ""),
    ],
)
def test_the_account_in_a_link(url: str, platform: str, handle: str) -> None:
    found = read_link(url)
    assert found is not None
    assert (found.platform, found.handle, found.imitates) == (platform, handle, False)


@pytest.mark.parametrize(
    ("url", "imitates"),
    [
        ("https://instagrаm.com/danny.m", True),
        ("https://xn--instagrm-6fg.com/danny.m", False),
        ("https://xn--instagrm-76g.com/danny.m", True),
        ("https://instagram.com.evil.example/danny.m", True),
        ("https://instagram-login.example/danny.m", True),
        ("http://1nstagram.com/danny.m", True),
        ("https://evilinstagram.com/danny.m", False),
        ("https://example.com/instagram.com/danny.m", False),
        ("https://example.com/danny.m", False),
    ],
)
def test_a_host_that_only_looks_like_a_platforms_is_none_of_its_own(url: str, imitates: bool) -> None:
    """Compared as DNS has it (punycode), and looked at as a reader would."""
    found = read_link(url)
    assert found is not None
    assert (found.platform, found.handle, found.imitates) == ("", "", imitates)


@pytest.mark.parametrize(
    "text",
    ["", " ", "not a link", "javascript:alert(1)", "data:text/html,x", "ftp://x.com/danny", "http://[::1]/danny",
     "http://localhost/danny", "https://", "https://x.com:99999/d", "x" * 5_000, "https://x.com/" + "d" * 5_000],
)  # fmt: skip
def test_what_is_no_link_of_the_web(text: str) -> None:
    assert read_link(text) is None


@pytest.mark.parametrize(
    ("said", "name"),
    [("Twitter", "x"), ("X (formerly Twitter)", "x"), ("IG", "instagram"), (" Face book ", "facebook"), ("", ""),
     ("The Gram", "the gram"), ("WhatsApp", "whatsapp"), ("snap\u200b", "snapchat")],
)  # fmt: skip
def test_a_platform_has_one_name(said: str, name: str) -> None:
    assert platform_name(said) == name


@settings(max_examples=500, deadline=None)
@given(
    st.one_of(
        st.text(max_size=60),
        st.builds(
            "{}{}/{}?{}".format,
            st.sampled_from(["https://", "", "//", "whatsapp://", "HTTP:"]),
            st.sampled_from(
                ["www.facebook.com", "x.com", "a.t.me", "wa.me", "t.me", "reddit.com", "ig.me", "xn--a.com"]
            ),
            st.text("abAB/@.%+0129~\\\u200b\u0430 ", max_size=30),
            st.text("idphone=&%+;\u0430\u202e", max_size=30),
        ),
    )
)
def test_any_text_is_read_or_is_no_link(text: str) -> None:
    found = read_link(text)
    assert found is None or found.platform in PLATFORMS | {""}
    assert found is None or not any(c.isspace() or c in "/?#@" for c in found.handle)
