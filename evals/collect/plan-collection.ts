import { existsSync } from "node:fs";
import { InvalidOptionError, OutcomeFormatError } from "../../src/contracts/index.ts";
import { scorerName } from "../scorers/score-with.ts";
import { type CallBook, createCallBook } from "./call-book.ts";
import type { CollectEstimate } from "./collect-estimate.ts";
import type { ResolvedCollectOptions } from "./collect-options.ts";
import { type Excluded, estimateCollection } from "./estimate-collection.ts";
import { gapOf, type Job, refusalOf } from "./job.ts";
import { readJournal } from "./journal.ts";
import type { JournalEntry } from "./journal-entry.ts";
import { type PreparedRecord, readDataset } from "./read-dataset.ts";
import { sampleRecords } from "./sample-records.ts";
import { type CollectSettings, checkSameSettings, datasetHash, modelHash } from "./settings.ts";

/** Records and settings of a collection. */
export interface CollectionPlan {
  readonly records: readonly PreparedRecord[];
  readonly settings: CollectSettings;
}

/** Plan with the state after earlier runs. */
export interface KnownCollection {
  /** True if the journal does not hold these settings yet. */
  readonly isNew: boolean;
  readonly book: CallBook;
  /**
   * Calls by record, then repeat, then model, so that records are complete early. Without those that are not
   * permitted, or could not be scored.
   */
  readonly jobs: readonly Job[];
  /** Calls that the router does not permit. */
  readonly forbidden: readonly Job[];
  readonly estimate: CollectEstimate;
}

/** Path of the journal of a collection. */
export function journalOf(out: string): string {
  return `${out}.partial.jsonl`;
}

/** Reads the dataset. Throws `InvalidOptionError`, `OutcomeFormatError`. */
export async function planCollection(options: ResolvedCollectOptions): Promise<CollectionPlan> {
  const { models, batch, sample, seed, scorer, scorerVersion, baseline } = options;
  const all = [...models.values()];
  const without = batch ? all.filter((model) => model.batches === undefined) : [];
  if (without.length > 0) {
    const names = without.map(({ name }) => name).join(", ");
    throw new InvalidOptionError("batch", batch, `absent: the provider has no batch interface for ${names}`);
  }
  const dataset = await readDataset(options.dataset);
  const records = sample === undefined ? dataset : sampleRecords(dataset, sample, seed);
  const version = scorerVersion ?? (typeof scorer === "function" ? undefined : scorer.version);
  const settings: CollectSettings = {
    dataset: datasetHash(dataset),
    models: Object.fromEntries(all.map((model) => [model.name, modelHash(model)])),
    scorer: [
      scorerName(scorer),
      ...(version === undefined ? [] : [`@${version}`]),
      ...(baseline === undefined ? [] : [` beside ${baseline}`]),
    ].join(""),
    repeats: options.repeats,
    sample: sample === undefined ? "all" : `${sample} by seed ${seed}`,
    ...(options.maxOutputTokens !== undefined && { maxOutputTokens: options.maxOutputTokens }),
  };
  return { records, settings };
}

/** Reads the journal. Throws `InvalidOptionError` if it belongs to another collection, or is gone. */
export async function knownCollection(
  options: ResolvedCollectOptions,
  plan: CollectionPlan,
): Promise<KnownCollection> {
  const path = journalOf(options.out);
  const entries: readonly JournalEntry[] = options.restart ? [] : await readJournal(path);
  const [head] = entries;
  if (head !== undefined && head.type !== "settings")
    throw new OutcomeFormatError(
      path,
      1,
      "type",
      "must be settings: the journal is damaged, write to another file",
    );
  const earlier = entries.findLast((entry) => entry.type === "settings")?.settings;
  if (earlier !== undefined) {
    const { scorer } = options.rescore ? plan.settings : earlier;
    checkSameSettings(path, { ...earlier, scorer }, plan.settings);
  } else if (existsSync(options.out) && !options.restart)
    throw new InvalidOptionError(
      "out",
      options.out,
      "a file that does not exist yet (restart collects and pays again, and replaces it)",
    );
  const book = createCallBook();
  for (const entry of entries) book.apply(entry);
  const isNew = earlier?.scorer !== plan.settings.scorer;
  if (isNew) book.apply(settingsEntry(plan));
  const all = jobsOf(options, plan);
  const excluded = new Map<Job, Excluded>();
  for (const job of all) {
    const notPermitted = await refusalOf(options.router, job);
    const unscorable = notPermitted === undefined ? await gapOf(options, job) : undefined;
    if (notPermitted !== undefined || unscorable !== undefined)
      excluded.set(job, { notPermitted, unscorable });
  }
  const gap = [...excluded.values()].find(({ unscorable }) => unscorable !== undefined)?.unscorable;
  // The scorer or the data set is probably a wrong one.
  if (gap !== undefined && excluded.size === all.length)
    throw new OutcomeFormatError(
      options.dataset,
      0,
      "expected",
      `does not let ${scorerName(options.scorer)} score answers on any record (${gap})`,
    );
  const estimate = estimateCollection(options, all, book, excluded);
  return {
    isNew,
    book,
    jobs: all.filter((job) => !excluded.has(job)),
    forbidden: all.filter((job) => excluded.get(job)?.notPermitted !== undefined),
    estimate,
  };
}

export function settingsEntry({ settings }: CollectionPlan): JournalEntry {
  return { type: "settings", formatVersion: 1, settings };
}

function jobsOf(
  { models, repeats, maxOutputTokens }: ResolvedCollectOptions,
  { records }: CollectionPlan,
): Job[] {
  const jobs: Job[] = [];
  const limit = maxOutputTokens === undefined ? {} : { max_completion_tokens: maxOutputTokens };
  for (const prepared of records) {
    const request = { ...prepared.request, ...limit };
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      for (const [id, model] of models) {
        const key = { id: prepared.record.id, model: model.name, repeat };
        jobs.push({ prepared, request, id, model, key });
      }
    }
  }
  return jobs;
}

/**
 * Checks that a limit on money can be kept, which needs prices and output limits. Throws
 * `InvalidOptionError`.
 */
export function checkMoney(
  { maxCostUsd, scorer }: ResolvedCollectOptions,
  { estimate: { unpriced, unlimited }, book }: Pick<KnownCollection, "estimate" | "book">,
): void {
  if (maxCostUsd === undefined) return;
  if (book.spending.unbounded > 0)
    throw new InvalidOptionError(
      "maxCostUsd",
      maxCostUsd,
      `absent: the cost of ${book.spending.unbounded} calls of earlier runs is not known, since they had no price`,
    );
  const priced = typeof scorer === "function" || scorer.mostCostUsd === undefined;
  if (!priced && scorer.mostCostUsd?.({ output: "a", expected: "b" }) === undefined)
    throw new InvalidOptionError(
      "maxCostUsd",
      maxCostUsd,
      `absent while the price of ${scorerName(scorer)} is not known (option price of its model)`,
    );
  if (unpriced.length > 0)
    throw new InvalidOptionError(
      "maxCostUsd",
      maxCostUsd,
      `absent while the price of ${unpriced.join(", ")} is not known (option price of the provider)`,
    );
  if (unlimited.length > 0)
    throw new InvalidOptionError(
      "maxCostUsd",
      maxCostUsd,
      `given with maxOutputTokens: nothing limits the output of ${unlimited.join(", ")}`,
    );
}
