"""The settings of one bucket: whether versions are kept, and when objects expire."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ValidationError

from standalone.objects.files import write_small
from tools.result import ErrorCode, ToolError

DAY = 24 * 3600.0


class Expiry(BaseModel):
    """Objects below a prefix expire after some days."""

    prefix: str
    days: int


class Rules(BaseModel):
    """Settings of a bucket, as a JSON file."""

    versioning: Literal["never", "enabled", "suspended"] = "never"
    suspended_at: int = 0
    """In nanoseconds since 1970: what was written before is kept still."""
    expiry: list[Expiry] = []

    @classmethod
    def load(cls, file: Path) -> "Rules":
        """Those of the file; the defaults where there is none."""
        try:
            return cls.model_validate_json(file.read_bytes())
        except FileNotFoundError:
            return cls()
        except ValidationError as error:
            message = f"the settings of the bucket in {file} are damaged. Repair the file, or remove it to begin with none."
            raise ToolError(ErrorCode.UNAVAILABLE, message) from error

    def save(self, partial: Path, file: Path) -> None:
        """Replace the file."""
        write_small(partial, file, self.model_dump_json())

    def keeps(self, object_file: Path) -> bool:
        """Whether an object is kept as a version when it is overwritten or deleted."""
        return self.versioning == "enabled" or (self.versioning == "suspended" and object_file.stat().st_mtime_ns < self.suspended_at)

    def expired(self, key: str, object_file: Path, now: float) -> bool:
        """Whether an object's time is over; `now` in seconds since 1970."""
        days = min((rule.days for rule in self.expiry if key.startswith(rule.prefix)), default=None)
        return days is not None and object_file.stat().st_mtime + days * DAY <= now
