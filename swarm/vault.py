"""The vault: a conversation's secrets under stable placeholders. Models, logs and people see `<secret:1>`; only a tool gets the value."""

import base64
import hashlib
import hmac
import os
import re
import secrets as chance
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar, cast

from cryptography.fernet import Fernet, InvalidToken
from pydantic import BaseModel
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from swarm.secrets import masked
from swarm.settings import SwarmSettings
from swarm.store import Store
from swarm.tables import secrets

OWN = "<secret:own>"
"""Stands for a secret of the installation's own settings; never put back."""
SHORTEST = 6
"""Characters from which a value of the settings is looked for everywhere: shorter ones are everyday words."""
TRIES = 20
"""How often a number is asked for that other processes take at the same time."""
PLACEHOLDER = re.compile(r"<secret:(\d{1,6})>")
T = TypeVar("T")


class Vault:
    """Masks and puts back. Values are kept sealed with a key that is not in the database. Methods block."""

    def __init__(self, store: Store, own: Iterable[str], key: bytes) -> None:
        self._store = store
        self._own: list[str] = []
        self._key = key
        self._seal = Fernet(base64.urlsafe_b64encode(hashlib.sha256(key).digest()))
        self._numbers: dict[str, dict[str, int]] = {}
        """By conversation: the values with their numbers, the longest first, since one may be part of another. Replaced, never changed."""
        self._lock = threading.Lock()
        self._numbering = threading.Lock()
        self.protect(*own)

    def protect(self, *values: str) -> None:
        """Add secrets of the installation itself, such as a token that was just made."""
        for value in values:
            if len(value) >= SHORTEST and value not in self._own:
                forms = [value, base64.b64encode(value.encode()).decode()]
                self._own = sorted({*self._own, *forms}, key=len, reverse=True)

    def mask(self, session: str, text: str) -> str:
        """A text without its secrets; the same secret has the same placeholder throughout a conversation. Without one it has no number."""
        if not session:
            return self.anonymous(text)
        for value in self._own:
            if value in text:
                text = text.replace(value, OWN)
        found = masked(self._known(session, text), lambda value: self._placeholder(session, value))
        return self._known(session, found)

    def mask_all(self, session: str, data: T) -> T:
        """A copy of plain data or of a model with all its texts masked."""
        return cast(T, _walked(data, lambda text: self.mask(session, text)))

    def restore(self, session: str, data: T) -> T:
        """A copy of plain data with the values put back. Only for the arguments of a tool call."""
        if not session:
            return data
        return cast(T, _walked(data, lambda text: PLACEHOLDER.sub(lambda m: self._value(session, int(m.group(1))) or m.group(), text)))

    def anonymous(self, text: str) -> str:
        """A text without its secrets where there is no conversation, such as a line of the log."""
        for value in self._own:
            if value in text:
                text = text.replace(value, OWN)
        return masked(text, lambda _: "<secret>")

    def known(self, session: str) -> list[str]:
        """The values that are masked in this conversation wherever they stand."""
        return [*self._own, *self._seen(session)]

    def forget(self, session: str) -> None:
        """Drop what is remembered of a conversation: it was deleted, or another process may have learned of its secrets."""
        with self._lock:
            self._numbers.pop(session, None)

    def _known(self, session: str, text: str) -> str:
        """Secrets seen before in this conversation are masked wherever they stand, also where nothing tells that they are one."""
        for value, number in self._seen(session).items():
            if value in text:
                text = text.replace(value, f"<secret:{number}>")
        return text

    def _placeholder(self, session: str, value: str) -> str:
        if value.startswith("<secret"):
            return value
        number = self._seen(session).get(value)
        if number is None:
            number = self._kept(session, value)
            with self._lock:
                if session in self._numbers:
                    self._numbers[session] = _longest_first({**self._numbers[session], value: number})
        return f"<secret:{number}>"

    def _seen(self, session: str) -> Mapping[str, int]:
        known = self._numbers.get(session)
        if known is not None:
            return known
        query = select(secrets.c.number, secrets.c.sealed).where(secrets.c.session == session)
        with self._lock:  # what another thread finds meanwhile is in what is read here, or is added to it
            with self._store.reading() as connection:
                rows = [(self._opened(row.sealed), int(row.number)) for row in connection.execute(query)]
            known = self._numbers[session] = _longest_first({value: number for value, number in rows if value is not None})
        return known

    def _kept(self, session: str, value: str) -> int:
        """The number of a secret in the database, which other processes use too."""
        digest = hmac.digest(self._key, value.encode(), "sha256").hex()
        with self._numbering:
            for _ in range(TRIES):
                try:
                    return self._numbered(session, digest, value)
                except IntegrityError:
                    continue  # another process took the number just now
        raise RuntimeError("no number for a placeholder could be had")

    def _numbered(self, session: str, digest: str, value: str) -> int:
        mine = secrets.c.session == session
        with self._store.writing() as connection:
            known = connection.execute(select(secrets.c.number).where(mine, secrets.c.digest == digest)).scalar()
            if known is not None:
                return int(known)
            number = int(connection.execute(select(func.coalesce(func.max(secrets.c.number), 0)).where(mine)).scalar_one()) + 1
            sealed = self._seal.encrypt(value.encode()).decode()
            connection.execute(secrets.insert().values(session=session, number=number, digest=digest, sealed=sealed))
            return number

    def _value(self, session: str, number: int) -> str | None:
        found = next((value for value, n in self._seen(session).items() if n == number), None)
        if found is None:
            self.forget(session)  # another process may have seen it
            found = next((value for value, n in self._seen(session).items() if n == number), None)
        return found

    def _opened(self, sealed: str) -> str | None:
        try:
            return self._seal.decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None  # sealed with another key


def sealing_key(settings: SwarmSettings) -> bytes:
    """The key of the settings, or the one of their home, which is made when it is first needed."""
    if settings.secrets_key:
        return settings.secrets_key.get_secret_value().encode()
    home = settings.home
    home.mkdir(parents=True, exist_ok=True)
    file = home / "secrets.key"
    draft = home / f"secrets.key.{os.getpid()}.{chance.token_hex(4)}"
    if not file.exists():
        draft.touch(mode=0o600)
        draft.write_bytes(chance.token_hex(32).encode())
        try:
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_bytes()


def _longest_first(numbers: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(numbers.items(), key=lambda item: len(item[0]), reverse=True))


def _walked(data: Any, change: Callable[[str], str]) -> Any:
    if isinstance(data, str):
        return change(data)
    if isinstance(data, dict):
        picture = "base64" if str(data.get("media_type", "")).startswith("image/") else None
        return {_walked(key, change): value if key == picture else _walked(value, change) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return type(data)(_walked(value, change) for value in data)
    if isinstance(data, BaseModel):
        return data.model_copy(update={name: _walked(getattr(data, name), change) for name in type(data).model_fields})
    return data
