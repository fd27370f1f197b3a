"""What text is in a file that does not say, or says wrongly, how its text is encoded.

Shapefiles are the usual case: attributes in GBK and no .cpg. UTF-8 is tried first, since other text is hardly ever
valid UTF-8; then GB18030, of which GBK and GB2312 are parts. Whatever was guessed is reported.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Sequence

GUESSES = ("UTF-8", "GB18030")
_PARTS_OF_GB18030 = ("gb2312", "gbk", "gb18030")
_LONGEST_CHARACTER = 4


def superset(encoding: str) -> str:
    """Widen an encoding of Chinese to GB18030, since files said to be GB2312 or GBK hold characters beyond it.

    >>> superset("cp936"), superset("UTF-8")
    ('GB18030', 'UTF-8')
    """
    return "GB18030" if codecs.lookup(encoding).name in _PARTS_OF_GB18030 else encoding


def guess(texts: Iterable[str | None]) -> str | None:
    """Guess the encoding of texts whose bytes were read as ISO-8859-1.

    Returns
    -------
    One of `GUESSES`; "ASCII" when nothing needs guessing; None when none of them fits all texts.
    """
    foreign = {text for text in texts if text is not None and not text.isascii()}
    if not foreign:
        return "ASCII"
    return next((encoding for encoding in GUESSES if _fits(foreign, encoding)), None)


def decode(texts: Sequence[str | None], encoding: str) -> list[str | None]:
    """Decode texts whose bytes were read as ISO-8859-1."""
    return [text if text is None or text.isascii() else _decode(text, encoding) for text in texts]


def _fits(texts: Iterable[str], encoding: str) -> bool:
    try:
        for text in texts:
            _decode(text, encoding)
    except UnicodeError:
        return False
    return True


def _decode(text: str, encoding: str) -> str:
    """Decode one text; a last character that the field's width cut in two is dropped."""
    raw = text.encode("ISO-8859-1")
    incremental = codecs.getincrementaldecoder(encoding)(errors="strict")
    decoded = incremental.decode(raw, final=False)
    if len(incremental.getstate()[0]) >= _LONGEST_CHARACTER:
        raise UnicodeError
    return decoded
