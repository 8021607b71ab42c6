import { Option } from "commander";
import { optionalNumber } from "../optional-number.ts";

export function thresholdOption(): Option {
  return new Option(
    "--threshold <number>",
    "complexity in [0, 1] from which the large model is taken (default: 0.7)",
  );
}

/** Parses `--threshold`. Throws `InvalidOptionError`. */
export function thresholdOf(text: string | undefined): number | undefined {
  return optionalNumber("--threshold", text, 0, 1);
}
