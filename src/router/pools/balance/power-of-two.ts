import type { Member } from "../../../contracts/index.ts";
import type { BalanceRule } from "./balance-rule.ts";

/**
 * Takes two members by chance and asks the one with fewer calls first, then the other, then the rest by their calls. Close to
 * the best choice without the herd that follows one number which is known late.
 */
export const powerOfTwo: BalanceRule = {
  name: "powerOfTwo",
  order(members, { draws }) {
    const count = members.length;
    if (count < 2) return count === 0 ? [] : [0];
    const first = Math.floor(draws[0] * count);
    // A second one that is not the first, each with the same chance.
    const second = (first + 1 + Math.floor(draws[1] * (count - 1))) % count;
    const [best, other] =
      callsAt(members[second]) < callsAt(members[first]) ? [second, first] : [first, second];
    const rest: number[] = [];
    for (let step = 1; step < count; step += 1) {
      const index = (first + step) % count;
      if (index !== second) rest.push(index);
    }
    return [best, other, ...rest.sort((a, b) => callsAt(members[a]) - callsAt(members[b]))];
  },
};

/** Returns the calls that an endpoint has: of all its users as far as they are known, at least ours. */
function callsAt(member: Member | undefined): number {
  const { inFlight = 0, load } = member ?? {};
  const { running, waiting } = load ?? {};
  return running === undefined && waiting === undefined
    ? inFlight
    : Math.max(inFlight, (running ?? 0) + (waiting ?? 0));
}
