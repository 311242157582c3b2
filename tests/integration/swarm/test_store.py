"""The store on SQLite and on PostgreSQL: claims, vault, audit log, profiles, conversations; several processes at once."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Executable, delete, text, update
from sqlalchemy.exc import DatabaseError

from swarm import tables
from swarm.audit import AuditLog, Entry
from swarm.errors import SettingsError, StoreError
from swarm.notes import Profiles, UserNotebook, expanded
from swarm.settings import SwarmSettings
from swarm.store import Store
from swarm.vault import OWN, Vault, sealing_key
from tests.postgres import PostgresServer
from tools.result import ToolError
from tools.speaker import Speaker, speaking


@pytest.fixture(scope="module")
def place(database_url: str | None, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str | None]:
    return tmp_path_factory.mktemp("store"), database_url


@pytest.fixture
def store(place: tuple[Path, str | None]) -> Iterator[Store]:
    opened = Store.open(*place)
    yield opened
    opened.close()


def test_one_of_many_gets_a_claim(store: Store) -> None:
    won: list[int] = []
    threads = [threading.Thread(target=lambda n=n: store.claim("only-one") and won.append(n)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1


def test_a_claim_is_renewed_by_its_holder_and_ends(store: Store) -> None:
    assert store.claim("lease", "a", seconds=30)
    assert store.claim("lease", "a", seconds=0.05)
    deadline = time.monotonic() + 10
    while not store.claim("lease", "b", seconds=30):
        assert time.monotonic() < deadline
    assert not store.claim("lease", "a", seconds=30)
    store.release("lease", "b")
    assert store.claim("lease", "a", seconds=30)


def test_many_processes_open_a_new_database_at_once(postgres: PostgresServer, tmp_path: Path) -> None:
    for url in (None, postgres.database()):
        script = f"from pathlib import Path; from swarm.store import Store; Store.open(Path({str(tmp_path)!r}), {url!r}).close()"
        children = [subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE, text=True) for _ in range(4)]
        assert [(child.wait(60), child.stderr.read() if child.stderr else "") for child in children] == [(0, "")] * 4


def test_an_address_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="mysql"):
        Store.open(tmp_path, "mysql://u:p@h/db")
    with pytest.raises(StoreError, match="DATABASE_URL") as error:
        Store.open(tmp_path, "postgresql://ann:hidden-word@127.0.0.1:9/none")
    assert "hidden-word" not in str(error.value)


def vault(store: Store, place: tuple[Path, str | None], *own: str) -> Vault:
    return Vault(store, own, sealing_key(SwarmSettings(home=place[0])))


def test_placeholders_are_stable_and_put_back(store: Store, place: tuple[Path, str | None]) -> None:
    first = vault(store, place)
    said = first.mask("v1", "password=hunter2x and token: ab12cd34ef56, again hunter2x")
    assert said == "password=<secret:1> and token: <secret:2>, again <secret:1>"
    assert first.mask("v1", "it was hunter2x") == "it was <secret:1>"
    another = vault(store, place)
    assert another.mask("v1", "db_password: hunter2x") == "db_password: <secret:1>"
    assert another.restore("v1", {"args": ["<secret:1>", {"a": "x<secret:2>"}], "n": 3}) == {
        "args": ["hunter2x", {"a": "xab12cd34ef56"}],
        "n": 3,
    }


def test_placeholders_of_another_conversation_mean_nothing(store: Store, place: tuple[Path, str | None]) -> None:
    keeper = vault(store, place)
    keeper.mask("v2", "password=of-the-first")
    assert keeper.restore("v3", "<secret:1> <secret:99> <secret:own>") == "<secret:1> <secret:99> <secret:own>"


def test_what_another_process_has_masked_is_put_back_here(store: Store, place: tuple[Path, str | None]) -> None:
    here, there = vault(store, place), vault(store, place)
    here.mask("v4", "nothing yet")
    assert there.mask("v4", "password=late-secret1") == "password=<secret:1>"
    assert here.restore("v4", "<secret:1>") == "late-secret1"


def test_the_installations_own_secrets_are_never_put_back(store: Store, place: tuple[Path, str | None]) -> None:
    keeper = vault(store, place, "plain-looking-word", "tiny")
    assert keeper.mask("v5", "a plain-looking-word, tiny") == f"a {OWN}, tiny"
    assert keeper.restore("v5", OWN) == OWN
    assert keeper.anonymous("plain-looking-word password=hunter2x") == f"{OWN} password=<secret>"


def test_secrets_do_not_lie_open_in_the_database(store: Store, place: tuple[Path, str | None]) -> None:
    vault(store, place).mask("v6", "password=lies-open-9")
    with store.reading() as connection:
        rows = connection.execute(tables.secrets.select().where(tables.secrets.c.session == "v6")).all()
    assert len(rows) == 1
    assert "lies-open-9" not in str(rows)
    assert (place[0] / "secrets.key").stat().st_mode & 0o077 == 0


def test_a_secret_that_begins_like_another_leaves_no_end(store: Store, place: tuple[Path, str | None]) -> None:
    other = vault(store, place)
    assert other.mask("v8", "password=hunter22x-prod-Q7") == "password=<secret:1>"
    assert other.mask("v8", "password=hunter22x") == "password=<secret:2>"
    for again in (other, vault(store, place)):
        assert again.mask("v8", "it was hunter22x-prod-Q7, before that hunter22x") == "it was <secret:1>, before that <secret:2>"


def test_secrets_found_by_many_threads_at_once(store: Store, place: tuple[Path, str | None]) -> None:
    keeper = vault(store, place)
    failed: list[str] = []

    def work(number: int) -> None:
        try:
            for turn in range(20):
                value = f"pw-{number}-{turn}-q"
                keeper.mask("v9", f"password={value}")
                keeper.restore("v9", "<secret:99999>")
                told = keeper.mask("v9", f"{'much text ' * 2000} {value}")
                failed.extend([value] if value in told else [])
        except Exception as error:  # noqa: BLE001 - whatever a thread ends with fails the test
            failed.append(repr(error))

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert failed == []


def test_whatever_stands_beside_a_picture_is_masked(store: Store, place: tuple[Path, str | None]) -> None:
    keeper = vault(store, place)
    given = {"media_type": "image/png", "base64": "iVBORw0KGgo=", "title": "password=beside-it-9"}
    assert keeper.mask_all("v10", given) == {**given, "title": "password=<secret:1>"}
    assert keeper.mask_all("v10", {"base64": "beside-it-9", "arguments": ["beside-it-9"]}) == {
        "base64": "<secret:1>",
        "arguments": ["<secret:1>"],
    }


def test_the_audit_log_only_grows(store: Store) -> None:
    log = AuditLog(store, b"key")
    assert log.verify() == (0, None)
    threads = [threading.Thread(target=lambda n=n: log.append(Entry(user=f"u{n % 2}", session="s", tool=f"t{n}"))) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert log.verify() == (12, None)
    assert {e.tool for e in log.entries(user="u1")} == {f"t{n}" for n in range(1, 12, 2)}
    assert len(log.entries(limit=5)) == 5
    for change in (update(tables.audit).values(entry="{}"), delete(tables.audit)):
        with pytest.raises(DatabaseError, match="append-only"), store.writing() as connection:
            connection.execute(change)
    unlocked = {"sqlite": "DROP TRIGGER swarm_audit_no_delete", "postgresql": "ALTER TABLE swarm_audit DISABLE TRIGGER ALL"}
    with store.writing() as connection:
        connection.execute(text(unlocked[store.dialect]))
        connection.execute(delete(tables.audit).where(tables.audit.c.number == 12))
    assert log.verify() == (11, 12)


def meddled(tmp_path: Path, *changes: Executable) -> tuple[int, int | None]:
    """What is found of twelve entries after somebody with all rights on the database has changed them."""
    store = Store.open(tmp_path)
    log = AuditLog(store, b"key")
    for n in range(12):
        log.append(Entry(user="ann", session="s", tool=f"t{n}"))
    with store.writing() as connection:
        for statement in (text("DROP TRIGGER swarm_audit_no_update"), text("DROP TRIGGER swarm_audit_no_delete"), *changes):
            connection.execute(statement)
    found = log.verify()
    store.close()
    return found


def test_a_changed_entry_shows(tmp_path: Path) -> None:
    assert meddled(tmp_path, update(tables.audit).where(tables.audit.c.number == 7).values(entry='{"user": "eve"}')) == (7, 7)


def test_an_entry_removed_in_the_middle_shows(tmp_path: Path) -> None:
    assert meddled(tmp_path, delete(tables.audit).where(tables.audit.c.number == 7)) == (7, 7)


@pytest.mark.parametrize("last", [0, 5, 11])
def test_a_log_cut_off_at_its_end_shows(tmp_path: Path, last: int) -> None:
    assert meddled(tmp_path, delete(tables.audit).where(tables.audit.c.number > last)) == (last, last + 1)


def test_a_log_cut_off_shows_without_its_seal_too(tmp_path: Path) -> None:
    assert meddled(tmp_path, delete(tables.audit).where(tables.audit.c.number > 5), delete(tables.audit_head)) == (5, 6)


def test_a_seal_cannot_be_made_without_the_key(tmp_path: Path, place: tuple[Path, str | None]) -> None:
    shorter = delete(tables.audit).where(tables.audit.c.number > 5)
    assert meddled(tmp_path, shorter, update(tables.audit_head).values(number=5)) == (5, 6)
    store = Store.open(tmp_path)
    AuditLog(store, b"another key").append(Entry(user="eve", session="s"))
    assert AuditLog(store, b"key").verify() == (6, 7)
    store.close()


def said(store: Store, user: str, session: str, words: str) -> None:
    with store.writing() as connection:
        values = {"session": session, "at": 0.0, "role": "user", "user": user, "text": words, "words": words.lower()}
        connection.execute(tables.messages.insert().values(**values))


def test_only_what_the_user_wrote_is_remembered(store: Store) -> None:
    notebook = UserNotebook(Profiles(store))
    said(store, "ann", "n1", "my bucket is datasets")
    said(store, "eve", "n1", "my bucket is evil")
    with speaking(Speaker("ann", "n1")):
        assert notebook.add("my bucket is datasets")
        assert not notebook.add("my bucket is datasets")
        with pytest.raises(ToolError, match="evil"):
            notebook.add("my bucket is evil")
        assert notebook.notes() == ["my bucket is datasets"]
    with speaking(Speaker("eve", "n1")):
        assert notebook.notes() == []


def test_a_note_replaces_the_one_about_the_same_thing(store: Store) -> None:
    profiles = Profiles(store)
    for note in ("my bucket is datasets", "always use UTC+2", "My bucket is raw-data.", "the usual experiment is churn"):
        profiles.add("ben", note)
    assert profiles.notes("ben") == ["always use UTC+2", "My bucket is raw-data.", "the usual experiment is churn"]
    assert (
        expanded("list my bucket, then run it in the usual experiment", profiles.notes("ben"))
        == "list bucket raw-data, then run it in experiment churn"
    )
    assert profiles.remove("ben", "forget about my bucket"[7:]) == ["My bucket is raw-data."]
    assert profiles.remove("ben", "nothing like it") == []
    assert len(profiles.remove("ben", "everything you know about me")) == 2
    assert profiles.notes("ben") == []


@pytest.mark.parametrize("note", ["my password is hunter2x", "the key of mine is <secret:1>"])
def test_secrets_are_not_remembered(store: Store, note: str) -> None:
    with pytest.raises(ToolError, match="not remembered"):
        Profiles(store).add("cy", note)
