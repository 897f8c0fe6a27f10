"""How every command ends: the one place that turns what was raised into an exit code and a line.

0 all hold, 1 violated, 2 input or usage wrong, 3 unknown, 4 the tool itself failed, 130 and 143
ended by a signal. Nothing else, so that a gate never takes a crash for a finding.
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from typer import TyperException

from lastchunk.cli.output import OutputError
from lastchunk.cli.signals import exit_now
from lastchunk.model.base import errors
from lastchunk.model.base.blame import is_thrown_by_a_person, place_of_error
from lastchunk.model.base.errors import InputError, InternalError, name_of_class, text_of_error
from lastchunk.model.base.verdict import EXIT_FAILED, EXIT_USAGE

TRACEBACK = "LASTCHUNK_TRACEBACK"
"""The environment variable that has the traceback shown."""
EXIT_INTERRUPTED = 130
OF_LIBRARY = ("sessions", "sessions_max", "half_width", "until", "workers", "classes")
OPTIONS = {name: f"--{name.replace('_', '-')}" for name in OF_LIBRARY}
"""What an argument of the library is called on the command line."""
ROOT = str(Path(errors.__file__).parents[2])
"""Where the folders of lastchunk lie, in a checkout and installed."""
TOO_LONG = "for integer string conversion"
"""What Python says of a whole number that it neither reads nor writes."""
NO_NAME = "embedded null byte"
"""What Python says of a name that no file can have."""
OUT_OF_REACH = (errno.ENAMETOOLONG, errno.EACCES)
"""What speaks of a name that was given, wherever it is looked up."""
BROKEN = "BrokenProcessPool"
"""Named by its text: few commands have workers, and their module takes long to import."""


def code_of(command: Callable[[], object]) -> int:
    """Run a command. Returns its exit code; what it raised is said in one line."""
    try:
        code = command()
    except TyperException as error:
        if error.format_message():  # none where the help was shown instead
            say(f"{error.format_message()}{_given(error)}")
        return EXIT_USAGE if error.exit_code else 0
    except InputError as error:
        option = OPTIONS.get(error.field)
        say(str(InputError(option, error.value, error.allowed) if option else error))
        return EXIT_USAGE
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except OutputError as error:
        say(str(error))
        return EXIT_FAILED
    except BaseException as error:
        if type(error).__name__ == BROKEN:
            say("a worker process ended before its work: killed, or out of memory; fewer --workers")
            return EXIT_FAILED
        return EXIT_USAGE if say_of_input(error) else failed(error)
    return code if isinstance(code, int) else 0


def say_of_input(error: BaseException) -> bool:
    """Say what input is to blame for an error that nobody foresaw, if one is."""
    if is_thrown_by_a_person(error):
        raised = f"{name_of_class(type(error))}{place_of_error(error)}: {one_line(error)}"
        say(f"code that was given raised {raised}; lastchunk ran it {own_line_of(error)}")
        return True
    if isinstance(error, ValueError) and TOO_LONG in one_line(error):
        say(f"a whole number of too many digits {own_line_of(error)}; allowed: fewer than 4,300")
        return True
    if isinstance(error, ValueError) and NO_NAME in one_line(error):
        say(f"a null byte in a file's name {own_line_of(error)}; allowed: a name without one")
        return True
    if isinstance(error, OSError) and error.errno in OUT_OF_REACH and error.filename is not None:
        allowed = f"a file that can be reached ({error.strerror})"
        say(str(InputError("file", str(error.filename), allowed)))
        return True
    return False


def give_up(text: str) -> None:
    """End the process now, since a design catches all that is raised to end its step."""
    say(text)
    exit_now(EXIT_USAGE)


def failed(error: BaseException) -> int:
    """Say that the tool is to blame, by which exception and where. Returns the exit code."""
    if os.environ.get(TRACEBACK):
        traceback.print_exception(error)
    name = "" if isinstance(error, InternalError) else f"{type(error).__name__} "
    say(
        f"internal error: {name}{own_line_of(error)}: {one_line(error)}; lastchunk itself failed, "
        f"no input is to blame: please report it with the output of {TRACEBACK}=1"
    )
    return EXIT_FAILED


def own_line_of(error: BaseException) -> str:
    """The innermost line of lastchunk's own that an exception came through."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename.startswith(ROOT)] or frames
    if not own:
        return "at an unknown line"
    file = own[-1].filename.removeprefix(ROOT + os.sep)
    return f"at {file}, line {own[-1].lineno}, in {own[-1].name}()"


def one_line(error: BaseException) -> str:
    """What an exception says, on one line of bearable length."""
    text = " ".join(text_of_error(error).split()) or "no message"
    return text if len(text) <= 300 else text[:300] + " ..."


def say(text: str) -> None:
    """One line on standard error."""
    if sys.stderr is not None:
        with suppress(OSError):  # there is no one left to tell
            sys.stderr.write(f"lastchunk: {' '.join(text.splitlines())}\n")
            sys.stderr.flush()


def _given(error: TyperException) -> str:
    """What the option was given, where its error names what is allowed alone."""
    cause = error.__cause__
    errors_of = getattr(cause, "errors", None)  # as pydantic's have
    return f", not {errors_of()[0]['input']!r}" if callable(errors_of) else ""
