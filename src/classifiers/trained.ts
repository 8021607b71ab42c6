import {
  type Classification,
  type Classifier,
  type HopContext,
  InvalidOptionError,
  type RequestFacts,
} from "../contracts/index.ts";
import { checkKeys, checkMethods, dropPromises } from "../plugin/index.ts";
import { complexity } from "./complexity.ts";
import { rank } from "./rank.ts";
import { createFeatureReader, STRUCTURE } from "./read-features.ts";
import { checkTrainedFile } from "./trained/check-trained-file.ts";
import { decodeExamples, standardise } from "./trained/examples.ts";
import { decodeHeads, headValue, type LinearHead } from "./trained/linear-heads.ts";
import { createNeighbours } from "./trained/neighbours.ts";
import { calibratedQuality, logistic } from "./trained/quality-curve.ts";
import type { Part, TrainedClassifier } from "./trained/trained-file.ts";

export interface TrainedOptions {
  /** Names of models that must be in the file. Default: none. */
  readonly models?: readonly string[] | undefined;
  /** The base classifier of the training; must be synchronous. Default `complexity()`. */
  readonly base?: Classifier | undefined;
  /** True to add the parts of the score to each classification. Default false. */
  readonly signals?: boolean | undefined;
}

/**
 * A classifier that was trained on your own outcomes (`switchpoint eval train`), from its file: the
 * parsed JSON, or the result of `readClassifier`. Complexity is the rank of the score among held-out
 * training records; `quality` holds the calibrated quality of each model in the file.
 *
 * Reads the same facts as `complexity()`, and `category` where its records had categories. Takes about
 * twice the time of `complexity()`; if the score has neighbours, about 15 µs more for each 1,000 stored
 * examples, since the request is compared with each.
 *
 * Throws `InvalidOptionError` naming the difference if the file has another format version, is damaged or
 * was edited, was trained with another base classifier, or lacks one of `models`.
 */
export function trained(file: unknown, options: TrainedOptions = {}): Classifier {
  checkKeys("trained", options, ["models", "base", "signals"]);
  const { models = [], base = complexity(), signals = false } = options;
  checkMethods("trained.base", base, ["classify"]);
  if (typeof signals !== "boolean") throw new InvalidOptionError("trained.signals", signals, "a boolean");
  const checked = checkTrainedFile(file, base);
  for (const name of models) {
    if (!checked.models.includes(name))
      throw new InvalidOptionError(
        "trained.models",
        name,
        `a model of the file: ${checked.models.join(", ")}`,
      );
  }
  const score = createScorer(checked, base);
  const quantiles = Float32Array.from(checked.quantiles);
  return {
    name: "trained",
    version: checked.version,
    categories: [],
    classify(facts, hop) {
      const { parts, quality } = score(facts, hop);
      let total = 0;
      for (const { value } of parts) total += value;
      const result: Classification = { complexity: rank(total, quantiles), quality };
      if (!signals) return result;
      const shown = Object.fromEntries(parts.map(({ part, value }) => [part, value]));
      return { ...result, signals: { score: total, ...shown } };
    },
  };
}

interface Scored {
  readonly parts: readonly { readonly part: Part; readonly value: number }[];
  readonly quality: Readonly<Record<string, number>>;
}

/** Returns a function that gives, for a request, each part's contribution to the score and each model's quality. */
function createScorer(
  file: TrainedClassifier,
  base: Classifier,
): (facts: RequestFacts, hop: HopContext) => Scored {
  const { models, score } = file;
  const small = models.indexOf(file.small);
  const large = models.indexOf(file.large);
  const { ridge, logisticHeads, neighbours } = decode(file);
  const table = new Map(file.table?.gains);
  const read = createFeatureReader();
  const structure = new Float32Array(STRUCTURE.length);
  const likely = new Float64Array(models.length);
  const near = new Float64Array(models.length);

  return (facts, hop) => {
    const features = read(facts);
    standardise(features.structure, file.structure, structure);
    for (const [model, head] of logisticHeads.entries())
      likely[model] = logistic(headValue(head, features, structure));
    neighbours?.(features, structure, near);

    const gain = (quality: Float64Array): number => (quality[large] as number) - (quality[small] as number);
    const ridgeValue = (model: number): number => headValue(ridge[model] as LinearHead, features, structure);
    const partValue = (part: Part): number => {
      switch (part) {
        case "length":
          return Math.log(1 + facts.askCharacters);
        case "default":
          return complexityBy(base, facts, hop);
        case "table":
          return table.get(facts.category ?? "") ?? file.table?.otherwise ?? 0;
        case "ridge":
          return ridgeValue(large) - ridgeValue(small);
        case "logistic":
          return gain(likely);
        case "neighbours":
          return gain(near);
      }
    };
    const estimate = (model: number): number =>
      neighbours === undefined
        ? (likely[model] as number)
        : ((likely[model] as number) + (near[model] as number)) / 2;
    return {
      parts: score.map(({ part, weight, mean, deviation }) => ({
        part,
        value: (weight * (partValue(part) - mean)) / deviation,
      })),
      quality: Object.fromEntries(
        file.curves.map((curve, model) => [models[model], calibratedQuality(curve, estimate(model))]),
      ),
    };
  };
}

function decode(file: TrainedClassifier) {
  const headsOf = (field: "ridge" | "logistic"): readonly LinearHead[] => {
    const stored = file[field];
    return stored === undefined ? [] : (decodeHeads(stored) ?? damaged(field));
  };
  const looksUp = file.score.some(({ part }) => part === "neighbours");
  const examples = decodeExamples(file.examples, file.models.length) ?? damaged("examples");
  return {
    ridge: headsOf("ridge"),
    logisticHeads: headsOf("logistic"),
    neighbours: looksUp ? createNeighbours(examples) : undefined,
  };
}

function damaged(field: string): never {
  throw new InvalidOptionError(`trained.file.${field}`, undefined, "columns of the stated length");
}

function complexityBy(base: Classifier, facts: RequestFacts, hop: HopContext): number {
  const classification = base.classify(facts, hop);
  if (classification instanceof Promise) {
    dropPromises(classification);
    throw new InvalidOptionError("trained.base", base, "a synchronous classifier");
  }
  return classification.complexity;
}
