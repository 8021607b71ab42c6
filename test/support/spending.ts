/** Constants of the processes that spend and of their test. */
export const budgetKey = "budget/total";
export const ttlMs = 1_000;

export function limitOf(env: NodeJS.ProcessEnv): number {
  return Number(env["SPENDING_LIMIT"]);
}

export function journalOf(env: NodeJS.ProcessEnv): string {
  return env["SPENDING_JOURNAL"] ?? "";
}
