import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { AnyScorer } from "../evals/scorers/scorer.ts";
import { InvalidOptionError } from "../src/contracts/index.ts";
import { loadModule } from "./load-router.ts";

/** Scorers that need no options. */
const builtIn: Readonly<Record<string, () => Promise<AnyScorer>>> = {
  exact: async () => (await import("../evals/scorers/exact.ts")).exact(),
  normalised: async () => (await import("../evals/scorers/normalised.ts")).normalised(),
  "multiple-choice": async () => (await import("../evals/scorers/multiple-choice.ts")).multipleChoice(),
  numeric: async () => (await import("../evals/scorers/numeric.ts")).numeric(),
  contains: async () => (await import("../evals/scorers/contains.ts")).contains(),
  regex: async () => (await import("../evals/scorers/regex.ts")).regex(),
  "json-diff": async () => (await import("../evals/scorers/json-diff.ts")).jsonDiff(),
  "tool-call-match": async () => (await import("../evals/scorers/tool-call-match.ts")).toolCallMatch(),
};

export interface LoadedScorer {
  readonly scorer: AnyScorer;
  /** Version of a file, which changes with its content. */
  readonly version?: string | undefined;
}

/** Names of the built-in scorers, for help and errors. */
export const scorerNames: string = Object.keys(builtIn).join(", ");

/**
 * Loads the scorer that `--scorer` names: a built-in one, or the path of a module (`.js`, `.mjs`, `.ts`)
 * whose default export is one. The module is executed. Throws `InvalidOptionError`.
 */
export async function loadScorer(name: string): Promise<LoadedScorer> {
  const load = Object.hasOwn(builtIn, name) ? builtIn[name] : undefined;
  if (load !== undefined) return { scorer: await load() };
  if (!/[./\\]/.test(name) || !existsSync(name))
    throw new InvalidOptionError(
      "--scorer",
      name,
      `one of ${scorerNames}, or the path of a module whose default export is a scorer`,
    );
  const scorer = await loadModule(name, "--scorer");
  const fits =
    typeof scorer === "function" ||
    (typeof scorer === "object" &&
      scorer !== null &&
      typeof (scorer as { score?: unknown }).score === "function");
  if (!fits)
    throw new InvalidOptionError(
      "the default export of --scorer",
      scorer,
      "a function or an object with name and score()",
    );
  const version = createHash("sha256")
    .update(await readFile(name))
    .digest("hex")
    .slice(0, 12);
  return { scorer: scorer as AnyScorer, version };
}
