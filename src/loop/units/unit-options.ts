import type { OptionTable } from "../../plugin/index.ts";

/** Bounds of the units of a rollout. */
export interface UnitOptions {
  /** A unit without a request for so long is fixed, in milliseconds by the monotonic clock. Default 1,800,000. */
  readonly idleMs?: number | undefined;
  /**
   * A unit with this many requests is fixed. Later ones do not count. Default 1,000: sessions of coding agents have hundreds,
   * and a fault that comes late in them must count.
   */
  readonly maxRequests?: number | undefined;
  /** Requests of open units that are kept in all: beyond that the unit that is idle for longest is fixed. Default 100,000. */
  readonly maxKept?: number | undefined;
  /** Open units at most: the one that is idle for longest is fixed. Default 5,000. */
  readonly maxOpen?: number | undefined;
  /** A verdict on an answer counts until so long after its unit was fixed, in milliseconds. Default 86,400,000. */
  readonly lateMs?: number | undefined;
  /** Fixed units that are remembered, so that one that returns is not counted twice. Default 20,000. */
  readonly maxRemembered?: number | undefined;
}

/** Largest number of requests after which a unit can be fixed. */
export const mostUnitRequests = 10_000;
const week = 7 * 86_400_000;

export const unitOptions: OptionTable<UnitOptions> = {
  idleMs: { is: "number", min: 1, max: week, integer: true, default: 1_800_000 },
  maxRequests: { is: "number", min: 1, max: mostUnitRequests, integer: true, default: 1_000 },
  maxKept: { is: "number", min: 1, max: 1_000_000, integer: true, default: 100_000 },
  maxOpen: { is: "number", min: 1, max: 100_000, integer: true, default: 5_000 },
  lateMs: { is: "number", min: 0, max: 4 * week, integer: true, default: 86_400_000 },
  maxRemembered: { is: "number", min: 1, max: 1_000_000, integer: true, default: 20_000 },
};
