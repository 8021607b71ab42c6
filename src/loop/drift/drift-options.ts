import { InvalidOptionError } from "../../contracts/index.ts";
import { checkKeys, checkNumber, checkText } from "../../plugin/index.ts";
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

export interface DriftSettings {
  readonly reference: DriftReference | undefined;
  readonly windowRequests: number;
  readonly windowVerdicts: number;
  readonly falseAlarmWindows: number;
  readonly maxTenantShare: number;
  readonly command: string;
}

const retune =
  "switchpoint eval tune --outcomes audit.jsonl --small SMALL --large LARGE --max-loss 0.02 --out tuning.json --force";
const mostQuantiles = 10_001;

/** Checks options and fills in the defaults. Throws `InvalidOptionError`. */
export function checkDriftOptions(options: DriftOptions): DriftSettings {
  checkKeys("createDriftMonitor", options, [
    "reference",
    "windowRequests",
    "windowVerdicts",
    "falseAlarmWindows",
    "maxTenantShare",
    "command",
  ]);
  const {
    reference,
    windowRequests = 1_000,
    windowVerdicts = 200,
    falseAlarmWindows = 20,
    maxTenantShare = 0.1,
    command = retune,
  } = options;
  const whole = (name: string, value: number, min: number, max: number) =>
    checkNumber(`createDriftMonitor.${name}`, value, { min, max, integer: true });
  whole("windowRequests", windowRequests, 200, 20_000);
  whole("windowVerdicts", windowVerdicts, 50, 20_000);
  checkNumber("createDriftMonitor.falseAlarmWindows", falseAlarmWindows, { min: 2, max: 10_000 });
  checkNumber("createDriftMonitor.maxTenantShare", maxTenantShare, { min: 0.01, max: 1 });
  checkText("createDriftMonitor.command", command);
  return {
    reference:
      reference === undefined ? undefined : checkScoreReference("createDriftMonitor.reference", reference),
    windowRequests,
    windowVerdicts,
    falseAlarmWindows,
    maxTenantShare,
    command,
  };
}

/** Checks a distribution of scores and returns a copy. Throws `InvalidOptionError`. */
export function checkScoreReference(option: string, given: DriftReference): DriftReference {
  const { quantiles, scores, classifier } = (given ?? {}) as Partial<DriftReference>;
  if (!Array.isArray(quantiles) || quantiles.length < 2 || quantiles.length > mostQuantiles)
    throw new InvalidOptionError(
      `${option}.quantiles`,
      quantiles,
      `2 to ${mostQuantiles.toLocaleString("en-US")} quantiles in ascending order`,
    );
  let least = Number.NEGATIVE_INFINITY;
  quantiles.forEach((value, at) => {
    least = checkNumber(`${option}.quantiles[${at}]`, value, { min: least });
  });
  checkNumber(`${option}.scores`, scores, { min: 1 });
  if (classifier !== undefined) checkText(`${option}.classifier`, classifier);
  return { quantiles: [...quantiles], scores: scores as number, classifier };
}
