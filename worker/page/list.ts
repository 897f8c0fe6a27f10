// The recordings list: a row for each recording, its status, and a sign while its alarm is pending.
import type { Recording } from "../served/recording";

/** Fetch the list; undefined where there is no answer. */
export async function fetchList(): Promise<Recording[] | undefined> {
  return fetch("/recordings").then(
    (response) => (response.ok ? (response.json() as Promise<Recording[]>) : undefined),
    () => undefined,
  );
}

export function show(table: HTMLTableElement, list: Recording[]): void {
  const body = table.tBodies[0]!;
  const rows = list.map((recording) => {
    const row = document.createElement("tr");
    row.dataset["session"] = recording.session;
    const started = new Date(recording.startedMs).toLocaleTimeString("en-GB");
    row.append(cell(started), cell(recording.design), cell(duration(recording.durationMs)));
    row.append(cell(mark(`status ${recording.status}`, recording.status)));
    row.append(cell(chunks(recording)), cell(alarm(recording)));
    return row;
  });
  body.replaceChildren(...rows);
}

function cell(content: string | HTMLElement): HTMLTableCellElement {
  const made = document.createElement("td");
  made.append(content);
  return made;
}

function mark(kind: string, text: string): HTMLElement {
  const made = document.createElement("span");
  made.className = kind;
  made.textContent = text;
  return made;
}

function chunks({ chunks: count, missing }: Recording): string {
  return missing?.length ? `${count}, missing ${missing.join(", ")}` : String(count);
}

/** A session that is not settled is finalized by its alarm: in how long, unless more comes. */
function alarm({ status, alarmInMs, isTelling }: Recording): string | HTMLElement {
  if (isTelling) return mark("pending", "telling the consumer");
  const isOpen = status === "recording" || status === "processing";
  if (!isOpen || alarmInMs === null) return "none";
  return mark("pending", `pending, in ${clock(alarmInMs)}`);
}

const duration = (ms: number) => (ms === 0 ? "0:00" : `${clock(ms)}`);

/** Minutes and seconds, rounded. */
function clock(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
