import type { ReasoningEffort } from "../contracts/chat.ts";
import { InvalidOptionError } from "../contracts/errors/index.ts";
import { isEffort, reasoningEfforts } from "./read-name.ts";

/** Returns the value if it is a list of different reasoning efforts. Throws `InvalidOptionError`. */
export function checkEfforts(option: string, efforts: unknown): readonly ReasoningEffort[] {
  if (!Array.isArray(efforts)) throw new InvalidOptionError(option, efforts, "an array of reasoning efforts");
  // From a copy without holes: one is an entry that is missing.
  Array.from(efforts).forEach((effort: unknown, index) => {
    if (!isEffort(effort) || efforts.indexOf(effort) !== index)
      throw new InvalidOptionError(
        `${option}[${index}]`,
        effort,
        `one of ${reasoningEfforts.join(", ")}, each once`,
      );
  });
  return efforts;
}
