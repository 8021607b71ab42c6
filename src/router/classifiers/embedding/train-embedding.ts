import {
  type Classifier,
  InsufficientEvidenceError,
  InvalidOptionError,
  type RequestFacts,
} from "../../../contracts/index.ts";
import {
  dropPromises,
  type FilledOptions,
  type OptionTable,
  readOption,
  readOptions,
} from "../../../plugin/index.ts";
import { complexity } from "../complexity.ts";
import { noHop } from "../no-hop.ts";
import { rank } from "../rank.ts";
import { readText } from "../read-text.ts";
import { createBatches } from "./batches.ts";
import { type Embedder, embedderFacts, embedderOptions } from "./embedder.ts";
import { fitNeighbours, fitRegressions, NEIGHBOURS } from "./fit-head.ts";
import { centred, unit } from "./heads.ts";
import { quantilesOf } from "./quantiles-of.ts";
import { baseIdentity, FORMAT_VERSION, fitShare, type TrainedEmbedding } from "./trained-embedding.ts";

/** A recorded outcome in the format of outcome files. */
export interface EmbeddingRecord {
  /** The ask of the human. */
  readonly prompt: string;
  /** Outcomes by model name; `quality` is in [0, 1]. */
  readonly outcomes: Readonly<Record<string, { readonly quality: number }>>;
}

export interface TrainEmbeddingOptions extends Embedder {
  /** Records, oldest first; at least 20, at most 10,000. */
  readonly records: readonly EmbeddingRecord[];
  /** Name of the small model; every record must have an outcome of it and of `large`. */
  readonly small: string;
  readonly large: string;
  /** Classifier to blend with. It must be synchronous and read only the ask. Default `complexity()`. */
  readonly base?: Classifier | undefined;
  /**
   * Kind of the fit. Default: `logistic` from 500 records if all qualities are 0 or 1 (graded ones would
   * have to be rounded), else `neighbours`.
   */
  readonly head?: "neighbours" | "logistic" | undefined;
  /** Largest number of texts in one call. Default 64. */
  readonly maxBatch?: number | undefined;
  /** Longest wait for one call, in milliseconds. Default 60,000. */
  readonly timeoutMs?: number | undefined;
  /** Longest text that is embedded, in UTF-16 code units; longer prompts are cut in the middle. Default 4,000. */
  readonly maxCharacters?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

type Open = "name" | "price" | "base" | "head" | "signal";

export const trainEmbeddingOptions: OptionTable<TrainEmbeddingOptions, Open> = {
  ...embedderOptions,
  records: { is: "list", of: { is: "any" }, max: 10_000, expected: "an array of at most 10,000 records" },
  small: { is: "text" },
  large: { is: "text" },
  base: { is: "object", methods: ["classify"], optional: true },
  head: { is: "choice", of: ["neighbours", "logistic"], optional: true },
  maxBatch: { is: "number", min: 1, max: 2_048, integer: true, default: 64 },
  timeoutMs: { is: "duration", default: 60_000 },
  maxCharacters: { is: "number", min: 100, max: 32_000, integer: true, default: 4_000 },
  signal: { is: "object", methods: ["throwIfAborted"], optional: true, expected: "an AbortSignal" },
};

type Settings = FilledOptions<TrainEmbeddingOptions, Open>;

/**
 * Trains `embedding()` on recorded outcomes. It embeds the prompts (outside any router, so without
 * constraints and without a record of the calls) and fits either a table of neighbours (k = 20, cosine of
 * centred vectors; the newest 5,000 records) or one logistic regression per model. The reference
 * distributions are held out: leave-one-out for neighbours, five folds for regressions. Deterministic if
 * `embed` is. The result is plain JSON without text; with neighbours it has 4/3 bytes for each dimension
 * of each record.
 *
 * Rejects with `InvalidOptionError` naming the record, with `InsufficientEvidenceError` below 20 records,
 * and with the error of `embed`.
 */
export async function trainEmbedding(options: TrainEmbeddingOptions): Promise<TrainedEmbedding> {
  const settings = readOptions("trainEmbedding", trainEmbeddingOptions, options);
  const { base = complexity(), small, large, head, maxCharacters } = settings;
  const { name } = embedderFacts(settings);
  const { prompts, models, quality } = readRecords(settings);
  const facts = prompts.map(factsOf);
  const texts = facts.map((one) => readText(one, maxCharacters).ask);
  const vectors = await embedAll(settings, name, texts);
  const units = vectors.map(unit);
  const center = meanOf(units).map((value) => Number(value.toFixed(6)));
  const rows = units.map((vector) => centred(vector, center));

  const kind = head ?? (rows.length >= 500 && quality.flat().every(isBinary) ? "logistic" : "neighbours");
  const fit = kind === "logistic" ? fitRegressions(rows, quality) : fitNeighbours(rows, quality);
  const [smallAt, largeAt] = [models.indexOf(small), models.indexOf(large)];
  const gains = fit.heldOut.map(
    ({ estimates }) => (estimates[largeAt] as number) - (estimates[smallAt] as number),
  );
  const gainQuantiles = quantilesOf(gains);
  const share = fitShare(rows.length);
  const reference = Float32Array.from(gainQuantiles);
  const scores = fit.heldOut.map(({ index }, at) => {
    const before = complexityBy(base, facts[index] as RequestFacts);
    return (1 - share) * before + share * rank(gains[at] as number, reference);
  });
  return {
    formatVersion: FORMAT_VERSION,
    embedding: name,
    base: baseIdentity(base),
    small,
    large,
    models,
    records: rows.length,
    maxCharacters,
    dimensions: center.length,
    center,
    meanQuality: Array.from(meanOf(quality)),
    head: fit.head,
    gainQuantiles,
    quantiles: quantilesOf(scores),
  };
}

interface Records {
  readonly prompts: readonly string[];
  readonly models: readonly string[];
  /** Quality by record and model. */
  readonly quality: readonly (readonly number[])[];
}

function readRecords({ records, small, large }: Settings): Records {
  const owner = "trainEmbedding";
  if (records.length < NEIGHBOURS)
    throw new InsufficientEvidenceError(records.length, 300, `${owner} needs at least ${NEIGHBOURS} records`);
  if (small === large) throw new InvalidOptionError(`${owner}.large`, large, "a model other than small");
  const everywhere = (name: string) =>
    records.every(({ outcomes }: EmbeddingRecord) => Object.hasOwn(outcomes ?? {}, name));
  for (const [index, { prompt, outcomes }] of records.entries()) {
    const path = `${owner}.records[${index}]`;
    readOption({ is: "text" }, `${path}.prompt`, prompt);
    for (const name of [small, large])
      if (!Object.hasOwn(outcomes ?? {}, name))
        throw new InvalidOptionError(
          `${path}.outcomes["${name}"]`,
          undefined,
          "present: its quality is needed",
        );
  }
  const models = Object.keys(records[0]?.outcomes ?? {})
    .filter(everywhere)
    .sort();
  const quality = records.map(({ outcomes }: EmbeddingRecord, index) =>
    models.map((name) =>
      readOption(
        { is: "share" },
        `${owner}.records[${index}].outcomes["${name}"].quality`,
        outcomes[name]?.quality,
      ),
    ),
  );
  return { prompts: records.map(({ prompt }: EmbeddingRecord) => prompt), models, quality };
}

/** Returns the facts of a request with the prompt as its only turn. */
function factsOf(prompt: string): RequestFacts {
  return {
    ask: prompt,
    window: "",
    askCharacters: prompt.length,
    characters: prompt.length,
    inputTokens: Math.ceil(prompt.length / 4),
    expectedOutputTokens: 300,
    turns: 1,
    tools: 0,
    images: 0,
    toolLoopPending: false,
    step: { kind: "ask" },
    jsonSchema: false,
    labels: {},
    text: { all: () => prompt },
  };
}

async function embedAll(
  { embed, signal = new AbortController().signal, maxBatch, timeoutMs }: Settings,
  name: string,
  texts: readonly string[],
): Promise<readonly (readonly number[])[]> {
  const vectors: (readonly number[])[] = [];
  // One call after the other, so as not to flood an endpoint that also serves requests.
  for (let start = 0; start < texts.length; start += maxBatch) {
    const batch = texts.slice(start, start + maxBatch);
    const dimensions = vectors[0]?.length;
    const embedOne = createBatches({
      embed,
      name,
      dimensions,
      maxBatch: batch.length,
      windowMs: 0,
      timeoutMs,
      maxPending: batch.length,
    });
    // A signal for each text: Node warns of a leak if all of them listen to one.
    const answers = await Promise.all(batch.map((text) => embedOne(text, AbortSignal.any([signal]))));
    for (const { value } of answers) vectors.push(value);
  }
  const dimensions = vectors[0]?.length;
  const odd = vectors.findIndex((vector) => vector.length !== dimensions);
  if (odd >= 0)
    throw new InvalidOptionError(
      "trainEmbedding.embed",
      vectors[odd],
      `a function that returns vectors of equal length, ${dimensions} as for the first record`,
    );
  return vectors;
}

function meanOf(rows: readonly ArrayLike<number>[]): number[] {
  const sums: number[] = Array.from({ length: rows[0]?.length ?? 0 }, () => 0);
  for (const row of rows)
    for (let at = 0; at < sums.length; at += 1) sums[at] = (sums[at] as number) + (row[at] as number);
  return sums.map((sum) => sum / rows.length);
}

function isBinary(value: number): boolean {
  return value === 0 || value === 1;
}

function complexityBy(base: Classifier, facts: RequestFacts): number {
  const answer = base.classify(facts, noHop);
  if (answer instanceof Promise) {
    dropPromises(answer);
    throw new InvalidOptionError("trainEmbedding.base", base, "a synchronous classifier");
  }
  return readOption({ is: "share" }, "trainEmbedding.base: its complexity", answer.complexity);
}
