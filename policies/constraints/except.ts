import type { Constraint } from "../../src/contracts/index.ts";
import { readOption } from "../../src/plugin/index.ts";
import { isNamed } from "../../src/plugin/is-named.ts";

/**
 * Permits any model except these, at every hop: also not a judge or another id that is the same model of the
 * same provider. `large@high` excludes this effort of a model, and its base `large` all of them.
 */
export function except<const Id extends string>(...ids: readonly Id[]): Constraint<Id> {
  readOption({ is: "ids" }, "except", ids);
  const excluded: ReadonlySet<string> = new Set(ids);

  return {
    name: "except",
    models: [...ids],
    excludes: (model) => (isNamed(model, excluded) ? "excluded" : undefined),
    permits: (candidate) => !isNamed(candidate, excluded) || "excluded",
  };
}
