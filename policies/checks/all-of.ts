import type { Check } from "../../src/contracts/index.ts";
import { askInTurn } from "./internal/ask-in-turn.ts";

/**
 * Accepts when every check does. They are asked in the order given and no further than the first that
 * refuses: put those that call a model last.
 */
export function allOf(...checks: readonly Check[]): Check {
  return askInTurn("allOf", checks, false);
}
