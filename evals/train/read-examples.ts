import { createHash } from "node:crypto";
import {
  type Classifier,
  type HopContext,
  InvalidOptionError,
  OutcomeFormatError,
  type RequestFacts,
} from "../../src/contracts/index.ts";
import { seededRandom } from "../../src/loop/statistics/index.ts";
import { dropPromises, readOption } from "../../src/plugin/index.ts";
import { createFeatureReader, type Features, STRUCTURE } from "../../src/router/classifiers/inner.ts";
import {
  type Examples,
  type StructureScale,
  standardise,
} from "../../src/router/classifiers/trained/inner.ts";
import { type OutcomeRecord, outcomeOf } from "../data/outcomes/outcome-record.ts";
import { promptKey } from "../data/outcomes/prompt-key.ts";
import { addRecordKeys, type CollectedKeys, collectedKeys } from "../data/split/record-keys.ts";
import { offlineHop } from "../replay/offline-hop.ts";
import { factsOfRecord, type RecordText, requestOfRecord } from "../replay/request-of-record.ts";
import { changes } from "./changed-prompts.ts";
import { type JoinKeys, joinKeysOf } from "./fold-units.ts";
import { groupHash } from "./group-hash.ts";
import type { Variants } from "./variants.ts";

export interface ReadExamplesOptions {
  /** Names of the models; a record without an outcome of each is left out. */
  readonly models: readonly string[];
  readonly base: Classifier;
  readonly text: RecordText | undefined;
  /** Scale of the structural features. Default: mean and deviation of the records. */
  readonly scale?: StructureScale | undefined;
}

export interface ReadExamples {
  readonly examples: Examples;
  readonly scale: StructureScale;
  /** Records that lack an outcome of one of the models. */
  readonly skipped: number;
  /** SHA-256 of the parts of the records that were read. */
  readonly sha256: string;
  /** Keys of the records that were used. */
  readonly recordKeys: CollectedKeys;
  /** Keys that join each example to others. */
  readonly joinKeys: readonly JoinKeys[];
  /** Changed copies of a sample of the examples. */
  readonly variants: Variants;
}

/**
 * Reads records as the router would read their requests. Throws `OutcomeFormatError`, `InvalidOptionError`.
 */
export async function readExamples(
  records: Iterable<OutcomeRecord> | AsyncIterable<OutcomeRecord>,
  { models, base, text, scale: given }: ReadExamplesOptions,
): Promise<ReadExamples> {
  const read = createFeatureReader();
  const hop = offlineHop(0, new AbortController().signal);
  const hash = createHash("sha256");
  const recordKeys = collectedKeys();
  const rows: Row[] = [];
  const joinKeys: JoinKeys[] = [];
  const sample = sampleFacts();
  let position = 0;
  const known = new Set<string>();
  for await (const record of records) {
    position += 1;
    for (const name of Object.keys(record.outcomes)) known.add(name);
    const quality = qualitiesOf(record, models, position);
    if (quality === undefined) continue;
    const facts = factsOfRecord(record, position, text);
    const group = promptKey(record);
    addRecordKeys(recordKeys, record);
    const rowOf = (own: RequestFacts): Row => ({
      ...copyOf(read(own)),
      quality,
      length: Math.log(1 + own.askCharacters),
      complexity: complexityBy(base, own, hop),
      group: groupHash(group),
      category: own.category,
    });
    const row = rowOf(facts);
    joinKeys.push(joinKeysOf(record, row.group));
    sample.offer({ rank: row.group, row: rows.length, facts, rowOf });
    rows.push(row);
    const { messages, tools } = requestOfRecord(record, text);
    hash.update(`${JSON.stringify([record.id, group, messages, tools, facts.category, quality])}\n`);
  }
  if (rows.length === 0) refuseModels(models, known, position);
  const scale = given ?? scaleOf(rows);
  return {
    examples: columnsOf(rows, models.length, scale),
    scale,
    skipped: position - rows.length,
    sha256: hash.digest("hex"),
    recordKeys,
    joinKeys,
    variants: variantsOf(sample.drawn(), models.length, scale),
  };
}

/** A record whose prompt may be changed, and what makes an example of the changed one. */
interface Sampled {
  readonly rank: number;
  readonly row: number;
  readonly facts: RequestFacts;
  readonly rowOf: (facts: RequestFacts) => Row;
}

/** Number of prompts that are changed. */
const mostSampled = 200;
/** Longest prompt that is changed: to longer ones the changes matter less, and they take the most memory. */
const mostCharacters = 3_000;

/** Keeps the short prompts with the smallest hashes, which is a random sample without a look at the others. */
function sampleFacts() {
  let kept: Sampled[] = [];
  const smallest = (): Sampled[] =>
    kept.sort((a, b) => a.rank - b.rank || a.row - b.row).slice(0, mostSampled);
  return {
    offer(one: Sampled): void {
      const { ask, askCharacters } = one.facts;
      if (ask === "" || ask.length !== askCharacters || askCharacters > mostCharacters) return;
      kept.push(one);
      if (kept.length >= 2 * mostSampled) kept = smallest();
    },
    drawn: smallest,
  };
}

function variantsOf(sampled: readonly Sampled[], models: number, scale: StructureScale): Variants {
  const random = seededRandom(1);
  const made = sampled.flatMap(({ row, facts, rowOf }) =>
    Object.entries(changes).map(([kind, change]) => {
      const ask = change(facts.ask, random);
      return { kind, row, changed: rowOf({ ...facts, ask, askCharacters: ask.length }) };
    }),
  );
  return {
    examples: columnsOf(
      made.map(({ changed }) => changed),
      models,
      scale,
    ),
    originals: Uint32Array.from(made, ({ row }) => row),
    kinds: made.map(({ kind }) => kind),
  };
}

interface Row {
  readonly buckets: Uint16Array;
  readonly structure: Float64Array;
  readonly quality: readonly number[];
  readonly length: number;
  readonly complexity: number;
  readonly group: number;
  readonly category: string | undefined;
}

function qualitiesOf(
  record: OutcomeRecord,
  models: readonly string[],
  position: number,
): readonly number[] | undefined {
  const qualities: number[] = [];
  for (const name of models) {
    const outcome = outcomeOf(record, name);
    if (outcome === undefined) return undefined;
    const quality: unknown = outcome.quality;
    if (typeof quality !== "number" || !(quality >= 0 && quality <= 1)) {
      const problem = `must be a number in [0, 1], got ${typeof quality === "number" ? quality : typeof quality}`;
      throw new OutcomeFormatError("records", position, `outcomes[${JSON.stringify(name)}].quality`, problem);
    }
    qualities.push(quality);
  }
  return qualities;
}

function complexityBy(base: Classifier, facts: RequestFacts, hop: HopContext): number {
  const answer = base.classify(facts, hop);
  if (answer instanceof Promise) {
    dropPromises(answer);
    throw new InvalidOptionError("base", base, "a classifier that answers at once");
  }
  return readOption({ is: "share" }, "base: its complexity", answer.complexity);
}

/** Most names that a message lists. */
const mostNames = 20;

/**
 * Throws because no record has outcomes of all models: names the model that no record has, and those that
 * exist.
 */
function refuseModels(models: readonly string[], known: ReadonlySet<string>, records: number): never {
  const absent = models.find((name) => !known.has(name));
  if (records === 0 || absent === undefined)
    throw new InvalidOptionError(
      "records",
      records,
      `at least one that has outcomes of all of ${models.join(", ")}`,
    );
  const names = [...known].sort();
  const shown = names.slice(0, mostNames).join(", ");
  throw new InvalidOptionError(
    "model",
    absent,
    `one that the records have outcomes of: ${shown}${names.length > mostNames ? ", …" : ""}`,
  );
}

/** Copies features, since the reader overwrites its last result. */
function copyOf({ buckets, bucketCount, structure }: Features): Pick<Row, "buckets" | "structure"> {
  return { buckets: buckets.slice(0, bucketCount), structure: Float64Array.from(structure) };
}

function scaleOf(rows: readonly Row[]): StructureScale {
  const average = (value: (row: Row) => number): number =>
    rows.reduce((sum, row) => sum + value(row), 0) / rows.length;
  const means = STRUCTURE.map((_, index) => average(({ structure }) => structure[index] as number));
  const deviations = means.map((mean, index) =>
    Math.sqrt(average(({ structure }) => ((structure[index] as number) - mean) ** 2)),
  );
  // A feature that varies only by rounding must not have the rounding error as its unit.
  return { means, deviations: deviations.map((deviation) => (deviation < 1e-6 ? 1 : deviation)) };
}

function columnsOf(rows: readonly Row[], models: number, scale: StructureScale): Examples {
  const starts = new Uint32Array(rows.length + 1);
  rows.forEach(({ buckets }, index) => {
    starts[index + 1] = (starts[index] as number) + buckets.length;
  });
  const buckets = new Uint16Array(starts[rows.length] as number);
  const structure = new Float32Array(rows.length * STRUCTURE.length);
  rows.forEach((row, index) => {
    buckets.set(row.buckets, starts[index]);
    standardise(row.structure, scale, structure, index * STRUCTURE.length);
  });
  return {
    count: rows.length,
    starts,
    buckets,
    structure,
    quality: Float32Array.from(rows.flatMap(({ quality }) => quality)),
    models,
    lengths: Float32Array.from(rows, ({ length }) => length),
    defaults: Float32Array.from(rows, ({ complexity }) => complexity),
    groups: Uint32Array.from(rows, ({ group }) => group),
    categories: rows.map(({ category }) => category),
  };
}
