import type { BalanceRule } from "./balance-rule.ts";

/** Asks one member after the other, whatever their load. */
export const roundRobin: BalanceRule = {
  name: "roundRobin",
  order: (members, { turn }) => members.map((_, index) => (turn + index) % members.length),
};
