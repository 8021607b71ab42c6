import {
  type Classification,
  type Classifier,
  type HopContext,
  InvalidOptionError,
  type RequestFacts,
} from "../../contracts/index.ts";
import { dropPromises, type OptionTable, readOptions } from "../../plugin/index.ts";
import { complexity } from "./complexity.ts";
import { rank } from "./rank.ts";
import { createFeatureReader, type Features, STRUCTURE } from "./read-features.ts";
import { checkTrainedFile } from "./trained/check-trained-file.ts";
import { decodeExamples, standardise } from "./trained/examples.ts";
import { decodeLandmarks, landmarksValue, PLACE, writePlace } from "./trained/landmarks.ts";
import { createProjection, DIMENSIONS, decodeLatent } from "./trained/latent.ts";
import { decodeHeads, headValue, type LinearHead } from "./trained/linear-heads.ts";
import { createNeighbours } from "./trained/neighbours.ts";
import { calibratedQuality, logistic } from "./trained/quality-curve.ts";
import type { Part, QualityCurve, TrainedClassifier, WeightedPart } from "./trained/trained-file.ts";

export interface TrainedOptions {
  /** Names of models that must be in the file. Default: none. */
  readonly models?: readonly string[] | undefined;
  /** The base classifier of the training; must be synchronous. Default `complexity()`. */
  readonly base?: Classifier | undefined;
  /** True to add the parts of the score to each classification. Default false. */
  readonly signals?: boolean | undefined;
}

export const trainedOptions: OptionTable<TrainedOptions, "base"> = {
  models: { is: "list", of: { is: "text" }, default: [] },
  base: { is: "object", methods: ["classify"], optional: true },
  signals: { is: "boolean", default: false, expected: "a boolean" },
};

/**
 * A classifier that was trained on your own outcomes (`switchpoint eval train`), from its file: the
 * parsed JSON, or the result of `readClassifier`. Complexity is the rank of the score among held-out
 * training records; `quality` holds the calibrated quality of each model in the file. `notRecommended` is that
 * of the file, which a router reports.
 *
 * Reads the same facts as `complexity()`, and `category` where its records had categories: a category that the
 * file's table lists counts; without one, or with another one, the text alone is rated, in a reference
 * distribution of its own. Takes about three times the time of `complexity()`; with the candidate `neighbours`,
 * about 15 µs more for each 1,000 stored examples, since the request is compared with each.
 *
 * Throws `InvalidOptionError` naming the difference if the file has another format version, is damaged or
 * was edited, was trained with another base classifier, or lacks one of `models`.
 */
export function trained(file: unknown, options: TrainedOptions = {}): Classifier {
  const { models, base = complexity(), signals } = readOptions("trained", trainedOptions, options);
  const checked = checkTrainedFile(file, base);
  for (const name of models) {
    if (!checked.models.includes(name))
      throw new InvalidOptionError(
        "trained.models",
        name,
        `a model of the file: ${checked.models.join(", ")}`,
      );
  }
  const byText = createScorer(checked, checked, base);
  const { withCategory } = checked;
  const byCategory = withCategory && createScorer(checked, withCategory, base);
  const listed = new Set(checked.table?.gains.map(([category]) => category));
  return {
    name: "trained",
    version: checked.version,
    categories: [],
    notRecommended: checked.notRecommended,
    classify(facts, hop) {
      const { category } = facts;
      const known = byCategory !== undefined && category !== undefined && listed.has(category);
      return (known ? byCategory : byText)(facts, hop, signals);
    },
  };
}

type Scorer = (facts: RequestFacts, hop: HopContext, signals: boolean) => Classification;

/** Returns a function that rates requests by one of the file's scores. */
function createScorer(
  file: TrainedClassifier,
  { score, quantiles }: { readonly score: readonly WeightedPart[]; readonly quantiles: readonly number[] },
  base: Classifier,
): Scorer {
  const { models, curves } = file;
  const small = models.indexOf(file.small);
  const large = models.indexOf(file.large);
  const { ridge, heads, neighbours, project, landmarks } = decode(file, score);
  const table = new Map(file.table?.gains);
  const reference = Float32Array.from(quantiles);
  const read = createFeatureReader();
  const structure = new Float32Array(STRUCTURE.length);
  const direction = new Float32Array(DIMENSIONS);
  const place = new Float64Array(PLACE);
  const likely = new Float64Array(models.length);
  const near = new Float64Array(models.length);

  const gain = (quality: Float64Array): number => (quality[large] as number) - (quality[small] as number);
  const partValue = (part: Part, facts: RequestFacts, features: Features, hop: HopContext): number => {
    switch (part) {
      case "length":
        return Math.log(1 + facts.askCharacters);
      case "default":
        return complexityBy(base, facts, hop);
      case "table":
        return table.get(facts.category ?? "") ?? file.table?.otherwise ?? 0;
      case "ridge":
        return headValue(ridge as LinearHead, features, structure);
      case "logistic":
        return gain(likely);
      case "neighbours":
        return gain(near);
      case "landmarks":
        if (landmarks === undefined) return 0;
        project?.(features, direction);
        writePlace(structure, direction, place);
        return landmarksValue(landmarks, place);
    }
  };

  return (facts, hop, signals) => {
    const features = read(facts);
    standardise(features.structure, file.structure, structure);
    for (let model = 0; model < heads.length; model += 1)
      likely[model] = logistic(headValue(heads[model] as LinearHead, features, structure));
    neighbours?.(features, structure, near);
    const shown: Record<string, number> = {};
    let total = 0;
    for (let index = 0; index < score.length; index += 1) {
      const { part, weight, mean, deviation } = score[index] as WeightedPart;
      const value = (weight * (partValue(part, facts, features, hop) - mean)) / deviation;
      total += value;
      if (signals) shown[part] = value;
    }
    const quality: Record<string, number> = {};
    for (let model = 0; model < models.length; model += 1) {
      const own = likely[model] as number;
      const estimate = neighbours === undefined ? own : (own + (near[model] as number)) / 2;
      const value = calibratedQuality(curves[model] as QualityCurve, estimate);
      const name = models[model] as string;
      if (name === "__proto__") define(quality, name, value);
      else quality[name] = value;
    }
    const complexity = rank(total, reference);
    return signals ? { complexity, quality, signals: { score: total, ...shown } } : { complexity, quality };
  };
}

/** Sets a property under a name that means something else to an assignment. */
function define(object: Record<string, number>, name: string, value: number): void {
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}

function decode(file: TrainedClassifier, score: readonly WeightedPart[]) {
  const uses = (part: Part): boolean => score.some((one) => one.part === part);
  const headsOf = (field: "ridge" | "logistic"): readonly LinearHead[] => {
    const stored = file[field];
    return stored === undefined ? [] : (decodeHeads(stored) ?? damaged(field));
  };
  const examples = decodeExamples(file.examples, file.models.length) ?? damaged("examples");
  const latent = file.latent && (decodeLatent(file.latent) ?? damaged("latent"));
  const landmarks = file.landmarks && (decodeLandmarks(file.landmarks) ?? damaged("landmarks"));
  return {
    ridge: headsOf("ridge")[0],
    heads: headsOf("logistic"),
    neighbours: uses("neighbours") ? createNeighbours(examples) : undefined,
    project: latent && createProjection(latent),
    landmarks,
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
