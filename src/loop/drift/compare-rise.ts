import { showPercentUpTo } from "../../plugin/show-percent.ts";
import { type Counted, shareRisePValue } from "../statistics/share-rise.ts";
import type { CompareSettings } from "./compare-settings.ts";
import type { DriftFinding } from "./drift-status.ts";

export interface RiseSettings extends CompareSettings {
  /** Smallest rise of the share that matters. */
  readonly minRise: number;
}

/** Compares the share of something unwanted with that before: only a rise is an alarm. `what` names it for people. */
export function compareRise(
  of: string,
  what: string,
  now: Counted,
  before: Counted,
  { level, least, minRise }: RiseSettings,
): DriftFinding {
  const statistic = "share";
  if (now.trials < least || before.trials < least) {
    const reason = `too few to compare: ${now.trials} now, ${before.trials} before, ${least} are needed`;
    return { of, verdict: "not-judged", statistic, value: 0, bound: 0, reason };
  }
  const [value, from] = [now.events / now.trials, before.events / before.trials];
  const isDrifted = value - from >= minRise && shareRisePValue(now, before) <= level;
  const bound = boundOf(now.trials, before, level, minRise);
  const reason = `the share of ${what} was ${showPercentUpTo(from, 1)} and is ${showPercentUpTo(value, 1)}`;
  return { of, verdict: isDrifted ? "drifted" : "steady", statistic, value, bound, reason };
}

/** Smallest share among `trials` that is an alarm. */
function boundOf(trials: number, before: Counted, level: number, minRise: number): number {
  const least = Math.ceil(trials * (before.events / before.trials + minRise) - 1e-9);
  let [low, high] = [Math.max(1, least), trials];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (shareRisePValue({ events: middle, trials }, before) <= level) high = middle;
    else low = middle + 1;
  }
  return low / trials;
}
