import { readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { OutcomeRecord } from "../evals/data/outcomes/outcome-record.ts";
import { restsOn } from "../evals/data/split/record-keys.ts";
import type { Certificate } from "../evals/tune/certificate.ts";
import { readTuning } from "../evals/tune/read-tuning.ts";
import type { TuningFile } from "../evals/tune/tuning-file.ts";

/** Most files that are looked at, and most bytes of one: more than what tuning writes. */
const mostFiles = 200;
const mostBytes = 5_000_000;

/**
 * Finds the tuning files next to `out`, and `out` itself, that rest on at least half of these records. A file
 * that cannot be read does not count.
 */
export async function earlierTries(out: string, records: readonly OutcomeRecord[]): Promise<TuningFile[]> {
  const folder = dirname(out);
  const names = await readdir(folder).catch(() => []);
  const found: TuningFile[] = [];
  for (const name of names.filter((one) => one.endsWith(".json")).slice(0, mostFiles)) {
    const path = join(folder, name);
    const size = await stat(path).then(
      (file) => (file.isFile() ? file.size : 0),
      () => 0,
    );
    if (size === 0 || size > mostBytes) continue;
    const file = await readTuning(path).catch(() => undefined);
    if (file === undefined) continue;
    if (2 * records.filter(restsOn(file.data)).length >= records.length) found.push(file);
  }
  return found;
}

/** Request for a tuning. */
export type Asked = Pick<TuningFile, "kind" | "small" | "large" | "text" | "classifier"> &
  Pick<Certificate, "target" | "guarantee" | "confidence" | "seed">;

/** Counts the different requests among earlier tunings, other than this one: the same again does not count. */
export function otherTries(earlier: readonly TuningFile[], asked: Asked): number {
  const tried = new Set(earlier.map((file) => keyOf({ ...file.certificate, ...file })));
  tried.delete(keyOf(asked));
  return tried.size;
}

function keyOf({ kind, small, large, text, classifier, target, guarantee, confidence, seed }: Asked): string {
  const { name, version } = classifier;
  // A confidence of 0.95 may come back as 1 - 0.05.
  const sure = confidence.toFixed(9);
  return JSON.stringify([kind, small, large, text, name, version, target, guarantee, sure, seed]);
}
