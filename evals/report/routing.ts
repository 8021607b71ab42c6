import type { Policy } from "../../src/contracts/index.ts";
import { unitsOf } from "../data/split/units.ts";
import { meanQuality } from "../metrics/mean-quality.ts";
import type { ModelOutcomes } from "../metrics/routing-curve.ts";
import { columnsOf } from "../replay/compare/pair-outcomes.ts";
import { type Replay, replayPolicy } from "../replay/replay.ts";
import type { ReplayCase, ReplayCases } from "../replay/replay-cases.ts";

/** A policy replayed on records, as columns: what all sections of a report are computed from. */
export interface Routing {
  readonly cases: readonly ReplayCase<string>[];
  readonly models: readonly string[];
  readonly routed: ModelOutcomes;
  /** By model and record, the probability of a call. */
  readonly callRates: Replay<string>["byRecord"]["callRates"];
  /** Each model alone. */
  readonly alone: ReadonlyMap<string, ModelOutcomes>;
  /** Id of the model that losses and savings are measured against. */
  readonly reference: string;
  /** By record; Infinity where there is no classification, as such requests are held for hard. */
  readonly complexity: Float64Array;
  /** By record: its independent unit, as the bootstrap takes it. */
  readonly units: readonly string[];
}

/** `reference`: default, the model that is best alone. */
export function routingOf(
  prepared: ReplayCases<string>,
  policy: Policy<string>,
  reference?: string | undefined,
): Routing {
  const { cases, models } = prepared;
  const { byRecord } = replayPolicy(prepared, policy);
  const alone = new Map(models.map((id) => [id, columnsOf(cases, id)]));
  const qualityOf = (id: string): number => meanQuality(alone.get(id)?.quality ?? []) ?? 0;
  const best = models.reduce((a, b) => (qualityOf(b) > qualityOf(a) ? b : a));
  return {
    cases,
    models,
    routed: byRecord,
    callRates: byRecord.callRates,
    alone,
    reference: reference ?? best,
    complexity: Float64Array.from(cases, ({ context }) => context.classification?.complexity ?? Infinity),
    units: Array.from(unitsOf(cases.map(({ record }) => record)), String),
  };
}
