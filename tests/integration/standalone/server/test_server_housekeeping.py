"""What the server does unasked."""

import io
import os
import time
from pathlib import Path

from standalone.objects import FolderStore
from standalone.platform import ensure_server
from tests.integration.standalone.server.support import wait_until


def test_expired_objects_go_although_nobody_looks(own_home: Path) -> None:
    store = FolderStore(own_home / "buckets")
    store.create_bucket("box")
    for key in ("tmp/old", "tmp/new", "kept/old"):
        store.put("box", key, io.BytesIO(b"x"), 1)
    store.set_expiry("box", "tmp/", 7)
    week_ago = time.time() - 7 * 24 * 3600 - 1
    for key in ("tmp/old", "kept/old"):
        os.utime(own_home / "buckets" / "box" / key, (week_ago, week_ago))
    ensure_server(own_home)
    wait_until(lambda: not (own_home / "buckets" / "box" / "tmp" / "old").exists())
    assert [o.key for o in store.list("box", deep=True).objects] == ["kept/old", "tmp/new"]
