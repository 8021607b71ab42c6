import type { HopContext } from "../../contracts/index.ts";
import type { Account } from "../../contracts/ports/index.ts";
import { unboundedAccount } from "../budget/account.ts";

const reason = "no model is called while a replacement is validated";

function refuse(): Promise<never> {
  const refused = Promise.reject(new Error(reason));
  // A classifier may drop it.
  refused.catch(() => {});
  return refused;
}

/** Returns a hop of a classifier without a way to models. */
export function quietHop(now: number): HopContext {
  return {
    signal: new AbortController().signal,
    now,
    generate: refuse,
    call: refuse,
    permits: () => reason,
  };
}

/** Account of a decision for which nothing is paid. */
export const quietAccount: Account = unboundedAccount;
