"""The words of an adapter as those of a binding: one file serves both uses of a class."""

from __future__ import annotations

import json
import re
from typing import Any

RPC_WORDS = re.compile(r"rpc ([A-Za-z_$][\w$]*)((?: \S+)*)")
IN_BRACES = ("{chunk}", "{chunks}", "{body}", "{session}")


def script_of(text: str) -> str:
    """``rpc storePart {chunk} {body}`` as TypeScript: ``storePart(chunk, body)``."""
    found = RPC_WORDS.fullmatch(text)
    if found is None:
        return text
    words = (word[1:-1] if word in IN_BRACES else json.dumps(word) for word in found[2].split())
    return f"{found[1]}({', '.join(words)})"


def of_adapter(whole: dict[str, Any]) -> dict[str, Any]:
    """The tables of a binding, of an adapter's lines. What is wrong in them stays as it is."""
    calls = {key: _as_call(whole[key]) for key in ("create", "upload", "stop") if key in whole}
    if whole.get("page") == "manual" and "finalize" in whole:
        calls["stop"] = _as_call(whole["finalize"])
    record: dict[str, Any] = {key: whole[key] for key in ("status", "count") if key in whole}
    record |= {"key": whole["record"]} if "record" in whole else {}
    statuses = whole.get("statuses", {})
    record |= {word: own for own, word in statuses.items()} if isinstance(statuses, dict) else {}
    env = dict.fromkeys(whole.get("buckets", ("BUCKET",)), "bucket")
    env |= dict.fromkeys(whole.get("services", ("CONSUMER",)), "consumer")
    kept = {key: whole[key] for key in ("page", "headers") if key in whole}
    return kept | {"calls": calls, "record": record, "env": env}


def _as_call(given: Any) -> Any:
    return script_of(given) if isinstance(given, str) else given
