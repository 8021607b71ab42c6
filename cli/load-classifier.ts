import { type Classifier, InvalidOptionError } from "../src/contracts/index.ts";
import type { TrainedClassifier } from "../src/router/classifiers/index.ts";

const builtIn: Readonly<Record<string, (signals: boolean) => Promise<Classifier>>> = {
  complexity: async (signals) => (await import("../src/router/classifiers/index.ts")).complexity({ signals }),
  length: async () => (await import("../src/router/classifiers/index.ts")).length(),
};

/** Names that `--classifier` accepts in place of a file. */
export const builtInClassifiers: readonly string[] = Object.keys(builtIn);

export interface LoadedClassifier {
  readonly classifier: Classifier;
  /** File of a trained classifier. */
  readonly file?: TrainedClassifier | undefined;
}

/**
 * Loads the classifier that `--classifier` names: a built-in one, or the path of a trained file, which must
 * know the models. With `signals` it reports the components of its score. Throws `InvalidOptionError`,
 * `OutcomeFormatError`.
 */
export async function loadClassifier(
  name: string,
  models: readonly string[] = [],
  signals: boolean = false,
): Promise<LoadedClassifier> {
  const load = Object.hasOwn(builtIn, name) ? builtIn[name] : undefined;
  if (load !== undefined) return { classifier: await load(signals) };
  if (!/[./\\]/.test(name)) {
    const known = builtInClassifiers.join(", ");
    throw new InvalidOptionError("--classifier", name, `one of ${known}, or the path of a trained file`);
  }
  const { readClassifier } = await import("../evals/train/read-classifier.ts");
  const { trained } = await import("../src/router/classifiers/index.ts");
  const file = await readClassifier(name);
  return { classifier: trained(file, { models, signals }), file };
}
