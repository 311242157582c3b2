"""Pasted text: logs, tracebacks, code and commands that a message quotes. Whoever pastes them does not ask for what they say."""

import json
import re

_LEVEL = r"(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL)"
_LOG = re.compile(
    rf"^\W*(?:\d{{4}}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d|\d\d:\d\d:\d\d(?:[.,]\d+)?\s+\W?{_LEVEL}\b|{_LEVEL}\b\s*[\]:|\[-]|{_LEVEL}\s\s?\S"
    r"|[A-Z][a-z]{2}\s+\d{1,2} \d\d:\d\d:\d\d\s|(?:time|ts|level)=\S+\s.*\b(?:msg|level)=|\d{1,3}(?:\.\d{1,3}){3}\s.*\"[A-Z]+ /)"
)
_TRACE = re.compile(
    r"^\s*(?:Traceback \(most recent call last\)|File \".*\", line \d+|at [\w.$<>/]+\(.*\)\s*$|Caused by:|Exception in thread\b"
    r"|(?:[\w.]+\.)?\w*(?:Error|Exception|Warning|Interrupt):)"
)
_CODE = re.compile(
    r"^\s*(?:(?:async )?def \w+\(|class \w+\b.*[:{]\s*$|class \w+\(|from [\w.]+ import |@[\w.]+(?:\(.*\))?\s*$"
    r"|for \w+(?:, ?\w+)* in .+:\s*$|(?:if|elif|while|with) .*[()=<>.].*:\s*$|(?:if|for|while) .+: *(?:raise|return|\w+\()"
    r"|(?:const|let|var) \w+ = |(?:pub )?fn \w+\(|function \w*\(|(?:public|private|static) [\w<>\[\] ]+\("
    r"|#include\b|(?:int|void) \w+\(|assert .+(?:==|!=|<|>)|raise \w+\(|return \w[\w.]*\(|<(\w+)[^>]*>.*</\1>"
    r"|[\w.]+\s*=\s*(?:\[|\w[\w.]*\()|(?:await |print)?\(?[A-Za-z_][\w.]*\(.*\)\)?;?\s*$|.*\)\s*[;{]\s*$|\}\s*[;),]*\s*$"
    r"|\[\[?[\w.-]+\]\]?\s*$|- (?:name|uses|image): )"
)
_QUERY = re.compile(
    r"^\s*(?:SELECT\b.+\bFROM\b|DELETE FROM\b|INSERT INTO\b|UPDATE \w+ SET\b"
    r"|(?:DROP|CREATE|ALTER|TRUNCATE) (?:TABLE|DATABASE|INDEX|VIEW)\b)"
)
_PROGRAM = (
    r"(?:(?:git|docker|kubectl|helm|sudo|pip3?|npm|apt(?:-get)?|ssh|scp|tar|chmod|chown|systemctl|crontab|nohup) \S"
    r"|export [A-Z_]+=|kill -\w+ \d+\b)"
)
_SHELL = re.compile(
    rf"^\s*(?:[$#%>]\s+[a-z]|{_PROGRAM}|(?:for|while) .+; do\b|make \w+ && |\S.*(?:&&|\|\||;)\s*{_PROGRAM}"
    r"|\S.*(?:\$\(|\$\?|\s\d?>{1,2}\s*\S+\s*$|\s\|\s*[a-z]+(?:\s|$)))"
)
_PARTS = (_LOG, _TRACE, _CODE, _QUERY, _SHELL)
_BESIDE = re.compile(r"^(?:\s+\S|import [\w.]+|from [\w.]+|[\w.-]+\s*[=:]|[\w.]+\(|[)\]}]|(?:#|//)|\w+ .*[:;{]\s*$|\w+ -{1,2}\w|\s*$)")
"""What belongs to pasted text where it stands beside it."""


def spoken(text: str) -> str:
    """A text without what is pasted into it; empty where nothing else is said."""
    if _is_data(text):
        return ""
    lines = text.splitlines()
    pasted = [any(part.match(line) for part in _PARTS) for line in lines]
    if not any(pasted):
        return text
    for order in (range(1, len(lines)), range(len(lines) - 2, -1, -1)):
        step = 1 if order.step > 0 else -1
        for place in order:
            pasted[place] = pasted[place] or (pasted[place - step] and _BESIDE.match(lines[place]) is not None)
    return "\n".join(line for line, out in zip(lines, pasted, strict=True) if not out).strip()


def _is_data(text: str) -> bool:
    """Whether a text is JSON and nothing else."""
    bare = text.strip()
    if not (bare.startswith(("{", "[")) and bare.endswith(("}", "]"))):
        return False
    try:
        return isinstance(json.loads(bare), dict | list)
    except (ValueError, RecursionError):
        return re.match(r"[{\[]\s*[\"'{\[]", bare) is not None
