// Designs that only a trial needs: twins of lastchunk's model/conformance/trials.py.
import { AlarmDesign } from "../src/designs";
import { settingsOf, type Upload } from "../src/session-do";

/** What an alarm does first, so many times; then it is that of the alarm design. */
abstract class Trial extends AlarmDesign {
  readonly times = settingsOf(this.ctx.id.name, { times: 1 }).times;

  abstract trouble(): Promise<void>;

  /** What the consumer answers does not matter. */
  async tell() {
    await this.env.CONSUMER.fetch("http://consumer/webhook", { method: "POST" });
  }

  override async alarm() {
    const tries = (await this.storage.get<number>("tries")) ?? 0;
    await this.storage.put("tries", tries + 1);
    if (tries < this.times) return this.trouble();
    await super.alarm();
  }
}

export class Throws extends Trial {
  async trouble() {
    throw new Error("as asked");
  }
}

export class SetsThenThrows extends Trial {
  async trouble() {
    await this.setAlarmIn(500);
    throw new Error("as asked");
  }
}

export class SetsToNow extends Trial {
  async trouble() {
    await this.setAlarmIn(0);
  }
}

export class DeletesThenThrows extends Trial {
  async trouble() {
    await this.storage.deleteAlarm();
    throw new Error("as asked");
  }
}

export class SetsToThePast extends Trial {
  override async signalStop() {
    await this.setAlarmIn(-1_000);
    return 200;
  }
  async trouble() {}
}

export class LooksAtItsAlarm extends Trial {
  async trouble() {
    const before = (await this.storage.getAlarm()) !== null;
    await this.setAlarmIn(500);
    await this.storage.put("seen", [before, (await this.storage.getAlarm()) !== null]);
  }
}

export class NotesItsInfo extends Trial {
  override async alarm(info?: AlarmInvocationInfo) {
    const noted = (await this.storage.get<unknown[]>("noted")) ?? [];
    noted.push([Number(info?.scheduledTime), info?.retryCount, info?.isRetry]);
    await this.storage.put("noted", noted);
    if (noted.length <= this.times) throw new Error("as asked");
  }
  async trouble() {}
}

export class PutsBehindTheGate extends Trial {
  override async upload(upload: Upload) {
    return this.ctx.blockConcurrencyWhile(() => this.storeChunk(upload));
  }
  /** A stream does not end behind a closed gate: the put of one never comes back. */
  override async putBlob(upload: Upload) {
    const body = await new Response(upload.body).arrayBuffer();
    await this.env.BUCKET.put(`${this.ctx.id.name}/${upload.chunk}`, body);
  }
  async trouble() {}
}

export class TellsAtTheStop extends Trial {
  override async signalStop(chunks?: number) {
    await super.signalStop(chunks);
    await this.tell();
    return 200;
  }
  async trouble() {}
}

export class TellsInTheAlarm extends Trial {
  async trouble() {
    await this.tell();
  }
}
