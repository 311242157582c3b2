"""Finding secrets in text: by the form that issuers give them, by the name they stand under, by the address they are part of, by chance.

What only looks random stays: hashes, etags, UUIDs, run ids, commit ids, versions, paths and names.
"""

import math
import re
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

BLOCK = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----|\Z)",
)
LONG = re.compile(r"[\w+/=.:~-]{16,}")
"""Words that may be a token; most text has few of them."""
ISSUED = re.compile(
    r"""
    LS0tLS1CRUdJTi[A-Za-z0-9+/=]{20,}                                  # a PEM block in base64, as in a kubeconfig
    | \beyJ[\w-]{8,}\.eyJ[\w-]{4,}\.[\w-]{8,}                          # JSON web token
    | \b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b                          # AWS access key id
    | \bgh[pousr]_[A-Za-z0-9]{20,} | \bgithub_pat_\w{20,} | \bglpat-[\w-]{18,} | \bgl(?:dt|rt|cbt|ptt|soat)-[\w-]{18,}
    | \bxox[abeprs]-[\w-]{10,} | \bxapp-\d-[\w-]{10,} | \bhooks\.slack\.com/services/[\w/]{20,}
    | \bsk-(?:proj-|ant-|or-|svcacct-)?[\w-]{16,} | \b[sr]k_(?:live|test)_\w{16,} | \bwhsec_\w{16,}
    | \bhf_[A-Za-z0-9]{20,} | \bnpm_[A-Za-z0-9]{30,} | \bpypi-[\w-]{30,} | \bdapi[a-f0-9]{32}\b | \bhv[sb]\.[\w-]{20,}
    | \bAIza[\w-]{30,} | \bya29\.[\w-]{20,} | \bGOCSPX-[\w-]{20,} | \bSG\.[\w-]{16,}\.[\w-]{16,} | \bdo[opr]_v1_[a-f0-9]{40,}
    | \bgsk_\w{20,} | \bpplx-\w{20,} | \br8_\w{20,} | \bnvapi-[\w-]{20,} | \bwandb_v\d_\w{20,} | \bATATT[\w=-]{20,} | \blin_api_\w{20,}
    | \b\d{8,10}:AA[\w-]{30,} | \bAGE-SECRET-KEY-1[A-Z0-9]{40,} | \beyJrIjoi[\w=-]{20,}
    """,
    re.X,
)
NAMED = re.compile(
    r"""
    (?: (?P<word>passw(?:or)?d|passphrase|pwd|(?<![a-z])pass(?=["']?\s*[:=]))
          | secret(?:[_.-]?(?:access[_.-]?)?key)? | api[_.-]?key | (?:access|private|account|shared|encryption|signing|auth)[_.-]?key
          | token | credentials? | client[_.-]?secret)
    (?:["'`]|\\["'])?\s{0,4}(?::=|=>|[:=]|,\s*(?:["']?value["']?\s*[:=]))\s{0,4}
    (?: (?P<mark>\\?["'`])(?P<quoted>[^"'`\n\\]{4,200}) | (?P<value>[^\s"'`,;&<>(){}\[\]|]{4,200}) )
    """,
    re.X | re.I,
)
SPOKEN = re.compile(
    r"\b(?P<word>passwords?|passphrase|pwd|(?:api|access|secret|private)[ -]key|token|secret)(?: for \S{1,40}| of \S{1,40})?"
    r"(?P<tie> is| was|:| =)?\s+[\"'`“]?(?P<value>[^\s\"'`“”<>,;]{6,200})",
    re.I,
)
PAIRED = re.compile(
    r"(?P<word>passw(?:or)?d|passphrase|pwd|secret|(?:api|access|private|account)[_.-]?key|secret[_-]?key|token)[\"']?\s*[|,\t]\s*[\"']?"
    r"(?P<value>(?!\w+=(?:true|false|none|null|\d+)\b)[^\s\"',;|<>]{8,200})",
    re.I,
)
"""A name and its value in a table: `| db_password | hunter2-x |`."""
ADDRESS = re.compile(r"(?<=[a-z0-9])://(?:[^\s/:@<>]{0,100}:(?P<password>[^\s/@<>]{1,200})|(?P<token>[^\s/:@<>]{16,200}))@", re.I)
HEADER = re.compile(r"\b(?:Bearer|Basic|Token|ApiKey)\s+(?P<value>[A-Za-z0-9+/._~=-]{12,})", re.I)
RANDOM = re.compile(r"(?<![A-Za-z0-9+/_.-])[A-Za-z0-9+/_-]{36,100}={0,2}(?![A-Za-z0-9+/_=-])")
KEYWORDS = ("pass", "pwd", "secret", "token", "cred")
KEYS = re.compile(r"(?:api|access|private|account|shared|encryption|signing|auth)[ _.-]?key")
"""Text without any of these words tells no secret by name: most text is looked at no further."""
SCHEMES = ("bearer", "basic", "token", "apikey")

_HARMLESS = re.compile(
    r"^(?:none|null|nil|true|false|str|string|int|integer|float|bool|bytes|optional|required|missing|invalid|wrong|expired|correct|empty|unset"
    r"|changed|rotated|reset|stored|valid|incorrect|rejected|accepted|needed|unknown|default|redacted|hidden|masked|example|anonymous"
    r"|auth\w*|secret|token|password|value|values|key|file|string|and|the|for|not|was|has|from|with|that|which|will|must|should|does|can.?t"
    r"|limit\w*|length|count|budget|usage|field|column|name|policy|manager|required\W*|here)\W*$",
    re.I,
)
_REFERENCE = re.compile(r"^(?:[$%{<*#]|\.\.\.|x{4,}$|-+$|_+$)|^(?:\$\{|\{\{)|(?:environ|getenv|getpass|settings?\.|self\.|os\.)|[()]", re.I)
_HASH_NEAR = re.compile(
    r"(?:etag|hash|digest|checksum|sha\d*|md5|crc\w*|commit|integrity|fingerprint|version\w*|revision|uuid|\bid)\W{0,4}$|sha\d{1,3}[-:]$",
    re.I,
)

_PATH = re.compile(r"://[^\s/?#@]{1,80}(?:[:/][^\s?#]*)?$")
"""A link is made to be passed on; what must not be known stands in the query of an address, or before its host."""


def find(text: str) -> list[tuple[int, int]]:
    """Where secrets stand in a text, as start and end, in order and apart from one another."""
    lower = text.lower()
    spans: list[tuple[int, int]] = []
    if any(word in lower for word in KEYWORDS) or ("key" in lower and KEYS.search(lower)):
        spans += [_span(m, "quoted", "value") for m in NAMED.finditer(text) if _tells(m["quoted"] or m["value"], bool(m["word"]))]
        spans += [m.span("value") for m in PAIRED.finditer(text) if _tells(m["value"], "pass" in m["word"].lower(), loose=True)]
        spans += [m.span("value") for m in SPOKEN.finditer(text) if _spoken(m)]
    if "://" in text:
        spans += [_span(m, "password", "token") for m in ADDRESS.finditer(text) if not _REFERENCE.search(m["password"] or m["token"])]
    if any(word in lower for word in SCHEMES):
        spans += [m.span("value") for m in HEADER.finditer(text) if _mixed(m["value"])]
    if "-----BEGIN" in text:
        spans += [m.span() for m in BLOCK.finditer(text)]
    for long in LONG.finditer(text):
        spans += [m.span() for m in ISSUED.finditer(text, *long.span())]
        spans += [m.span() for m in RANDOM.finditer(text, *long.span()) if _random(m.group()) and not _explained(text, m.start())]
    return _apart(spans)


def masked(text: str, placeholder: Callable[[str], str]) -> str:
    """The text with each secret replaced by its placeholder."""
    spans = find(text)
    if not spans:
        return text
    parts, end = [], 0
    for start, stop in spans:
        parts += [text[end:start], placeholder(text[start:stop])]
        end = stop
    return "".join([*parts, text[end:]])


def _span(match: re.Match[str], *groups: str) -> tuple[int, int]:
    return next(match.span(group) for group in groups if match[group] is not None)


def _apart(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _tells(value: str, password: bool, loose: bool = False) -> bool:
    """Whether a value under a telling name is a secret itself and not a word about it, a reference or a setting.

    Args:
        value: what stands there.
        password: people make up passwords, so plain words count; tokens and keys have figures in them.
        loose: nothing ties the value to the name, so it must look like a secret by itself.
    """
    if _HARMLESS.match(value) or _REFERENCE.search(value):
        return False
    if password and not loose:
        return True
    letters, figures = any(c.isalpha() for c in value), any(c.isdigit() for c in value)
    if password:
        return letters and (figures or any(c in "!@#$%^&*+?~" for c in value.rstrip("?!.,")))
    if not letters or re.fullmatch(r"[a-z]+(?:[-_./][a-z0-9]{1,12})*", value):
        return False  # a number of tokens, or the name of a secret or of a tokenizer
    return (figures and len(value) >= 8) or (_mixed(value) and len(value) >= 12)


def _mixed(value: str) -> bool:
    return any(c.isdigit() for c in value) or (any(c.islower() for c in value) and any(c.isupper() for c in value))


def _spoken(match: re.Match[str]) -> bool:
    """Whether a sentence tells a secret: "the password hunter22" does, "the token of run 7" does not."""
    password = match["word"].lower().startswith("pass")
    return (password or match["tie"] is not None) and _tells(match["value"], password, loose=True)


def _explained(text: str, start: int) -> bool:
    """Whether what stands before tells that something random is no secret: the name of a hash, or an address whose path it belongs to."""
    return _HASH_NEAR.search(text[max(0, start - 24) : start]) is not None or _PATH.search(text[max(0, start - 100) : start]) is not None


def _random(value: str) -> bool:
    """Whether a long word was made by chance: many different characters that change their sort all the time."""
    core = value.rstrip("=")
    if re.fullmatch(r"(?:sha\d+[-:])?[0-9a-fA-F-]+|sha\d+[-:].*", core) or not all(re.search(s, core) for s in (r"\d", "[a-z]", "[A-Z]")):
        return False
    words = len(re.findall(r"\d+", core)) < 2 and re.search(r"[a-z]{4}", core)
    if words or max(len(part) for part in re.split(r"[-_/]", core)) < 12:
        return False  # words put together, or a path
    sorts = ["d" if c.isdigit() else "u" if c.isupper() else "l" if c.islower() else "s" for c in core]
    changes = sum(a != b for a, b in pairwise(sorts)) / (len(core) - 1)
    counts = Counter(core)
    entropy = -sum(n / len(core) * math.log2(n / len(core)) for n in counts.values())
    return changes >= 0.35 and entropy >= 4.2
