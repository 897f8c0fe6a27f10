"""How a command starts: with the hashes of every other one; and an interrupt ends it without a word
meanwhile, since there is nothing to clean up yet.

The package imports this before all else, since the rest takes a second to import. It does nothing
where somebody else's program imports the package: its signals are its own, and so are its hashes.
"""

from __future__ import annotations

import atexit
import gc
import os
import signal
import sys
import threading
from collections.abc import Mapping
from types import FrameType

CODE = 128
"""What is added to a signal's number."""
NAME = "lastchunk"
HASH_SEED = "0"
"""What the hashes of texts begin with in each process of the command."""
LOOK_EVERY = 20_000
"""So many objects more than before: looking for garbage as often as Python does takes a tenth of a
command's time, and finds next to nothing."""


def is_command(arguments: list[str], module: str) -> bool:
    """Whether this process is the command, by how it was called: its script, or ``-m``."""
    called = os.path.splitext(os.path.basename(arguments[0] if arguments else ""))[0]  # noqa: PTH119, PTH122 - pathlib takes longer to import
    return called == NAME or (called == "-m" and module == NAME)


def module_called(original: list[str]) -> str:
    """The module that the interpreter was told to run, if it was."""
    at = original.index("-m") + 1 if "-m" in original else len(original)
    return original[at] if at < len(original) else ""


def end_at_once(number: int, frame: FrameType | None) -> None:
    """End the process at once."""
    os._exit(CODE + number)


def must_begin_again(environment: Mapping[str, str]) -> bool:
    """Whether a command has begun with hashes of its own, and can begin with those of all others.

    In which order a set of texts is gone through hangs on them. Designs in which that shows are
    refused; what a rule may overlook must at least not differ from one process to the next.
    """
    is_like_all = environment.get("PYTHONHASHSEED") == HASH_SEED
    can_be_told = not sys.flags.ignore_environment and bool(sys.executable)
    return os.name == "posix" and can_be_told and not is_like_all


def begin_again() -> None:
    """Begin the same command again, in this process; its workers get the same hashes from it."""
    os.environ["PYTHONHASHSEED"] = HASH_SEED
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def leave_quietly() -> None:
    """Have signals end the process while it starts; those that are ignored stay so."""
    for number, before in (
        (signal.SIGINT, signal.default_int_handler),
        (signal.SIGTERM, signal.SIG_DFL),
    ):
        if signal.getsignal(number) is before:
            signal.signal(number, end_at_once)


def look_for_garbage() -> None:
    """All is there that a command needs: from here on garbage is looked for, but not in that."""
    if not gc.isenabled():
        gc.freeze()
        gc.set_threshold(LOOK_EVERY, *gc.get_threshold()[1:])
        gc.enable()


def is_worker() -> bool:
    """Whether it is a worker of the command, which has its arguments."""
    module = sys.modules.get("multiprocessing.process")
    return module is not None and module.parent_process() is not None


IS_COMMAND = (
    is_command(sys.argv, module_called(sys.orig_argv))
    and threading.current_thread() is threading.main_thread()
    and not is_worker()
)
if IS_COMMAND:
    if must_begin_again(os.environ):
        begin_again()
    leave_quietly()
    gc.disable()  # what is imported stays: nothing of it is garbage
    # What is left at the end goes with the process: to look through it took a tenth of a search.
    atexit.register(gc.freeze)
    # Else pydantic looks through all that is installed for plugins that could check with it.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
