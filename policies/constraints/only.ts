import type { Constraint } from "../../src/contracts/index.ts";
import { checkIds } from "../../src/plugin/index.ts";

/** No model but these, at any hop: a judge that is none of the router's models neither. */
export function only<const Id extends string>(...ids: readonly Id[]): Constraint<Id> {
  checkIds("only", ids);
  const permitted: ReadonlySet<string> = new Set(ids);
  const reason = `not among ${ids.join(", ")}`;

  return {
    name: "only",
    models: [...ids],
    permits: ({ id }) => permitted.has(id) || reason,
  };
}
