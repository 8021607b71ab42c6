import { Option } from "commander";
import type { RecordText } from "../../evals/replay/request-of-record.ts";
import { InvalidOptionError } from "../../src/contracts/index.ts";

export function textOption(): Option {
  return new Option(
    "--text <field>",
    "what the classifier reads of a record: prompt or question (default: prompt)",
  );
}

/** Parses `--text`. Throws `InvalidOptionError`. */
export function textOf(text = "prompt"): RecordText {
  if (text !== "prompt" && text !== "question")
    throw new InvalidOptionError("--text", text, "prompt or question");
  return text;
}
