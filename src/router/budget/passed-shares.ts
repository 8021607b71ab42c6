import type { Amount } from "../../contracts/store.ts";

/** A share of a limit from which something holds or is told. */
export interface LimitShare {
  readonly from: number;
}

/** Returns the number of shares of a limit, the lowest first, that an amount has reached. */
export function passedShares(shares: readonly LimitShare[], limit: Amount, used: Amount): number {
  let passed = 0;
  // In whole numbers: a product of fractions may lie above the share that was meant.
  for (const { from } of shares) if (used >= Math.round(from * limit)) passed += 1;
  return passed;
}
