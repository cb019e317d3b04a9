"""The words that a person sees of a page (HTML), in a mail as in a file of its own.

The standard library's parser takes it apart: nothing is rendered, fetched or run. What stands apart for a person stands
apart here: the cells of a row by a blank, everything else by a line.
"""

from __future__ import annotations

from html.parser import HTMLParser

# What nobody sees. What a page says to those without scripts is read: somebody may have seen just that.
_UNSEEN = frozenset({"style", "script", "head", "title", "template"})
# What may lie in a head; anything else ends it, whether its end is written or not (html.spec.whatwg.org, 13.2.6.4.4).
_OF_A_HEAD = frozenset({"base", "link", "meta", "script", "style", "template", "title", "html"})
CELLS = frozenset({"td", "th"})
BREAKS = frozenset({
    "address", "article", "aside", "blockquote", "br", "button", "caption", "center", "dd", "details", "dialog", "dir",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hr", "iframe", "input", "legend", "li", "main", "menu", "nav", "noscript", "object", "ol", "optgroup",
    "option", "p", "pre", "section", "select", "summary", "table", "tbody", "textarea", "tfoot", "thead", "tr", "ul",
})  # fmt: skip
_SHOWN = frozenset({"img", "video", "audio", "source", "embed"})
# Inputs that show no words of their own.
_WORDLESS = frozenset({"hidden", "password", "checkbox", "radio", "file", "image", "color", "range"})


class PageWords(HTMLParser):
    """Gathers the words of a page, and counts the pictures that are in the page itself."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pictures = 0
        self._words: list[str] = []
        self._count = 0
        self._unseen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SHOWN:
            self.pictures += any(name == "src" and (value or "").startswith("data:") for name, value in attrs)
        if tag == "body" or (self._unseen == ["head"] and tag not in _OF_A_HEAD):
            self._unseen.clear()
        if tag in _UNSEEN:
            self._unseen.append(tag)
        elif tag in CELLS:
            self._words.append(" ")
        elif tag in BREAKS:
            self._words.append("\n")
        if tag == "input":
            self._add_value(dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        if tag in self._unseen:
            del self._unseen[self._unseen.index(tag) :]
        elif tag in CELLS:
            self._words.append(" ")
        elif tag in BREAKS:
            self._words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._words.append(data)
            self._count += len(data)

    def _add_value(self, said: dict[str, str | None]) -> None:
        if (said.get("type") or "text").lower() not in _WORDLESS:
            self.handle_data(said.get("value") or "")
            self._words.append("\n")

    def count_characters(self) -> int:
        return self._count

    def take_words(self, *, to_the_end: bool = False) -> str:
        """The words since the last time, up to the end of a line: the rest waits, unless it is the end."""
        words = "".join(self._words).replace("\u00a0", " ").replace("\ufeff", "")
        cut = len(words) if to_the_end else max(words.rfind("\n"), words.rfind(" ", len(words) - 1000), 0) or len(words)
        self._words, self._count = [words[cut:]], len(words) - cut
        lines = (" ".join(line.split()) for line in words[:cut].split("\n"))
        return "\n".join(line for line in lines if line)


def read_html(content: str) -> str:
    """The words of a page without its tags, scripts and styles."""
    reader = PageWords()
    reader.feed(content)
    reader.close()
    return reader.take_words(to_the_end=True)
