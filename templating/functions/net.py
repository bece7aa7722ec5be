"""Addresses and networks; names are only looked up when the policy allows the network."""

from __future__ import annotations

import ipaddress

from ..errors import Failure
from ..kinds import GoObject, Strings
from ..numbers import to_int64
from ..values import text_of
from .registry import Family

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FAMILY = Family("net", "Addresses and networks")
add = FAMILY.add
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Address(GoObject):
    __slots__ = ("value",)
    go_type = "netip.Addr"

    def __init__(self, value: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
        self.value = value

    def __str__(self) -> str:
        return str(self.value)

    members = {
        "String": ("", str),
        "IsPrivate": ("", lambda self: self.value.is_private),
        "IsLoopback": ("", lambda self: self.value.is_loopback),
        "IsMulticast": ("", lambda self: self.value.is_multicast),
        "Is4": ("", lambda self: self.value.version == 4),
        "Is6": ("", lambda self: self.value.version == 6),
        "Next": ("", lambda self: Address(self.value + 1)),
        "Prev": ("", lambda self: Address(self.value - 1)),
    }


class Prefix(GoObject):
    __slots__ = ("address", "value")
    go_type = "netip.Prefix"

    def __init__(self, address: Address, value: Network) -> None:
        self.address, self.value = address, value

    def __str__(self) -> str:
        return f"{self.address}/{self.value.prefixlen}"

    members = {
        "String": ("", str),
        "Bits": ("", lambda self: self.value.prefixlen),
        "Addr": ("", lambda self: self.address),
        "IP": ("", lambda self: self.address),
        "Masked": ("", lambda self: Prefix(Address(self.value.network_address), self.value)),
        "Contains": ("any", lambda self, other: _address(other).value in self.value),
        "Range": ("", lambda self: Range(Address(self.value[0]), Address(self.value[-1]))),
    }


class Range(GoObject):
    __slots__ = ("first", "last")
    go_type = "netipx.IPRange"

    def __init__(self, first: Address, last: Address) -> None:
        self.first, self.last = first, last

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"

    members = {
        "String": ("", str),
        "From": ("", lambda self: self.first),
        "To": ("", lambda self: self.last),
        "Contains": (
            "any",
            lambda self, other: int(self.first.value) <= int(_address(other).value) <= int(self.last.value),
        ),
    }


def _address(value: Any) -> Address:
    if isinstance(value, Address):
        return value
    try:
        return Address(ipaddress.ip_address(text_of(value)))
    except ValueError:
        raise Failure(f"ParseAddr({text_of(value)!r}): unable to parse IP".replace("'", '"')) from None


def _network(value: Any) -> Network:
    try:
        return ipaddress.ip_network(text_of(value), strict=False)
    except ValueError:
        raise Failure(f"invalid CIDR address: {text_of(value)}") from None


@add("net.ParseIP", "any", '{{ (net.ParseIP "10.0.0.1").IsPrivate }}', "true")
def parse_ip(value: Any) -> Address:
    """An address, with IsPrivate, IsLoopback, Is4, Is6, Next and others."""
    return _address(value)


@add("net.ParseIPPrefix", "any", '{{ (net.ParseIPPrefix "10.0.0.5/24").Masked }}', "10.0.0.0/24")
def parse_ip_prefix(value: Any) -> Prefix:
    """A network, with Addr, Bits, Masked, Range and Contains."""
    return Prefix(_address(text_of(value).partition("/")[0]), _network(value))


@add("net.ParseIPRange", "any", '{{ (net.ParseIPRange "10.0.0.1-10.0.0.9").Contains "10.0.0.5" }}', "true")
def parse_ip_range(value: Any) -> Range:
    """A range of addresses, with From, To and Contains."""
    first, dash, last = text_of(value).partition("-")
    if not dash:
        raise Failure(f"no hyphen in range {text_of(value)}")
    return Range(_address(first.strip()), _address(last.strip()))


@add("net.CIDRHost", "any any", '{{ net.CIDRHost 5 "10.0.0.0/24" }}', "10.0.0.5")
def cidr_host(number: Any, cidr: Any) -> Address:
    """The address of a number in a network; negative ones count from its end."""
    network, host = _network(cidr), to_int64(number)
    if not -network.num_addresses <= host < network.num_addresses:
        raise Failure(f"prefix of {network.prefixlen} does not accommodate a host numbered {host}")
    return Address(network[host])


@add("net.CIDRNetmask", "any", '{{ net.CIDRNetmask "10.0.0.0/20" }}', "255.255.240.0")
def cidr_netmask(cidr: Any) -> Address:
    """The mask of a network."""
    return Address(_network(cidr).netmask)


@add("net.CIDRSubnets", "any any", '{{ net.CIDRSubnets 1 "10.0.0.0/24" }}', "[10.0.0.0/25 10.0.0.128/25]", context=True)
def cidr_subnets(rt: Any, bits: Any, cidr: Any) -> list[Prefix]:
    """All networks within one that are longer by so many bits."""
    network, extra = _network(cidr), to_int64(bits)
    if not 1 <= extra <= network.max_prefixlen - network.prefixlen:
        raise Failure(f"insufficient address space to extend prefix of {network.prefixlen} by {extra}")
    rt.room_for_items(1 << extra)
    return [Prefix(Address(found.network_address), found) for found in network.subnets(extra)]


@add("net.CIDRSubnetSizes", "any...", '{{ net.CIDRSubnetSizes 1 2 "10.0.0.0/24" }}', "[10.0.0.0/25 10.0.0.128/26]")
def cidr_subnet_sizes(*values: Any) -> list[Prefix]:
    """Networks one after the other, each longer by its own number of bits: bits…, network."""
    if len(values) < 2:
        raise Failure(f"wrong number of args: want 2 or more, got {len(values)}")
    network = _network(values[-1])
    at = int(network.network_address)
    end = at + network.num_addresses
    found: list[Prefix] = []
    for value in values[:-1]:
        length = network.prefixlen + to_int64(value)
        if not network.prefixlen < length <= network.max_prefixlen:
            raise Failure(f"must extend prefix by at least one bit and not beyond {network.max_prefixlen}")
        size = 1 << network.max_prefixlen - length
        at = (at + size - 1) // size * size
        if at + size > end:
            raise Failure(f"not enough remaining address space for a subnet with a prefix of {length} bits")
        made = type(network)((at, length))
        found.append(Prefix(Address(made.network_address), made))
        at += size
    return found


# --- names --------------------------------------------------------------------------------------------


def _look_up(rt: Any, host: str) -> list[str]:
    if not rt.policy.network:
        raise Failure("templates may not use the network here")
    import socket

    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as problem:
        raise Failure(f"lookup {host}: {problem.strerror or problem}") from None
    return sorted({str(entry[4][0]) for entry in found if entry[0] == socket.AF_INET}) or sorted(
        {str(entry[4][0]) for entry in found}
    )


@add(
    "getHostByName net.LookupIP",
    "string",
    '{{ if false }}{{ getHostByName "h.example" }}{{ end }}ok',
    "ok",
    context=True,
)
def get_host_by_name(rt: Any, host: str) -> str:
    """An address of a host."""
    return _look_up(rt, host)[0]


@add("net.LookupIPs", "string", '{{ if false }}{{ net.LookupIPs "h.example" }}{{ end }}ok', "ok", context=True)
def lookup_ips(rt: Any, host: str) -> Strings:
    """All addresses of a host."""
    return Strings(_look_up(rt, host))


@add("net.LookupCNAME", "string", '{{ if false }}{{ net.LookupCNAME "h.example" }}{{ end }}ok', "ok", context=True)
def lookup_cname(rt: Any, host: str) -> str:
    """The canonical name of a host."""
    if not rt.policy.network:
        raise Failure("templates may not use the network here")
    import socket

    try:
        return socket.gethostbyname_ex(host)[0].rstrip(".") + "."
    except OSError as problem:
        raise Failure(f"lookup {host}: {problem.strerror or problem}") from None
