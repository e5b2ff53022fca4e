"""What of an address counts for limits: whoever has an IPv6 address has a whole /64 of them."""

from __future__ import annotations

from ipaddress import IPv6Address, IPv6Network, ip_address


def net(address: str) -> str:
    """An IPv4 address as it is, of an IPv6 address its /64; what is no address stays as it is, cut to 45 characters."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:45]
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(IPv6Network((int(found), 64), strict=False))
