import type { Check } from "../../src/contracts/index.ts";
import { askInTurn } from "./internal/ask-in-turn.ts";

/**
 * Accepts when one of the checks does: `anyOf(logprob({ min: -0.1 }), judge({ model }))` asks the
 * judge only about unsure answers. Checks run in the given order and stop at the first that accepts. If
 * one throws, no further check runs and the answer is not accepted.
 */
export function anyOf(...checks: readonly Check[]): Check {
  return askInTurn("anyOf", checks, true);
}
