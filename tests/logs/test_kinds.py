"""What stands in logs of each kind, down to the odd ones: numbers, spans, routes, own lines."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lastchunk.model.base.errors import InputError
from lastchunk.model.logs.check import Checked, LogQuestion, check_logs
from lastchunk.model.logs.reading.mapping import make_mapping, read_mapping
from lastchunk.model.logs.reading.seen import SeenSession
from lastchunk.model.properties import JudgeSettings, Property
from lastchunk.model.properties.language import at_most, event, never, state
from tests.support.field_logs import BASE_MS, Exporter, entry, har, otlp

Look = Callable[..., tuple[Checked, list[SeenSession]]]


@pytest.fixture
def look(tmp_path: Path) -> Look:
    def one(text: str, mapping: Any = None, **asked: Any) -> tuple[Checked, list[SeenSession]]:
        place, kept = tmp_path / "log", list[SeenSession]()
        place.write_text(text, encoding="utf-8")
        question = LogQuestion(make_mapping(mapping or {}, ""), JudgeSettings(), **asked)
        return check_logs([place], question, kept.append), kept

    return one


def lines(*rows: dict[str, Any]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


# --- a HAR -------------------------------------------------------------------------------------


def test_uploads_without_a_number_are_counted_and_a_retry_is_the_same_chunk(look: Look) -> None:
    mapping = {"calls": {"upload": "PUT /rec/{session}/data"}}
    _, (session,) = look(
        har(
            [
                entry(0, 10, "PUT", "/api/rec/a%20b/data", 200),
                entry(20, 10, "PUT", "/api/rec/a%20b/data", 0, error="net::ERR_FAILED"),
                entry(40, 10, "PUT", "/api/rec/a%20b/data", 503),
                entry(60, 10, "PUT", "/api/rec/a%20b/data", 200),
                entry(80, 10, "POST", "/api/rec/a%20b/data", 200),
            ]
        ),
        mapping,
    )
    assert session.name == "a b"
    assert [(c.chunk, c.attempt, c.status) for c in session.uploads] == [
        (0, 0, 200),
        (1, 0, None),
        (1, 1, 503),
        (1, 2, 200),
    ]


def test_sessions_whose_urls_do_not_say_which_are_never_taken_for_one(
    look: Look, tmp_path: Path
) -> None:
    def page(query: str) -> list[dict[str, Any]]:
        sent = [entry(0, 10, "POST", "/createSession" + query, 200)]
        return [*sent, entry(20, 10, "PUT", "/upload/0" + query, 200)]

    with pytest.raises(InputError, match=r"\?id=2'; allowed: a --mapping with \{session\}"):
        look(har([*page("?id=1"), *page("?id=2")]))
    _, again = look(har([*page("?id=1"), *page("?id=1")]))  # a page that is loaded anew
    assert [(one.name, len(one.uploads)) for one in again] == [("page", 2)]
    files = [tmp_path / "monday", tmp_path / "tuesday"]
    for file in files:
        file.write_text(har(page("")), encoding="utf-8")
    kept: list[SeenSession] = []
    check_logs(files, LogQuestion(make_mapping({}, ""), JudgeSettings()), kept.append)
    assert [(one.name, len(one.uploads)) for one in kept] == [("page", 1), ("page 2", 1)]


def test_two_recordings_that_a_cookie_tells_apart_are_not_taken_for_one(look: Look) -> None:
    def page(at_ms: int, create: str = "/createSession") -> list[dict[str, Any]]:
        return [
            entry(at_ms, 10, "POST", create, 200),
            entry(at_ms + 20, 10, "PUT", "/upload/0", 200),
            entry(at_ms + 40, 10, "POST", "/signalStop", 200),
        ]

    for create in ("/createSession", "/createSession?v=2"):
        with pytest.raises(InputError, match="allowed: one recording a HAR, or a --mapping"):
            look(har([*page(0, create), *page(9_000, create)]))
    again = entry(5, 10, "POST", "/createSession", 0, error="net::ERR_FAILED")
    _, (one,) = look(har([again, *page(20)]))  # it is called again before it began
    assert len(one.uploads) == 1


def test_a_har_whose_clock_goes_back_is_told(look: Look) -> None:
    sent = [
        entry(60_000, 10, "POST", "/createSession/a", 200),
        entry(60_020, 10, "PUT", "/upload/a/0", 200),
        entry(59_900, 10, "PUT", "/upload/a/1", 200),  # at about the same time
        entry(50_000, 10, "PUT", "/upload/a/2", 200),
    ]
    checked, _ = look(har(sent))
    (words,) = checked.notes
    assert checked.notes[words] == 1
    assert words.startswith("requests that began before the one above them")
    checked, _ = look(har(sent[:3]))
    assert not checked.notes


def test_a_request_under_way_as_the_har_was_saved_leaves_it_open(look: Look) -> None:
    found, _ = look(
        har([entry(0, 10, "POST", "/upload/s/0", 200), entry(9, -1, "POST", "/upload/s/1", 0)])
    )
    assert found.tallies["nothing_refused"].kind == "unknown"
    assert found.tallies["nothing_lost"].kind == "unknown"
    assert found.exit_code() == 3


def test_a_stop_that_told_the_number_of_chunks_finds_one_that_was_never_sent(look: Look) -> None:
    record = json.dumps({"status": "incomplete", "chunks_uploaded": 1})
    entries = [
        entry(0, 10, "POST", "/createSession/s", 200),
        entry(10_000, 10, "POST", "/upload/s/0", 200),
        entry(15_000, 10, "POST", "/signalStop/s?chunks=2", 200),
        entry(90_000, 10, "GET", "/getSessionState/s", 200, record),
    ]
    found, _ = look(har(entries))
    (finding,) = found.findings
    assert finding.violations["nothing_lost"].detail == "chunk 1 never sent"
    without, _ = look(har(entries[1:]))  # recorded from the middle on: it may have been sent before
    assert without.tallies["nothing_lost"].kind == "unknown"


def test_base64_bodies_and_own_words_of_the_record_are_read(look: Look) -> None:
    body = entry(100, 5, "GET", "/getSessionState/s", 200)
    body["response"]["content"] |= {
        "text": "eyJkYXRhIjogeyJwaGFzZSI6ICJkb25lIiwgInBhcnRzIjogMX19",
        "encoding": "base64",
    }
    mapping = {"record": {"status": "data.phase", "count": "data.parts", "completed": "done"}}
    _, (session,) = look(har([entry(0, 5, "POST", "/upload/s/0", 200), body]), mapping)
    assert session.record == [(BASE_MS + 105, "completed", 1, False, "", BASE_MS + 100)]


def test_a_poll_bounds_a_time_by_when_it_was_asked_and_when_it_was_answered(look: Look) -> None:
    active, done = (
        json.dumps({"status": word, "chunks_uploaded": 1}) for word in ("active", "completed")
    )
    entries = [
        entry(0, 10, "POST", "/createSession/s", 200),
        entry(900, 10, "POST", "/upload/s/0", 200),
        entry(1_000, 500, "GET", "/getSessionState/s", 200, active),
        entry(1_200, 100, "GET", "/getSessionState/s", 200, done),
    ]
    found, (session,) = look(har(entries))
    assert session.completed_between() == (BASE_MS, BASE_MS + 1_300)
    assert not found.findings, "the one that was answered later was asked before: nothing reopened"


def test_a_list_of_recordings_tells_of_the_sessions_that_the_har_has(look: Look) -> None:
    rows = [
        {"id": "s", "phase": "done", "parts": 1},
        {"id": "of-others", "phase": "done", "parts": 9},
        {"broken": True},
    ]
    mapping = {
        "calls": {"list": "GET /mine"},
        "list": {"session": "id", "status": "phase", "count": "parts"},
        "record": {"completed": "done"},
    }
    entries = [entry(0, 9, "POST", "/upload/s/0", 200)]
    entries.append(entry(500, 9, "GET", "/mine", 200, json.dumps(rows)))
    found, (session,) = look(har(entries), mapping)
    assert (session.last_status, found.sessions) == ("completed", 1)


# --- spans -------------------------------------------------------------------------------------


def test_spans_of_calls_by_name_take_the_chunk_from_the_key_they_put(look: Look) -> None:
    made = Exporter("s")
    given = {"faas.trigger": "jsrpc", "cloudflare.handler_type": "jsrpc", "jsrpc.method": "upload"}
    root = made.span("jsrpc", 0, 900, dict(given) | {"cloudflare.outcome": "ok"})
    made.child(root, "r2_put", 5, 800, **{"cloudflare.r2.request.key": "rec/s/chunk-7.webm"})
    front = made.span("POST", 0, 950, {"faas.trigger": "http", "url.full": "https://x/upload/s/7"})
    assert front
    found, (session,) = look(otlp(made.spans))
    (call,) = session.uploads
    assert (call.chunk, call.stored_ms, call.status) == (7, BASE_MS + 800, 200)
    assert found.notes == {"invocations of no object: left out": 1}


def test_spans_that_come_twice_count_once_and_lines_of_exports_are_read(look: Look) -> None:
    made = Exporter("s")
    root = made.call("upload", 0, 0, 60, 200)
    made.child(root, "r2_put", 5, 50)
    document = otlp(made.spans)
    found, (session,) = look(f"{document}\n{document}\n")
    assert len(session.uploads) == 1
    assert found.notes == {"spans that came twice: counted once": 2}


def test_a_span_of_ones_own_may_hold_the_status(look: Look) -> None:
    made = Exporter("s")
    root = made.call("upload", 0, 0, 60, 200)
    made.child(root, "settle", 60, 60, **{"session.status": "completed"})
    _, (session,) = look(otlp(made.spans))
    assert session.completed_between() == (BASE_MS + 60, BASE_MS + 60)


def test_an_alarm_that_only_looks_completes_nothing(look: Look) -> None:
    made = Exporter("s")
    root = made.call("upload", 0, 0, 60, 200)
    made.child(root, "r2_put", 5, 50)
    given = {"faas.trigger": "timer", "cloudflare.handler_type": "alarm"}
    alarm = made.span("alarm", 5_000, 5_001, dict(given) | {"cloudflare.outcome": "exception"})
    made.child(alarm, "durable_object_storage_get", 5_000, 5_000)
    _, (session,) = look(otlp(made.spans))
    assert session.record == []
    assert session.alarm_failures == 1


@pytest.mark.parametrize("status", [200, 403])
def test_alarms_without_keys_complete_again_only_what_was_reopened(look: Look, status: int) -> None:
    """The local runtime's spans have no key: the alarm that tells a webhook writes, too."""
    made = Exporter("s")
    given = {
        "faas.trigger": "timer",
        "cloudflare.handler_type": "alarm",
        "cloudflare.outcome": "ok",
    }
    for at_ms in (5_000, 5_020):
        root = made.span("alarm", at_ms, at_ms + 9, dict(given))
        made.child(root, "durable_object_storage_put", at_ms + 1, at_ms + 1)
        made.child(root, "durable_object_storage_put", at_ms + 8, at_ms + 8)
    root = made.call("upload", 0, 0, 9_000, status)
    made.child(root, "durable_object_storage_put", 8_999, 8_999)
    made.child(root, "durable_object_storage_setAlarm", 8_999, 8_999)
    root = made.span("alarm", 609_000, 609_009, dict(given))
    made.child(root, "durable_object_storage_put", 609_001, 609_001)
    found, (session,) = look(otlp(made.spans))
    times = [item.at_ms - BASE_MS for item in session.record]
    assert times == ([5_001, 609_001] if status == 200 else [5_001])
    kind = found.tallies["completed_is_final"].kind
    assert kind == ("violated" if status == 200 else "unknown")
    assert found.notes == {
        "runs of alarms wrote without a key in the span: taken for the record's": 3
    }


# --- an event log ------------------------------------------------------------------------------

STARTED = {"session": "a", "event": "HandlerStarted", "method": "upload", "chunk": 0}


def test_an_objects_own_lines_need_not_say_what_can_be_counted(look: Look) -> None:
    ended = {"session": "a", "event": "HandlerEnded", "method": "upload", "chunk": 0}
    _, (session,) = look(
        lines(
            STARTED | {"at_ms": 0},
            ended | {"at_ms": 5, "status": 500},
            STARTED | {"at_ms": 9},
            ended | {"at_ms": 20, "status": 200},
            {"session": "a", "event": "StateWritten", "at_ms": 20, "status": "completed"},
        )
    )
    assert [(call.attempt, call.status) for call in session.uploads] == [(0, 500), (1, 200)]
    assert session.last_status == "completed"


def test_a_numbered_line_that_comes_twice_counts_once(look: Look) -> None:
    row = STARTED | {"at_ms": 3, "seq": 1}
    _, (session,) = look(lines(row, row))
    assert len(session.events) == 1


OWN: dict[str, tuple[Property, str]] = {
    "refused": (never(event.HandlerEnded(status=403)), "violated"),
    "writes": (at_most(1, event.StateWritten), "holds"),
    "stored": (never(state.is_completed & (state.missing > 0)), "unknown"),
    "tab": (never(event.TabClosed), "unknown"),
    "function": (never(lambda s: s.not_stored > 3), "unknown"),
}


@pytest.mark.parametrize("name", OWN)
def test_own_properties_are_judged_where_the_log_has_what_they_rest_on(
    name: str, look: Look
) -> None:
    item, kind = OWN[name]
    ended = {"session": "a", "event": "HandlerEnded", "method": "upload", "chunk": 0}
    written = {"session": "a", "event": "StateWritten", "status": "active", "at_ms": 6}
    text = lines(STARTED | {"at_ms": 0}, ended | {"at_ms": 5, "status": 403}, written)
    found, _ = look(text, own={name: item}, only=(name,))
    assert found.tallies[name].kind == kind
    if kind == "unknown":
        assert "does not carry" in found.tallies[name].reason


def test_a_log_may_say_what_it_carries(look: Look) -> None:
    head = {"log": "lastchunk log 1", "carries": ["TabClosed", "HandlerStarted"]}
    item = never(event.TabClosed)
    found, _ = look(lines(head, STARTED | {"at_ms": 0}), own={"tab": item}, only=("tab",))
    assert found.tallies["tab"].kind == "holds"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ((STARTED | {"at_ms": 9}, STARTED | {"at_ms": 3}), "line 2: at_ms: 3"),
        (
            (STARTED | {"at_ms": 1, "seq": 4}, STARTED | {"at_ms": 1, "seq": 7}),
            "number of the session, 5",
        ),
        ((STARTED | {"at_ms": "9"},), "a time in whole ms"),
        ((STARTED | {"time": "2026-11-27T10:00:00"},), "with its zone"),
        ((STARTED | {"at_ms": 1, "method": 5},), "a value of type str"),
        (
            (STARTED | {"at_ms": 1, "flavour": "mint"},),
            "for HandlerStarted: method, chunk, attempt",
        ),
        (({"session": "a", "at_ms": 1, "event": "HandlerStared"},), "the name of an event"),
        (({"log": "lastchunk log 9"},), "'lastchunk log 1'"),
        (({"log": "lastchunk log 1", "carries": ["Nothing"]},), "names of events"),
    ],
)
def test_a_wrong_line_is_refused(rows: tuple[dict[str, Any], ...], said: str, look: Look) -> None:
    with pytest.raises(InputError, match=said):
        look(lines(*rows))


# --- the mapping -------------------------------------------------------------------------------


def test_more_of_a_path_may_stand_before_and_the_first_pattern_that_fits_counts() -> None:
    mapping = make_mapping({}, "")
    meant = mapping.of_url("POST", "https://x/api/v2/upload/rec%2F1/12?x=1")
    assert meant is not None
    assert (meant.call, meant.session, meant.chunk) == ("upload", "rec/1", 12)
    assert mapping.of_url("GET", "https://x/assets/upload/a/b.js") is None
    told = mapping.of_url("POST", "https://x/signalStop/s?chunks=3")
    assert told is not None
    assert told.chunks_told == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("calls = 5\n", "a table named calls"),
        ("[calls]\nuplaod = '/x'\n", "one of create, upload"),
        ("[calls]\nupload = 'x/{chunk}'\n", "begins with /"),
        ("[calls]\nupload = '/x/{part}'\n", "{chunk}"),
        ("[calls]\nupload = 5\n", "a pattern, or a list"),
        ("[record]\ncolour = 'red'\n", "one of active"),
        ("[record]\nstatus = 1\n", "a text"),
        ("[completion]\nalarm_writes = 'yes'\n", "true or false"),
        ("[calls\n", "valid TOML"),
    ],
)
def test_a_wrong_mapping_is_refused_by_its_key(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        read_mapping(tmp_path / "m.toml")


# --- what stands in logs and is no call ----------------------------------------------------------


def test_what_looks_at_an_upload_s_path_is_no_upload(look: Look) -> None:
    """A mapping that names the method says another thing."""
    entries = [entry(0, 10, method, "/upload/s/0", 404) for method in ("GET", "HEAD", "POST")]
    _, (session,) = look(har(entries))
    assert [call.status for call in session.uploads] == [404]
    _, (session,) = look(har(entries), {"calls": {"upload": "GET /upload/{session}/{chunk}"}})
    assert len(session.uploads) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_an_upload_that_is_sent_elsewhere_is_not_known_to_be_stored(
    status: int, look: Look
) -> None:
    found, (session,) = look(har([entry(0, 10, "POST", "/upload/s/0", status)]))
    assert session.uploads[0].stored_by_ms is None
    assert found.tallies["nothing_lost"].kind == "unknown"


def test_what_the_browser_had_kept_was_not_asked(look: Look) -> None:
    kept = entry(50, 1, "GET", "/getSessionState/s", 200, '{"status": "completed"}')
    kept["_fromCache"] = "disk"
    _, (session,) = look(har([entry(0, 10, "POST", "/upload/s/0", 200), kept]))
    assert session.record == []


def test_what_is_no_url_is_no_call(look: Look) -> None:
    bad = entry(0, 10, "POST", "", 200)
    bad["request"]["url"] = "http://[::1"
    _, (session,) = look(har([bad, entry(0, 10, "POST", "/upload/s/0", 200)]))
    assert len(session.uploads) == 1


def test_an_attribute_without_a_value_is_one(look: Look) -> None:
    made = Exporter("s")
    root = made.call("upload", 0, 0, 60, 200)
    made.child(root, "r2_put", 5, 50)
    made.spans[0]["attributes"] += [{"key": "a", "value": {}}, {"key": "b"}]
    made.spans.append({**made.spans[1], "spanId": "f", "name": "other", "attributes": None})
    _, (session,) = look(otlp(made.spans))
    assert len(session.uploads) == 1


def test_a_file_of_an_exporter_may_have_metrics_first(look: Look) -> None:
    made = Exporter("s")
    root = made.call("upload", 0, 0, 60, 200)
    made.child(root, "r2_put", 5, 50)
    text = '{"resourceMetrics": []}\n{"resourceLogs": []}\n' + otlp(made.spans)
    _, (session,) = look(text)
    assert len(session.uploads) == 1


def test_a_name_with_half_a_character_is_shown_and_written(look: Look, tmp_path: Path) -> None:
    body = '{"status": "completed\\ud83d"}'
    text = har([entry(0, 5, "POST", "/upload/s/0", 403)]).replace("upload/s", "upload/\\ud83d")
    place = tmp_path / "half.har"
    place.write_text(text, encoding="utf-8")
    words = [sys.executable, "-m", "lastchunk", "check-log", str(place), "--json", "found.json"]
    ran = subprocess.run(words, capture_output=True, cwd=tmp_path, check=False)
    assert ran.returncode == 1, ran.stderr
    said = json.loads((tmp_path / "found.json").read_text("utf-8"))
    assert said["failed"][0]["session"] == "\ud83d"
    read = entry(9, 1, "GET", "/getSessionState/s", 200, body)
    _, (session,) = look(har([entry(0, 5, "POST", "/upload/s/0", 200), read]))
    assert session.last_status == "completed\ud83d"
