import { Command } from "commander";
import { type BudgetAccount, type BudgetAccountOwner, InvalidOptionError } from "../src/contracts/index.ts";
import type { Terminal } from "./io.ts";
import { optionalNumber } from "./optional-number.ts";
import { budgetsToText } from "./show-budgets.ts";
import { toJson } from "./to-json.ts";
import { withRouterState } from "./with-router-state.ts";

interface Options {
  readonly config?: string | undefined;
  readonly state?: string | undefined;
  readonly tenant?: string | undefined;
  readonly owner?: string | undefined;
  readonly json?: boolean | undefined;
}

interface ResetOptions extends Options {
  readonly name?: string | undefined;
  readonly to?: string | undefined;
}

/** The command `switchpoint budget`: shows what is used of budgets, and sets it. */
export function budgetCommand(terminal: Terminal): Command {
  const budget = withWhere(new Command("budget"))
    .description("show what is used of budgets; `budget reset` sets it")
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
`,
    )
    .action((options: Options) => show(options, terminal));
  const reset = withWhere(new Command("reset"))
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
    .action((own: ResetOptions) => resetOne({ ...budget.opts<Options>(), ...own }, terminal));
  return budget.addCommand(reset);
}

function withWhere(command: Command): Command {
  return command
    .option("--config <file>", "a .ts, .js or .mjs file whose default export is a router")
    .option("--state <file>", "JSON of router.exportState(), for a router without a shared store")
    .option("--tenant <name>", "the owner's tenant")
    .option("--owner <name>", "the owner: a session, or a value of the budget's label")
    .option("--json", "print JSON: [{ name, unit, per, tenant, owner, used, open, limit, resetsAt }]");
}

async function show(options: Options, terminal: Terminal): Promise<void> {
  await withRouterState(options, "budgets", async (router) => {
    const accounts = await router.readBudgets(ownerOf(options));
    const isPartial = router.shared !== undefined && ownerOf(options) === undefined;
    print(accounts, options, terminal, isPartial);
  });
}

async function resetOne(options: ResetOptions, terminal: Terminal): Promise<void> {
  const { name } = options;
  if (name === undefined) throw new InvalidOptionError("--name", undefined, "the name of a budget");
  const to = optionalNumber("--to", options.to, 0, Number.MAX_SAFE_INTEGER);
  await withRouterState(options, "budgets", async (router, keep) => {
    const account = await router.resetBudget({ name, ...ownerOf(options), to });
    await keep();
    print([account], options, terminal, false);
  });
}

function print(
  accounts: readonly BudgetAccount[],
  { json }: Options,
  terminal: Terminal,
  isPartial: boolean,
): void {
  terminal.stdout(json ? `${toJson(accounts, 2)}\n` : budgetsToText(accounts, terminal.now()));
  if (isPartial) terminal.stderr("a shared store does not list owners: --tenant and --owner show theirs\n");
}

function ownerOf({ tenant, owner }: Options): BudgetAccountOwner | undefined {
  return tenant === undefined && owner === undefined ? undefined : { tenant, owner };
}
