"""Pickles and joblib files: described from their opcodes, never loaded, for loading one runs whatever it says."""

import pickletools
from collections import Counter

from tools.markdown import count
from tools.minio.formats.content import Content
from tools.minio.formats.shown import Shown
from tools.names import listed

RUNS_CODE = frozenset(
    "os posix nt subprocess sys builtins.eval builtins.exec builtins.compile builtins.__import__ builtins.getattr builtins.open "
    "__builtin__.eval __builtin__.exec importlib runpy socket shutil pty commands webbrowser ctypes".split()
)
"""Modules and functions that no model or data set needs."""
STRINGS = frozenset("SHORT_BINUNICODE BINUNICODE BINUNICODE8 UNICODE STRING BINSTRING SHORT_BINSTRING".split())
PUTS, GETS = frozenset("PUT BINPUT LONG_BINPUT".split()), frozenset("GET BINGET LONG_BINGET".split())


def pickle(content: Content) -> Shown:
    """The classes and functions that a pickle names."""
    found, complete = names_in(content.head)
    read = "" if complete and content.whole else " as far as its beginning tells"
    if not found:
        return Shown(f"{content.title} is a Python pickle of plain values{read}; it is not loaded.")
    dangerous = [name for name in found if name in RUNS_CODE or name.split(".")[0] in RUNS_CODE]
    first = next(iter(found))
    lead = f"{content.title} is a Python pickle of `{first}`{read}; it is not loaded."
    warning = f"\n\n**Do not load it**: it calls {listed(dangerous)}, which can run commands." if dangerous else ""
    return Shown(
        lead, f"It names {count(len(found), 'class or function', 'classes and functions')}: {listed(list(found), limit=20)}.{warning}"
    )


def names_in(data: bytes) -> tuple[dict[str, int], bool]:
    """Names of what a pickle imports, in order, with how often; and whether it could be read to its end."""
    found: Counter[str] = Counter()
    texts: list[str] = []
    memo: dict[int, str] = {}
    last = ""
    try:
        for opcode, argument, _ in pickletools.genops(data):
            if opcode.name in STRINGS:
                last = str(argument)
                texts.append(last)
            elif opcode.name in PUTS:
                memo[int(argument or 0)] = last
            elif opcode.name == "MEMOIZE":
                memo[len(memo)] = last
            elif opcode.name in GETS:
                last = memo.get(int(argument or 0), "")
                texts.append(last)
            elif opcode.name in ("GLOBAL", "INST"):
                found[".".join(str(argument).split())] += 1
                last = ""
            elif opcode.name == "STACK_GLOBAL":
                found[".".join(texts[-2:])] += 1
                last = ""
            else:
                last = ""
    except (ValueError, IndexError, UnicodeError, OverflowError, MemoryError):
        return dict(found), False
    return dict(found), True
