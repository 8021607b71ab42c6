import type { Constraint } from "../../src/contracts/index.ts";
import { type OptionTable, readOptions } from "../../src/plugin/index.ts";

export interface StartsWithinOptions {
  /** Largest permitted 95th percentile of the time to first token of recent streams, in milliseconds, above 0. */
  readonly p95FirstTokenMs: number;
  /**
   * Treatment of a model with too few recent streams. Default `"permit"`: a model that is never called
   * never gets a percentile, so `"refuse"` keeps all models out until the router's state is restored.
   */
  readonly unknown?: "permit" | "refuse" | undefined;
}

export const startsWithinOptions: OptionTable<StartsWithinOptions> = {
  p95FirstTokenMs: { is: "number", above: 0 },
  unknown: { is: "choice", of: ["permit", "refuse"], default: "permit" },
};

/** Permits only models that are not known to start their answers too late. */
export function startsWithin(options: StartsWithinOptions): Constraint {
  const { p95FirstTokenMs: limit, unknown } = readOptions("startsWithin", startsWithinOptions, options);
  const ofUnknown: true | string = unknown === "permit" || "its time to first token is not known";

  return {
    name: "startsWithin",
    permits({ health }) {
      const p95 = health?.p95FirstTokenMs;
      if (p95 === undefined) return ofUnknown;
      return p95 <= limit || `p95 of the time to first token is ${Math.round(p95)} ms, more than ${limit}`;
    },
  };
}
