"""The world: the transition system that every scheduler drives.

Theory of operation
===================

This page tells what a Durable Object is, well enough to read the rest of this folder, and ends
with what the model leaves out. Numbers such as R4 name the rules of the platform; docs/platform.md
shows each of them at work on a design of a few lines.

**An object** is one small server with one name, and there is only one of it anywhere. It has code,
a private storage, and one alarm. Whoever knows the name can send it requests, and all of them meet
in the same place, so nothing needs a lock to be shared. It runs one thread of JavaScript: code
runs until it awaits something, and what else may run meanwhile is what most of the rules are about.

**The input gate** (`object.py`). Everything that wants to get in is an event: a request, the alarm,
a timer, the answer to a call that the code has made. Events enter through one gate, and wait before
it in a line, first in, first out (R2). The gate is closed while code runs, while it awaits its own
storage, in the constructor, and inside `blockConcurrencyWhile` (R3). It is *open* while code awaits
anything else: the blob store, another service, a timer, the body of the request (R4). So a handler
is no critical section. Between the line that starts a blob put and the next one, a whole other
request may run, or `alarm()` may (R5), and what the handler had read before is a copy of the past.

**Storage** (`storage.py`) is close: with SQLite behind it, reads and writes return at once and let
nobody in; with KV behind it, the first read of a key waits, gate closed (R7). What comes back and
what goes in are copies. A write that has returned is not yet on disk. The writes that code makes up
to its next wait are one commit, atomic (R15): of a record and an alarm that are written together,
nobody will ever find one without the other.

**The output gate** makes that bearable: an answer, or a call to the outside, is held until every
write before it is on disk (R10). Who got an answer may rely on what it says. Where a commit fails,
what was held is thrown away, the callers see an error, and the object is reset to what is on disk.
An error tells nothing: the write may be there all the same.

**The alarm** (`alarms.py`) is a slot for one time, kept in the object's storage. To set it is to
replace it, earlier or later (A1); a time that has passed means now (A2); the same time again means
nothing (A7). When it comes due, `alarm()` runs, and while it does the slot reads as empty, unless
the code fills it again (A3, A4).

**The scheduler** is somebody else, and knows only what it was last told. It never delivers early;
it is late by milliseconds as a rule, by up to a minute in trouble, and without bound while an
account is blocked (D3). It looks at nothing but the time: not at requests under way, not at whether
the session is idle (R6). Moving an alarm earlier tells the scheduler before the commit, moving it
later tells it afterwards, best effort (R9). So a delivery may be out of date when it arrives, and
the object compares it with its own slot. The same time: `alarm()` runs. Another time that is safely
on disk: the delivery is dropped, unless that time has passed too. Another time that is *not on disk
yet*: the old delivery runs after all (R8). That last case is narrow, and it is why careful code
keeps a deadline of its own and looks at it.

A run that throws is retried, six times, after 2 s doubled each time and up to a quarter more (D1);
then the alarm is gone and nothing tells anyone. A run that the platform spoils is retried without
end (D2). Past 15 minutes a run is cut off, and the object with it (D4). A run is over for good only
when it has ended *and* its writes are on disk (D5): a crash just before repeats it, effects and
all. "At least once" means that. Code can steer its retries: setting another alarm before the throw
replaces them (A5), deleting it ends them (A6).

**Who may overlap with whom.** Two `alarm()`: never (R1). A request with a request, or with an
`alarm()`: whenever one of them awaits something outside (R4, R5). Two requests of one client arrive
in any order (R14). A client that goes away stops nothing that has begun (R12).

**Losing memory** (`instances.py`). The fields of the object live in an *instance*, and an instance
can go at any wait: after ten idle seconds, at a deploy, a move, a crash, a failed commit. Nothing
warns the code. Handlers under way end where they stand, and their callers see an error. The slot,
the storage and the blobs stay, and the next event makes a new instance from them. At a deploy the
old instance may go on for up to 30 s beside the new one, as long as it stays away from storage;
when it touches it, it gets an exception (R11). A blob that was put and not yet counted stays so. A
deploy with a grace waits for an idle object; what takes the instance first ends the wait (R19).
Work that a handler detached keeps the object busy, and dies with the instance unheard (R20).

**The blob store** (`blob_store.py`). A put answers what it has stored: key, size, etag, version; a
chunk has one key, and what was there before is replaced (R21). An upload in parts keeps each part
under its number until `complete` makes one object of them; it is looked at then, and not before,
whether they are there, of one size and large enough (R22). Completed or aborted, it is gone (R23).

**Clocks.** An object's clock is that of its machine, and stands still between two I/O: `now()` is
the time at which something last came in (R13). Another machine may show another time.

How it is written
=================

A `World` is a state and a set of *pending* things. Each has a key, a delay (whole milliseconds, or
a distribution) and perhaps several outcomes (`outcomes.py`: delivered or lost, confirmed or
failed). `happen` lets one of them happen, and that adds and cancels others. Nothing here draws a
random number, looks at a clock, or prefers one order to another: that is for the scheduler. Code
runs as a `Program`, which can be rebuilt from a log of what it was told, so that a world can be
copied at any moment. Scheduled faults are in `faults.py`, the page in `client.py`, the bill in
`meter.py`.

What the model admits
=====================

- Code takes no time: a handler runs from one wait to the next in zero milliseconds. CPU limits, the
  128 MB of memory and the thousand requests a second of an object are not modelled.
- Where commits take no time and cannot fail, memory and disk are one; the case of R8 then has no
  room. `platform.commit_ms` above 0 makes it.
- A machine that sleeps breaks its requests, however short the sleep, and its timers that came due
  run as it wakes. A frozen or a throttled tab is told apart from it (`standstill.py`). The user
  stops and pauses by the clock, and where the page stands still, when it goes on.
- Of the limits on a request, the size of its body alone is kept: 413, before the object sees it.
- Commits are confirmed in order, and of those under way a loss keeps the first so many, never a
  later one without an earlier. `allowUnconfirmed` and SQL are not there; with KV behind it, too,
  whatever touches the storage while a transaction is open belongs to that.
- KV's cache is emptied with the instance only; its writes never wait, nor does reading the alarm.
- What waits at the gate of an object that is reset is answered 500; at a deploy it goes to the new
  instance. While a process is down, requests fail at once. Production may retry or hold some.
- An old instance's calls to the outside pass without an output gate. R1 is kept more strictly than
  promised: not even an old and a new instance run `alarm()` at the same time.
- An object does not fall asleep while a commit is under way.
- A blob is read whole; nothing is listed, and nothing is put under a condition. Of two puts to one
  key the one that ends last counts. An upload in parts is never aborted by its age.
- Detached work begins once the code waits or ends, not within the call that leaves it; it puts no
  chunk.
- A blob is stored at the end of its put, whole or not at all; a put that was sent goes on when its
  handler is gone.
- The Worker in front of the object is counted for the bill, and does nothing else: it adds no delay
  and no fault of its own. There is one object, and one page.
- The clock of an instance is ahead by a fixed offset; it does not drift.
- Production's alarm scheduler is closed source. The waits of the retries are shared with it; their
  jitter, the fresh start of the count after a crash, and how late is late are those of the open
  runtime or of a scenario.
"""
