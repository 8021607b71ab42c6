import type { Check } from "../../src/contracts/index.ts";
import { askInTurn } from "./internal/ask-in-turn.ts";

/**
 * Accepts when every check does. Checks run in the given order and stop at the first that refuses: put
 * those that call a model last.
 */
export function allOf(...checks: readonly Check[]): Check {
  return askInTurn("allOf", checks, false);
}
