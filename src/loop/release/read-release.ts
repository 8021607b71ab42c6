import { OutcomeFormatError } from "../../contracts/index.ts";
import { readWholeFile } from "../read-whole-file.ts";
import { parseRelease } from "./check-release.ts";
import type { Release } from "./release.ts";

/** Most bytes of a release. */
const maxBytes = 5_000_000;

/**
 * Reads the file of a release and checks it completely. Rejects with `OutcomeFormatError`, which names the file, the field
 * and what is wrong with it.
 */
export async function readRelease(file: string): Promise<Release> {
  const read = await readWholeFile(file, maxBytes);
  if (read.problem !== undefined) throw new OutcomeFormatError(file, 0, "file", read.problem);
  return parseRelease(read.text, file);
}
