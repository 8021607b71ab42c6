import type { Command } from "commander";
import type { BudgetAccount, BudgetAccountOwner } from "../src/contracts/index.ts";
import type { Terminal } from "./io.ts";
import { budgetsToText } from "./show-budgets.ts";
import { toJson } from "./to-json.ts";

/** Options of all commands about budgets. */
export interface BudgetPlace {
  readonly config?: string | undefined;
  readonly state?: string | undefined;
  readonly tenant?: string | undefined;
  readonly owner?: string | undefined;
  readonly json?: boolean | undefined;
}

export function withBudgetPlace(command: Command): Command {
  return command
    .option("--config <file>", "a .ts, .js or .mjs file whose default export is a router")
    .option("--state <file>", "JSON of router.exportState(), for a router without a shared store")
    .option("--tenant <name>", "the owner's tenant")
    .option("--owner <name>", "the owner: a session, or a value of the budget's label")
    .option(
      "--json",
      "print JSON: [{ name, unit, per, tenant, owner, used, open, limit, limitFrom, resetsAt }]",
    );
}

export function printBudgets(
  accounts: readonly BudgetAccount[],
  { json }: BudgetPlace,
  terminal: Terminal,
): void {
  terminal.stdout(json ? `${toJson(accounts, 2)}\n` : budgetsToText(accounts, terminal.now()));
}

export function ownerIn({ tenant, owner }: BudgetPlace): BudgetAccountOwner | undefined {
  return tenant === undefined && owner === undefined ? undefined : { tenant, owner };
}
