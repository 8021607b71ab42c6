import { readFile, stat } from "node:fs/promises";
import {
  FORMAT_VERSION,
  MAX_FILE_BYTES,
  type TrainedClassifier,
  versionOf,
} from "../../src/classifiers/trained/trained-file.ts";
import { OutcomeFormatError } from "../../src/contracts/index.ts";
import { trainedSchema } from "./trained-schema.ts";

/**
 * Reads a classifier file and checks all of it: size, format version, every field, and the hash.
 * `trained(file)` serves what it returns. Throws `OutcomeFormatError`, which names the file, the field
 * and what is wrong with it.
 */
export async function readClassifier(path: string): Promise<TrainedClassifier> {
  const wrong = (field: string, problem: string): never => {
    throw new OutcomeFormatError(path, 0, field, problem);
  };
  const value = parse(await read(path, wrong), wrong);
  const { formatVersion } = value as { readonly formatVersion?: unknown };
  if (formatVersion === undefined)
    wrong("formatVersion", "is missing: is it a file by `switchpoint eval train`?");
  if (formatVersion !== FORMAT_VERSION)
    wrong(
      "formatVersion",
      `is not ${FORMAT_VERSION}, the one that this version of the package reads: train again`,
    );
  const { success, error, data } = (await trainedSchema()).safeParse(value);
  if (!success) {
    const issue = error.issues[0];
    return wrong(issue?.path.join(".") || "file", `is not as it must be: ${issue?.message}`);
  }
  // Of the value as it was read: the schema may have put its fields in another order.
  if (data.version !== versionOf(value as TrainedClassifier))
    wrong("version", "is not the hash of the rest: the file was changed after training");
  return value as TrainedClassifier;
}

type Wrong = (field: string, problem: string) => never;

async function read(path: string, wrong: Wrong): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > MAX_FILE_BYTES) wrong("file", `has ${size} bytes, more than the ${MAX_FILE_BYTES} allowed`);
    return await readFile(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return wrong("file", "does not exist");
    if (code === "EISDIR") return wrong("file", "is a folder");
    throw error;
  }
}

function parse(text: string, wrong: Wrong): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return wrong("file", "is not JSON: is it complete?");
  }
  return typeof value === "object" && value !== null ? value : wrong("file", "is not a JSON object");
}
