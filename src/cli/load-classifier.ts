import { type Classifier, InvalidOptionError } from "../contracts/index.ts";

const builtIn: Readonly<Record<string, () => Promise<Classifier>>> = {
  complexity: async () => (await import("../classifiers/complexity.ts")).complexity(),
  length: async () => (await import("../classifiers/length.ts")).length(),
};

/** The classifier that `--classifier` names. Throws `InvalidOptionError`. */
export async function loadClassifier(name: string): Promise<Classifier> {
  const load = Object.hasOwn(builtIn, name) ? builtIn[name] : undefined;
  if (load === undefined) {
    throw new InvalidOptionError("--classifier", name, `one of ${Object.keys(builtIn).join(", ")}`);
  }
  return load();
}
