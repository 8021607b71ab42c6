import type { Constraint, Model } from "../../../contracts/index.ts";
import { outputUsd } from "./nearest-model.ts";

/**
 * Returns the wish that models answer whose output costs no more than that of the model that a client named; where the price is not
 * known, nothing says that it does. Undefined if no model of the router costs more.
 */
export function withinPrice(
  models: Readonly<Record<string, Model>>,
  mostUsd: number,
): Constraint | undefined {
  if (!Object.values(models).some(({ price }) => (outputUsd(price, Date.now()) ?? 0) > mostUsd))
    return undefined;
  return {
    name: "namedModel",
    yields: true,
    permits({ facts }, { now }) {
      const usd = outputUsd(facts.price, now) ?? 0;
      if (usd <= mostUsd) return true;
      return `a million output tokens cost $${usd}, and at most $${mostUsd} by the model that the client named`;
    },
  };
}
