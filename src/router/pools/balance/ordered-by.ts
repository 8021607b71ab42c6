import { errorType } from "../../../contracts/errors/index.ts";
import type { Member, PoolRules } from "../../../contracts/index.ts";
import { dropPromises } from "../../../plugin/index.ts";
import type { BalanceRule } from "./balance-rule.ts";
import { powerOfTwo } from "./power-of-two.ts";

/** A rule in use: it counts the turns, and another one stands in where it fails. */
export interface OrderedBy {
  readonly order: PoolRules["order"];
  /** Returns what was wrong with the rule's last order: one text, or none. */
  problem(): readonly string[];
  /** Returns what was wrong last, until as many orders in a row were right as tell that it is over. */
  lasting(): readonly string[];
  /** Called when `lasting()` has changed. */
  onLasting: () => void;
}

/** Right orders in a row after which a problem is over: a rule that fails now and then has one, which is told once. */
const rightAgain = 20;

/** A rule that throws, or returns no list, loses no request: its members are taken by `powerOfTwo`. */
export function orderedBy(balance: BalanceRule): OrderedBy {
  let turn = 0;
  let problem: readonly string[] = [];
  let lasting: readonly string[] = [];
  let right = 0;
  const failed = (text: string): void => {
    problem = [text];
    right = 0;
    if (lasting[0] === text) return;
    lasting = problem;
    rule.onLasting();
  };
  const succeeded = (): void => {
    problem = [];
    right += 1;
    if (lasting.length === 0 || right < rightAgain) return;
    lasting = [];
    rule.onLasting();
  };
  const rule: OrderedBy = {
    problem: () => problem,
    lasting: () => lasting,
    onLasting: () => {},
    order(members, { key, draws }) {
      turn = (turn + 1) % Number.MAX_SAFE_INTEGER;
      const context = { key, draws, turn };
      try {
        const order: unknown = balance.order(members, context);
        if (isOrder(order, members)) {
          succeeded();
          return order;
        }
        dropPromises(order);
        failed("its balance rule returned no list of different indices of members");
      } catch (error) {
        failed(`its balance rule threw an error of type ${errorType(error)}`);
      }
      return powerOfTwo.order(members, context);
    },
  };
  return rule;
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
