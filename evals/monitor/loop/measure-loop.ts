import type { DriftStatus } from "../../../src/loop/index.ts";
import { type EvidenceOptions, loopEvidence } from "./loop-evidence.ts";
import type { LoopStatus, PromiseView } from "./loop-status.ts";
import { nextStep } from "./next-step.ts";
import type { LoopRecords } from "./read-loop.ts";

export interface LoopOptions extends EvidenceOptions {
  readonly file: string;
  readonly promise?: PromiseView | undefined;
  readonly drift?: DriftStatus | undefined;
  /** Sentences about the file, which precede the other warnings. */
  readonly remarks?: readonly string[] | undefined;
}

const msPerDay = 86_400_000;
/** Time from which a pace is stated, and the time that it is taken from. */
const shortestMs = msPerDay / 24;
const longestMs = 7 * msPerDay;
/** Times by which probabilities may differ before a reader must know. */
const unequal = 2;

/** Sums up the records of an audit: what is there, what it cost, what is needed, and what to do next. */
export async function measureLoop(records: LoopRecords, options: LoopOptions): Promise<LoopStatus> {
  const { pairs, facts, small, large, lines, costUsd, unknownCosts } = records;
  const { now, file, maxLoss, confidence, promise, drift, remarks = [] } = options;
  const evidence = await loopEvidence(records, options);
  const times = pairs.map(({ at }) => Date.parse(at ?? "")).filter((time) => time <= now);
  const recordsPerDay = paceOf(times);
  const missing = evidence.kind === "too-few" ? evidence.needed - pairs.length : undefined;
  const probability = rangeOf(facts.flatMap((one) => (one === undefined ? [] : [one.probability])));
  const status: Omit<LoopStatus, "next"> = {
    at: new Date(now).toISOString(),
    file,
    small,
    large,
    maxLoss,
    confidence,
    lines,
    records: pairs.length,
    decided: decidedOf(facts),
    firstAt: isoOf(times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)),
    lastAt: isoOf(times.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)),
    recordsPerDay,
    daysLeft: missing === undefined || recordsPerDay === undefined ? undefined : missing / recordsPerDay,
    audit: {
      costUsd,
      unknownCosts,
      probability,
      scorers: [...new Set(facts.flatMap((one) => one?.scorer ?? []))].slice(0, 10),
    },
    live: liveLoss(facts),
    evidence,
    promise,
    drift,
    warnings: [...remarks, ...warningsOf(records, probability)],
  };
  return { ...status, next: nextStep(status) };
}

function decidedOf(facts: LoopRecords["facts"]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const one of facts) {
    const because = one?.because ?? "not audited";
    counts.set(because, (counts.get(because) ?? 0) + 1);
  }
  return Object.fromEntries(counts);
}

/** Mean loss by weight of what the policy decided; the others say nothing about it. */
function liveLoss(facts: LoopRecords["facts"]): LoopStatus["live"] {
  let [sum, weights, records] = [0, 0, 0];
  for (const one of facts) {
    if (one?.loss === undefined || one.because !== "policy") continue;
    const weight = 1 / one.probability;
    sum += weight * one.loss;
    weights += weight;
    records += 1;
  }
  return records === 0 ? undefined : { loss: sum / weights, records };
}

function paceOf(times: readonly number[]): number | undefined {
  const last = times.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const recent = times.filter((time) => time >= last - longestMs);
  const first = recent.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  if (recent.length < 2 || last - first < shortestMs) return undefined;
  return ((recent.length - 1) * msPerDay) / (last - first);
}

function isoOf(time: number): string | undefined {
  return Number.isFinite(time) ? new Date(time).toISOString() : undefined;
}

function rangeOf(values: readonly number[]): readonly [number, number] | undefined {
  if (values.length === 0) return undefined;
  const low = values.reduce((a, b) => Math.min(a, b));
  return [low, values.reduce((a, b) => Math.max(a, b))];
}

function warningsOf(
  { pairs, facts, lines, unknownCosts }: LoopRecords,
  probability: readonly [number, number] | undefined,
): readonly string[] {
  const warnings: string[] = [];
  if (lines > pairs.length) warnings.push(`${lines - pairs.length} records lack the outcome of a model`);
  if (probability !== undefined && probability[1] > unequal * probability[0])
    warnings.push(
      "records were drawn with different probabilities, and tuning counts each of them once: what was drawn more often counts for more",
    );
  if (unknownCosts > 0) warnings.push(`the cost of ${unknownCosts} audits is not known`);
  const others = facts.filter((one) => one === undefined).length;
  if (others > 0) warnings.push(`${others} records were not written by an audit`);
  return warnings;
}
