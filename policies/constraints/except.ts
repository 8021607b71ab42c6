import type { Constraint } from "../../src/contracts/index.ts";
import { checkIds } from "../../src/plugin/index.ts";

/** Permits any model except these. */
export function except<const Id extends string>(...ids: readonly Id[]): Constraint<Id> {
  checkIds("except", ids);
  const excluded: ReadonlySet<string> = new Set(ids);

  return {
    name: "except",
    models: [...ids],
    permits: ({ id }) => !excluded.has(id) || "excluded",
  };
}
