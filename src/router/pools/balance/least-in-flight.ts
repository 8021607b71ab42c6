import type { BalanceRule } from "./balance-rule.ts";
import { sortedBy } from "./calls-of.ts";

/** Asks the member with the fewest calls of this process first; of equal ones, one by chance. Needs no metrics. */
export const leastInFlight: BalanceRule = {
  name: "leastInFlight",
  order: (members, { draws }) =>
    sortedBy(members.length, draws[0], (index) => members[index]?.inFlight ?? Number.POSITIVE_INFINITY),
};
