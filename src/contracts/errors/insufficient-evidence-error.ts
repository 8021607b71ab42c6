import { RouterError } from "./router-error.ts";

/** There are too few records for the statement that was asked for. */
export class InsufficientEvidenceError extends RouterError {
  readonly records: number;
  /** About. Infinity: more records like these would not do. */
  readonly recordsNeeded: number;
  /** About, where units of several records (conversations, tenants) are what counts. */
  readonly unitsNeeded?: number | undefined;

  constructor(
    records: number,
    recordsNeeded: number,
    problem: string,
    units?: { readonly units: number; readonly unitsNeeded: number } | undefined,
  ) {
    const have = `${records} records${units === undefined ? "" : ` in ${units.units} independent units`}`;
    const remedy = !Number.isFinite(recordsNeeded)
      ? "and more like these would not do"
      : units === undefined
        ? `about ${recordsNeeded} would do`
        : `about ${units.unitsNeeded} units like these would do, with ${recordsNeeded} records; more records of the same units would not`;
    super("insufficient-evidence", `${problem}: ${have}, ${remedy}`);
    this.records = records;
    this.recordsNeeded = recordsNeeded;
    this.unitsNeeded = units?.unitsNeeded;
  }

  static {
    InsufficientEvidenceError.prototype.name = "InsufficientEvidenceError";
  }
}
