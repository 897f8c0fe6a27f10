// An object has one alarm. Here two share it: the design, which knows nothing of that, and the webhook.
// Each has a time of its own, and the earlier one is set.
export type Whose = "design" | "webhook";

const KEY = "alarm times";

export class SharedAlarm {
  private times: Partial<Record<Whose, number>> = {};

  constructor(private readonly storage: DurableObjectStorage) {}

  /** Read the times back; before anything else happens in a new instance. */
  async load(): Promise<void> {
    this.times = (await this.storage.get<typeof this.times>(KEY)) ?? {};
  }

  at(whose: Whose): number | undefined {
    return this.times[whose];
  }

  isDue(whose: Whose): boolean {
    return (this.times[whose] ?? Infinity) <= Date.now();
  }

  /** Set a time, or none. Times and alarm are written in one turn, so they are one commit. */
  async set(whose: Whose, atMs: number | undefined): Promise<void> {
    if (atMs === undefined) delete this.times[whose];
    else this.times[whose] = atMs;
    await Promise.all([this.storage.put(KEY, this.times), this.arm()]);
  }

  /** Set the platform's alarm to the earlier time. One that is over goes off in a moment. */
  async arm(): Promise<void> {
    const earliest = Math.min(...Object.values(this.times));
    if (earliest === Infinity) await this.storage.deleteAlarm();
    else await this.storage.setAlarm(Math.max(earliest, Date.now() + 1));
  }

  /** The storage as the design sees it: its alarm is its own time. */
  asSeenByDesign(): DurableObjectStorage {
    const { storage } = this;
    const seen = {
      get: storage.get.bind(storage),
      put: storage.put.bind(storage),
      delete: storage.delete.bind(storage),
      setAlarm: (time: number | Date) => this.set("design", Number(time)),
      deleteAlarm: () => this.set("design", undefined),
    };
    return seen as unknown as DurableObjectStorage; // no shipped design uses more of it
  }
}
