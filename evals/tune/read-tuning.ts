import { readFile, stat } from "node:fs/promises";
import { OutcomeFormatError } from "../../src/contracts/index.ts";
import { TUNING_FORMAT_VERSION, type TuningFile, tuningVersionOf } from "./tuning-file.ts";
import { tuningSchema } from "./tuning-schema.ts";

/** Far above what the largest grid with hundreds of categories takes. */
const maxBytes = 20_000_000;

/**
 * Reads a tuning file and checks all of it: size, format version, every field, and the hash. That it has
 * not expired is for `createRouter({ tuning })` and `eval check` to tell. Throws `OutcomeFormatError`, which
 * names the file, the field and what is wrong with it.
 */
export async function readTuning(path: string): Promise<TuningFile> {
  const wrong = (field: string, problem: string): never => {
    throw new OutcomeFormatError(path, 0, field, problem);
  };
  const value = parse(await read(path, wrong), wrong);
  const { formatVersion } = value as { readonly formatVersion?: unknown };
  if (formatVersion === undefined)
    wrong("formatVersion", "is missing: is it a file by `switchpoint eval tune`?");
  if (formatVersion !== TUNING_FORMAT_VERSION)
    wrong(
      "formatVersion",
      `is not ${TUNING_FORMAT_VERSION}, the one that this version of the package reads: tune again`,
    );
  const { success, error, data } = (await tuningSchema()).safeParse(value);
  if (!success) {
    const issue = error.issues[0];
    return wrong(issue?.path.join(".") || "file", `is not as it must be: ${issue?.message}`);
  }
  // Of the value as it was read: the schema may have put its fields in another order.
  if (data.version !== tuningVersionOf(value as TuningFile))
    wrong("version", "is not the hash of the rest: the file was changed after tuning");
  return value as TuningFile;
}

type Wrong = (field: string, problem: string) => never;

async function read(path: string, wrong: Wrong): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > maxBytes) wrong("file", `has ${size} bytes, more than the ${maxBytes} allowed`);
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
