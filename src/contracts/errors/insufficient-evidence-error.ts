import { RouterError } from "./router-error.ts";

/** Thrown when there are too few records for a statement. */
export class InsufficientEvidenceError extends RouterError {
  readonly records: number;
  /** Approximate number of records that would be enough. Infinity if more records like these would not help. */
  readonly recordsNeeded: number;
  /**
   * Approximate number of units that would be enough, if units of several records (conversations, tenants)
   * count.
   */
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
