import { columnsOf } from "../../replay/compare/pair-outcomes.ts";
import { replayPolicy } from "../../replay/replay.ts";
import type { ReplayCases } from "../../replay/replay-cases.ts";
import { type RecordedQualities, roundedQuality } from "../../tune/baseline.ts";
import { lossesOf } from "../../tune/candidates.ts";
import type { TuningFile } from "../../tune/tuning-file.ts";
import type { GateContext } from "./gate-check.ts";
import {
  type ChangeName,
  type Changes,
  changeOfMean,
  changeOfPairs,
  type MeasuredChange,
} from "./measured-change.ts";
import { policyOfGate } from "./policy-of-gate.ts";

/**
 * Level of each comparison. Together they are 3.5 %, and with the drift of the scores less than 5 %: a run in
 * which nothing has changed fails by chance in at most that share. The models' qualities have most of it,
 * since a worse model is the change to be found.
 */
const levels: Readonly<Record<ChangeName, number>> = {
  small: 0.015,
  large: 0.01,
  loss: 0.002,
  largeCallRate: 0.003,
  costUsd: 0.003,
  skipped: 0.002,
};

/** Compares fresh outcomes with what the tuning file recorded. */
export async function gatherChanges({
  tuning,
  fresh,
  units,
  same,
  router,
  lacking,
}: Pick<GateContext, "tuning" | "fresh" | "units" | "same" | "router" | "lacking">): Promise<
  Readonly<Record<ChangeName, Changes>>
> {
  const { cases } = fresh;
  const recorded = recordedMeans(tuning);
  const policy = policyOfGate(tuning, router);
  const routed =
    policy && cases.length > 0 ? replayPolicy(withoutSessions(fresh), policy).byRecord : undefined;
  const large = columnsOf(cases, tuning.large).quality;
  // Where both kinds of evidence are there, each has half of the level.
  const share = cases.length > 0 && same.cases.cases.length > 0 ? 0.5 : 1;
  const others = (name: ChangeName, values: Float64Array | undefined, direction: 1 | -1 | 0, guard = 1) => {
    const before = recorded[name];
    if (values === undefined || before === undefined) return undefined;
    return changeOfMean(values, units, before, { direction, level: share * levels[name], guard });
  };
  const again = await pairedChanges(tuning, same, policy, share);
  return {
    small: { paired: again.small, others: await others("small", columnsOf(cases, tuning.small).quality, -1) },
    large: { paired: again.large, others: await others("large", large, -1) },
    loss: {
      paired: again.loss,
      others: await others(
        "loss",
        routed && lossesOf(tuning.certificate.guarantee, large, routed.quality),
        1,
      ),
    },
    largeCallRate: { others: await others("largeCallRate", routed?.callRates[tuning.large], 0) },
    costUsd: { others: await others("costUsd", routed?.costUsd, 1, 0) },
    skipped: { others: await skippedChange(tuning, lacking) },
  };
}

type Recorded = Parameters<typeof changeOfMean>[2];

/**
 * Returns what the certificate recorded. An older file has no errors of its means: that of a mean in [0, 1]
 * is then the largest possible one, and costs are not compared.
 */
function recordedMeans(tuning: TuningFile): Readonly<Partial<Record<ChangeName, Recorded | undefined>>> {
  const { baseline, certificate, small, large } = tuning;
  const { quality, largeCallRate, loss, units } = certificate;
  const of = (mean: number): Recorded => ({
    mean,
    error: Math.sqrt(Math.max(0, mean * (1 - mean)) / Math.max(1, units)),
    units,
  });
  if (baseline === undefined)
    return {
      small: of(quality.small),
      large: of(quality.large),
      // A loss in [-1, 1] is as uncertain as the share of requests that may be lost.
      loss: { mean: loss, error: Math.sqrt(Math.max(0, 1 - largeCallRate) / Math.max(1, units)), units },
      largeCallRate: of(largeCallRate),
    };
  const measured = (one: { mean: number; error: number } | undefined): Recorded | undefined =>
    one && { ...one, units: baseline.units };
  const qualityOf = (model: string) =>
    Object.hasOwn(baseline.quality, model) ? measured(baseline.quality[model]) : undefined;
  return {
    small: qualityOf(small),
    large: qualityOf(large),
    loss: measured(baseline.loss),
    largeCallRate: measured(baseline.largeCallRate),
    costUsd: measured(baseline.costUsd),
  };
}

async function pairedChanges(
  tuning: TuningFile,
  { cases: prepared, units, recorded }: GateContext["same"],
  policy: ReturnType<typeof policyOfGate>,
  share: number,
): Promise<Partial<Record<ChangeName, MeasuredChange | undefined>>> {
  const { cases } = prepared;
  if (cases.length === 0) return {};
  const before = (model: string): Float64Array =>
    Float64Array.from(recorded, (one: RecordedQualities) => one.get(model) ?? Number.NaN);
  const now = (model: string): Float64Array => columnsOf(cases, model).quality.map(roundedQuality);
  const of = (name: ChangeName, after: Float64Array, earlier: Float64Array, direction: 1 | -1) =>
    changeOfPairs(after, earlier, units, { direction, level: share * levels[name], guard: 1 });
  const { small, large, models, certificate } = tuning;
  const changes = {
    small: await of("small", now(small), before(small), -1),
    large: await of("large", now(large), before(large), -1),
  };
  const rates = policy && replayPolicy(withoutSessions(prepared), policy).byRecord.callRates;
  // What the policy would have answered then is known if it calls one model, not of a cascade.
  const callsOne =
    rates !== undefined &&
    cases.every(
      (_, at) => Math.abs(models.reduce((sum, model) => sum + (rates[model]?.[at] ?? 0), 0) - 1) < 1e-9,
    );
  if (!callsOne) return changes;
  const lossOf = (qualityOf: (model: string) => Float64Array): Float64Array => {
    const columns = models.map((model) => [rates[model], qualityOf(model)] as const);
    const routed = Float64Array.from(cases, (_, at) =>
      columns.reduce(
        (sum, [rate, quality]) => sum + (rate?.[at] ? rate[at] * (quality[at] as number) : 0),
        0,
      ),
    );
    return lossesOf(certificate.guarantee, qualityOf(large), routed);
  };
  return { ...changes, loss: await of("loss", lossOf(now), lossOf(before), 1) };
}

/** Compares the share of records that lack the outcome of a model. */
function skippedChange({ certificate }: TuningFile, lacking: GateContext["lacking"]) {
  const { records, choosing, skipped } = certificate;
  const all = records + choosing + skipped;
  // Records that count as lost lack an outcome, too, and are not among the skipped ones.
  const mean = certificate.missingShare ?? skipped / Math.max(1, all);
  const before = { mean, error: Math.sqrt((mean * (1 - mean)) / Math.max(1, all)), units: all };
  const values = Float64Array.from(lacking, Number);
  const alone = Uint32Array.from(values, (_, at) => at);
  return changeOfMean(values, alone, before, { direction: 1, level: levels.skipped, guard: 1 });
}

function withoutSessions(prepared: ReplayCases<string>): ReplayCases<string> {
  const cases = prepared.cases.map((one) => ({ ...one, record: { ...one.record, session: undefined } }));
  return { ...prepared, cases };
}
