// The clock of `lastchunk timetravel`, as a test moves it.
import { env } from "cloudflare:workers";

interface Told {
  now_ms: number;
  alarms: { due_ms: number; namespace: string; object: string }[];
  ran: { due_ms: number; namespace: string; object: string }[];
}

async function move(path: string): Promise<Told> {
  const { LASTCHUNK_TIME } = env as unknown as { LASTCHUNK_TIME: string };
  const answer = await fetch(LASTCHUNK_TIME + path, { method: "POST" });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

export const advance = (ms: number) => move(`/advance?ms=${ms}`);
export const nextAlarm = () => move("/next-alarm");
export const hold = () => move("/hold");
