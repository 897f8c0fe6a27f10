// What the page, the list and a session object say to each other about a recording.

/** A row of the recordings list. */
export interface Row {
  session: string;
  design: string;
  startedMs: number;
  /** 0 while it records. */
  durationMs: number;
}

/** What a session object says of itself. */
export interface Overview {
  status: string;
  chunks: number;
  missing: number[] | null;
  /** In how many ms the design's alarm is due, by the object's clock; null where it has none. */
  alarmInMs: number | null;
  /** Whether the consumer is still to be told. */
  isTelling: boolean;
}

/** What the list says of a recording. */
export type RowStatus = "recording" | "processing" | "completed" | "incomplete";
export type Recording = Row & Omit<Overview, "status"> & { status: RowStatus };

/** A row with what its session object says. */
export function recordingOf(row: Row, { status, ...more }: Overview): Recording {
  const isOver = status === "completed" || status === "incomplete";
  return { ...row, ...more, status: isOver ? status : row.durationMs ? "processing" : "recording" };
}
