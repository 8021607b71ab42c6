import { writeWhole } from "../data/outcomes/write-whole.ts";
import type { TuningFile } from "./tuning-file.ts";

/** Writes a tuning file completely or not at all: a reader never sees half of one. */
export async function writeTuning(path: string, file: TuningFile): Promise<void> {
  await writeWhole(path, [`${JSON.stringify(file, undefined, 2)}\n`]);
}
