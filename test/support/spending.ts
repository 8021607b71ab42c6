/** Constants of the processes that spend and of their test. */
export const budgetKey = "budget/total";
/** The same as the store knows it. */
export const storeKey: string = `router/${budgetKey}`;
/** Most that a call reserves, and calls under way in a process. */
export const mostOfCall = 9;
export const atOnce = 16;
export const leaseShare = 0.01;

export function limitOf(env: NodeJS.ProcessEnv): number {
  return Number(env["SPENDING_LIMIT"]);
}

export function journalOf(env: NodeJS.ProcessEnv): string {
  return env["SPENDING_JOURNAL"] ?? "";
}

/** File of what processes were told of a store that came back. */
export function eventsOf(env: NodeJS.ProcessEnv): string {
  return `${journalOf(env)}.events`;
}
