import { offPolicy } from "../evals/monitor/off-policy/off-policy.ts";
import type { OffPolicyEstimate, OffPolicyReport } from "../evals/monitor/off-policy/off-policy-report.ts";
import { isRouterError } from "../src/contracts/index.ts";
import { drawLog, type LoggedWorld, targetOf, truthOf } from "./logged-worlds.ts";

/** Statements of one kind over the logs of a world. */
export interface Coverage {
  /** Logs that got an interval. */
  shown: number;
  /** Logs whose interval holds the true value. */
  held: number;
  /** Sum of the widths. */
  width: number;
}

/** Kinds of statements: those of quality, then those of cost. */
export type CoverageName =
  `${"quality" | "costUsd"} ${"logged" | "ips" | "clippedIps" | "snips" | "dr" | "difference" | "lowerBound"}`;

export interface OffPolicySimulation {
  readonly logs: number;
  /** Logs that were refused, since they cannot show the effect of the target. */
  readonly refused: number;
  /** Logs of which the quality had Student's intervals, not bounds that hold at every n. */
  readonly student: number;
  readonly coverage: ReadonlyMap<CoverageName, Coverage>;
}

/** Estimates the target of a world from many logs, and counts which intervals hold the truth. */
export async function simulateOffPolicy(world: LoggedWorld, logs: number): Promise<OffPolicySimulation> {
  const truth = truthOf(world);
  const coverage = new Map<CoverageName, Coverage>();
  let [refused, student] = [0, 0];
  const count = (name: CoverageName, { low, high }: Partial<OffPolicyEstimate>, value: number): void => {
    const cell = coverage.get(name) ?? { shown: 0, held: 0, width: 0 };
    coverage.set(name, cell);
    if (low === undefined || high === undefined) return;
    cell.shown += 1;
    cell.width += high - low;
    if (low <= value && value <= high) cell.held += 1;
  };
  for (let seed = 1; seed <= logs; seed += 1) {
    const report = await reportOf(world, seed);
    if (report === undefined) {
      refused += 1;
      continue;
    }
    if (report.quality?.estimates.dr.holds === undefined) student += 1;
    for (const reward of ["quality", "costUsd"] as const) {
      const found = report[reward];
      const { target, logged } = truth[reward];
      if (found === undefined) continue;
      count(`${reward} logged`, found.logged, logged);
      for (const name of ["ips", "clippedIps", "snips", "dr"] as const)
        count(`${reward} ${name}`, found.estimates[name], target);
      count(`${reward} difference`, found.difference, target - logged);
      const { lowerBound } = found;
      if (reward === "quality")
        count("quality lowerBound", lowerBound === undefined ? {} : { low: lowerBound, high: 1 }, target);
    }
  }
  return { logs, refused, student, coverage };
}

async function reportOf(world: LoggedWorld, seed: number): Promise<OffPolicyReport | undefined> {
  try {
    return await offPolicy(drawLog(world, seed), targetOf(world), { resamples: 1, seed });
  } catch (error) {
    if (isRouterError(error, "invalid-option")) return undefined;
    throw error;
  }
}

const z99 = 2.5758293035489;

/** 99 % interval of the share of intervals that held (Wilson 1927). `undefined` if none was shown. */
export function coverageInterval({ held, shown }: Coverage): { low: number; high: number } | undefined {
  if (shown === 0) return undefined;
  const share = held / shown;
  const square = z99 ** 2 / shown;
  const center = (share + square / 2) / (1 + square);
  const half = (Math.sqrt((share * (1 - share)) / shown + square / (4 * shown)) * z99) / (1 + square);
  return { low: center - half, high: Math.min(1, center + half) };
}
