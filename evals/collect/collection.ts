import { meanOfField } from "../data/outcomes/mean-of-field.ts";
import {
  NOT_PERMITTED,
  type Outcome,
  type OutcomeRecord,
  outcomeOf,
} from "../data/outcomes/outcome-record.ts";
import { writeWhole } from "../data/outcomes/write-whole.ts";
import { answerIn, type CallState } from "./call-state.ts";
import type { CollectionRun } from "./collection-run.ts";
import type { Job } from "./job.ts";
import type { CallKey } from "./journal-entry.ts";
import { outcomeOfCalls } from "./outcome-of-calls.ts";
import type { KnownCollection } from "./plan-collection.ts";
import type { PreparedRecord } from "./read-dataset.ts";

/** Results of one model. Means over its outcomes; absent if one of them lacks the value. */
export interface CollectedModel {
  readonly model: string;
  readonly outcomes: number;
  /** Requests among them that it could not answer: quality 0. */
  readonly refused: number;
  readonly quality?: number | undefined;
  /** Cost of a request outside of batches. */
  readonly costUsd?: number | undefined;
  readonly latencyMs?: number | undefined;
}

/** Result of a run of a collection. */
export interface Collection {
  readonly out: string;
  /** Records written to `out`. */
  readonly records: number;
  /** Records not written: no model has an outcome on them. */
  readonly recordsLeftOut: number;
  /** True if nothing is missing; then the journal has been deleted. */
  readonly complete: boolean;
  /** Reason why the run ended early. */
  readonly stopped?: "interrupted" | "max-cost" | undefined;
  /** Calls without an answer that the next run makes. */
  readonly missing: number;
  /** Answers without a score: the next run asks the scorer again, and no model. */
  readonly unscored: number;
  /** Reason for one of them. */
  readonly unscoredReason?: string | undefined;
  /** Verdicts of a judge that compares two answers: pairs, and those of them that depend on the order. */
  readonly verdicts?: { readonly pairs: number; readonly inconsistent: number } | undefined;
  /** Counts of calls that failed for good in this run, by kind. */
  readonly errors: Readonly<Record<string, number>>;
  /** Calls during which an earlier run was cut off: they were repeated, and may have been paid for twice. */
  readonly repeated: number;
  /** Known cost of all runs, judges included. */
  readonly paidUsd: number;
  /** Part of it that the scorer has cost, for instance its judge. */
  readonly scoringUsd: number;
  /** Answers and scores of unknown cost. */
  readonly unpriced: number;
  readonly models: readonly CollectedModel[];
}

/** Writes the outcomes of a run and returns its result. */
export async function writeCollection(
  { options, book, halted, errors }: CollectionRun,
  records: readonly PreparedRecord[],
  { jobs, forbidden }: Pick<KnownCollection, "jobs" | "forbidden">,
  repeated: number,
): Promise<Collection> {
  const { out, models, keepAnswers } = options;
  const { paidUsd, scoringUsd, unpriced } = book.spending;
  const outcomesOf = new Map<PreparedRecord, Record<string, Outcome>>();
  const missingOf = new Map<PreparedRecord, Record<string, string>>();
  for (const [prepared, calls] of byRecordAndModel(jobs)) {
    const outcomes: Record<string, Outcome> = {};
    const missing: Record<string, string> = {};
    for (const [name, keys] of calls) {
      const states = keys.map((key) => book.stateOf(key));
      const outcome = outcomeOfCalls(states, keepAnswers);
      if (outcome !== undefined) outcomes[name] = outcome;
      else missing[name] = reasonOf(states);
    }
    missingOf.set(prepared, missing);
    outcomesOf.set(prepared, outcomes);
  }
  for (const { prepared, model } of forbidden)
    missingOf.set(prepared, { ...missingOf.get(prepared), [model.name]: NOT_PERMITTED });
  const written = records.flatMap((prepared): OutcomeRecord[] => {
    const { missing: before, ...record } = prepared.record;
    const outcomes = { ...record.outcomes, ...outcomesOf.get(prepared) };
    if (Object.keys(outcomes).length === 0) return [];
    const left = Object.entries({ ...before, ...missingOf.get(prepared) }).filter(
      ([name]) => !Object.hasOwn(outcomes, name),
    );
    return [{ ...record, outcomes, ...(left.length > 0 && { missing: Object.fromEntries(left) }) }];
  });
  await writeWhole(out, linesOf(written));
  const left = jobs.filter(({ key }) => !book.isFinished(key)).map(({ key }) => book.stateOf(key));
  const unscored = left.filter((call) => answerIn(call) !== undefined);
  const [unscoredReason] = left.flatMap((call) => (call.state === "unscored" ? (call.reason ?? []) : []));
  return {
    out,
    records: written.length,
    recordsLeftOut: records.length - written.length,
    complete: left.length === 0,
    ...(halted !== undefined && halted.why !== "error" && { stopped: halted.why }),
    missing: left.length - unscored.length,
    unscored: unscored.length,
    ...(unscoredReason !== undefined && { unscoredReason }),
    ...verdictsOf(jobs.map(({ key }) => book.stateOf(key))),
    errors,
    repeated,
    paidUsd,
    scoringUsd,
    unpriced,
    models: collectedModels(
      [...models.values()].map(({ name }) => name),
      written,
    ),
  };
}

/** Reason why calls gave no outcome: the last failure, else what they wait for. */
function reasonOf(calls: readonly CallState[]): string {
  for (const call of calls) if (call.state === "due" && call.failed !== undefined) return call.failed;
  return calls.some((call) => answerIn(call) !== undefined) ? "unscored" : "not-called";
}

function verdictsOf(calls: readonly CallState[]): Pick<Collection, "verdicts"> {
  const pairs = calls.flatMap((call) => {
    const consistent = call.state === "scored" ? call.scoring?.["consistent"] : undefined;
    return typeof consistent === "boolean" ? [consistent] : [];
  });
  if (pairs.length === 0) return {};
  return { verdicts: { pairs: pairs.length, inconsistent: pairs.filter((one) => !one).length } };
}

function* linesOf(records: readonly OutcomeRecord[]): Iterable<string> {
  for (const record of records) yield `${JSON.stringify(record)}\n`;
}

function byRecordAndModel(jobs: readonly Job[]): Map<PreparedRecord, Map<string, CallKey[]>> {
  const groups = new Map<PreparedRecord, Map<string, CallKey[]>>();
  for (const { prepared, model, key } of jobs) {
    const calls = groups.get(prepared) ?? new Map<string, CallKey[]>();
    groups.set(prepared, calls);
    calls.set(model.name, [...(calls.get(model.name) ?? []), key]);
  }
  return groups;
}

function collectedModels(names: readonly string[], records: readonly OutcomeRecord[]): CollectedModel[] {
  return names.map((model) => {
    const outcomes = records.flatMap((record) => outcomeOf(record, model) ?? []);
    const answered = outcomes.filter(({ error }) => error === undefined);
    return {
      model,
      outcomes: outcomes.length,
      refused: outcomes.length - answered.length,
      ...meanIn("quality", outcomes),
      ...meanIn("costUsd", outcomes),
      ...meanIn("latencyMs", answered),
    };
  });
}

function meanIn(field: "quality" | "costUsd" | "latencyMs", outcomes: readonly Outcome[]) {
  const mean = meanOfField(outcomes, field);
  return mean === undefined ? {} : { [field]: mean };
}
