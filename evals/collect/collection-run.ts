import { setMaxListeners } from "node:events";
import { isRouterError, type Model, type Router } from "../../src/contracts/index.ts";
import { textOf } from "../../src/request/texts.ts";
import { scoreWith } from "../scorers/score-with.ts";
import type { ScorerArgs } from "../scorers/scorer.ts";
import type { CallBook } from "./call-book.ts";
import type { ResolvedCollectOptions } from "./collect-options.ts";
import type { Journal } from "./journal.ts";
import type { CallAnswer, CallKey, JournalEntry } from "./journal-entry.ts";
import type { CollectProgress } from "./progress.ts";
import type { PreparedRecord, RecordRequest } from "./read-dataset.ts";

/** A call to be made: a record and a model. */
export interface Job {
  readonly prepared: PreparedRecord;
  /** What is sent. */
  readonly request: RecordRequest;
  /** The router's id of the model. */
  readonly id: string;
  readonly model: Model;
  readonly key: CallKey;
}

/** Why no more calls are begun. */
export type Halt =
  | { readonly why: "interrupted" | "max-cost" }
  /** `error` is thrown in the end. */
  | { readonly why: "error"; readonly error: unknown };

/** What all calls of one run share. */
export interface CollectionRun {
  readonly options: ResolvedCollectOptions;
  readonly book: CallBook;
  readonly halted: Halt | undefined;
  halt(reason: Halt): void;
  /** Fires when the run is halted: ends every wait. */
  readonly signal: AbortSignal;
  /** Adds an entry to the book, at once, and to the journal; resolves when it is on disk. */
  record(entry: JournalEntry): Promise<void>;
  /**
   * Records that a call begins, if the most that it can cost fits into `maxCostUsd`, and returns whether it
   * does; where it does not, the run is halted. Waits for calls under way, as they may turn out cheaper.
   */
  begin(entry: Extract<JournalEntry, { type: "begun" | "scoring" }>): Promise<boolean>;
  /** One after the other, in the order of the calls. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves at the next entry, or when the run is halted. */
  changed(): Promise<void>;
  /** Why a model may not have a record; undefined where it may. */
  refusalOf(job: Job): Promise<string | undefined>;
  /** Asks the scorer, unless the answer is to be compared with one that is not there yet. */
  score(job: Job, answer: CallAnswer): Promise<void>;
  /** Calls that have failed for good in this run, by kind. */
  readonly errors: Readonly<Record<string, number>>;
  countError(kind: string): void;
  report(batches?: CollectProgress["batches"]): void;
}

export interface RunParts {
  readonly options: ResolvedCollectOptions;
  readonly book: CallBook;
  readonly journal: Journal;
  readonly jobs: readonly Job[];
}

export function createCollectionRun({ options, book, journal, jobs }: RunParts): CollectionRun {
  const { clock, router, scorer, baseline, maxCostUsd, onProgress } = options;
  const startedAt = clock();
  const doneBefore = jobs.filter(({ key }) => book.isFinished(key)).length;
  const errors: Record<string, number> = {};
  const stop = new AbortController();
  // Each call that waits listens.
  setMaxListeners(0, stop.signal);
  let halted: Halt | undefined;
  let done = doneBefore;
  let waiting: (() => void)[] = [];
  let last: Promise<unknown> = Promise.resolve();

  const wake = (): void => {
    const all = waiting;
    waiting = [];
    for (const one of all) one();
  };

  const run: CollectionRun = {
    options,
    book,
    get halted() {
      return halted;
    },
    halt(reason) {
      // An error says more than an interrupt.
      if (halted === undefined || (halted.why !== "error" && reason.why === "error")) halted = reason;
      stop.abort();
      wake();
    },
    signal: stop.signal,
    errors,

    async record(entry) {
      const isNew = "id" in entry && !book.isFinished(entry);
      book.apply(entry);
      if (isNew && book.isFinished(entry)) done += 1;
      wake();
      try {
        await journal.append(entry);
      } catch (error) {
        run.halt({ why: "error", error });
        throw error;
      }
    },

    async begin(entry) {
      // There may be no money for a call any more, and still some for a score.
      const goesOn = (): boolean =>
        halted === undefined || (halted.why === "max-cost" && entry.type === "scoring");
      while (goesOn()) {
        if (maxCostUsd === undefined || book.committedUsd + (entry.atMostUsd ?? 0) <= maxCostUsd) {
          // At once: nobody else may find the same room.
          await run.record(entry);
          return true;
        }
        if (book.underWay === 0) break;
        await run.changed();
      }
      run.halt(halted ?? { why: "max-cost" });
      return false;
    },

    alone(work) {
      const result = last.then(work);
      last = result.catch(() => {});
      return result;
    },

    changed: () => new Promise((resolve) => waiting.push(resolve)),

    refusalOf: (job) => refusalOf(router, job),

    async score(job, { answer, toolCalls }) {
      const { key } = job;
      const other = baseline === undefined ? undefined : options.models.get(baseline);
      const beside = other && book.stateOf({ ...key, model: other.name });
      // It may still come, unless it has failed for good: then there is none to compare with.
      if (beside !== undefined && beside.answer === undefined && beside.failure === undefined) return;
      const args = { ...recordArgs(job), output: answer, baseline: beside?.answer?.answer, toolCalls };
      if (typeof scorer !== "function" && scorer.mostCostUsd !== undefined) {
        const atMostUsd = scorer.mostCostUsd(args);
        if (!(await run.begin({ type: "scoring", ...key, ...(atMostUsd !== undefined && { atMostUsd }) })))
          return;
      }
      const { score, metadata } = await scoreWith(scorer, args);
      const { costUsd, reason } = metadata ?? {};
      await run.record({
        type: "scored",
        ...key,
        quality: score,
        ...(score === null && typeof reason === "string" && { reason }),
        ...(score !== null && metadata !== undefined && { metadata }),
        ...(typeof costUsd === "number" && costUsd >= 0 && { costUsd }),
      });
    },

    countError(kind) {
      errors[kind] = (errors[kind] ?? 0) + 1;
    },

    report(batches) {
      if (onProgress === undefined) return;
      const elapsedMs = Math.max(0, clock() - startedAt);
      const perMinute = elapsedMs === 0 ? 0 : ((done - doneBefore) / elapsedMs) * 60_000;
      onProgress({
        done,
        total: jobs.length,
        errors: { ...errors },
        paidUsd: book.paidUsd,
        unpriced: book.unpriced,
        elapsedMs,
        perMinute,
        ...(perMinute > 0 && { leftMs: ((jobs.length - done) / perMinute) * 60_000 }),
        ...(batches !== undefined && { batches }),
      });
    },
  };
  return run;
}

/** Why no answer of a job could be scored, where the scorer knows; undefined where one could. */
export async function gapOf(
  { scorer, baseline }: Pick<ResolvedCollectOptions, "scorer" | "baseline">,
  job: Pick<Job, "prepared" | "model">,
): Promise<string | undefined> {
  if (typeof scorer === "function" || scorer.gapIn === undefined) return undefined;
  return scorer.gapIn({ ...recordArgs(job), ...(baseline !== undefined && { baseline: "" }) });
}

/** What a scorer is told of a job before there is an answer. */
function recordArgs({ prepared, model }: Pick<Job, "prepared" | "model">): Omit<ScorerArgs, "output"> {
  const { record, facts } = prepared;
  return {
    input: record.prompt ?? lastAsk(record.messages) ?? facts.ask,
    expected: record.expected,
    messages: record.messages,
    id: record.id,
    model: model.name,
    category: record.category,
    metadata: record.metadata,
  };
}

/** Why a router may not send a record to a model; undefined where it may. */
export async function refusalOf(
  router: Router,
  { id, request }: Pick<Job, "id" | "request">,
): Promise<string | undefined> {
  try {
    await router.decide({ ...request, model: id });
    return undefined;
  } catch (error) {
    if (isRouterError(error, "no-eligible-model")) return error.reasons[id] ?? "not permitted";
    throw error;
  }
}

function lastAsk(messages: PreparedRecord["record"]["messages"]): string | undefined {
  const last = messages?.findLast(({ role }) => role === "user");
  return last && textOf(last);
}
