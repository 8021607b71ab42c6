import type { Check } from "../../src/contracts/index.ts";
import { askInTurn } from "./internal/ask-in-turn.ts";

/**
 * Accepts when one of the checks does: `anyOf(logprob({ min: -0.1 }), judge({ model }))` asks the
 * judge about unsure answers only. They are asked in the order given and no further than the first
 * that accepts. One that throws ends the asking, and nothing is accepted.
 */
export function anyOf(...checks: readonly Check[]): Check {
  return askInTurn("anyOf", checks, true);
}
