import { InvalidOptionError } from "../../../src/contracts/index.ts";
import { meanError, unitValues } from "../../../src/loop/statistics/index.ts";
import { showPercent } from "../../../src/plugin/show-percent.ts";
import type { LoggedRow } from "./read-rows.ts";

export interface Coverage {
  readonly rows: readonly LoggedRow[];
  readonly weights: Float64Array;
  readonly uncovered: Float64Array;
  readonly units: Uint32Array;
}

/** Number of standard errors by which a mean weight may be below 1. */
const tolerated = 4;

/**
 * Refuses a log that cannot show the effect of the target: throws `InvalidOptionError` with the reason and
 * the remedy. `maxUncovered` is in [0, 1].
 */
export function checkCoverage(
  { rows, weights, uncovered, units }: Coverage,
  log: unknown,
  maxUncovered: number,
): void {
  const refuse = (expected: string): never => {
    throw new InvalidOptionError("log", log, expected);
  };
  const share = uncovered.reduce((sum, one) => sum + one, 0) / rows.length;
  if (share > maxUncovered) {
    if (rows.every(({ propensity }) => propensity === 1))
      refuse(
        `drawn by a lottery: every propensity is 1, so the log shows nothing about the ${showPercent(share)} of decisions that would differ. ${wayOut}`,
      );
    refuse(
      `one that covers the target: at least ${showPercent(share)} of what it would do has probability 0 there (${wherefrom(rows, uncovered)}). ${wayOut}`,
    );
  }
  if (weights.every((weight) => weight === 0))
    refuse(`one with decisions of the target: none of the ${rows.length} took one of its plans. ${wayOut}`);
  const { mean, standardError } = meanError(unitValues(weights, units));
  if (mean + tolerated * standardError < 1 - maxUncovered)
    refuse(
      `one that covers the target, with right propensities: the mean weight must be 1 and is ${mean.toFixed(3)} ± ${standardError.toFixed(3)}, so that about ${showPercent(1 - mean)} of what it would do has probability 0 there. ${wayOut}`,
    );
}

const wayOut =
  "Route for a while with explore(0.05, policy) among all models that the target uses, then take the log from there on";

/** Lists the policies whose rows are uncovered: a log may begin before exploration did. */
function wherefrom(rows: readonly LoggedRow[], uncovered: Float64Array): string {
  const names = new Map<string, number>();
  rows.forEach(({ decision }, row) => {
    const { policy, versions } = decision;
    const name = `${policy.name} ${versions.policy ?? ""}`.trim();
    if ((uncovered[row] as number) > 0) names.set(name, (names.get(name) ?? 0) + 1);
  });
  const shown = [...names].slice(0, 5).map(([name, count]) => `${count} rows of ${name}`);
  return shown.join(", ");
}
