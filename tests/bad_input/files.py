"""The files that people bring, small: what each row of `rows.py` may name."""

from __future__ import annotations

import os
from pathlib import Path

from tests.bad_input.plans import GOOD, PLANS

HAR = '{"log":{"version":"1.2","entries":[]}}'
TOXICS = '[{"name":"session","toxics":[{"type":"limit_data","attributes":{"bytes":1000000}}]}]'
SCHEDULE = '{"format": "lastchunk schedule 1", "scenario": {}\n[["alarm"], 1, ""]\n'
ENTRY = (
    '{"log":{"entries":[{"startedDateTime":"%s","time":%s,"request":{"method":"POST",'
    '"url":"https://x/%s"},"response":{"status":200}}]}}'
)
LINE = '{"session":"a","at_ms":%d,"seq":%d,"event":"HandlerStarted","method":"upload","chunk":0}'
SPAN = (
    '{"spanId":"aa","traceId":"b","name":"%s","startTimeUnixNano":"9000000","endTimeUnixNano":"%s"}'
)
SPANS = '{"resourceSpans":[{"scopeSpans":[{"spans":[%s]}]}]}'
DAY = "2026-11-27T10:00:00Z"
FILES: dict[str, str | bytes] = {
    "cut.har": (ENTRY % (DAY, 5, "upload/a/0"))[:90],
    "event_list.jsonl": '{"event": ["a"]}\n',
    "event_object.jsonl": '{"event": {"url": "x"}, "outcome": "ok"}\n',
    "method_list.jsonl": (
        '{"event": "HandlerEnded", "session": "a", "at_ms": 1, "method": ["u"], "chunk": 0, '
        '"status": 200}\n'
    ),
    "method_object.jsonl": (
        '{"event": "HandlerEnded", "session": "a", "at_ms": 1, "method": {"u": 1}, "chunk": [0], '
        '"status": 200}\n'
    ),
    "chunk_list.jsonl": LINE.replace('"chunk":0', '"chunk":[0]') % (9, 1) + "\n",
    "chunk_far.jsonl": LINE.replace('"chunk":0', '"chunk":999999999') % (9, 1) + "\n",
    "chunk_far.har": ENTRY % (DAY, 5, "upload/a/170123456"),
    "told_far.har": ENTRY % (DAY, 5, "signalStop/a?chunks=170123456"),
    "null_event.jsonl": '{"event": null, "session": "a", "at_ms": 1}\n',
    "head.jsonl": '{"log": "lastchunk", "carries": []}\n',
    "head_object.jsonl": '{"log": {"a": 1}}\n',
    "carries_object.jsonl": '{"log": "lastchunk log 1", "carries": [{"a": 1}]}\n',
    "far.jsonl": '{"event": "HandlerStarted", "at_ms": 9999999999999999999, "method": "upload"}\n',
    "endless.json": SPANS % SPAN.replace('"9000000"', "1e999") % ("POST", "9000000"),
    "nameless.json": SPANS % '{"spanId":"aa"}',
    "no_object.json": SPANS % '"aa"',
    "attribute.json": SPANS % (SPAN[:-1] % ("POST", "9000000") + ',"attributes":[{"value":{}}]}'),
    "whole.json": SPANS
    % (SPAN[:-1] % ("POST", "9000000") + ',"attributes":[{"key":"n","value":{"intValue":"x"}}]}'),
    "null_time.har": ENTRY % (DAY, "null", "upload/a/0"),
    "null_status.har": (ENTRY % (DAY, 5, "upload/a/0")).replace("200", "null"),
    "null_started.har": (ENTRY % (DAY, 5, "upload/a/0")).replace(f'"{DAY}"', "null"),
    "null_response.har": (ENTRY % (DAY, 5, "upload/a/0")).replace('{"status":200}', "null"),
    "no_response.har": '{"log":{"entries":[{"startedDateTime":1,"time":1,"request":{}}]}}',
    "tail.txt": (
        "POST https://rec.example/upload/s1/0 - Ok @ 3/9/2026, 10:00:00 AM\n  (log) stored\n"
    ),
    "tail.json": '{\n  "outcome": "ok",\n  "scriptName": "rec",\n  "eventTimestamp": 1\n}\n',
    "back.har": ENTRY % (DAY, -5, "upload/a/0"),
    "other.har": ENTRY % (DAY, 5, "style.css"),
    "clock.har": ENTRY % ("yesterday", 5, "upload/a/0"),
    "spans.json": SPANS % (SPAN % ("POST", "8000000")),
    "twice.json": SPANS % ",".join((SPAN % ("POST", "9000000"), SPAN % ("GET", "9000000"))),
    "latin.jsonl": b'{"session":"caf\xe9"}\n',
    "back.jsonl": f"{LINE % (9, 1)}\n{LINE % (3, 2)}\n",
    "silent.jsonl": f"{LINE % (9, 1)}\n",
    "half.jsonl": f"{LINE % (9, 1)}\n{(LINE % (9, 2))[:40]}\n",
    "gap.jsonl": f"{LINE % (9, 1)}\n{LINE % (9, 4)}\n",
    "empty": "",
    "empty.har": HAR,
    "toxics.json": TOXICS,
    "schedule.jsonl": SCHEDULE,
    "hsdpa.log": "1289406399 549 59.8 10.7 191850 1000\n1289406400 1550 59.8 10.7 0 1001\n",
    "pensieve.txt": "0.0 1.53\n5.0 0.21\n10.0 0.0\n",
    "two.csv": "12,25\n30,40\n",
    "semicolons.csv": "12;25\n30;40\n",
    "word.csv": "delay\n25\nfast\n",
    "nan.csv": "25\nnan\n",
    "below.csv": "-1\n",
    "huge.csv": "99999999999999999\n",
    "heading.csv": "delay\n",
    "bom.csv": b"\xef\xbb\xbf25\n30\n",
    "latin.csv": b"d\xe9lai\n25\n",
    "utf16.txt": "25\n30\n".encode("utf-16"),
    "packed.gz": b"\x1f\x8b\x08\x00\x00",
    "packed.zip": b"PK\x03\x04\x14\x00",
    "picture.png": b"\x89PNG\r\n\x1a\n",
    "page.html": "<!DOCTYPE html>\n<html><title>trace</title></html>\n",
    "bad.up": "1\n2.5\n3\n",
    "comment.up": "# mine\n100\n",
    "back.up": "9\n5\n",
    "below.up": "-1\n5\n",
    "zero.up": "0\n0\n",
    "blank.up": "5\n\n",
    "long.up": "1" * 400 + "\n",
    "arabic.up": "١٢\n",
    "mine.py": '"""A design that is none."""\n\n\nclass Mine:\n    pass\n',
    "class.ts": "export class Session {}\n",
    "broken.py": "class\n",
    "raises.py": "ONE = 1\nONE / 0\n",
    "leaves.py": "import sys\nsys.exit(0)\n",
    "comments.toml": "# nothing yet\n\n",
    "bom.toml": b"\xef\xbb\xbf[network]\nrequest_loss = 0.1\n",
    "latin.toml": b"[network]\n# caf\xe9\n",
    "units.toml": '[network]\nrequest_delay_ms = "5s"\n',
    "nan.toml": "[network]\nrequest_delay_ms = nan\n",
    "huge.toml": "[network]\nrequest_delay_ms = 999999999999999999999\n",
    "digits.toml": "[network]\nrequest_delay_ms = " + "9" * 5_000 + "\n",
    "unknown.toml": "[network]\nfoo = 1\n",
    "table.toml": "[netwrk]\nrequest_loss = 0.1\n",
    "open.toml": "[network\nrequest_loss = 0.1\n",
    "twice.toml": "[network]\nrequest_loss = 0.1\nrequest_loss = 0.2\n",
    "parameter.toml": '[network]\nrequest_delay_ms = "$speed"\n',
    "delays.toml": '[network.request_delay_ms]\ndistribution = "empirical"\nfile = "two.csv"\n',
    "nodelays.toml": '[network.request_delay_ms]\ndistribution = "empirical"\nfile = "none.csv"\n',
    "traced.toml": '[uplink]\nkind = "trace"\nfile = "bad.up"\n',
    "harred.toml": '[uplink]\nkind = "trace"\nfile = "empty.har"\n',
    "deep.toml": "title = " + "[" * 5_000 + "\n",
    "plans/good.toml": GOOD,
    **{f"plans/{name}.toml": text for name, (text, _) in PLANS.items()},
    "cut/matrix.json": '{\n "chunks": 1,\n "designs": {"alarm',
}


def make(folder: Path) -> list[str]:
    """Write the files, a pipe that nobody reads and a link to itself; returns what there is."""
    for name, content in FILES.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    os.mkfifo(folder / "pipe")
    (folder / "round").symlink_to("round")
    return listed(folder)


def listed(folder: Path) -> list[str]:
    """Everything in a folder, with how large it is."""
    return sorted(
        f"{path.relative_to(folder)} {path.lstat().st_size if not path.is_dir() else ''}"
        for path in folder.rglob("*")
    )
