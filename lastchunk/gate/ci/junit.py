"""Results as JUnit XML, which the services that run tests read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from lastchunk.gate.ci.checked import CheckResult
from lastchunk.gate.ci.compared import WORSE, FigureChange

UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""The characters that XML 1.0 has no way to write."""
ELEMENTS = {"violated": "failure", "unknown": "error"}


def junit(results: Sequence[CheckResult], changes: Sequence[FigureChange] = ()) -> str:
    """One suite with a case for each result, and for each figure that the baseline has as well.

    A violation is a failure, and so is a figure that regressed; what is unknown is an error. It has
    no times, so that the same checks give the same bytes.
    """
    kinds: list[str] = [item.failure.kind for item in results if item.failure is not None]
    held = [item for item in changes if item.kind != "new"]
    kinds += [item.kind for item in held]
    counts = {
        "tests": str(len(results) + len(held)),
        "failures": str(kinds.count("violated") + kinds.count("regressed")),
        "errors": str(kinds.count("unknown")),
    }
    suites = ElementTree.Element("testsuites", counts)
    suite = ElementTree.SubElement(suites, "testsuite", {"name": "lastchunk", **counts})
    for item in results:
        check, failure = item.check, item.failure
        place = f"{check.design.name} in {check.scenario.name} by {check.by}"
        group = f"{check.name}: {place}" if check.name else place
        names = {"classname": written(group), "name": item.item.slug}
        case = ElementTree.SubElement(suite, "testcase", names)
        if failure is not None:
            said = {"message": written(failure.reason), "type": failure.kind}
            ElementTree.SubElement(case, ELEMENTS[failure.kind], said).text = written(
                failure.text()
            )
    for change in held:
        _add_change(suite, change)
    ElementTree.indent(suites)
    body = ElementTree.tostring(suites, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def _add_change(suite: ElementTree.Element, change: FigureChange) -> None:
    """A case that holds a figure to the baseline."""
    names = {"classname": "against the baseline", "name": written(change.check)}
    case = ElementTree.SubElement(suite, "testcase", names)
    if change.kind in WORSE:
        said = {"message": written(change.line()), "type": change.kind}
        ElementTree.SubElement(case, ELEMENTS[WORSE[change.kind]], said).text = written(
            change.line()
        )


def written(text: str) -> str:
    """A text with a sign in place of each character that cannot be written."""
    return UNWRITABLE.sub("\ufffd", text)
