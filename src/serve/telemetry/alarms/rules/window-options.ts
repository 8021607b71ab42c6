import type { OptionTable } from "../../../../plugin/index.ts";
import { ruleSpan, type SeriesRead, seriesRead } from "../rule.ts";

/** Options of rules that compare the traffic of a window with a bound. */
export interface WindowOptions {
  readonly name: string;
  readonly of: SeriesRead;
  /** Bound above which the rule fires, at least 0. */
  readonly above: number;
  /** Length of the window. Default 300,000 ms. */
  readonly windowMs?: number | undefined;
  /** Least traffic in the window, at least 0; with less the rule says nothing. Default 20. */
  readonly minCount?: number | undefined;
  /** Time for which it must be so. Default 0 ms. */
  readonly forMs?: number | undefined;
}

export const windowOptions: OptionTable<WindowOptions, "forMs"> = {
  name: { is: "text" },
  of: { is: "table", of: seriesRead },
  above: { is: "number", min: 0 },
  windowMs: { ...ruleSpan, default: 300_000 },
  minCount: { is: "number", min: 0, default: 20 },
  forMs: { ...ruleSpan, optional: true },
};
