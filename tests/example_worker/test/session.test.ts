import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { Session } from "../src/session";
import { advance, hold, nextAlarm } from "./time";

const { SESSIONS } = env as unknown as { SESSIONS: DurableObjectNamespace<Session> };
const session = (name: string) => SESSIONS.get(SESSIONS.idFromName(name));

test("a session that nobody stops completes after ten minutes", async () => {
  await hold();
  const abandoned = session("abandoned");
  await abandoned.chunk();
  await advance(599_999);
  expect(await abandoned.status()).toBe("active");
  await advance(1);
  expect(await abandoned.status()).toBe("completed");
});

test("a stop completes it five seconds later", async () => {
  await hold();
  const stopped = session("stopped");
  await stopped.chunk();
  await stopped.stop();
  const stoppedAt = Date.now();
  const { now_ms, ran } = await nextAlarm();
  expect(now_ms - stoppedAt).toBe(5_000);
  expect(ran.map(({ object }) => object)).toEqual(["stopped"]);
  expect(await stopped.status()).toBe("completed");
});
