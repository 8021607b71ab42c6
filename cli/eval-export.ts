import { Command } from "commander";
import { type ExportFormatName, exportFormats, exportRecords } from "../evals/data/export/export-records.ts";
import { repeated, someOf } from "./eval-options/repeated.ts";
import type { Io } from "./io.ts";
import { showTransfer } from "./show-transfer.ts";

interface Options {
  readonly to: string;
  readonly out: string;
  readonly model: readonly string[];
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
    .option("--json", "print JSON: { kind, records, models, leftOut: { reason: count }, out }", false)
    .addHelpText(
      "after",
      `
Example:
  switchpoint eval export dataset.jsonl --to promptfoo --out tests.json
  switchpoint eval export outcomes.jsonl --to routerbench --out table.csv
`,
    )
    .action((input: string, options: Options) => evalExport(input, options, io));
}

async function evalExport(input: string, { to, out, model, json }: Options, io: Io): Promise<void> {
  // Other values are refused where the option is used.
  const report = await exportRecords({ to: to as ExportFormatName, input, out, models: someOf(model) });
  showTransfer({ ...report, out }, json, io);
}
