"""What a log does not show is not said to hold, and nothing is said to be violated for want of it.

Each story is told in full; its log has a part of it. Times are in seconds.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lastchunk.model.logs.check import LogQuestion, check_logs
from lastchunk.model.logs.reading.mapping import make_mapping
from lastchunk.model.logs.reading.seen import SeenSession
from lastchunk.model.properties import JudgeSettings
from tests.support.field_logs import BASE_MS, Exporter, entry, har, otlp

HIDDEN = ("complete_at_finalization", "completed_is_final", "not_while_recording")


def verdicts(text: str, place: Path) -> dict[str, str]:
    """What a log says of each property; *lacking* where its kind says nothing."""
    place.write_text(text, encoding="utf-8")
    found = check_logs([place], LogQuestion(make_mapping({}, ""), JudgeSettings()))
    return {
        slug: "lacking" if tally.is_lacking else tally.kind for slug, tally in found.tallies.items()
    }


def page(story: str) -> str:
    """A page's log: ``up 10 0`` uploads chunk 0 in half a second, ``up 10 0 15 200`` in 15 s.

    ``lost 0``: the call that creates has no answer.
    """
    entries = []
    for line in story.split(";"):
        act, at, *more = line.split()
        at_ms = int(float(at) * 1000)
        if act in ("create", "lost"):
            answer, why = (200, "") if act == "create" else (0, "net::ERR_FAILED")
            entries.append(entry(at_ms, 20, "POST", "/createSession/s1", answer, error=why))
        elif act == "stop":
            entries.append(entry(at_ms, 20, "POST", "/signalStop/s1", 200))
        elif act == "up":
            chunk, took, status = [*more, "0.5", "200"][:3] if len(more) == 1 else more
            took_ms = int(float(took) * 1000)
            error = "" if status != "0" else "net::ERR_NETWORK_CHANGED"
            url = f"/upload/s1/{chunk}"
            entries.append(entry(at_ms, took_ms, "POST", url, int(status), error=error))
        else:
            body = json.dumps({"status": more[0], "chunks_uploaded": int(more[1])})
            entries.append(entry(at_ms, 20, "GET", "/getSessionState/s1", 200, body))
    return har(entries, indent=None)


# --- a page's log ------------------------------------------------------------------------------


STORIES: dict[str, tuple[str, dict[str, str]]] = {
    "all is there": (
        "create 0; up 5 0; up 10 1; stop 15; look 16 active 2; look 21 completed 2",
        dict.fromkeys((*HIDDEN, "count_true", "finalizes_promptly"), "holds"),
    ),
    "it may have been completed in a pause, inside the upload after it": (
        "create 0; up 10 0; up 600 1 15 200; up 620 2; stop 630; look 637 completed 3",
        dict.fromkeys(HIDDEN, "unknown"),
    ),
    "nor does a session that is created again in a pause tell": (
        "create 0; up 10 0; create 600; up 610 1; stop 615; look 621 completed 2",
        dict.fromkeys(HIDDEN, "unknown"),
    ),
    "a minute without a call is no pause": (
        "create 0; up 10 0; up 69 1; stop 70; look 71 active 2; look 76 completed 2",
        dict.fromkeys(HIDDEN, "holds"),
    ),
    "a later completion counts, too": (
        "create 0; up 10 0; up 20 1 8 200; stop 21; look 22 active 1; look 27 completed "
        "1; look 700 completed 2",
        {"finalizes_promptly": "unknown", "completed_is_final": "unknown"},
    ),
    "a look before the first call is one": (
        "look 0 completed 0; create 1; look 2 active 0; up 10 0; stop 15; look 21 completed 1",
        {"completed_is_final": "violated", "not_while_recording": "unknown"},
    ),
    "looks that stand before the calls in the file are some": (
        "look 16 active 2; look 19 active 2; look 21 completed 2; look 27 active 2; "
        "create 0; up 5 0; up 14 1 9 200; stop 15",
        {"completed_is_final": "violated", "finalizes": "unknown"},
    ),
    "a session that is created again after the last look may be active": (
        "create 0; up 5 0; up 10 1; stop 15; look 16 active 2; look 19 active 2; look 21 "
        "completed 2; create 100",
        {"completed_is_final": "unknown", "finalizes": "unknown", "nothing_lost": "holds"},
    ),
    "nor does that change what was before": (
        "create 0; up 5 0; up 10 1; stop 15; look 16 active 2; look 21 completed 2; create 100",
        {"complete_at_finalization": "holds", "not_while_recording": "holds"},
    ),
    "a call that creates, and fails, is made again": (
        "lost 0; create 1; up 5 0; up 10 1; stop 15; look 16 active 2; look 21 completed 2",
        {"completed_is_final": "holds", "finalizes": "holds"},
    ),
    "what a log that begins late shows first is perhaps no first completion": (
        "up 70 7 0.5 403; look 72 completed 7; up 75 7; stop 85; look 91 completed 8",
        {"complete_at_finalization": "unknown", "nothing_refused": "violated"},
    ),
    "a log that begins at the stop": (
        "stop 15; look 16 active 4; look 21 completed 4",
        dict.fromkeys((*HIDDEN, "count_true"), "unknown"),
    ),
    "a log that begins with a later chunk": (
        "up 70 7; up 80 8; stop 85; look 86 active 9; look 91 completed 9",
        dict.fromkeys((*HIDDEN, "count_true", "nothing_lost", "nothing_refused"), "unknown"),
    ),
    "a page that is loaded again creates the session again": (
        "create 0; up 1 3; up 10 4; stop 15; look 16 active 5; look 21 completed 5",
        dict.fromkeys((*HIDDEN, "count_true", "nothing_lost"), "unknown"),
    ),
    "the count at the completion is not the last one": (
        "create 0; up 5 0; up 10 1; stop 15; look 16 active 1; look 21 completed 1; look "
        "40 completed 2",
        {"count_true": "violated"},
    ),
    "the count at the completion is of when it was completed": (
        "create 0; up 5 0; up 14 1 6 200; stop 15; look 16 active 1; look 21 completed 1; "
        "look 40 completed 2",
        {"count_true": "unknown"},
    ),
    "an upload without an answer may have come at any time": (
        "create 0; up 10 0; up 20 1 40 0; stop 21; look 30 active 1; look 62 completed 2; "
        "look 70 completed 2",
        {"finalizes_promptly": "unknown"},
    ),
    "chunks that are recorded after the only stop": (
        "create 0; up 5 0; stop 8; look 13 completed 1; up 20 1 0.1 403; up 30 2 0.1 403; "
        "up 40 3 0.1 403",
        {"not_while_recording": "unknown", "nothing_refused": "violated"},
    ),
    "a status of one's own": (
        "create 0; up 5 0; up 10 1; stop 15; look 16 active 2; look 19 active 2; look 21 "
        "completed 2; look 90 published 2",
        {"completed_is_final": "unknown", "finalizes_promptly": "unknown"},
    ),
    "between two looks after the stop nothing was under way": (
        "create 0; up 5 0; up 10 1 4 200; stop 15; look 21 completed 2",
        {"completed_is_final": "holds"},
    ),
    "between two looks after the stop an upload was": (
        "create 0; up 5 0; up 10 1 6 200; stop 15; look 40 completed 2",
        {"completed_is_final": "unknown"},
    ),
    "it was, and had ended before the look before": (
        "create 0; up 5 0; stop 15; look 15.1 active 1; up 15.2 1 1 200; look 15.3 active "
        "1; look 17 active 2; look 22 completed 2",
        {"completed_is_final": "unknown"},
    ),
    "it ended before the stop, and is over at each look": (
        "create 0; up 5 0; up 12 1 2.9 200; stop 15; look 16 active 2; look 19 active 2; "
        "look 21 completed 2; look 60 completed 2",
        {"completed_is_final": "holds", "complete_at_finalization": "holds"},
    ),
}


@pytest.mark.parametrize("name", STORIES)
def test_a_page_s_log_says_what_it_can_know(name: str, tmp_path: Path) -> None:
    story, expected = STORIES[name]
    said = verdicts(page(story), tmp_path / "log.har")
    assert {slug: said[slug] for slug in expected} == expected


# --- the object's side -------------------------------------------------------------------------

SCHEDULED = "cloudflare.scheduled_time"


class Story(Exporter):
    """Spans of a session in which the stop comes at 10 s."""

    def __init__(self) -> None:
        super().__init__("s")
        for method, at_ms in (("create", 0), ("signal_stop", 10_000)):
            root = self.call(method, -1, at_ms, at_ms + 10, 200)
            self.child(root, "durable_object_storage_get", at_ms, at_ms)
        self.stored(0, 5_000, {})

    def stored(self, chunk: int, at_ms: int, put: dict[str, Any], took_ms: int = 100) -> None:
        """An upload."""
        root = self.call("upload", chunk, at_ms, at_ms + took_ms, 200)
        self.child(root, "r2_put", at_ms + 1, at_ms + 90, **put)

    def alarm(self, at_ms: int, outcome: str, *writes: str, due_ms: int = 15_000) -> None:
        """A run of the alarm, and what it wrote by which key."""
        given = {"faas.trigger": "timer", "cloudflare.handler_type": "alarm"}
        given |= {"cloudflare.outcome": outcome, SCHEDULED: f"2026-11-27T10:00:{due_ms // 1000}Z"}
        root = self.span("alarm", at_ms, at_ms + 9, given)
        for key in writes:
            self.child(
                root,
                "durable_object_storage_kv_put",
                at_ms + 1,
                at_ms + 1,
                **{"cloudflare.durable_object.kv.query.keys": [key]},
            )


def said_of(story: Story, place: Path) -> dict[str, str]:
    return verdicts(otlp(story.spans), place / "log.otlp")


def test_an_alarm_that_runs_again_completes_once(tmp_path: Path) -> None:
    """What it wrote first may be lost with its commit, or not: no other reading is left out."""
    for outcome in ("ok", "exception"):
        story = Story()
        story.alarm(15_000, outcome, "state")
        story.alarm(17_500, "ok", "state")
        said = said_of(story, tmp_path)
        assert said["completed_is_final"] == said["finalizes"] == "holds"
        assert said["finalizes_once_known"] == "unknown"


def test_an_alarm_that_is_due_later_completes_again(tmp_path: Path) -> None:
    story = Story()
    story.alarm(15_000, "ok", "state")
    story.alarm(47_500, "ok", "state", due_ms=47_500)
    assert said_of(story, tmp_path)["completed_is_final"] == "violated"


def test_runs_that_all_failed_have_perhaps_written_nothing(tmp_path: Path) -> None:
    story = Story()
    for again in range(3):
        story.alarm(15_000 + 3_000 * again, "internalError", "state")
    said = said_of(story, tmp_path)
    assert {said[slug] for slug in (*HIDDEN, "finalizes", "finalizes_once_known")} == {"unknown"}
    assert said["nothing_lost"] == "holds"


def test_the_first_of_several_runs_that_failed_may_have_completed(tmp_path: Path) -> None:
    story, kept = Story(), list[SeenSession]()
    story.alarm(15_000, "internalError", "state")
    story.alarm(17_000, "internalError", "state")
    story.alarm(21_000, "ok", "state")
    (tmp_path / "log").write_text(otlp(story.spans), encoding="utf-8")
    check_logs([tmp_path / "log"], LogQuestion(make_mapping({}, ""), JudgeSettings()), kept.append)
    (item,) = kept[0].record
    assert (item.asked_ms - BASE_MS, item.at_ms - BASE_MS) == (15_001, 21_001)


def test_a_write_that_failed_completes_nothing(tmp_path: Path) -> None:
    story = Story()
    story.alarm(15_000, "ok", "state")
    story.spans[-1]["status"] = {"code": 2}
    assert said_of(story, tmp_path)["finalizes"] == "unknown"


def test_where_the_writes_are_known_an_upload_after_the_stop_hides_nothing(tmp_path: Path) -> None:
    story = Story()
    story.stored(1, 9_900, {}, took_ms=2_000)
    story.alarm(17_000, "ok", "state", due_ms=17_000)
    assert said_of(story, tmp_path)["completed_is_final"] == "holds"


def test_a_put_that_failed_stores_nothing_whatever_the_answer(tmp_path: Path) -> None:
    story = Story()
    story.stored(1, 7_000, {"cloudflare.r2.response.success": False})
    story.alarm(15_000, "ok", "state")
    said = said_of(story, tmp_path)
    assert said["nothing_lost"] == said["complete_at_finalization"] == "unknown"


def test_an_upload_that_is_missing_may_have_been_refused(tmp_path: Path) -> None:
    story = Story()
    story.stored(2, 7_000, {})
    story.alarm(15_000, "ok", "state")
    assert said_of(story, tmp_path)["nothing_refused"] == "unknown"


def test_a_statement_that_does_not_name_the_record_completes_once(tmp_path: Path) -> None:
    """An outbox is written by an alarm, too; the first write of one is taken for the record's."""
    story = Story()
    for at_ms, table in ((15_000, "state"), (40_000, "outbox")):
        given = {"faas.trigger": "timer", "cloudflare.handler_type": "alarm"}
        root = story.span("alarm", at_ms, at_ms + 9, given | {"cloudflare.outcome": "ok"})
        words = f"INSERT INTO {table} VALUES (1)"
        more = {"cloudflare.durable_object.sql.query.statement": words}
        story.child(root, "durable_object_storage_exec", at_ms + 1, at_ms + 1, **more)
    assert said_of(story, tmp_path)["completed_is_final"] == "unknown"


# --- an object's own lines ---------------------------------------------------------------------


def test_a_call_of_which_only_a_put_that_failed_is_known_is_one(tmp_path: Path) -> None:
    row = {"session": "a", "at_ms": 5, "event": "BlobPutFailed", "chunk": 0, "status": 500}
    (tmp_path / "log").write_text(json.dumps(row) + "\n", encoding="utf-8")
    kept: list[SeenSession] = []
    check_logs([tmp_path / "log"], LogQuestion(make_mapping({}, ""), JudgeSettings()), kept.append)
    (call,) = kept[0].uploads
    assert (call.first_ms, call.stored_by_ms) == (5, None)


def test_an_answer_that_sends_elsewhere_stores_nothing(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"event": "HandlerStarted", "at_ms": 0, "method": "upload", "chunk": 0},
        {"event": "HandlerEnded", "at_ms": 9, "method": "upload", "chunk": 0, "status": 302},
    ]
    text = "".join(json.dumps({"session": "a", **row}) + "\n" for row in rows)
    assert verdicts(text, tmp_path / "log.jsonl")["nothing_lost"] == "unknown"


def test_a_record_that_was_reverted_at_the_end_is_not_completed(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"event": "HandlerStarted", "at_ms": 0, "method": "upload", "chunk": 0},
        {"event": "BlobStored", "at_ms": 5, "chunk": 0},
        {"event": "HandlerEnded", "at_ms": 9, "method": "upload", "chunk": 0, "status": 200},
        {"event": "HandlerStarted", "at_ms": 20, "method": "signal_stop"},
        {"event": "HandlerEnded", "at_ms": 21, "method": "signal_stop", "status": 200},
        {"event": "StateWritten", "at_ms": 5_020, "status": "completed", "chunks_uploaded": 1},
        {"event": "StorageReverted", "at_ms": 5_030, "status": "active", "chunks_uploaded": 1},
    ]
    text = "".join(json.dumps({"session": "a", **row}) + "\n" for row in rows)
    said = verdicts(text, tmp_path / "log.jsonl")
    assert said["finalizes"] == "unknown"
