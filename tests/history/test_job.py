"""An import is stored, restored and reported."""

import json

from custom_components.meter_bridge.history.job import Job

HOUR = 3600


def test_kept_over_a_restart() -> None:
    """A restored import equals the stored one, and a year of it is a small file."""
    job = Job(start=0, end=8760 * HOUR, next=30 * HOUR)
    hours = range(30 * HOUR, 8760 * HOUR, HOUR)
    job.note("sensor.a", dict.fromkeys(hours, "filled"), dict.fromkeys(hours))
    job.note("sensor.a", {29 * HOUR: "not_remembered"}, {})
    job.note("sensor.b", {30 * HOUR: "filled"}, {30 * HOUR: [100.5, 7.25]})
    job.note_lift("sensor.a", 30 * HOUR, 12.5)
    written = json.dumps(job.as_stored())
    assert len(written) < 1000
    again = Job.restored(json.loads(written))
    assert again == job
    assert again.has_added("sensor.a", 31 * HOUR)
    assert not again.has_added("sensor.b", 30 * HOUR)


def test_the_first_import_counts() -> None:
    """For an hour written twice, the row from before the first time is restored."""
    job = Job(start=0, end=HOUR)
    job.note("sensor.a", {0: "filled"}, {0: [1.0, 2.0]})
    job.note("sensor.a", {0: "filled"}, {0: [3.0, 4.0]})
    assert job.replaced == {"sensor.a": {0: [1.0, 2.0]}}


def test_report() -> None:
    """The report merges adjacent hours with the same result."""
    job = Job(start=0, end=4 * HOUR)
    job.note(
        "sensor.a",
        {0: "not_remembered", HOUR: "filled", 2 * HOUR: "filled", 3 * HOUR: "stands"},
        {},
    )
    runs = job.report()["sensors"]["sensor.a"]
    assert [each["result"] for each in runs] == ["not_remembered", "filled", "stands"]
    assert runs[1] == {
        "start": "1970-01-01T01:00+00:00",
        "end": "1970-01-01T03:00+00:00",
        "result": "filled",
    }
    assert job.outcome()["left"] == 1
