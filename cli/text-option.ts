import type { RecordText } from "../evals/replay/request-of-record.ts";
import { InvalidOptionError } from "../src/contracts/index.ts";

/** What `--text` says is read of a record. Throws `InvalidOptionError`. */
export function textOption(text: string): RecordText {
  if (text !== "prompt" && text !== "question")
    throw new InvalidOptionError("--text", text, "prompt or question");
  return text;
}
