"""What a browser shows of a way to sign in that signs nobody in: a page; programs get the problem document."""

from __future__ import annotations

from html import escape

PAGE = """<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>多网合一 · One Grid</title>
<p>登录链接无效：每个链接只能用一次，这个已经用过、已过期，或者本来就不对。</p>
<p>请重新运行 <code>onegrid serve</code>，打开它给出的新链接；或者到 <a href="/">首页</a> 登录。</p>
<div lang="en">
<p>This link does not sign you in: a link works once, and this one was used, is too old, or never was one.</p>
<p>Start <code>onegrid serve</code> anew and open the link that it prints,
or sign in at <a href="/">the first page</a>.</p>
</div>
</html>
"""

ELSEWHERE = """<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>多网合一 · One Grid</title>
<p>没有登录成功：统一身份认证没有确认这次登录，或者您的账号在这里没有角色、已被停用。</p>
<p>请回到 <a href="/">首页</a> 再试一次；仍然不行，请把下面这句话告诉管理员。</p>
<div lang="en">
<p>You are not signed in: {sentence}.</p>
<p>Go back to <a href="/">the first page</a> and try again; if that does not help, tell your administrator.</p>
</div>
</html>
"""


def elsewhere_refused(sentence: str) -> str:
    """Return the page for somebody whom the identity provider's word did not sign in.

    >>> "<p>You are not signed in: &lt;b&gt;.</p>" in elsewhere_refused("<b>")
    True
    """
    return ELSEWHERE.format(sentence=escape(sentence))


def wants_page(accepted: str) -> bool:
    """Tell whether whoever asks, by the header ``Accept``, is a browser that shows a page.

    >>> wants_page("text/html,application/xhtml+xml,*/*;q=0.8"), wants_page("application/json"), wants_page("*/*")
    (True, False, False)
    """
    kinds = (kind.partition(";")[::2] for kind in accepted.lower().split(","))
    return any(kind.strip() == "text/html" and weight.strip() not in {"q=0", "q=0.0"} for kind, weight in kinds)
