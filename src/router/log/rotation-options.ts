import { type OptionTable, readOptions } from "../../plugin/index.ts";

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

export const rotationOptions: OptionTable<RotationOptions, "everyMs" | "keepMs"> = {
  maxBytes: { is: "number", min: 10_000, default: 100_000_000 },
  everyMs: { is: "number", min: 1_000, optional: true },
  keepFiles: { is: "number", min: 1, max: 10_000, integer: true, default: 10 },
  keepMs: { is: "number", min: 1_000, optional: true },
};

export interface Rotation {
  readonly maxBytes: number;
  readonly everyMs: number;
  readonly keepFiles: number;
  readonly keepMs: number;
}

/** Throws `InvalidOptionError`. */
export function readRotation(owner: string, given: RotationOptions): Rotation {
  const {
    keepMs = Number.POSITIVE_INFINITY,
    everyMs = Math.max(1_000, keepMs / 8),
    ...read
  } = readOptions(owner, rotationOptions, given);
  return { ...read, everyMs, keepMs };
}
