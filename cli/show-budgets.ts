import type { BudgetAccount } from "../src/contracts/index.ts";
import { formatTable } from "./format-table.ts";

/** Formats budgets as a table: what is used and reserved, the limit, and when the period ends. */
export function budgetsToText(accounts: readonly BudgetAccount[], now: number): string {
  if (accounts.length === 0) return "no budget with a period that this shows\n";
  const rows = accounts.map(({ name, per, tenant, owner, unit, used, open, limit, limitFrom, resetsAt }) => [
    name,
    per,
    tenant ?? "-",
    owner ?? "-",
    `${used} ${unit === "usd" ? "USD" : "tokens"}`,
    String(open),
    limitFrom === "config" ? String(limit) : `${limit} (${limitFrom})`,
    `${limit > 0 ? ((100 * (used + open)) / limit).toFixed(0) : 100} %`,
    resetsAt === undefined
      ? "never"
      : `${new Date(resetsAt).toISOString()}${resetsAt <= now ? " (over)" : ""}`,
  ]);
  return `${formatTable([
    ["budget", "per", "tenant", "owner", "used", "reserved", "limit", "of it", "resets at"],
    ...rows,
  ])}\n`;
}
