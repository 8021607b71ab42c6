import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type OutcomeRecord, outcomeOf } from "../../evals/data/outcomes/outcome-record.ts";
import { promptKey } from "../../evals/data/outcomes/prompt-key.ts";
import { readJsonLines } from "../../evals/data/outcomes/read-json-lines.ts";
import { readOutcomes } from "../../evals/data/outcomes/read-outcomes.ts";
import { factsOfRecord } from "../../evals/replay/request-of-record.ts";
import { createFeatureReader } from "../../src/classifiers/read-features.ts";
import { InvalidOptionError, OutcomeFormatError } from "../../src/contracts/index.ts";
import { seededRandom } from "../../src/statistics/seeded-random.ts";
import { settings } from "./complexity-settings.ts";
import { withCourtesies } from "./with-courtesies.ts";

/** A training row: a prompt, or its copy with courtesies around it. */
export interface TrainingRow {
  /** Name of the set. */
  readonly source: string;
  /** Kind of the label: how often small models failed, or the tier that the author gave. */
  readonly labelledBy: "outcomes" | "tier";
  /** Distinct buckets of its words and word pairs. */
  readonly buckets: Uint16Array;
  /** Prints of the buckets. */
  readonly prints: Uint8Array;
  readonly structure: Float64Array;
  readonly askCharacters: number;
  /** Label in [0, 1], minus the share of its source's mean. */
  readonly label: number;
  /** Weight in training. Rows of one source, without copies, add up to 1. */
  readonly weight: number;
  /** Weight in the reference distribution. All rows add up to 1; copies have weight 0. */
  readonly referenceWeight: number;
  /** Fold in [0, folds), equal for rows with the same prompt. */
  readonly fold: number;
}

export interface TrainingSet {
  readonly rows: readonly TrainingRow[];
  /** Hexadecimal SHA-256 of each file, by name of the set. */
  readonly sha256: Readonly<Record<string, string>>;
}

/** Reads the training sets of a data folder, in a fixed order. */
export async function readTrainingSet(folder: string): Promise<TrainingSet> {
  const { smallModels, tiers, referenceShareOfTiers } = settings;
  const rows: TrainingRow[] = [];
  const sha256: Record<string, string> = {};
  const add = async (name: string, share: number, labelled: (path: string) => AsyncIterable<Labelled>) => {
    const path = join(folder, "train", `${name}.jsonl.gz`);
    const labelledBy = name in tiers ? "tier" : "outcomes";
    rows.push(...(await rowsOf(labelled(path), { source: name, labelledBy, share })));
    sha256[name] = createHash("sha256")
      .update(await readFile(path))
      .digest("hex");
  };
  const shareOf = (sets: object, whole: number): number => whole / Object.keys(sets).length;
  for (const [name, models] of Object.entries(smallModels)) {
    const share = shareOf(smallModels, 1 - referenceShareOfTiers);
    await add(name, share, (path) => labelledByFailure(path, models));
  }
  for (const [name, labels] of Object.entries(tiers)) {
    const share = shareOf(tiers, referenceShareOfTiers);
    await add(name, share, (path) => labelledByTier(path, labels));
  }
  return { rows, sha256 };
}

interface Labelled {
  readonly record: OutcomeRecord;
  readonly label: number;
}

/** Yields records labelled by the mean failure of the models that were run. */
async function* labelledByFailure(path: string, models: readonly string[]): AsyncGenerator<Labelled> {
  for await (const record of readOutcomes(path)) {
    const qualities = models
      .map((model) => outcomeOf(record, model)?.quality)
      .filter((quality) => quality !== undefined);
    if (qualities.length > 0) yield { record, label: 1 - mean(qualities) };
  }
}

async function* labelledByTier(
  path: string,
  tiers: Readonly<Record<string, number>>,
): AsyncGenerator<Labelled> {
  for await (const { line, value } of readJsonLines(path)) {
    const { id, prompt, label } = value as { id: string; prompt: string; label: string };
    const tier = tiers[label];
    if (tier === undefined)
      throw new OutcomeFormatError(path, line, "label", `is not one of ${Object.keys(tiers).join(", ")}`);
    yield { record: { id, prompt, outcomes: {} }, label: tier };
  }
}

async function rowsOf(
  labelled: AsyncIterable<Labelled>,
  { share, ...origin }: Pick<TrainingRow, "source" | "labelledBy"> & { readonly share: number },
): Promise<readonly TrainingRow[]> {
  const all: Labelled[] = [];
  for await (const one of labelled) all.push(one);
  const offset = settings.centring * mean(all.map(({ label }) => label));
  const read = createFeatureReader();
  const random = seededRandom(settings.seed);
  return all.flatMap(({ record, label }, index) => {
    const row = (of: OutcomeRecord, weight: number, referenceWeight: number): TrainingRow => {
      const facts = factsOfRecord(of, index, "prompt");
      const { buckets, prints, bucketCount, structure } = read(facts);
      return {
        ...origin,
        buckets: buckets.slice(0, bucketCount),
        prints: prints.slice(0, bucketCount),
        structure: structure.slice(),
        askCharacters: facts.askCharacters,
        label: label - offset,
        weight: weight / all.length,
        referenceWeight,
        fold: foldOf(promptKey(record)),
      };
    };
    const polite = { ...record, prompt: withCourtesies(record.prompt ?? "", random) };
    return [row(record, 1, share / all.length), row(polite, settings.politeWeight, 0)];
  });
}

/** Returns the fold of a key, by its FNV-1a hash. */
function foldOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1)
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  return (hash >>> 0) % settings.folds;
}

function mean(values: readonly number[]): number {
  if (values.length === 0) throw new InvalidOptionError("values", values, "at least one number");
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
