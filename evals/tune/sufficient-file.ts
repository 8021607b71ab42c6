import { createHash } from "node:crypto";
import type { SufficientFile } from "../../policies/checks/sufficient.ts";
import { readVersionedFile } from "../data/outcomes/read-versioned-file.ts";
import { writeWhole } from "../data/outcomes/write-whole.ts";
import { sufficientSchema } from "./sufficient-schema.ts";

/** Far above what 64 categories take. */
const maxBytes = 1_000_000;

/** Version that a file must have: a hash of everything in it except the version. */
export function sufficientVersionOf(file: Omit<SufficientFile, "version">): string {
  const { version: _, ...rest } = file as SufficientFile;
  return createHash("sha256").update(JSON.stringify(rest)).digest("hex").slice(0, 12);
}

/** Returns the file with another threshold, and the version of that. */
export function withMin(file: Omit<SufficientFile, "version">, min: number): SufficientFile {
  const { version: _, ...rest } = file as SufficientFile;
  const changed = JSON.parse(JSON.stringify({ ...rest, min })) as Omit<SufficientFile, "version">;
  return { ...changed, version: sufficientVersionOf(changed) };
}

/** Writes a file for `sufficient` completely or not at all. */
export async function writeSufficient(path: string, file: SufficientFile): Promise<void> {
  await writeWhole(path, [`${JSON.stringify(file, undefined, 2)}\n`]);
}

/**
 * Reads a file for `sufficient` and checks it: size, format version, fields, and the hash. Throws
 * `OutcomeFormatError`, which names the file, the field and what is wrong with it.
 */
export function readSufficient(path: string): Promise<SufficientFile> {
  return readVersionedFile<SufficientFile>(path, {
    formatVersion: 1,
    maxBytes,
    command: "eval tune --ways sufficient",
    schema: sufficientSchema,
    versionOf: sufficientVersionOf,
  });
}
