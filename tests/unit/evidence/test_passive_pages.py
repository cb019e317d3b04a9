"""A page that does nothing but show its words need not be held back; whatever else there is in it keeps it held."""

from __future__ import annotations

import io

import pytest

from breaches.evidence.detect import examine

PAGE = b"<!DOCTYPE html><html><head>%s</head><body>%s</body></html>"
WORDS = b'<p class=a>I see you</p><p style="color: red">at no. 7 &amp; 9</p>'


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (b"", WORDS), (b"<meta charset=\"utf-8\"><title>Chat</title><style>.a{color:red}</style>", WORDS),
        (b"<meta http-equiv=Content-Type content=\"text/html; charset=UTF-8\">", b"<!-- one -->" + WORDS),
        (b"", b"<img src=\"data:image/png;base64,iVBORw0K\" alt=x><a href=\"#top\">up</a>" + WORDS),
        (b"", b"<table border=1><tr><td colspan=2>a</td></tr></table><p>&lt;script&gt;</p>"),
    ],
)  # fmt: skip
def test_a_page_that_only_shows_words_is_not_held(head: bytes, body: bytes) -> None:
    assert not examine(io.BytesIO(PAGE % (head, body))).holds
    assert examine(io.BytesIO(PAGE % (head, body + b"<script>x()</script>"))).holds == ("active_content",)


@pytest.mark.parametrize(
    "body",
    [
        b"<p onclick=x()>a</p>", b"<p/onclick=x()>a</p>", b"<p class=a\nONCLICK='x()'>a</p>", b"<iframe></iframe>",
        b"<object data=x></object>", b"<embed src=x>", b"<form action=x></form>", b"<input autofocus>",
        b"<base href=x>",
        b"<a href='javascript:x()'>a</a>", b"<a href='&#106;avascript:x()'>a</a>", b"<a href='https://x.uk'>a</a>",
        b"<a href=x.html>a</a>", b"<img src=https://x.uk/a.png>", b"<img src=//x.uk/a>", b"<img srcset=x>",
        b"<img src='data:image/svg+xml;base64,AAAA'>", b"<link rel=stylesheet href=x>", b"<video src=x></video>",
        b"<meta http-equiv=refresh content='0;url=x'>", b"<meta charset=utf-7>", b"<meta charset=iso-2022-jp>",
        b"<p style='background:url(//x.uk)'>a</p>", b"<p style='background:&#117;rl(//x.uk)'>a</p>",
        b"<p style='background:u\\72l(//x.uk)'>a</p>", b"<p style='background:image-set(\"//x.uk\" 1x)'>a</p>",
        b"<style>@import '//x.uk';</style>", b"<style>a{b:url(x)}</style>",
        b"<style><!-- @import '//x.uk'; --></style>", b"<style><p>@import '//x.uk';</style>",
        b"<table background=x></table>",
        b"<svg></svg>", b"<math></math>", b"<p><script", b"<!--><script>x()</script>-->",
        b"<!-- --!><script>x()</script>",
        b"<p title='</title><script>x()</script>'>", b"<x-y>", b"<template>a</template>", b"<?xml-stylesheet href=x?>",
        b"<![CDATA[x]]>", b"a\x1b$Bb", b"a\0b", b"<noscript><p title=\"</noscript><img src=x>\"></noscript>",
        b"<p a=`>b",
        b"<textarea></textarea>", b"<plaintext>", b"<p href=x>", b"<a ping=x>", b"<p =a onclick=x()>", b"<frameset>",
    ],
)  # fmt: skip
def test_a_page_that_does_anything_else_stays_held(body: bytes) -> None:
    for content in (PAGE % (b"", WORDS + body), PAGE % (b"", WORDS + b"words " * 20_000 + body)):
        assert examine(io.BytesIO(content)).holds == ("active_content",)


def test_a_page_too_large_or_in_wide_letters_stays_held_and_a_backup_of_texts_is_no_page() -> None:
    assert examine(io.BytesIO(PAGE % (b"", b"words " * 3_000_000))).holds
    assert examine(io.BytesIO((PAGE % (b"", WORDS)).decode().encode("utf-16"))).holds
    assert not examine(io.BytesIO(b"<?xml version='1.0'?><smses><sms body='turn once = 5' /></smses>")).holds
