import { type Classification, type Classifier, InvalidOptionError } from "../../contracts/index.ts";
import { readOption } from "../../plugin/index.ts";
import { nodeCrypto } from "../../plugin/node-crypto.ts";
import { calibratedQuality } from "./trained/quality-curve.ts";
import type { QualityCurve } from "./trained/trained-file.ts";

/**
 * Adds calibrated P(a model is good enough) to any classifier; `utility` and `cheapestAbove` compare
 * models by it. `curves`, by model name, come from `calibrate` in `switchpoint/evals`. A curve is applied
 * to the classifier's own estimate of that model's quality where it states one, else to `1 - complexity`.
 * Complexity, and so thresholds on it, do not change.
 *
 * Throws `InvalidOptionError`. Its version covers the classifier's version and the curves.
 */
export function calibrated(
  classifier: Classifier,
  curves: Readonly<Record<string, QualityCurve>>,
): Classifier {
  readOption({ is: "object", methods: ["classify"] }, "calibrated.classifier", classifier);
  const entries = checkCurves(curves);
  const whole = JSON.stringify([classifier.name, classifier.version, entries]);
  const add = (given: Classification): Classification => ({
    ...given,
    quality: {
      ...given.quality,
      ...Object.fromEntries(
        entries.map(([name, curve]) => [name, calibratedQuality(curve, rawQuality(given, name))]),
      ),
    },
  });
  return {
    name: `calibrated(${classifier.name})`,
    version: nodeCrypto().createHash("sha256").update(whole).digest("hex").slice(0, 12),
    categories: classifier.categories,
    classify(facts, hop) {
      const given = classifier.classify(facts, hop);
      return given instanceof Promise ? given.then(add) : add(given);
    },
  };
}

/** The input of a curve: the model's stated quality if it is in [0, 1], else `1 - complexity`. */
export function rawQuality({ complexity, quality }: Classification, name: string): number {
  const stated = quality !== undefined && Object.hasOwn(quality, name) ? quality[name] : undefined;
  return stated !== undefined && stated >= 0 && stated <= 1 ? stated : 1 - complexity;
}

function checkCurves(curves: unknown): readonly (readonly [string, QualityCurve])[] {
  if (typeof curves !== "object" || curves === null || Array.isArray(curves))
    throw new InvalidOptionError("calibrated.curves", curves, "an object of curves by model");
  const entries = Object.entries(curves);
  if (entries.length === 0)
    throw new InvalidOptionError("calibrated.curves", curves, "given at least one curve");
  for (const [name, curve] of entries)
    if (!isCurve(curve))
      throw new InvalidOptionError(
        `calibrated.curves[${JSON.stringify(name)}]`,
        curve,
        "a curve from calibrate()",
      );
  return entries;
}

function isCurve(value: unknown): value is QualityCurve {
  const curve = value as QualityCurve | null;
  switch (curve?.kind) {
    case "identity":
      return true;
    case "constant":
      return areRising([curve.value]) && curve.value >= 0 && curve.value <= 1;
    case "platt":
      return areRising([curve.intercept]) && areRising([0, curve.slope]);
    case "isotonic":
      return (
        areRising(curve.estimates) &&
        areRising(curve.values) &&
        curve.values.length === curve.estimates.length &&
        (curve.values[0] as number) >= 0 &&
        (curve.values.at(-1) as number) <= 1
      );
    default:
      return false;
  }
}

function areRising(values: unknown): boolean {
  return (
    Array.isArray(values) &&
    values.length > 0 &&
    values.every((value, at) => Number.isFinite(value) && (at === 0 || value >= values[at - 1]))
  );
}
