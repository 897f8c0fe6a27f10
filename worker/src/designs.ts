// The shipped designs, each the twin of the class of that name in reference_impl/, method by method.
import { newState, SessionObject, settingsOf, type SessionState, type Upload } from "./session-do";

/** Manual wait, the old design: the page waits for its queue, then finalizes the session. */
export class ManualDesign extends SessionObject {
  async createSession() {
    return this.newSession();
  }
  async upload(upload: Upload) {
    return this.storeChunk(upload);
  }
  override async finalizeSession() {
    const status = await this.setStatus("completed");
    await this.storage.deleteAlarm();
    return status;
  }
  override async alarm() {}
}

/** Alarm design, as deployed: the object completes the session when its alarm fires. */
export class AlarmDesign extends SessionObject {
  readonly settings = settingsOf(this.ctx.id.name, {
    grace_ms: 5_000,
    long_alarm_ms: 600_000,
    lease_ms: 600_000,
    notify_retry_ms: 2_000,
    notify_retry_ms_max: 300_000,
  });

  async createSession() {
    const status = await this.newSession();
    await this.setAlarmIn(this.settings.long_alarm_ms);
    return status;
  }
  async upload(upload: Upload) {
    const status = await this.storeChunk(upload);
    if (status === 200) await this.setAlarmIn(this.settings.long_alarm_ms);
    return status;
  }
  override async signalStop(_chunks?: number) {
    await this.setAlarmIn(this.settings.grace_ms);
    return 200;
  }
  override async alarm() {
    const state = await this.getSessionState();
    if (state?.status === "active") await this.setStatus("completed");
  }
}

const OUTBOX = "outbox";

/** Alarm design with an outbox: the alarm also tells a consumer, until it has answered. */
export class OutboxDesign extends AlarmDesign {
  override async alarm() {
    const state = await this.getSessionState();
    if (state?.status === "active") {
      state.status = "completed";
      await this.putState(state);
      await this.storage.put(OUTBOX, 0);
    }
    await this.sendOutbox();
  }
  async sendOutbox() {
    const failures = await this.storage.get<number>(OUTBOX);
    if (failures === undefined) return;
    const waitMs = this.settings.notify_retry_ms * 2 ** Math.min(failures, 30);
    await this.setAlarmIn(Math.min(waitMs, this.settings.notify_retry_ms_max));
    await this.storage.put(OUTBOX, failures + 1);
    const told = await this.env.CONSUMER.fetch("http://consumer/webhook", {
      method: "POST",
      headers: { "idempotency-key": encodeURIComponent(`${this.ctx.id.name}/session-completed`) },
      body: "session-completed",
    });
    if (told.ok) await this.storage.delete(OUTBOX);
  }
}

/** Short grace after the stop: a stored flag keeps the alarm near once the user has stopped. */
export class ShortGraceDesign extends AlarmDesign {
  override async createSession() {
    const status = await this.newSession();
    await this.putOff();
    return status;
  }
  override async upload(upload: Upload) {
    const status = await this.storeChunk(upload);
    if (status === 200) await this.putOff();
    return status;
  }
  override async signalStop(_chunks?: number) {
    await this.storage.put("stopping", true);
    await this.putOff();
    return 200;
  }
  async putOff() {
    const isStopping = await this.storage.get<boolean>("stopping");
    await this.setAlarmIn(isStopping ? this.settings.grace_ms : this.settings.long_alarm_ms);
  }
}

/** Re-read: no stale copy is written back, chunks are counted once, completed is final. */
export class ReReadDesign extends ShortGraceDesign {
  override async upload(upload: Upload) {
    const refusal = await this.refusal();
    if (refusal) return refusal;
    await this.putBlob(upload);
    return this.record(upload);
  }
  async record(upload: Upload) {
    const refusal = await this.refusal();
    if (refusal) return refusal;
    const state = (await this.getSessionState())!;
    noteChunk(state, upload.chunk);
    await this.putState(state);
    await this.putOff();
    return 200;
  }
  async refusal() {
    const state = await this.getSessionState();
    if (state === undefined) return 404;
    return state.status === "active" ? 0 : 403;
  }
}

/** Leases: an upload registers itself first, and the alarm waits while a lease is live. */
export class LeaseDesign extends ReReadDesign {
  override async upload(upload: Upload) {
    const refusal = await this.refusal();
    if (refusal) return refusal;
    const leases = await this.leases();
    leases[upload.chunk] = Date.now() + this.settings.lease_ms;
    await this.storage.put("leases", leases);
    try {
      await this.putBlob(upload);
    } catch (error) {
      await this.release(upload);
      throw error;
    }
    await this.release(upload);
    return this.record(upload);
  }
  async release(upload: Upload) {
    const leases = await this.leases();
    delete leases[upload.chunk];
    await this.storage.put("leases", leases);
  }
  async leases() {
    return (await this.storage.get<Record<number, number>>("leases")) ?? {};
  }
  override async alarm() {
    const live = Object.values(await this.leases()).filter((expiry) => expiry > Date.now());
    if (live.length > 0) {
      await this.storage.setAlarm(Math.min(...live));
      return;
    }
    await super.alarm();
  }
}

/** Manifest: the stop carries the number of chunks; the last one recorded completes it. */
export class ManifestDesign extends SessionObject {
  readonly settings = settingsOf(this.ctx.id.name, {
    watchdog_ms: 600_000,
    retention_ms: 43_200_000,
  });

  async createSession() {
    if ((await this.getSessionState()) === undefined) {
      await this.newSession();
      await this.putOff();
    }
    return 200;
  }
  async upload(upload: Upload) {
    const answer = this.answer(await this.getSessionState(), upload);
    if (answer) return answer;
    await this.putBlob(upload);
    return this.record(upload);
  }
  answer(state: SessionState | undefined, upload: Upload) {
    if (state === undefined) return 404;
    if (state.chunks?.includes(upload.chunk)) return 200;
    return this.takes(state) ? 0 : 403;
  }
  takes(state: SessionState) {
    return state.status !== "completed" && !state.expired;
  }
  async record(upload: Upload) {
    const state = await this.getSessionState();
    const answer = this.answer(state, upload);
    if (answer) return answer;
    noteChunk(state!, upload.chunk);
    await this.save(state!);
    return 200;
  }
  override async signalStop(chunks?: number) {
    const state = await this.getSessionState();
    if (state === undefined) return 404;
    if (chunks !== undefined && state.expected === undefined) {
      state.expected = chunks;
      await this.save(state);
    }
    return 200;
  }
  async save(state: SessionState) {
    if (isComplete(state)) {
      state.status = "completed";
      await this.putState(state);
      await this.storage.deleteAlarm();
      return;
    }
    await this.putState(state);
    if (state.status === "active") await this.putOff();
  }
  async putOff() {
    await this.setAlarmIn(this.settings.watchdog_ms);
  }
  override async alarm() {
    const state = await this.getSessionState();
    if (state === undefined || state.status === "completed" || state.expired) return;
    if (state.status === "active") {
      state.status = "incomplete";
      state.missing = state.expected === undefined ? null : missingChunks(state);
      await this.putState(state);
      await this.setAlarmIn(this.settings.retention_ms);
    } else {
      state.expired = true;
      await this.putState(state);
    }
  }
}

/** Lazy alarm, recommended: the manifest design whose uploads write no alarm. */
export class LazyAlarmDesign extends ManifestDesign {
  override async createSession() {
    if ((await this.getSessionState()) === undefined) {
      await this.putState({ ...newState(), active_ms: Date.now() });
      await this.putOff();
    }
    return 200;
  }
  override async save(state: SessionState) {
    state.active_ms = Date.now();
    if (isComplete(state)) state.status = "completed";
    await this.putState(state);
  }
  override async alarm() {
    const state = await this.getSessionState();
    if (state?.status === "active") {
      const dueMs = state.active_ms! + this.settings.watchdog_ms;
      if (Date.now() < dueMs) {
        await this.storage.setAlarm(dueMs);
        return;
      }
    }
    await super.alarm();
  }
}

function noteChunk(state: SessionState, chunk: number) {
  state.chunks = [...new Set([...(state.chunks ?? []), chunk])].sort((a, b) => a - b);
  state.chunks_uploaded = state.chunks.length;
}

function missingChunks(state: SessionState): number[] {
  const all = Array.from({ length: state.expected ?? 0 }, (_, chunk) => chunk);
  return all.filter((chunk) => !state.chunks?.includes(chunk));
}

function isComplete(state: SessionState): boolean {
  return state.expected !== undefined && missingChunks(state).length === 0;
}
