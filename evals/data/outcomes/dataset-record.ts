import type { OutcomeRecord } from "./outcome-record.ts";

/** One request of a data set: an outcome record before anything was run. Fields that are not listed are kept. */
export interface DatasetRecord extends Omit<OutcomeRecord, "outcomes"> {
  /** What a good answer is, as the scorer wants it: any JSON. */
  readonly expected?: unknown;
}
