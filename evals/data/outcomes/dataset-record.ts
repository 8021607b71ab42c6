import type { OutcomeRecord } from "./outcome-record.ts";

/** Request of a data set: an outcome record before any model ran. Fields that are not listed are kept. */
export interface DatasetRecord extends Omit<OutcomeRecord, "outcomes"> {
  /** A good answer, in the form that the scorer expects: any JSON. */
  readonly expected?: unknown;
}
