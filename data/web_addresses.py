"""Addresses on the web, as settings name them."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from geo.errors import InputError

ORIGIN = re.compile(r"https?://(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]{1,5})?")
"""As a Content-Security-Policy names it."""


def require_origin(given: str) -> str:
    """Return the origin of an address, which says how browsers reach One Grid.

    >>> require_origin("https://grid.street.cn/")
    'https://grid.street.cn'

    Raises
    ------
    InputError
        It is none, or has a path.
    """
    parts = urlsplit(given.rstrip("/"))
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query or parts.username:
        raise InputError("write it as https://grid.street.cn, with a port where it has one and without a path")
    return f"{parts.scheme}://{parts.netloc}".lower()


def require_issuer(given: str) -> str:
    """Return the address of an identity provider, which is encrypted unless it is on this machine.

    Raises
    ------
    InputError
        It is no such address.
    """
    parts = urlsplit(given)
    near = parts.scheme == "http" and is_loopback(parts.hostname or "")
    if not parts.hostname or not (parts.scheme == "https" or near):
        raise InputError("write it as https://id.street.cn/realms/town, exactly as the provider calls itself")
    return given


def require_tile_origins(given: object) -> object:
    """Return the origins of tile servers that were listed with commas between them.

    >>> require_tile_origins("https://*.tianditu.gov.cn, https://tiles.street.cn:8443")
    ('https://*.tianditu.gov.cn', 'https://tiles.street.cn:8443')

    Raises
    ------
    InputError
        One is no origin; a `*` stands for anything but the first part of a host; or it would let more into a policy.
    """
    if not isinstance(given, str):
        return given
    listed = tuple(one.strip() for one in given.split(",") if one.strip())
    for one in listed:
        if not ORIGIN.fullmatch(one):
            raise InputError(f"{one!r} is no origin of tiles; write https://*.tianditu.gov.cn, https://tiles.street.cn")
    return listed


def require_networks(given: object) -> object:
    """Return addresses and networks that were listed with commas between them.

    >>> require_networks("10.0.0.7, 192.168.0.0/16")
    ('10.0.0.7', '192.168.0.0/16')

    Raises
    ------
    InputError
        One is neither.
    """
    if not isinstance(given, str):
        return given
    listed = tuple(one.strip() for one in given.split(",") if one.strip())
    for one in listed:
        try:
            ip_network(one)
        except ValueError:
            raise InputError(f"{one!r} is no address or network; write 10.0.0.7, 192.168.0.0/16") from None
    return listed


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine, and nobody else's.

    >>> [is_loopback(host) for host in ("localhost", "127.0.0.1", "::1", "0.0.0.0", "grid.street.cn")]
    [True, True, True, False, False]
    """
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
