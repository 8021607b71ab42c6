import { OutcomeFormatError } from "../../../src/contracts/index.ts";
import { jsonDepth } from "../outcomes/json-depth.ts";
import type { ImportInput } from "./import-input.ts";
import { readText } from "./read-text.ts";

const maxJsonCharacters = 256 * 1024 * 1024;
const maxYamlCharacters = 16 * 1024 * 1024;
const maxAliases = 100;
/** Deepest nesting of JSON; YAML nested deeper than its parser supports is refused too. */
const deepest = 1_000;

/**
 * Reads the value of a JSON or YAML file as a whole: at most 256 MiB of JSON, 16 MiB of YAML. YAML is plain
 * data, without own tags and with few aliases. Throws `OutcomeFormatError`, without the text.
 */
export async function readDocument(input: ImportInput): Promise<unknown> {
  const yaml = input.extension !== ".json";
  const most = yaml ? maxYamlCharacters : maxJsonCharacters;
  let text = "";
  for await (const part of readText(input)) {
    text += part;
    if (text.length > most)
      throw new OutcomeFormatError(
        input.name,
        0,
        "file",
        `is longer than ${most} characters, too long for ${yaml ? "YAML" : "one JSON value"}: use JSON lines`,
      );
  }
  return yaml ? parseYaml(input.name, text) : parseJson(input.name, text);
}

function parseJson(file: string, text: string): unknown {
  if (jsonDepth(text) > deepest)
    throw new OutcomeFormatError(file, 0, "file", `is nested deeper than ${deepest}`);
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text.
    throw new OutcomeFormatError(file, 0, "file", "is not JSON: is it complete?");
  }
}

async function parseYaml(file: string, text: string): Promise<unknown> {
  const { parseDocument } = await import("yaml");
  const document = parseDocument(text, {
    schema: "core",
    merge: true,
    prettyErrors: true,
    logLevel: "silent",
  });
  // An unknown tag is a warning.
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem !== undefined)
    throw new OutcomeFormatError(
      file,
      problem.linePos?.[0].line ?? 0,
      "file",
      problem.code === "TAG_RESOLVE_FAILED"
        ? "has a tag, which plain data cannot have"
        : `is not YAML (${problem.code})`,
    );
  try {
    return document.toJS({ maxAliasCount: maxAliases });
  } catch {
    throw new OutcomeFormatError(
      file,
      0,
      "file",
      `has aliases that expand to more than ${maxAliases} times the text, or that have no anchor`,
    );
  }
}
