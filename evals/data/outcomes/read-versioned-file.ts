import { readFile, stat } from "node:fs/promises";
import type { ZodType } from "zod";
import { OutcomeFormatError } from "../../../src/contracts/index.ts";

/** Kind of JSON file with a format version and a hash of its content. */
export interface VersionedFormat<File extends { readonly version: string }> {
  readonly formatVersion: number;
  readonly maxBytes: number;
  /** Command that makes such files. */
  readonly command: string;
  schema(): Promise<ZodType<File>>;
  /** Computes the hash that `version` must equal. */
  versionOf(file: File): string;
}

/**
 * Reads a file and checks it completely: size, format version, every field, and the hash. Throws
 * `OutcomeFormatError`, which names the file, the field and what is wrong with it.
 */
export async function readVersionedFile<File extends { readonly version: string }>(
  path: string,
  format: VersionedFormat<File>,
): Promise<File> {
  const wrong = (field: string, problem: string): never => {
    throw new OutcomeFormatError(path, 0, field, problem);
  };
  const value = parse(await read(path, format.maxBytes, wrong), wrong);
  const { formatVersion } = value as { readonly formatVersion?: unknown };
  if (formatVersion === undefined)
    wrong("formatVersion", `is missing: is it a file by \`switchpoint ${format.command}\`?`);
  if (formatVersion !== format.formatVersion)
    wrong(
      "formatVersion",
      `is not ${format.formatVersion}, the one that this version of the package reads: make it again with \`switchpoint ${format.command}\``,
    );
  const { success, error, data } = (await format.schema()).safeParse(value);
  if (!success) {
    const issue = error.issues[0];
    return wrong(issue?.path.join(".") || "file", `is not valid: ${issue?.message}`);
  }
  // Hash of the value as it was read: the schema may have reordered its fields.
  if (data.version !== format.versionOf(value as File))
    wrong("version", "is not the hash of the rest: the file was changed after it was made");
  return value as File;
}

type Wrong = (field: string, problem: string) => never;

async function read(path: string, maxBytes: number, wrong: Wrong): Promise<string> {
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
