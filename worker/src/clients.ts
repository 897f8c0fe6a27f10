// Each design's client: the page's habits, and what it does after the stop. Twins of the designs'
// `client` and `stop_flow` in reference_impl/.
import { later, type Recorder } from "./recorder";

export interface Habits {
  chunkMs: number;
  videoBitsPerSecond: number;
  retryMs: number;
  /** Each further wait is so many times the one before it. */
  retryFactor: number;
  retryMsMax: number;
  retryJitter: number;
  /** From 400 on an answer is a failure, final for a 4xx but 429; off: any answer will do. */
  looksAtStatus: boolean;
  /** The queue outlives a reload. */
  keepsQueue: boolean;
}

export interface Client {
  habits: Habits;
  /** `chunks` is how many there are, once the last one has come. */
  stopFlow(recorder: Recorder, chunks: Promise<number>): Promise<void>;
}

const DEPLOYED: Habits = {
  chunkMs: 10_000,
  videoBitsPerSecond: 2_500_000,
  retryMs: 2_000,
  retryFactor: 1,
  retryMsMax: 60_000,
  retryJitter: 0,
  looksAtStatus: false,
  keepsQueue: false,
};
const CAREFUL: Habits = {
  ...DEPLOYED,
  retryMs: 500,
  retryFactor: 2,
  retryMsMax: 4_000,
  retryJitter: 0.5,
  looksAtStatus: true,
  keepsQueue: true,
};
const POLL_MS = 100;
const WAIT_MS_MAX = 30_000;

/** Manual wait: poll the own queue, at most 30 s, then finalize. */
async function waitThenFinalize(recorder: Recorder): Promise<void> {
  for (let waitedMs = 0; recorder.uploadsWaiting > 0; waitedMs += POLL_MS) {
    if (waitedMs >= WAIT_MS_MAX) {
      throw new Error(`uploads still pending after ${WAIT_MS_MAX} ms`);
    }
    await later(POLL_MS);
  }
  await recorder.call("finalizeSession");
}

/** Signal the stop once, and leave the rest to the object. */
async function signalOnce(recorder: Recorder): Promise<void> {
  await sayingSo(() => recorder.call("signalStop"));
}

/** Count the chunks, and send the stop until it is answered. */
async function signalWithCount(recorder: Recorder, chunks: Promise<number>): Promise<void> {
  const query = `?chunks=${await chunks}`;
  const isTaken = await sayingSo(() => recorder.untilTaken("signalStop", undefined, query));
  if (!isTaken) throw new Error("the stop was refused");
}

async function sayingSo<T>(signal: () => Promise<T>): Promise<T> {
  console.log("[Recording] Signaling stop to Durable Object...");
  const answer = await signal();
  console.log("[Recording] Stop signal sent. Session will auto-finalize after pending uploads.");
  return answer;
}

const deployed: Client = { habits: DEPLOYED, stopFlow: signalOnce };
const careful: Client = { habits: CAREFUL, stopFlow: signalWithCount };

/** The client of each design, by the design's name. */
export const CLIENTS: Record<string, Client> = {
  manual: { habits: DEPLOYED, stopFlow: waitThenFinalize },
  alarm: deployed,
  outbox: deployed,
  "short-grace": deployed,
  "re-read": deployed,
  leases: deployed,
  manifest: careful,
  "lazy-alarm": careful,
};
