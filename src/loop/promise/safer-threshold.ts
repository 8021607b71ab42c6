import { InvalidOptionError } from "../../contracts/index.ts";
import { type OptionTable, readOption, readOptions } from "../../plugin/index.ts";

/** Part of a tuning file that says what other thresholds would have lost. */
export interface TunedCurve {
  /** Threshold in force. Absent: the file tuned something else. */
  readonly threshold?: number | undefined;
  /** Thresholds that were tried, with their loss on the tuning records. */
  readonly curve?:
    | readonly {
        readonly threshold?: number | undefined;
        readonly loss: number;
        readonly accepted: boolean;
      }[]
    | undefined;
}

export interface SaferThresholdOptions {
  /** Largest loss on the tuning records as a share of that of the threshold in force, in [0, 1). Default 0.5. */
  readonly lossShare?: number | undefined;
}

export const saferThresholdOptions: OptionTable<SaferThresholdOptions> = {
  lossShare: { is: "share", below: 1, default: 0.5 },
};

/** Largest number of thresholds of a curve. */
const mostPoints = 10_000;

/**
 * Returns the largest certified threshold of a tuning file below the one in force that lost at most half as much on the
 * tuning records: an answer to a broken promise that is less expensive than the large model for everything. Undefined if
 * there is none, or the file has no curve. Throws `InvalidOptionError`.
 */
export function saferThreshold(tuning: TunedCurve, options: SaferThresholdOptions = {}): number | undefined {
  const { lossShare } = readOptions("saferThreshold", saferThresholdOptions, options);
  if (typeof tuning !== "object" || tuning === null)
    throw new InvalidOptionError("saferThreshold.tuning", tuning, "a tuning file");
  const { threshold: inForce, curve } = tuning;
  if (inForce === undefined || curve === undefined) return undefined;
  readOption({ is: "number" }, "saferThreshold.tuning.threshold", inForce);
  const isCurve = Array.isArray(curve) && curve.length <= mostPoints && curve.every(isPoint);
  if (!isCurve)
    throw new InvalidOptionError("saferThreshold.tuning.curve", typeof curve, `at most ${mostPoints} points`);
  const lossAt = curve.find(({ threshold }) => threshold === inForce)?.loss;
  if (lossAt === undefined) return undefined;
  const lossInForce = readOption({ is: "number" }, "saferThreshold.tuning.curve.loss", lossAt);
  const most = Math.max(0, lossInForce * lossShare);
  let best: number | undefined;
  for (const { threshold, loss, accepted } of curve) {
    if (accepted !== true || typeof threshold !== "number" || !(threshold < inForce)) continue;
    if (loss <= most && !(threshold <= (best ?? Number.NEGATIVE_INFINITY))) best = threshold;
  }
  // 0 is the large model for everything.
  return best === undefined || best <= 0 ? undefined : best;
}

function isPoint(given: unknown): boolean {
  return typeof given === "object" && given !== null;
}
