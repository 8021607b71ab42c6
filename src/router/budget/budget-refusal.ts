import type { Refusal } from "../../contracts/ports/index.ts";
import type { Amount } from "../../contracts/store.ts";
import type { AccountBounds } from "./account-bounds.ts";
import { nanoOf, usdOf } from "./amounts.ts";
import type { Bound } from "./bounds.ts";

/** Returns why a call that costs up to this does not fit the bounds of its request; true if it does. */
export function fitsRequest(
  { maxCostUsd, maxCallUsd }: Pick<AccountBounds, "maxCostUsd" | "maxCallUsd">,
  committedUsd: number,
  costUsd: number | undefined,
): true | Refusal {
  if (maxCallUsd !== undefined) {
    if (costUsd === undefined) return { by: "maxCost", reason: "its price is not known" };
    if (!(costUsd <= maxCallUsd))
      return { by: "maxCost", reason: `costs up to ${shown(costUsd)} USD, more than ${maxCallUsd}` };
  }
  if (maxCostUsd === undefined) return true;
  if (costUsd === undefined) return { by: "maxCostUsd", reason: "its price is not known" };
  // The same difference as in `left`: a sum would round differently.
  if (costUsd <= maxCostUsd - committedUsd) return true;
  const problem =
    committedUsd === 0
      ? `more than ${maxCostUsd}`
      : `and ${shown(committedUsd)} of ${maxCostUsd} USD are spent or reserved`;
  return { by: "maxCostUsd", reason: `costs up to ${shown(costUsd)} USD, ${problem}` };
}

/** Returns why a call does not fit a budget of which the request has committed this; undefined if it does. */
export function budgetRefusal(
  bound: Bound,
  committed: Amount,
  costUsd: number | undefined,
  tokens: number | undefined,
): Refusal | undefined {
  const { unit, name, of } = bound.budget;
  const whose = of === undefined ? "" : ` of ${bound.budget.describe(bound.limit)}`;
  if (unit === "usd") {
    if (costUsd === undefined)
      return bound.budget.needsPrices
        ? { by: "budget", budget: name, unpriced: true, reason: unpricedReason }
        : undefined;
    const left = bound.left(committed);
    if (nanoOf(costUsd) <= left) return undefined;
    const reason = `costs up to ${shown(costUsd)} USD, ${shown(usdOf(left))} USD are left${whose}`;
    return { by: "budget", budget: name, reason };
  }
  const left = bound.left(committed);
  if (tokens !== undefined && tokens <= left) return undefined;
  const reason = `uses up to ${tokens ?? "an unknown number of"} tokens, ${left} are left${whose}`;
  return { by: "budget", budget: name, reason };
}

const unpricedReason = "its price is not known, and there is a budget";

function shown(usd: number): string {
  return usd === 0 ? "0" : usd.toPrecision(3);
}
