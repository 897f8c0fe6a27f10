// The page: choose a design, record, stop, and watch the list. What its address says goes before the
// habits of the deployed page: ?design=alarm&chunk_ms=1000&kbps=250&settings={"grace_ms":1000}
import { CLIENTS, type Client } from "../src/clients";
import { KeptQueue } from "../src/kept-queue";
import { Recorder, later, type Host } from "../src/recorder";
import { drawOn } from "./canvas";
import { fetchList, show } from "./list";

const RECOMMENDED = "lazy-alarm";
const LOOK_MS = 1_000;
const AGAIN_MS = 500;

const asked = new URLSearchParams(location.search);
const kept = new KeptQueue();
const element = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const design = element<HTMLSelectElement>("design");
const start = element<HTMLButtonElement>("start");
const stop = element<HTMLButtonElement>("stop");
const say = (text: string) => void (element("said").textContent = text);

/** Whoever watches listens to the window: it is told what happens, with the page's time. */
function hostOf(session: string, name: string): Host {
  const startedMs = Date.now();
  const tell = (event: string, detail: object = {}) => {
    const line = { at: Date.now(), event, session, ...detail };
    window.dispatchEvent(new CustomEvent("lastchunk", { detail: line }));
  };
  const writeRow = (durationMs: number) => {
    tell("row written", { durationMs });
    const row = { session, design: name, startedMs, durationMs };
    void untilStored("/recordings", JSON.stringify(row));
  };
  return { tell, writeRow };
}

async function untilStored(url: string, body: string): Promise<void> {
  const post = () => fetch(url, { method: "POST", body });
  const isStored = () => post().then(({ ok }) => ok, () => false);
  while (!(await isStored())) await later(AGAIN_MS);
}

/** The design's client, with what the address says. */
function clientOf(name: string): Client {
  const client = CLIENTS[name]!;
  const { chunkMs, videoBitsPerSecond } = client.habits;
  const habits = {
    ...client.habits,
    chunkMs: Number(asked.get("chunk_ms") ?? chunkMs),
    videoBitsPerSecond: Number(asked.get("kbps") ?? videoBitsPerSecond / 1000) * 1000,
  };
  return { ...client, habits };
}

function recorderOf(session: string, name: string): Recorder {
  return new Recorder(`/sessions/${name}`, session, clientOf(name), hostOf(session, name), kept);
}

/** A new session's name; settings of the design stand behind a question mark. */
function newName(): string {
  const settings = asked.get("settings");
  const name = `${design.value}-${crypto.randomUUID().slice(0, 8)}`;
  return settings === null ? name : `${name}?${settings}`;
}

async function record(): Promise<void> {
  const recorder = recorderOf(newName(), design.value);
  start.disabled = design.disabled = true;
  const picture = drawOn(element("canvas"));
  await recorder.start(picture.stream);
  stop.disabled = false;
  say("Recording.");
  await new Promise((pressed) => stop.addEventListener("click", pressed, { once: true }));
  stop.disabled = true;
  say("Stopping.");
  await recorder.stop();
  picture.stop();
  start.disabled = design.disabled = false;
  const lost = recorder.abandoned.length;
  say(lost ? `Stopped. ${lost} chunks were refused.` : "Stopped. The session finalizes by itself.");
}

/** Recordings that a reload has cut off: a client that keeps its queue goes on with them. */
async function resume(): Promise<void> {
  for (const { session, chunks, recordedMs } of await kept.cut()) {
    say("Going on with a recording that was cut off.");
    const name = session.replace(/-[0-9a-f]{8}(\?.*)?$/, "");
    await recorderOf(session, name).resume(await kept.left(session), chunks, recordedMs);
    say("What was left of a recording is uploaded.");
  }
}

async function watchList(): Promise<never> {
  for (;;) {
    const list = await fetchList();
    if (list !== undefined) {
      element("empty").hidden = list.length > 0;
      show(element<HTMLTableElement>("recordings"), list);
    }
    await later(LOOK_MS);
  }
}

for (const name of Object.keys(CLIENTS)) design.add(new Option(name));
design.value = asked.get("design") ?? RECOMMENDED;
start.addEventListener("click", () => void record());
void resume();
void watchList();
