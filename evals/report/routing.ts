import type { Policy } from "../../src/contracts/index.ts";
import { unitsOf } from "../data/split/units.ts";
import { meanQuality } from "../metrics/mean-quality.ts";
import type { ModelOutcomes } from "../metrics/routing-curve.ts";
import { columnsOf } from "../replay/compare/pair-outcomes.ts";
import { type Replay, replayPolicy } from "../replay/replay.ts";
import type { ReplayCase, ReplayCases } from "../replay/replay-cases.ts";

/** Policy replayed on records, as columns from which all sections of a report are computed. */
export interface Routing {
  readonly cases: readonly ReplayCase<string>[];
  readonly models: readonly string[];
  readonly routed: ModelOutcomes;
  /** Probability of a call, by model and record. */
  readonly callRates: Replay<string>["byRecord"]["callRates"];
  /** Outcomes of each model alone. */
  readonly alone: ReadonlyMap<string, ModelOutcomes>;
  /** Id of the model that losses and savings are measured against. */
  readonly reference: string;
  /** Complexity by record; Infinity without a classification, since such requests count as hard. */
  readonly complexity: Float64Array;
  /** Independent unit by record, as the bootstrap draws it. */
  readonly units: readonly string[];
}

/** Replays a policy. `reference` defaults to the model that is best alone. */
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
