import { checkKeys, checkNumber } from "../../plugin/index.ts";

/** Bounds of the units of a rollout. */
export interface UnitOptions {
  /** A unit without a request for so long is fixed, in milliseconds by the monotonic clock. Default 30 minutes. */
  readonly idleMs?: number | undefined;
  /** A unit with this many requests is fixed. Later ones do not count. Default 20. */
  readonly maxRequests?: number | undefined;
  /** Open units at most: the one that is idle for longest is fixed. Default 5,000. */
  readonly maxOpen?: number | undefined;
  /** A verdict on an answer counts until so long after its unit was fixed, in milliseconds. Default 24 hours. */
  readonly lateMs?: number | undefined;
  /** Fixed units that are remembered, so that one that returns is not counted twice. Default 20,000. */
  readonly maxRemembered?: number | undefined;
}

export type CompleteUnitOptions = { readonly [Key in keyof UnitOptions]-?: number };

/** Checks the bounds and returns them with defaults. Throws `InvalidOptionError`. */
export function completeUnitOptions(owner: string, options: UnitOptions = {}): CompleteUnitOptions {
  checkKeys(owner, options, ["idleMs", "maxRequests", "maxOpen", "lateMs", "maxRemembered"]);
  const whole = (key: keyof UnitOptions, usual: number, min: number, max: number) =>
    checkNumber(`${owner}.${key}`, options[key] ?? usual, { min, max, integer: true });
  const week = 7 * 86_400_000;
  return {
    idleMs: whole("idleMs", 1_800_000, 1, week),
    maxRequests: whole("maxRequests", 20, 1, 1_000),
    maxOpen: whole("maxOpen", 5_000, 1, 100_000),
    lateMs: whole("lateMs", 86_400_000, 0, 4 * week),
    maxRemembered: whole("maxRemembered", 20_000, 1, 1_000_000),
  };
}
