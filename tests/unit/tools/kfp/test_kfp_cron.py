"""When people say that something runs, as cron, and when that fires."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from standalone.server.models import CronSchedule, Trigger
from standalone.server.schedules import first_fire
from tools.kfp.cron import next_time, parse, six_fields
from tools.result import ErrorCode, ToolError

NOW = datetime(2026, 11, 21, 4, 7, 30, tzinfo=UTC)
"""A Saturday."""

SPOKEN = {
    "every Monday at 9:30": "30 9 * * 1",
    "on mondays and thursdays at 8 and 17": "0 8,17 * * 1,4",
    "Every Wednesday, 14h30": "30 14 * * 3",
    "Tuesday and Thursday at 6:05 pm": "5 18 * * 2,4",
    "mon-fri at 7:15": "15 7 * * 1,2,3,4,5",
    "saturday through monday at 3": "0 3 * * 0,1,6",
    "weekdays at 6pm": "0 18 * * 1-5",
    "every weekend at 10 a.m.": "0 10 * * 0,6",
    "every night": "0 2 * * *",
    "nightly": "0 2 * * *",
    "daily at noon": "0 12 * * *",
    "each morning at 5": "0 5 * * *",
    "every evening at 8": "0 20 * * *",
    "every day at 12am": "0 0 * * *",
    "@daily": "0 0 * * *",
    "weekly": "0 0 * * 1",
    "monthly": "0 0 1 * *",
    "monthly, on day 12 at 9:05": "5 9 12 * *",
    "on the 1st and 15th at 4": "0 4 1,15 * *",
    "on the first of every month at 3": "0 3 1 * *",
    "every hour": "0 * * * *",
    "hourly on weekdays": "0 * * * 1-5",
    "every 15 minutes": "*/15 * * * *",
    "every 30 min": "*/30 * * * *",
    "each half hour": "*/30 * * * *",
    "every 6 hours": "0 */6 * * *",
    "every 60 minutes": "0 * * * *",
    "every 24 hours": "0 0 * * *",
    "0 6 * * *": "0 6 * * *",
    "`0 0 6 * * ?`": "0 6 * * *",
    "0 9 * * 5-7": "0 9 * * 0,5,6",
    "0 9 * jan-mar FRI-SUN": "0 9 * jan-mar 0,5,6",
}


@pytest.mark.parametrize("said", SPOKEN)
def test_what_people_say(said: str) -> None:
    assert parse(said) == SPOKEN[said]


@pytest.mark.parametrize(
    "said",
    [
        "", "whenever", "at 5", "every other monday", "every 2 days", "first monday of the month", "every weekday except friday",
        "last day of the month", "every 15 minutes between 9 and 17", "every 6 hours at 3", "every 45 minutes", "every 7 hours",
        "every 0 minutes",
        "every day at 25:00", "every day at 14 pm", "every day at 9:75", "every day at 2 and 3:30", "twice a day", "quarterly", "biweekly",
        "30 0 6 * * *", "0 0 30 2 *", "0 0 31 4,6 *", "61 * * * *", "* 24 * * *", "* * * * 8", "*/0 * * * *", "5-1 * * * *",
        "1 2 3", "* * * * * * *",
        "0 0 * * monday", "0 0 L * *", "0 0 * * 1#2", "1,,2 * * * *", "*-5 * * * *", "1/ * * * *", "-1 * * * *", "٣ * * * *",
    ],
)  # fmt: skip
def test_what_is_refused_rather_than_guessed(said: str) -> None:
    with pytest.raises(ToolError) as caught:
        parse(said)
    assert caught.value.code is ErrorCode.INVALID_ARGUMENT
    assert caught.value.message.startswith(f"`{said}` is no usable schedule: ")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("0 6 * * *", "2026-11-21 06:00"),
        ("7 4 * * *", "2026-11-22 04:07"),
        ("8 4 * * *", "2026-11-21 04:08"),
        ("0 9 * * 0", "2026-11-22 09:00"),
        ("0 9 * * 7", "2026-11-22 09:00"),
        ("0 9 * * mon", "2026-11-23 09:00"),
        ("0 9 * * 5-7", "2026-11-21 09:00"),
        ("0 0 * * */2", "2026-11-22 00:00"),
        ("0 0 13 * 5", "2026-11-27 00:00"),
        ("0 0 31 * *", "2026-12-31 00:00"),
        ("0 0 29 2 *", "2028-02-29 00:00"),
        ("*/20 5-6 * * *", "2026-11-21 05:00"),
    ],
)
def test_when_it_fires_next(expression: str, expected: str) -> None:
    assert f"{next_time(expression, NOW):%Y-%m-%d %H:%M}" == expected


def _field(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    span = st.tuples(number, number).map(lambda pair: f"{min(pair)}-{max(pair)}")
    step = st.integers(1, high).map(lambda n: f"*/{n}")
    one = st.one_of(number.map(str), span, step, st.tuples(span, st.integers(1, 9)).map(lambda pair: f"{pair[0]}/{pair[1]}"))
    return st.one_of(st.just("*"), one, st.lists(one.filter(lambda text: "*" not in text), min_size=1, max_size=3).map(",".join))


CRON = st.tuples(_field(0, 59), _field(0, 23), _field(1, 31), _field(1, 12), _field(0, 6)).map(" ".join)
MOMENTS = st.integers(0, 15 * 366 * 24 * 60).map(lambda minutes: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))


@given(CRON, MOMENTS)
def test_the_next_time_is_the_one_that_the_server_fires(expression: str, after: datetime) -> None:
    expected = next_time(expression, after)
    assume(expected is not None)
    assert first_fire(Trigger(cron_schedule=CronSchedule(cron=six_fields(expression))), after) == expected


@given(st.one_of(CRON, st.sampled_from(sorted(SPOKEN)), st.text(max_size=40), st.text("0123456789*,-/ ?amonevryhd:", max_size=30)))
def test_whatever_is_understood_fires_and_has_five_fields(said: str) -> None:
    try:
        expression = parse(said)
    except ToolError as error:
        assert error.code is ErrorCode.INVALID_ARGUMENT
        return
    assert len(expression.split()) == 5
    following = next_time(expression, NOW)
    assert following is not None
    assert following > NOW
    assert following.second == 0
    assert parse(expression) == expression
    assert first_fire(Trigger(cron_schedule=CronSchedule(cron=six_fields(expression))), NOW) == following


@given(st.integers(1, 60), st.sampled_from(["minutes", "hours"]))
def test_an_interval_is_kept_through_the_day_or_refused(number: int, unit: str) -> None:
    try:
        expression = parse(f"every {number} {unit}")
    except ToolError:
        return
    apart = timedelta(**{unit: number})
    first = next_time(expression, NOW)
    assert first is not None
    for _ in range(30):
        second = next_time(expression, first)
        assert second is not None
        assert second - first == apart
        first = second
