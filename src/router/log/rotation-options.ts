import { checkKeys, checkNumber } from "../../plugin/index.ts";

/** Bounds of a file that grows, and of the older ones that are kept. */
export interface RotationOptions {
  /** Size from which the file is put aside and a new one begun, in bytes, at least 10,000. Default 100,000,000. */
  readonly maxBytes?: number | undefined;
  /**
   * The file is put aside once it has this age, in milliseconds, at least 1,000. Default: an eighth of `keepMs`, else never.
   */
  readonly everyMs?: number | undefined;
  /** Largest number of older files: the oldest is removed. In [1, 10,000]. Default 10. */
  readonly keepFiles?: number | undefined;
  /** Older files are removed once their last line has this age, in milliseconds, at least 1,000. Default: never. */
  readonly keepMs?: number | undefined;
}

export interface Rotation {
  readonly maxBytes: number;
  readonly everyMs: number;
  readonly keepFiles: number;
  readonly keepMs: number;
}

/** Throws `InvalidOptionError`. */
export function readRotation(owner: string, given: RotationOptions): Rotation {
  checkKeys(owner, given, ["maxBytes", "everyMs", "keepFiles", "keepMs"]);
  const { maxBytes = 100_000_000, keepFiles = 10, keepMs = Number.POSITIVE_INFINITY } = given;
  const { everyMs = Math.max(1_000, keepMs / 8) } = given;
  checkNumber(`${owner}.maxBytes`, maxBytes, { min: 10_000 });
  checkNumber(`${owner}.keepFiles`, keepFiles, { min: 1, max: 10_000, integer: true });
  if (given.everyMs !== undefined) checkNumber(`${owner}.everyMs`, everyMs, { min: 1_000 });
  if (given.keepMs !== undefined) checkNumber(`${owner}.keepMs`, keepMs, { min: 1_000 });
  return { maxBytes, everyMs, keepFiles, keepMs };
}
