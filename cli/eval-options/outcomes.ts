import { Option } from "commander";

/** Option `--outcomes`, required. `kind` describes the records that the command takes. */
export function outcomesOption(kind = "recorded outcomes"): Option {
  return new Option("--outcomes <file>", `${kind}: .jsonl or .jsonl.gz`).makeOptionMandatory();
}
