import { Command } from "commander";
import { InvalidOptionError } from "../src/contracts/index.ts";
import { type BudgetPlace, ownerIn, printBudgets, withBudgetPlace } from "./budget-place.ts";
import { budgetReconcileCommand } from "./budget-reconcile.ts";
import { budgetSetCommand } from "./budget-set.ts";
import type { Terminal } from "./io.ts";
import { optionalNumber } from "./optional-number.ts";
import { withRouterState } from "./with-router-state.ts";

interface ResetOptions extends BudgetPlace {
  readonly name?: string | undefined;
  readonly to?: string | undefined;
}

/** The command `switchpoint budget`: shows what is used of budgets, and sets it, and limits of owners. */
export function budgetCommand(terminal: Terminal): Command {
  const budget = withBudgetPlace(new Command("budget"))
    .description(
      "show what is used of budgets; `budget reset` sets it, and `budget set` the limit of one owner",
    )
    .addHelpText(
      "after",
      `
Processes that share a store have one budget: it is read there. A store does not list owners, so those of budgets
per tenant, session or label are named: --tenant, --owner. A router without a store keeps its budgets itself; give
the file in which the application stores router.exportState().

Example:
  switchpoint budget --config router.ts
  switchpoint budget --config router.ts --tenant acme
  switchpoint budget reset --config router.ts --name tenant-usd-day --tenant acme
  switchpoint budget set --config router.ts --name tenant-usd-day --tenant acme --limit 80
`,
    )
    .action((options: BudgetPlace) => show(options, terminal));
  const reset = withBudgetPlace(new Command("reset"))
    .description(
      "set what is used of one budget by one owner in the current period; calls under way stay reserved",
    )
    .option("--name <budget>", "the budget; nothing is reset without it")
    .option("--to <amount>", "amount that is used from now on, in US dollars or tokens (default: 0)")
    .addHelpText(
      "after",
      `
Example:
  switchpoint budget reset --config router.ts --name router-usd-day
  switchpoint budget reset --config router.ts --name tenant-usd-day --tenant acme --to 2.50
`,
    )
    // Options before the name of a subcommand would be the parent's otherwise.
    .action((own: ResetOptions) => resetOne({ ...budget.opts<BudgetPlace>(), ...own }, terminal));
  return budget
    .addCommand(reset)
    .addCommand(budgetSetCommand(budget, terminal))
    .addCommand(budgetReconcileCommand(terminal, () => budget.opts()));
}

async function show(options: BudgetPlace, terminal: Terminal): Promise<void> {
  await withRouterState(options, "budgets", async (router) => {
    const accounts = await router.readBudgets(ownerIn(options));
    printBudgets(accounts, options, terminal);
    if (router.shared !== undefined && ownerIn(options) === undefined)
      terminal.stderr("a shared store does not list owners: --tenant and --owner show theirs\n");
  });
}

async function resetOne(options: ResetOptions, terminal: Terminal): Promise<void> {
  const { name } = options;
  if (name === undefined) throw new InvalidOptionError("--name", undefined, "the name of a budget");
  const to = optionalNumber("--to", options.to, 0, Number.MAX_SAFE_INTEGER);
  await withRouterState(options, "budgets", async (router, keep) => {
    const account = await router.resetBudget({ name, ...ownerIn(options), to });
    await keep();
    printBudgets([account], options, terminal);
  });
}
