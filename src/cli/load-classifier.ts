import { type Classifier, InvalidOptionError } from "../contracts/index.ts";

const builtIn: Readonly<Record<string, () => Promise<Classifier>>> = {
  complexity: async () => (await import("../classifiers/complexity.ts")).complexity(),
  length: async () => (await import("../classifiers/length.ts")).length(),
};

/**
 * The classifier that `--classifier` means: a built-in name, or else the path of a trained file, which
 * must know the models. Throws `InvalidOptionError`, `OutcomeFormatError`.
 */
export async function loadClassifier(name: string, models: readonly string[] = []): Promise<Classifier> {
  if (Object.hasOwn(builtIn, name)) return (builtIn[name] as () => Promise<Classifier>)();
  if (!/[./\\]/.test(name)) {
    const known = Object.keys(builtIn).join(", ");
    throw new InvalidOptionError("--classifier", name, `one of ${known}, or the path of a trained file`);
  }
  const { readClassifier } = await import("../../evals/train/read-classifier.ts");
  const { trained } = await import("../classifiers/trained.ts");
  return trained(await readClassifier(name), { models });
}
