import type { Constraint, ExcludableModel } from "../../src/contracts/index.ts";
import { readOption } from "../../src/plugin/index.ts";

/**
 * Permits only these models, at every hop: so it also excludes a judge that is not one of the router's models. The base of
 * efforts, `large` of `large@high`, permits all of them.
 */
export function only<const Id extends string>(...ids: readonly Id[]): Constraint<Id> {
  readOption({ is: "ids" }, "only", ids);
  const permitted: ReadonlySet<string> = new Set(ids);
  const reason = `not among ${ids.join(", ")}`;

  const has = ({ id, derivedFrom }: ExcludableModel): boolean =>
    permitted.has(id) || (derivedFrom !== undefined && permitted.has(derivedFrom));

  return {
    name: "only",
    models: [...ids],
    excludes: (model) => (has(model) ? undefined : reason),
    permits: (candidate) => has(candidate) || reason,
  };
}
