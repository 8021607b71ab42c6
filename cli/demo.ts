import { Command } from "commander";
import { catalogueDate } from "../src/router/cost/inner.ts";
import { type DemoSetup, openDemo } from "./demo-setup.ts";
import type { Terminal } from "./io.ts";
import { answerLimit, type DemoRow, runDemo, totalsOf } from "./run-demo.ts";
import { demoTable, showIntroduction, showTotals } from "./show-demo.ts";
import { toJson } from "./to-json.ts";

interface Options {
  readonly simulate?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** The command `switchpoint demo`: shows routing, without keys and network if the environment has none. */
export function demoCommand(terminal: Terminal): Command {
  return new Command("demo")
    .description("route sample prompts; show the model, the reason and the saving")
    .option("--simulate", "simulate the models even if the environment has keys")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
Without keys in the environment, two local endpoints simulate a small and a large model.
With keys, real models are called; each answer is cut at ${answerLimit} tokens.

Example:
  switchpoint demo
  switchpoint demo --simulate --json
`,
    )
    .action(async ({ simulate = false, json }: Options) => {
      const setup = await openDemo(simulate, terminal.env);
      try {
        await (json ? printJson(setup, terminal) : printTable(setup, terminal));
      } finally {
        await setup.close();
      }
    });
}

async function printTable(setup: DemoSetup, { stdout, columns }: Terminal): Promise<void> {
  const table = demoTable(columns);
  stdout(`${showIntroduction(setup)}\n\n${table.head}\n`);
  const rows: DemoRow[] = [];
  for await (const row of runDemo(setup)) {
    rows.push(row);
    stdout(`${table.row(row)}\n`);
  }
  stdout(`${table.rule}\n${showTotals(totalsOf(rows), setup)}\n`);
}

async function printJson(setup: DemoSetup, { stdout, stderr }: Terminal): Promise<void> {
  stderr(`${showIntroduction(setup)}\n`);
  const rows: DemoRow[] = [];
  for await (const row of runDemo(setup)) rows.push(row);
  const { simulated, pricedAs, router } = setup;
  const models = Object.fromEntries(
    Object.entries(router.models).map(([id, { name, price }]) => [id, { name, price }]),
  );
  const about = { simulated, models, pricedAs, catalogue: catalogueDate, certified: false };
  stdout(`${toJson({ ...about, rows, totals: totalsOf(rows) }, 2)}\n`);
}
