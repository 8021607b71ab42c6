import { createHash } from "node:crypto";
import { InvalidOptionError, type Model } from "../../src/contracts/index.ts";
import type { PreparedRecord } from "./read-dataset.ts";

/** Settings that must stay the same while a collection is continued. JSON, without text and secrets. */
export interface CollectSettings {
  /** SHA-256 of the dataset's lines. */
  readonly dataset: string;
  /** Hashes of the address and defaults, by name of the model. */
  readonly models: Readonly<Record<string, string>>;
  readonly scorer: string;
  readonly repeats: number;
  /** Sample: `all`, or its size and seed. */
  readonly sample: string;
  readonly maxOutputTokens?: number | undefined;
}

export function datasetHash(records: readonly PreparedRecord[]): string {
  const hash = createHash("sha256");
  for (const { record } of records) hash.update(`${JSON.stringify(record)}\n`);
  return hash.digest("hex");
}

/** Hash of address, model and defaults. Without the key, which may change. */
export function modelHash({ provider, model, endpoint, defaults }: Model): string {
  const parts = [provider, model, endpoint ?? null, defaults ?? null];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}

/** Throws `InvalidOptionError` that names the differences from the collection of the journal. */
export function checkSameSettings(journal: string, earlier: CollectSettings, now: CollectSettings): void {
  const differing = [...differences(earlier, now)];
  if (differing.length === 0) return;
  const rescore = differing.every((one) => one.startsWith("scorer"))
    ? ", or rescore, which scores the existing answers again"
    : "";
  throw new InvalidOptionError(
    "out",
    journal,
    `the journal of the same collection (it differs in ${differing.join("; ")}): undo the change, write to another file, or restart, which discards what was paid for${rescore}`,
  );
}

function* differences(earlier: CollectSettings, now: CollectSettings): Iterable<string> {
  if (earlier.dataset !== now.dataset) yield "the dataset's lines";
  const names = new Set([...Object.keys(earlier.models), ...Object.keys(now.models)]);
  for (const name of names) {
    if (!Object.hasOwn(earlier.models, name)) yield `models: ${name} is new`;
    else if (!Object.hasOwn(now.models, name)) yield `models: ${name} is missing`;
    else if (earlier.models[name] !== now.models[name]) yield `address or defaults of ${name}`;
  }
  for (const field of ["scorer", "repeats", "sample", "maxOutputTokens"] as const) {
    if (earlier[field] !== now[field])
      yield `${field}: ${earlier[field] ?? "none"} then, ${now[field] ?? "none"} now`;
  }
}
