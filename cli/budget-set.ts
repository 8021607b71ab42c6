import { Command } from "commander";
import { InvalidOptionError } from "../src/contracts/index.ts";
import { type BudgetPlace, ownerIn, printBudgets, withBudgetPlace } from "./budget-place.ts";
import type { Terminal } from "./io.ts";
import { withRouterState } from "./with-router-state.ts";

interface SetOptions extends BudgetPlace {
  readonly name?: string | undefined;
  readonly limit?: string | undefined;
}

/** The command `switchpoint budget set`: sets the limit of one owner of a budget. `parent` has read options before its name. */
export function budgetSetCommand(parent: Command, terminal: Terminal): Command {
  return withBudgetPlace(new Command("set"))
    .description("set the limit of one owner of a budget, from now on and in all periods to come")
    .option("--name <budget>", "the budget; nothing is set without it")
    .option("--limit <amount>", "in US dollars or tokens; 0 permits nothing, default takes back what was set")
    .addHelpText(
      "after",
      `
It holds in place of limitUsd, limitTokens and limitFor of the budget. Processes that share a store know it within a
second. Where the application keeps the state itself, it has to restore the file that this writes.

Example:
  switchpoint budget set --config router.ts --name tenant-usd-month --tenant acme --limit 80
  switchpoint budget set --config router.ts --name tenant-usd-month --tenant acme --limit default
  switchpoint budget set --config router.ts --name user-usd-day --tenant acme --owner ada --limit 0
`,
    )
    .action((own: SetOptions) => setOne({ ...parent.opts<BudgetPlace>(), ...own }, terminal));
}

async function setOne(options: SetOptions, terminal: Terminal): Promise<void> {
  const { name } = options;
  if (name === undefined) throw new InvalidOptionError("--name", undefined, "the name of a budget");
  const limit = limitOf(options.limit);
  await withRouterState(options, "budgets", async (router, keep) => {
    const account = await router.setBudget({ name, ...ownerIn(options), limit });
    await keep();
    printBudgets([account], options, terminal);
  });
}

function limitOf(text: string | undefined): number | "default" {
  if (text === "default") return text;
  const amount = text === undefined || text.trim() === "" ? Number.NaN : Number(text);
  if (!(amount >= 0 && Number.isFinite(amount)))
    throw new InvalidOptionError("--limit", text, "an amount in US dollars or tokens, 0 or more, or default");
  return amount;
}
