import { checkNumber, checkText } from "../../../../plugin/index.ts";
import type { SeriesRead } from "../rule.ts";

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

export interface ReadWindow {
  readonly name: string;
  readonly windowMs: number;
  readonly minCount: number;
  readonly forMs: number | undefined;
}

export const windowOptionNames = ["name", "of", "above", "windowMs", "minCount", "forMs"] as const;

/** Throws `InvalidOptionError`. `owner` is the function that takes the options. */
export function readWindow(owner: string, options: WindowOptions): ReadWindow {
  const { name, above, windowMs = 300_000, minCount = 20, forMs } = options;
  checkText(`${owner}.name`, name);
  checkNumber(`${owner}.above`, above, { min: 0 });
  checkNumber(`${owner}.minCount`, minCount, { min: 0 });
  return { name, windowMs, minCount, forMs };
}
