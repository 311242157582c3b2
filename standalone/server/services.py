"""What every route works with."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, cast

from fastapi import Depends, Request

from standalone.server.database import Database
from standalone.server.progress import Progress


@dataclass(frozen=True)
class Services:
    """The data of one home; `wake` makes the supervisor look at once for runs to launch or end."""

    home: Path
    database: Database
    progress: Progress
    wake: Callable[[], None]


def _services(request: Request) -> Services:
    return cast(Services, request.app.state.services)


ServicesDep = Annotated[Services, Depends(_services)]
