// Designs that only a trial needs: twins of lastchunk's model/conformance/trials.py.
import { AlarmDesign } from "../src/designs";
import { settingsOf } from "../src/session-do";

/** What an alarm does first, so many times; then it is that of the alarm design. */
abstract class Trial extends AlarmDesign {
  readonly times = settingsOf(this.ctx.id.name, { times: 1 }).times;

  abstract trouble(): Promise<void>;

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
