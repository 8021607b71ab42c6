import type { SufficientFile } from "../../../policies/checks/index.ts";
import { isRouterError, type PolicyDescription } from "../../../src/contracts/index.ts";
import { weightedMean } from "../../../src/loop/statistics/weighted-mean.ts";
import { describePolicy } from "../../../src/plugin/index.ts";
import { replayPolicy } from "../../replay/replay.ts";
import { type Candidates, type RoutedOutcomes, thresholdCandidates } from "../candidates.ts";
import { type Certified, certifyLoss } from "../certify.ts";
import { thresholdGrid } from "../threshold-grid.ts";
import { isBinary, type TuneCases, type TuneColumns } from "../tune-columns.ts";
import type { TuneSettings } from "../tune-options.ts";
import { thresholdPolicyOf, triedOf } from "../tune-threshold.ts";
import type { Skipping, Way, WayResult } from "./way.ts";
import { type WayParts, type WayPolicy, wayPolicies } from "./way-policies.ts";

export interface WayContest {
  readonly cases: TuneCases;
  /** With costs of all models, or of none. */
  readonly columns: TuneColumns;
  readonly settings: TuneSettings;
  readonly parts: WayParts;
  /** Level of each way. */
  readonly level: number;
  readonly maxLoss: number;
  readonly prefer: "cost" | "latency";
}

/** Certified policy of a way. */
export interface FoundWay {
  readonly certified: Certified;
  readonly policy: PolicyDescription;
  readonly threshold?: number | undefined;
  /** File that the policy's check needs. */
  readonly file?: SufficientFile | undefined;
  readonly routed: RoutedOutcomes;
}

export interface TriedWay {
  readonly result: WayResult;
  readonly found?: FoundWay | undefined;
  /** Reason why there is none. */
  readonly error?: unknown;
}

/** Tests the policies of one way at its level. */
export async function tryWay(way: Way, contest: WayContest): Promise<TriedWay> {
  try {
    const { found, latencyMs, skipping } = await (way === "threshold"
      ? byThreshold(contest)
      : byCascade(way, contest));
    const { certificate } = found.certified;
    const { loss, pValue, largeCallRate, saving, costUsd } = certificate;
    const result: WayResult = {
      way,
      policy: found.policy,
      loss,
      pValue,
      largeCallRate,
      ...(saving === undefined ? {} : { saving }),
      ...(costUsd === undefined ? {} : { costUsd: costUsd.routed }),
      ...(latencyMs === undefined ? {} : { latencyMs }),
      ...(skipping === undefined ? {} : { skipping }),
    };
    return { result, found };
  } catch (error) {
    if (!isRouterError(error, "insufficient-evidence")) throw error;
    return { result: { way, problem: error.message }, error };
  }
}

interface Outcome {
  readonly found: FoundWay;
  readonly latencyMs?: number | undefined;
  readonly skipping?: Skipping | undefined;
}

async function byThreshold({ cases, columns, settings, level, maxLoss }: WayContest): Promise<Outcome> {
  const { small, large } = settings;
  const thresholds = triedOf(columns, thresholdGrid());
  const candidates = thresholdCandidates(columns.complexity, columns.pair, thresholds);
  const certified = await certifyLoss({ columns, candidates, thresholds, settings }, maxLoss, level);
  const { index } = certified;
  const threshold = index < 0 ? 0 : (thresholds[index] as number);
  const policy = thresholdPolicyOf(small, large, threshold);
  const { byRecord, latencyMs } = replayPolicy(cases, policy);
  return {
    found: {
      certified,
      policy: describePolicy(policy),
      threshold,
      routed:
        index < 0
          ? toRouted(byRecord, large, columns.pair.large.costUsd !== undefined)
          : candidates.at(index),
    },
    latencyMs,
  };
}

/** Means of a candidate. */
interface Summary {
  readonly costUsd: number | undefined;
  readonly latencyMs: number | undefined;
}

/** Most outcomes that are kept, rather than replayed again: some 50 MB. */
const mostKept = 2_000_000;
/** A policy that skips may cost this share of always-large's cost more than one that does not. */
const tolerance = 0.01;

async function byCascade(way: Exclude<Way, "threshold">, contest: WayContest): Promise<Outcome> {
  const { cases, columns, settings, parts, level, maxLoss } = contest;
  const { large } = settings;
  const isPriced = columns.pair.large.costUsd !== undefined;
  const policies = wayPolicies(way, parts);
  const routedBy = (index: number) => {
    const { byRecord, latencyMs, costUsd } = replayPolicy(cases, (policies[index] as WayPolicy).policy);
    return { routed: toRouted(byRecord, large, isPriced), latencyMs, costUsd };
  };
  const summaries: Summary[] = [];
  const kept: RoutedOutcomes[] = [];
  const keeps = policies.length * cases.cases.length <= mostKept;
  let binary = columns.isBinary;
  for (let index = 0; index < policies.length; index += 1) {
    const { routed, latencyMs, costUsd } = routedBy(index);
    summaries.push({ latencyMs, costUsd });
    binary = binary && isBinary(routed.quality);
    if (keeps) kept.push(routed);
  }
  const candidates: Candidates = {
    count: policies.length,
    at: (index) => kept[index] ?? routedBy(index).routed,
  };
  const certify = (choose?: number): Promise<Certified> =>
    certifyLoss({ columns: { ...columns, isBinary: binary }, candidates, settings, choose }, maxLoss, level);
  let certified = await certify();
  const accepted = policies.flatMap((_, index) => (certified.curve[index + 1]?.accepted ? [index] : []));
  const full = weightedMean(columns.pair.large.costUsd ?? []);
  const pair = fasterOf(policies, accepted, summaries, full);
  if (pair !== undefined && contest.prefer === "latency") certified = await certify(pair.skips);
  const { index } = certified;
  const chosen = policies[index];
  const policy = chosen?.policy ?? thresholdPolicyOf(settings.small, large, 0);
  const alone = replayPolicy(cases, policy);
  return {
    found: {
      certified,
      policy: describePolicy(policy),
      file: chosen?.file,
      routed: toRouted(alone.byRecord, large, isPriced),
    },
    latencyMs: alone.latencyMs,
    skipping: pair && skippingOf(pair, policies, summaries, columns),
  };
}

function toRouted(
  byRecord: ReturnType<typeof replayPolicy>["byRecord"],
  large: string,
  isPriced: boolean,
): RoutedOutcomes {
  const { quality, costUsd, callRates } = byRecord;
  const toLarge = callRates[large] ?? new Float64Array(quality.length);
  return isPriced ? { quality, costUsd, toLarge } : { quality, toLarge };
}

interface Faster {
  readonly plain: number;
  readonly skips: number;
}

/** Finds the cheapest accepted policy without skipping, and the fastest one with it that costs hardly more. */
function fasterOf(
  policies: readonly WayPolicy[],
  accepted: readonly number[],
  summaries: readonly Summary[],
  full: number | undefined,
): Faster | undefined {
  const costOf = (index: number): number => summaries[index]?.costUsd ?? Number.POSITIVE_INFINITY;
  const timeOf = (index: number): number => summaries[index]?.latencyMs ?? Number.POSITIVE_INFINITY;
  const isPlain = (index: number): boolean => policies[index]?.skipAt === undefined;
  const least = (indices: readonly number[], of: (index: number) => number): number | undefined =>
    indices.reduce<number | undefined>(
      (best, one) => (best === undefined || of(one) < of(best) ? one : best),
      undefined,
    );
  const plain = least(accepted.filter(isPlain), costOf);
  if (plain === undefined || full === undefined) return undefined;
  const limit = costOf(plain) + tolerance * full;
  const skips = least(
    accepted.filter((index) => !isPlain(index) && costOf(index) <= limit),
    timeOf,
  );
  return skips === undefined || !(timeOf(skips) < timeOf(plain)) ? undefined : { plain, skips };
}

function skippingOf(
  { plain, skips }: Faster,
  policies: readonly WayPolicy[],
  summaries: readonly Summary[],
  { complexity }: TuneColumns,
): Skipping {
  const { policy, skipAt = Number.POSITIVE_INFINITY } = policies[skips] as WayPolicy;
  const [without, to] = [summaries[plain] as Summary, summaries[skips] as Summary];
  const hit = complexity.filter((one) => one >= skipAt && one !== Number.POSITIVE_INFINITY).length;
  return {
    policy: describePolicy(policy),
    skipped: hit / complexity.length,
    latencyMs: { without: without.latencyMs as number, with: to.latencyMs as number },
    ...(without.costUsd === undefined || to.costUsd === undefined
      ? {}
      : { costUsd: { without: without.costUsd, with: to.costUsd } }),
  };
}
