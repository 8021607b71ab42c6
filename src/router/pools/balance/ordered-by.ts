import { errorType } from "../../../contracts/errors/index.ts";
import type { Member, PoolRules } from "../../../contracts/index.ts";
import { dropPromises } from "../../../plugin/index.ts";
import type { BalanceRule } from "./balance-rule.ts";
import { powerOfTwo } from "./power-of-two.ts";

/** A rule in use: it counts the turns, and another one stands in where it fails. */
export interface OrderedBy {
  readonly order: PoolRules["order"];
  /** Returns what was wrong with the rule's last order. */
  problem(): string | undefined;
}

/** A rule that throws, or returns no list, loses no request: its members are taken by `powerOfTwo`. */
export function orderedBy(balance: BalanceRule): OrderedBy {
  let turn = 0;
  let problem: string | undefined;
  return {
    problem: () => problem,
    order(members, { key, draws }) {
      turn = (turn + 1) % Number.MAX_SAFE_INTEGER;
      const context = { key, draws, turn };
      try {
        const order: unknown = balance.order(members, context);
        if (isOrder(order, members)) {
          problem = undefined;
          return order;
        }
        dropPromises(order);
        problem = "its balance rule returned no list of different indices of members";
      } catch (error) {
        problem = `its balance rule threw an error of type ${errorType(error)}`;
      }
      return powerOfTwo.order(members, context);
    },
  };
}

/** True for indices of members, at least one, each at most once. */
function isOrder(order: unknown, members: readonly Member[]): order is readonly number[] {
  if (!Array.isArray(order) || order.length > members.length) return false;
  if (order.length === 0) return members.length === 0;
  return (
    new Set(order).size === order.length &&
    order.every((one) => Number.isInteger(one) && one >= 0 && one < members.length)
  );
}
