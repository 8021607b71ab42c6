import { InvalidOptionError } from "../../contracts/index.ts";
import type { FilledOptions, OptionTable } from "../../plugin/index.ts";
import { checkAscending } from "../statistics/check-ascending.ts";
import type { ScoreReference } from "../statistics/score-drift.ts";

/** Distribution of complexity that a conclusion was drawn from. */
export interface DriftReference extends ScoreReference {
  /** Classifier of the scores as `name@version`. Absent: that of the first window. */
  readonly classifier?: string | undefined;
}

export interface DriftOptions {
  /**
   * Distribution of complexity at the time of tuning: `{ quantiles: tuning.quantiles, scores: tuning.certificate.units }`
   * of a tuning file. Default: the first window. All else is compared with the first window in any case.
   */
  readonly reference?: DriftReference | undefined;
  /** Number of requests of a window, in [200, 20,000]; of one session one request counts. Default 1,000. */
  readonly windowRequests?: number | undefined;
  /** Number of verdicts of a judge in a window, in [50, 20,000]. Default 200. */
  readonly windowVerdicts?: number | undefined;
  /** At most one false alarm in this many windows, on average; in [2, 10,000]. Default 20. */
  readonly falseAlarmWindows?: number | undefined;
  /** Part of a window that the requests of one tenant fill, in [0.01, 1]. Default 0.1. */
  readonly maxTenantShare?: number | undefined;
  /** Command that an alarm names. Default: `switchpoint eval tune` on `audit.jsonl`. */
  readonly command?: string | undefined;
}

export type DriftSettings = FilledOptions<DriftOptions, "reference">;

const retune =
  "switchpoint eval tune --outcomes audit.jsonl --small SMALL --large LARGE --max-loss 0.02 --out tuning.json --force";
const mostQuantiles = 10_001;
const ascending = "2 to 10,001 quantiles in ascending order";

export const driftReference: OptionTable<DriftReference, "classifier"> = {
  quantiles: { is: "checked", check: checkQuantiles, expected: ascending },
  scores: { is: "number", min: 1 },
  classifier: { is: "text", optional: true },
};

export const driftOptions: OptionTable<DriftOptions, "reference"> = {
  reference: { is: "table", of: driftReference, optional: true },
  windowRequests: { is: "number", min: 200, max: 20_000, integer: true, default: 1_000 },
  windowVerdicts: { is: "number", min: 50, max: 20_000, integer: true, default: 200 },
  falseAlarmWindows: { is: "number", min: 2, max: 10_000, default: 20 },
  maxTenantShare: { is: "share", min: 0.01, default: 0.1 },
  command: { is: "text", default: retune },
};

function checkQuantiles(option: string, given: unknown): readonly number[] {
  if (!Array.isArray(given) || given.length < 2 || given.length > mostQuantiles)
    throw new InvalidOptionError(option, given, ascending);
  return checkAscending(option, given);
}
