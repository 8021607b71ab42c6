import type { Command } from "commander";
import {
  type BudgetAccount,
  type BudgetAccountOwner,
  InvalidOptionError,
  type Router,
} from "../src/contracts/index.ts";
import type { Terminal } from "./io.ts";
import { readRouterState } from "./read-router-state.ts";
import { budgetsToText } from "./show-budgets.ts";
import { toJson } from "./to-json.ts";
import { withRouter } from "./with-router.ts";

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

/** Works with the router of the config, and with the state of its file. */
export async function withBudgets(
  { config, state }: BudgetPlace,
  work: (router: Router, state: string | undefined) => Promise<void>,
): Promise<void> {
  if (config === undefined)
    throw new InvalidOptionError("--config", undefined, "a file whose default export is the router");
  await withRouter(config, async (router) => {
    if (router.shared === undefined && state === undefined)
      throw new InvalidOptionError(
        "--state",
        undefined,
        "given: this router has no shared store, so its budgets are in its own process; name the file of router.exportState()",
      );
    if (router.shared !== undefined && state !== undefined)
      throw new InvalidOptionError(
        "--state",
        state,
        "absent: the budgets of this router are in its shared store",
      );
    if (state !== undefined) router.restoreState(await readRouterState(state));
    await work(router, state);
  });
}

export function ownerIn({ tenant, owner }: BudgetPlace): BudgetAccountOwner | undefined {
  return tenant === undefined && owner === undefined ? undefined : { tenant, owner };
}
