"""A page of the web, fetched with care: bounded in time and size, and never from inside the own network unless allowed.

The host's name is resolved once, the address is checked, and the connection goes to exactly that address, so that a name cannot
mean something else between check and use. Every redirect is checked the same way.
"""

import asyncio
import ipaddress
import socket
from urllib.parse import unquote

import httpx

from knowledge.origins.selection import KINDS, MAX_BYTES, Item, Selection, UnreadableDocumentError, check_size

SECONDS = 30.0
"""Longest time that a page may take, redirects included."""
MAX_REDIRECTS = 5
_MEDIA = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/markdown": "markdown",
    "text/x-rst": "restructuredtext",
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "word",
    "application/x-ipynb+json": "notebook",
    "text/x-python": "python",
    "application/yaml": "yaml",
    "text/plain": "text",
}
_UNTOLD = {"", "application/octet-stream", "application/json", "text/plain", "binary/octet-stream"}
"""Media types with which the name tells more."""
_EMBEDS_IPV4 = ipaddress.ip_network("64:ff9b::/96")


def select_page(url: str, allow_private: bool, seconds: float = SECONDS) -> Selection:
    """The page at an address, already fetched. Raises `UnreadableDocumentError` saying what the address answered."""
    try:
        response, data = asyncio.run(_within(seconds, url, allow_private))
    except TimeoutError:
        raise UnreadableDocumentError(f"the address did not answer completely within {seconds:.0f} s") from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
        raise UnreadableDocumentError(f"the address cannot be read: {error or type(error).__name__}") from None
    address = httpx.URL(url)
    names = [unquote(part) for part in address.path.split("/") if part]
    kind = _kind(response, names[-1] if names else "")
    parts = (address.host, *names)
    return Selection([Item(url, parts, len(parts), tuple(names[:-1]), lambda: _utf8(response, data, kind), kind)])


async def _within(seconds: float, url: str, allow_private: bool) -> tuple[httpx.Response, bytes]:
    async with asyncio.timeout(seconds):
        return await _fetched(url, allow_private, seconds)


async def _fetched(url: str, allow_private: bool, seconds: float) -> tuple[httpx.Response, bytes]:
    """The final answer and its body."""
    target = httpx.URL(url)
    async with httpx.AsyncClient(timeout=seconds, trust_env=False, headers={"User-Agent": "mlops-swarm"}) as client:
        for _ in range(MAX_REDIRECTS + 1):
            pinned, host = await _pinned(target, allow_private)
            request = client.build_request("GET", pinned, headers={"Host": host}, extensions={"sni_hostname": target.host})
            response = await client.send(request, stream=True)
            try:
                if not response.has_redirect_location:
                    return response, await _body(response)
                target = target.join(response.headers["location"])
            finally:
                await response.aclose()
    raise UnreadableDocumentError(f"the address redirects more than {MAX_REDIRECTS} times")


async def _pinned(target: httpx.URL, allow_private: bool) -> tuple[httpx.URL, str]:
    """The address with its host's name replaced by the checked IP address, and the value of the Host header."""
    if target.scheme not in ("http", "https") or not target.host:
        raise UnreadableDocumentError(f"{str(target)[:200]!r} is no address of a web page")
    port = target.port or (443 if target.scheme == "https" else 80)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(target.host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise UnreadableDocumentError(f"there is no host {target.host!r}; check the spelling") from None
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    allowed = [address for address in addresses if allow_private or _is_public(address)]
    if not allowed:
        raise UnreadableDocumentError(
            f"{target.host!r} is an address of a private network ({addresses[0]}); set SWARM_PRIVATE_ADDRESSES=true to allow those"
        )
    return target.copy_with(host=allowed[0]), target.netloc.decode("ascii")


def _is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, also when an IPv4 address hides in an IPv6 one."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        if ip in _EMBEDS_IPV4:
            return _is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner:
            return _is_public(str(inner))
        if ip.teredo:
            return False
    return ip.is_global and not ip.is_multicast


async def _body(response: httpx.Response) -> bytes:
    """The body, unpacked, as long as it stays within the limit."""
    if response.status_code >= 400:
        raise UnreadableDocumentError(f"the address answers {response.status_code} {response.reason_phrase}".rstrip())
    length = response.headers.get("content-length", "")
    check_size(int(length) if length.isdigit() else 0)
    data = bytearray()
    async for part in response.aiter_bytes(2**16):
        data += part
        if len(data) > MAX_BYTES:
            check_size(len(data))
    return bytes(data)


def _kind(response: httpx.Response, name: str) -> str:
    """Kind of document by media type or, where that tells nothing, by the suffix of the name."""
    media = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    suffix = "." + name.rpartition(".")[2].lower()
    kind = KINDS.get(suffix) if media in _UNTOLD else None
    kind = kind or _MEDIA.get(media)
    if kind is None:
        raise UnreadableDocumentError(f"the address answers {media or 'something of no kind'}, which is not read as a document")
    return kind


def _utf8(response: httpx.Response, data: bytes, kind: str) -> bytes:
    """Text in UTF-8 when the answer names another encoding."""
    encoding = response.charset_encoding
    if kind in ("pdf", "word") or encoding is None:
        return data
    try:
        return data.decode(encoding).encode()
    except (LookupError, UnicodeError):
        return data
