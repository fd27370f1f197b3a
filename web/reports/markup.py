"""Markup by functions: text is always escaped, and every word may be said in two languages at once.

A page that holds both languages switches between them without a line of data in its script, and prints in the one that
is shown (static/report.css).
"""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Iterable
from typing import Any, TypeAlias

from web.reports.words import Language

VOID = ("br", "col", "meta", "link", "rect", "path", "line", "circle", "use", "input")


class Html(str):
    """Markup that is written as it is."""

    __slots__ = ()


Content: TypeAlias = "Html | str | int | Iterable[Content] | None"


def escaped(content: Content) -> Html:
    """Return content as markup: text escaped, several pieces one after the other, nothing for None.

    >>> escaped(["<b>", Html("<i>&amp;</i>"), None, 3])
    '&lt;b&gt;<i>&amp;</i>3'
    """
    if content is None:
        return Html("")
    if isinstance(content, Html):
        return content
    if isinstance(content, (str, int)):
        return Html(html.escape(str(content)))
    return Html("".join(escaped(part) for part in content))


def tag(name: str, /, *content: Content, **attributes: Any) -> Html:
    """Return an element; ``class_`` is written class, ``data_key`` data-key; attributes that are None are left out.

    >>> tag("td", "a & b", class_="number", data_key=3, title=None)
    '<td class="number" data-key="3">a &amp; b</td>'
    """
    said = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in VOID and not content:
        return Html(f"<{name}{said}/>")
    return Html(f"<{name}{said}>{escaped(content)}</{name}>")


def both(zh: Content, en: Content, element: str = "span") -> Html:
    """Say something in Chinese and in English; once where that is the same.

    >>> both("网格", "Grid"), both("A", "A")
    ('<span lang="zh">网格</span><span lang="en">Grid</span>', 'A')
    """
    chinese, english = escaped(zh), escaped(en)
    if chinese == english:
        return chinese
    return Html(tag(element, chinese, lang="zh") + tag(element, english, lang="en"))


def page(title: str, language: Language, *, style: str, script: str, body: Content) -> str:
    """Return a whole HTML file that may run one script, its own, and may request nothing."""
    script = "\n" + script + "\n"
    head = [
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy(script)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("link", rel="icon", href="data:,"),
        tag("title", title),
        Html(f"<style>\n{style}\n</style>"),
    ]
    inside = [body, Html(f"<script>{script}</script>")]
    whole = tag("html", tag("head", head), "\n", tag("body", inside), lang="zh-CN" if language == "zh" else "en")
    return f"<!DOCTYPE html>\n{whole}\n"


def policy(script: str) -> str:
    """Return a Content-Security-Policy that allows inline styles, pictures in data, and this script."""
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    return f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:"
