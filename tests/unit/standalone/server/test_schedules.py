from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from standalone.server.models import Trigger
from standalone.server.schedules import check_trigger, first_fire, latest_fire, next_fire

START = datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)  # a Sunday


def cron(expression: str, **times: str) -> Trigger:
    return Trigger.model_validate({"cron_schedule": {"cron": expression, **times}})


def periodic(seconds: int | str, **times: str) -> Trigger:
    return Trigger.model_validate({"periodic_schedule": {"interval_second": seconds, **times}})


def fires(trigger: Trigger, count: int, after: datetime = START) -> list[str]:
    found = []
    for _ in range(count):
        fire = next_fire(trigger, after)
        if fire is None:
            break
        found.append(f"{fire:%m-%d %H:%M:%S}")
        after = fire
    return found


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("0 0 9 ? * 2-6", ["03-03 09:00:00", "03-04 09:00:00"]),  # Tuesday to Saturday
        ("0 0 9 * * MON-FRI", ["03-02 09:00:00", "03-03 09:00:00"]),
        ("0 30 4 * * 0", ["03-08 04:30:00", "03-15 04:30:00"]),
        ("0 30 4 * * 7", ["03-08 04:30:00", "03-15 04:30:00"]),
        ("*/20 * * * * *", ["03-01 12:00:40", "03-01 12:01:00"]),
        ("5/25 * * * * *", ["03-01 12:00:55", "03-01 12:01:05"]),
        ("*/15 * * * *", ["03-01 12:15:00", "03-01 12:30:00"]),  # five fields: without seconds
        ("0 0 0 13 * 5", ["03-06 00:00:00", "03-13 00:00:00"]),  # Fridays or the 13th
        ("0 0 0 1 JAN,jul ?", ["07-01 00:00:00", "01-01 00:00:00"]),
        ("0 0 0 29 2 *", ["02-29 00:00:00"]),
    ],
)
def test_cron(expression, expected):
    assert fires(cron(expression), len(expected)) == expected


@pytest.mark.parametrize(
    "expression",
    ["", "* * * *", "* * * * * * *", "60 * * * * *", "a b c d e f", "0 0 0 0 * *", "0 0 0 * 13 *", "*/0 * * * * *", "5-2 * * * * *", "-"],
)
def test_a_wrong_cron_is_refused_with_the_reason(expression):
    with pytest.raises(ValueError, match=r"Cron|at least 1"):
        check_trigger(cron(expression))


@pytest.mark.parametrize("never", [cron("0 0 0 30 2 ?"), periodic(10, end_time="2001-01-01T00:00:00Z")])
def test_what_never_fires_is_refused(never):
    with pytest.raises(ValueError, match="never fire"):
        check_trigger(never)


@pytest.mark.parametrize("body", [{}, {"cron_schedule": {"cron": "* * * * * *"}, "periodic_schedule": {"interval_second": 1}}])
def test_a_trigger_is_exactly_one_schedule(body):
    with pytest.raises(ValueError, match="either"):
        check_trigger(Trigger.model_validate(body))


def test_an_interval_counts_from_start_and_ends():
    trigger = periodic("60", start_time="2026-03-01T13:00:00+01:00", end_time="2026-03-01 12:03:00")
    first = first_fire(trigger, START)
    assert first == datetime(2026, 3, 1, 12, 1, tzinfo=UTC)
    assert fires(trigger, 5, first) == ["03-01 12:02:00", "03-01 12:03:00"]
    assert first_fire(periodic(60), START) == START + timedelta(seconds=60)


@pytest.mark.parametrize("seconds", [0, -1, "x", 10**12])
def test_an_interval_is_a_positive_number_of_seconds(seconds):
    with pytest.raises(ValidationError):
        periodic(seconds)


@given(
    trigger=st.one_of(
        st.integers(1, 100_000).map(periodic),
        st.sampled_from(["*/7 * * * * *", "0 */5 * * * *", "0 0 9 ? * 2-6", "0 0 0 1 * ?", "* * 9 * * *", "0 0 0 1 1 ?"]).map(cron),
    ),
    behind=st.floats(0, 3 * 86_400),
)
def test_without_catch_up_only_the_latest_is_left(trigger, behind):
    due = first_fire(trigger, START)
    now = due + timedelta(seconds=behind)
    latest = latest_fire(trigger, due, now)
    assert due <= latest <= now
    assert next_fire(trigger, latest) > now
    assert latest == due or next_fire(trigger, latest - timedelta(microseconds=1)) == latest or trigger.periodic_schedule
