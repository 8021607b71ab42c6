import { type Classifier, InvalidOptionError } from "../../../contracts/index.ts";
import { base64Length, fromBase64 } from "../../../plugin/base64.ts";
import { sha256 } from "../../../plugin/sha256.ts";
import { type Head, logisticHead, neighboursHead } from "./heads.ts";

/** The result of training `embedding()` on recorded outcomes, as JSON without text. */
export interface TrainedEmbedding {
  readonly formatVersion: typeof FORMAT_VERSION;
  /** Name of the embedding model. */
  readonly embedding: string;
  /** The classifier it is blended with, as `name@version`. */
  readonly base: string;
  /** The small model. Complexity rates how much the large one is needed instead. */
  readonly small: string;
  readonly large: string;
  /** All models with an outcome in every record, including `small` and `large`. */
  readonly models: readonly string[];
  /** Number of records. */
  readonly records: number;
  /** Longest text that is embedded, in UTF-16 code units. */
  readonly maxCharacters: number;
  readonly dimensions: number;
  /** Mean of the vectors, each scaled to length 1. */
  readonly center: readonly number[];
  /** Mean quality of each model, in the order of `models`. */
  readonly meanQuality: readonly number[];
  readonly head:
    | {
        readonly kind: "neighbours";
        readonly k: number;
        /** Vectors by example, int8 in base64. */
        readonly vectors: string;
        /** Quality by example and model, in [0, 1]. */
        readonly quality: readonly number[];
      }
    /** Regressions by model: a weight for each dimension, then the bias. */
    | { readonly kind: "logistic"; readonly weights: readonly (readonly number[])[] };
  /** Quantiles of the held-out gains (quality of the large model minus that of the small one). */
  readonly gainQuantiles: readonly number[];
  /** Reference distribution: quantiles of the held-out scores. */
  readonly quantiles: readonly number[];
}

export const FORMAT_VERSION = 1;

/** The weight of the fit in the blend with the base classifier. */
export function fitShare(records: number): number {
  return records / (records + 300);
}

export function trainedVersion(trained: TrainedEmbedding): string {
  return sha256(JSON.stringify(trained)).slice(0, 12);
}

export function baseIdentity({ name, version }: Classifier): string {
  return `${name}@${version}`;
}

export function headOf({ head, dimensions, models }: TrainedEmbedding): Head {
  if (head.kind === "logistic") return logisticHead(head.weights.map((one) => Float64Array.from(one)));
  const vectors = int8Of(head.vectors);
  const quality = Float64Array.from(head.quality);
  return neighboursHead({ dimensions, vectors, quality, models: models.length }, head.k);
}

function int8Of(base64: string): Int8Array {
  return Int8Array.from(fromBase64(base64), (byte) => (byte << 24) >> 24);
}

/** Throws `InvalidOptionError` naming the field that is damaged or differs. */
export function checkTrainedEmbedding(
  value: unknown,
  embedding: string,
  base: Classifier,
): asserts value is TrainedEmbedding {
  const owner = "embedding.trained";
  if (typeof value !== "object" || value === null)
    throw new InvalidOptionError(owner, value, "the result of trainEmbedding");
  const file = value as Partial<TrainedEmbedding>;
  const expect = (field: keyof TrainedEmbedding, wanted: unknown, advice = ""): void => {
    if (file[field] !== wanted)
      throw new InvalidOptionError(`${owner}.${field}`, file[field], `${String(wanted)}${advice}`);
  };
  expect("formatVersion", FORMAT_VERSION, ": train again with this version");
  expect("embedding", embedding, ", the given embedding model: vectors of another model cannot be compared");
  expect("base", baseIdentity(base), ", the given base classifier: train again with it");

  const { models = [], dimensions = 0, records = 0, maxCharacters = 0 } = file;
  const must = (field: keyof TrainedEmbedding, holds: boolean, wanted: string): void => {
    if (!holds) throw new InvalidOptionError(`${owner}.${field}`, file[field], wanted);
  };
  const isCount = (count: unknown): boolean => Number.isSafeInteger(count) && (count as number) > 0;
  must("records", isCount(records), "a positive number of records");
  must("dimensions", isCount(dimensions), "a positive number of dimensions");
  must("maxCharacters", isCount(maxCharacters), "a positive number of characters");
  must("models", Array.isArray(models) && models.every(isText), "an array of names");
  must("small", models.includes(file.small ?? ""), "one of the models");
  must("large", models.includes(file.large ?? ""), "one of the models");
  must("center", areNumbers(file.center, dimensions), `${dimensions} numbers`);
  must("meanQuality", areNumbers(file.meanQuality, models.length, 0, 1), "a mean quality for each model");
  for (const field of ["gainQuantiles", "quantiles"] as const)
    must(field, areAscending(file[field]), "at least two numbers in ascending order");
  must(
    "head",
    isHead(file.head, dimensions, models.length),
    "complete, with the stated dimensions and models",
  );
}

function isHead(head: TrainedEmbedding["head"] | undefined, dimensions: number, models: number): boolean {
  if (head?.kind === "logistic") {
    const { weights } = head;
    return (
      Array.isArray(weights) &&
      weights.length === models &&
      weights.every((one) => areNumbers(one, dimensions + 1))
    );
  }
  if (head?.kind !== "neighbours" || typeof head.vectors !== "string") return false;
  const examples = base64Length(head.vectors) / dimensions;
  return (
    Number.isInteger(examples) &&
    Number.isInteger(head.k) &&
    head.k >= 1 &&
    head.k <= examples &&
    areNumbers(head.quality, examples * models, 0, 1)
  );
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

function areNumbers(
  values: unknown,
  length: number,
  min: number = -Number.MAX_VALUE,
  max: number = Number.MAX_VALUE,
): boolean {
  return (
    Array.isArray(values) &&
    values.length === length &&
    values.every((value) => typeof value === "number" && value >= min && value <= max)
  );
}

function areAscending(values: readonly number[] | undefined): boolean {
  if (!Array.isArray(values) || values.length < 2 || !areNumbers(values, values.length)) return false;
  return values.every((value, index) => index === 0 || value >= (values[index - 1] as number));
}
