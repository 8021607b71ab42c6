import { Command } from "commander";
import { type ExportFormatName, exportFormats, exportRecords } from "../evals/data/export/export-records.ts";
import { repeated, someOf } from "./eval-options/repeated.ts";
import type { Io } from "./io.ts";
import { pairOption } from "./pair-option.ts";
import { showTransfer } from "./show-transfer.ts";
import { withRouter } from "./with-router.ts";

interface Options {
  readonly to: string;
  readonly out: string;
  readonly model: readonly string[];
  readonly config?: string | undefined;
  readonly map: readonly string[];
  readonly rename: readonly string[];
  readonly json: boolean;
}

/** The command `switchpoint eval export`: writes outcomes or a data set for another tool. */
export function evalExportCommand(io: Io): Command {
  return new Command("export")
    .description("write outcomes or a data set as files of other tools")
    .argument("<input>", "outcomes or a data set: .jsonl or .jsonl.gz")
    .requiredOption("--to <format>", exportFormats.join(", "))
    .requiredOption(
      "--out <file>",
      "path of the result: .json or .jsonl, .csv for tables; with .gz it is compressed",
    )
    .option("--model <name>", "only this model; repeatable", repeated, [])
    .option(
      "--config <file>",
      "routerarena: the router whose choices are the predictions; no model is called",
    )
    .option(
      "--map <field=column>",
      "table, required: the column of a field, such as prompt=question; repeatable",
      repeated,
      [],
    )
    .option("--rename <old=new>", "routerarena: the benchmark's name of a model; repeatable", repeated, [])
    .option("--json", "print JSON: { kind, records, models, leftOut: { reason: count }, out }", false)
    .addHelpText(
      "after",
      `
Example:
  switchpoint eval export dataset.jsonl --to promptfoo --out tests.json
  switchpoint eval export outcomes.jsonl --to table --map prompt=prompt --map quality:gpt-5=gpt5_ok --out table.csv
  switchpoint eval export prompts.jsonl --to routerarena --config router.ts --out router_inference/predictions/ours.json
`,
    )
    .action((input: string, options: Options) => evalExport(input, options, io));
}

async function evalExport(
  input: string,
  { to, out, model, json, config, map, rename }: Options,
  io: Io,
): Promise<void> {
  const named = rename.map((text) => pairOption("--rename", text, "old=new"));
  const columns = map.map((text) => pairOption("--map", text, "field=column"));
  // Other values are refused where the option is used.
  const settings = {
    to: to as ExportFormatName,
    input,
    out,
    models: someOf(model),
    columns: columns.length === 0 ? undefined : Object.fromEntries(columns),
    rename: named.length === 0 ? undefined : Object.fromEntries(named),
  };
  if (config === undefined) {
    showTransfer({ ...(await exportRecords(settings)), out }, json, io);
    return;
  }
  await withRouter(config, async (router) => {
    showTransfer({ ...(await exportRecords({ ...settings, router })), out }, json, io);
  });
}
