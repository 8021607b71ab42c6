import { Command } from "commander";
import { openInput } from "../evals/data/input/open-input.ts";
import { namedTable } from "../evals/monitor/reconcile/named-table.ts";
import { type Reconciliation, reconcile } from "../evals/monitor/reconcile/reconcile.ts";
import { InvalidOptionError } from "../src/contracts/index.ts";
import { CheckFailedError } from "./check-failed-error.ts";
import { repeated, someOf } from "./eval-options/repeated.ts";
import type { Terminal } from "./io.ts";
import { numberOption } from "./number-option.ts";
import { pairOption } from "./pair-option.ts";
import { reconciliationToText } from "./show-reconciliation.ts";
import { toJson } from "./to-json.ts";
import { withRouterState } from "./with-router-state.ts";

interface Options {
  readonly log: readonly string[];
  readonly export: readonly string[];
  readonly provider: readonly string[];
  readonly column: readonly string[];
  readonly rename: readonly string[];
  readonly tenantOf: readonly string[];
  readonly failAbove?: string | undefined;
  readonly budget?: string | undefined;
  readonly config?: string | undefined;
  readonly state?: string | undefined;
  readonly tenant?: string | undefined;
  readonly owner?: string | undefined;
  readonly json?: boolean | undefined;
}

/** The command `switchpoint budget reconcile`. `parent` returns options that stood before its name. */
export function budgetReconcileCommand(terminal: Terminal, parent: () => object): Command {
  return new Command("reconcile")
    .description("compare what decision logs counted with a provider's usage or cost export; changes nothing")
    .option(
      "--log <file>",
      "decision log: .jsonl or .jsonl.gz; repeatable, and logs may overlap",
      repeated,
      [],
    )
    .option(
      "--export <file>",
      "export of OpenAI or Anthropic: JSON pages of the API, or CSV of the dashboard; repeatable",
      repeated,
      [],
    )
    .option(
      "--provider <name>",
      "compare attempts of this provider; repeatable (default: the export's)",
      repeated,
      [],
    )
    .option(
      "--column <meaning=column>",
      "another CSV: its start, model, usd, input, output, requests, owner … ; repeatable",
      repeated,
      [],
    )
    .option("--rename <theirs=ours>", "a model that has another name in the export; repeatable", repeated, [])
    .option(
      "--tenant-of <key=tenant>",
      "tenant of a key, project or workspace of the export: compare by tenant; repeatable",
      repeated,
      [],
    )
    .option("--fail-above <share>", "exit with 1 if a day, or all, differs by more: 1% or 0.01")
    .option("--budget <name>", "print the command that sets this budget to what was billed")
    .option("--config <file>", "--budget: a .ts, .js or .mjs file whose default export is a router")
    .option("--state <file>", "--budget: JSON of router.exportState(), for a router without a shared store")
    .option("--tenant <name>", "--budget: the owner's tenant")
    .option("--owner <name>", "--budget: the owner: a session, or a value of the budget's label")
    .option(
      "--json",
      "print JSON: { from, to, rows: [{ day, model, ours, theirs, differenceUsd, … }], total, … }",
    )
    .addHelpText(
      "after",
      `
Days are those of UTC. Models are compared without their dates: gpt-4o-2024-08-06 counts as gpt-4o. An export shows
all users of an organization's keys; what may explain a difference is said as far as it is in the records. Columns that are
not known are named with their file. Nothing is set: --budget prints the command.

Example:
  switchpoint budget reconcile --log decisions.jsonl --export completions_usage_2026-11.csv --export costs.json
  switchpoint budget reconcile --log decisions.jsonl.gz --export cost_report.json --fail-above 1%
  switchpoint budget reconcile --log decisions.jsonl --export activity.csv --provider openrouter \\
    --column start=Date --column model=Slug --column usd=Usage
`,
    )
    .action((own: Options) => reconcileBudget({ ...parent(), ...own }, terminal));
}

async function reconcileBudget(options: Options, terminal: Terminal): Promise<void> {
  const { log, column, failAbove, budget, config, json } = options;
  if (log.length === 0) throw new InvalidOptionError("--log", undefined, "a decision log");
  if (options.export.length === 0)
    throw new InvalidOptionError("--export", undefined, "a usage or cost export of a provider");
  if (budget !== undefined && config === undefined)
    throw new InvalidOptionError(
      "--config",
      undefined,
      "given together with --budget, which is the router's",
    );
  const most = failAbove === undefined ? undefined : shareOption("--fail-above", failAbove);
  const pairs = (option: string, texts: readonly string[], form: string) =>
    texts.map((text) => pairOption(option, text, form));
  const found = await reconcile({
    logs: log,
    exports: options.export.map((file) => openInput(file)),
    format: column.length === 0 ? undefined : namedTable(pairs("--column", column, "<meaning>=<column>")),
    providers: someOf(options.provider),
    renamed: new Map(pairs("--rename", options.rename, "<their model>=<our model>")),
    tenants:
      options.tenantOf.length === 0
        ? undefined
        : new Map(pairs("--tenant-of", options.tenantOf, "<key>=<tenant>")),
  });
  const advice = budget === undefined ? undefined : await adviceOf(budget, options, found);
  const isAbove = most !== undefined && found.differenceShare > most;
  if (json) terminal.stdout(`${toJson({ ...found, ...(advice !== undefined && { advice }) }, 2)}\n`);
  else terminal.stdout(reconciliationToText(found) + (advice === undefined ? "" : `${advice}\n`));
  if (isAbove) {
    terminal.stderr(`the difference is above ${failAbove}\n`);
    throw new CheckFailedError();
  }
}

/** Returns the command that adds the difference to what a budget counts. */
async function adviceOf(
  budget: string,
  { config = "", state, tenant, owner }: Options,
  { total, from, to }: Reconciliation,
): Promise<string> {
  const { differenceUsd } = total;
  if (differenceUsd === undefined) return "no budget to set: the exports have no costs";
  let advice = "";
  await withRouterState({ config, state }, "budgets", async (router) => {
    const who = tenant === undefined && owner === undefined ? undefined : { tenant, owner };
    const accounts = await router.readBudgets(who);
    const account = accounts.find(({ name, unit }) => name === budget && unit === "usd");
    if (account === undefined)
      throw new InvalidOptionError(
        "--budget",
        budget,
        `a budget in dollars: ${accounts.flatMap(({ name, unit }) => (unit === "usd" ? name : [])).join(", ")}`,
      );
    const to_ = Math.max(0, Math.round((account.used + differenceUsd) * 1e9) / 1e9);
    const words = [
      "switchpoint budget reset",
      `--config ${quoted(config)}`,
      ...(state === undefined ? [] : [`--state ${quoted(state)}`]),
      `--name ${quoted(budget)}`,
      ...(tenant === undefined ? [] : [`--tenant ${quoted(tenant)}`]),
      ...(owner === undefined ? [] : [`--owner ${quoted(owner)}`]),
      `--to ${to_.toFixed(9).replace(/\.?0+$/, "")}`,
    ];
    advice = [
      `If all that was spent from ${from} to ${to} is in the current period of ${budget}, and of its owner alone:`,
      `  ${words.join(" ")}`,
    ].join("\n");
  });
  return advice;
}

/** Quotes a word for a shell. */
function quoted(word: string): string {
  return /^[\w./:@=+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Parses a share: `1%`, `1 %` or `0.01`. */
function shareOption(option: string, text: string): number {
  const percent = /^(.*\S)\s*%$/.exec(text.trim());
  return percent === null
    ? numberOption(option, text, 0, 1)
    : numberOption(option, percent[1] ?? "", 0, 100) / 100;
}
