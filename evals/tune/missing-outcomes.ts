import { meanOfField } from "../data/outcomes/mean-of-field.ts";
import {
  NOT_PERMITTED,
  type Outcome,
  type OutcomeRecord,
  outcomeOf,
} from "../data/outcomes/outcome-record.ts";

/** Records without an outcome of a model. */
export interface MissingOutcomes {
  readonly model: string;
  /** Kind of the failure that `eval collect` recorded (`timeout`, `rate-limit` …), else `no outcome`. */
  readonly reason: string;
  readonly records: number;
}

/**
 * Counts the records that lack an outcome, by model and reason, the most frequent first. One that lacks
 * several is counted once: for the large model if that is among them.
 */
export function missingOutcomes(
  records: readonly OutcomeRecord[],
  models: readonly string[],
  large: string,
): readonly MissingOutcomes[] {
  const counts = new Map<string, { model: string; reason: string; records: number }>();
  for (const record of records) {
    const lacking = models.filter((model) => outcomeOf(record, model) === undefined);
    const model = lacking.includes(large) ? large : lacking[0];
    if (model === undefined) continue;
    const reason = reasonOf(record, model);
    const key = JSON.stringify([model, reason]);
    const one = counts.get(key) ?? { model, reason, records: 0 };
    one.records += 1;
    counts.set(key, one);
  }
  return [...counts.values()].sort((a, b) => b.records - a.records);
}

/** Names them within a sentence, the first few. */
export function namedMissing(missing: readonly MissingOutcomes[]): string {
  const reasons = missing.map(
    ({ model, reason, records }) =>
      `${model} has none on ${records}${reason === NO_OUTCOME || reason === NOT_PERMITTED ? "" : ` (${reason})`}`,
  );
  return reasons.slice(0, reasonsNamed).join(", ") + (reasons.length > reasonsNamed ? " and more" : "");
}

const reasonsNamed = 4;

/** The reason of an outcome that is missing without one. */
const NO_OUTCOME = "no outcome";

/**
 * True if an outcome is missing that a request like it would have. Where a model is not permitted there is none:
 * no policy could have taken it.
 */
function isUnknown(record: OutcomeRecord, models: readonly string[]): boolean {
  const lacking = models.filter((model) => outcomeOf(record, model) === undefined);
  return lacking.length > 0 && !lacking.some((model) => reasonOf(record, model) === NOT_PERMITTED);
}

/**
 * Fills in outcomes that are missing as the worst that can be: the large model's would have been perfect, and
 * others' of no use. Left out, they could hide a model that fails on them: what a model cannot do well is also
 * what it does not finish in time. Their cost is the model's mean, if it is known on all other records.
 */
export function withLostOutcomes(
  records: readonly OutcomeRecord[],
  models: readonly string[],
  large: string,
): readonly OutcomeRecord[] {
  const filled = models.map((model) => {
    const outcomes = records.flatMap((record) => outcomeOf(record, model) ?? []);
    const costUsd = meanOfField(outcomes, "costUsd");
    const outcome: Outcome = {
      quality: model === large ? 1 : 0,
      ...(costUsd === undefined ? {} : { costUsd }),
    };
    return [model, outcome] as const;
  });
  return records.map((record) => {
    if (!isUnknown(record, models)) return record;
    const lacking = filled.filter(([model]) => outcomeOf(record, model) === undefined);
    return { ...record, outcomes: { ...record.outcomes, ...Object.fromEntries(lacking) } };
  });
}

/** Form of a reason that is shown: a short word, which holds no text of a request. */
const shown = /^[\w-]{1,40}$/;

function reasonOf({ missing }: OutcomeRecord, model: string): string {
  const reason = missing !== undefined && Object.hasOwn(missing, model) ? missing[model] : undefined;
  return typeof reason === "string" && shown.test(reason) ? reason : NO_OUTCOME;
}
