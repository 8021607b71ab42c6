import { randomUUID } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { Command } from "commander";
import { readOutcomes } from "../../evals/outcomes/read-outcomes.ts";
import type { Report } from "../../evals/report/report.ts";
import { reportData } from "../../evals/report/report-data.ts";
import { wasTrainedOn } from "../../evals/train/was-trained-on.ts";
import { InvalidOptionError } from "../contracts/index.ts";
import type { Io } from "./io.ts";
import { loadClassifier } from "./load-classifier.ts";
import { loadRouter } from "./load-router.ts";
import { numberOption } from "./number-option.ts";
import { reportToJson, reportToText } from "./show-report.ts";
import { textOption } from "./text-option.ts";

interface Options {
  readonly outcomes: string;
  readonly small?: string | undefined;
  readonly large?: string | undefined;
  readonly config?: string | undefined;
  readonly classifier?: string | undefined;
  readonly threshold?: string | undefined;
  readonly tuning?: string | undefined;
  readonly requestsPerMonth?: string | undefined;
  readonly text?: string | undefined;
  readonly bootstrap: string;
  readonly seed: string;
  readonly out: string;
  readonly prompts: boolean;
  readonly json: boolean;
}

/** `switchpoint eval report`: one HTML file that says what routing costs, saves and loses on recorded outcomes. */
export function evalReportCommand(io: Io & { readonly now: () => number }): Command {
  return new Command("report")
    .description("write a report of routing on recorded outcomes as one HTML file; no model is called")
    .requiredOption("--outcomes <file>", "recorded outcomes: .jsonl or .jsonl.gz")
    .option("--small <name>", "the small model, as the outcomes name it")
    .option("--large <name>", "the large model, as the outcomes name it")
    .option("--config <file>", "report on the router of a config file, instead of --small and --large")
    .option("--classifier <name or file>", "complexity, length or a trained file (default: complexity)")
    .option("--threshold <number>", "complexity in [0, 1] from which the large model is taken (default: 0.7)")
    .option("--tuning <file>", "a tuning file: its models, its threshold and its certificate")
    .option("--requests-per-month <count>", "for the saving a month")
    .option("--text <field>", "what the classifier reads of a record: prompt or question (default: prompt)")
    .option("--no-prompts", "leave the text of the worst routed requests out")
    .option("--bootstrap <count>", "resamples for the 95 % intervals", "1000")
    .option("--seed <number>", "of the resamples", "1")
    .option("--out <file>", "where the report goes", "report.html")
    .option("--json", "print all that the report shows as JSON", false)
    .addHelpText(
      "after",
      `
The file holds everything it needs: it loads nothing, runs no script, and can be mailed or printed.

Example:
  switchpoint eval report --outcomes outcomes.jsonl.gz --small openai:gpt-5-mini --large openai:gpt-5 \\
    --tuning tuning.json --requests-per-month 2000000 --out report.html
`,
    )
    .action((options: Options) => evalReport(options, io));
}

async function evalReport(options: Options, io: Io & { readonly now: () => number }): Promise<void> {
  const report = await reported(options, io.now());
  const { renderReport } = await import("../../evals/report/render-report.ts");
  await write(options.out, await renderReport(report));
  io.stdout(options.json ? `${reportToJson(report)}\n` : `${reportToText(report)}\n`);
  io.stderr(`the report is in ${options.out}\n`);
}

async function reported(options: Options, now: number): Promise<Report> {
  const { config, requestsPerMonth, text, prompts, outcomes } = options;
  const settings = {
    text: text === undefined ? undefined : textOption(text),
    prompts,
    requestsPerMonth:
      requestsPerMonth === undefined
        ? undefined
        : numberOption("--requests-per-month", requestsPerMonth, 1, 1e12),
    resamples: numberOption("--bootstrap", options.bootstrap, 1, 1_000_000),
    seed: numberOption("--seed", options.seed, 0, 0xffff_ffff),
    now,
    outcomes,
    command: commandLine(options),
  };
  if (config !== undefined) {
    refuseBesideConfig(options);
    const router = await loadRouter(config);
    try {
      return await reportData(readOutcomes(outcomes), { ...settings, router });
    } finally {
      await router.close();
    }
  }
  const { small, large } = options;
  if (small === undefined)
    throw new InvalidOptionError("--small", small, "given, with --large; or give --config");
  if (large === undefined)
    throw new InvalidOptionError("--large", large, "given, with --small; or give --config");
  const { classifier, file } = await loadClassifier(options.classifier ?? "complexity", [small, large]);
  return reportData(readOutcomes(outcomes), {
    ...settings,
    small,
    large,
    classifier,
    threshold:
      options.threshold === undefined ? undefined : numberOption("--threshold", options.threshold, 0, 1),
    trainedOn: file && wasTrainedOn(file),
  });
}

function refuseBesideConfig({ small, large, classifier, threshold, tuning }: Options): void {
  const others = {
    "--small": small,
    "--large": large,
    "--classifier": classifier,
    "--threshold": threshold,
    "--tuning": tuning,
  };
  for (const [option, value] of Object.entries(others)) {
    if (value !== undefined)
      throw new InvalidOptionError(option, value, "absent beside --config, which says it");
  }
}

/** The command that makes the report again, as a shell would take it. */
function commandLine(options: Options): string {
  const { prompts, json: _, ...values } = options;
  const parts = Object.entries(values).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const option = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return [option, /^[\w./:@=+-]+$/.test(String(value)) ? String(value) : `'${String(value).replaceAll("'", "'\\''")}'`];
  });
  return ["switchpoint eval report", ...parts, ...(prompts ? [] : ["--no-prompts"])].join(" ");
}

/** As a whole or not at all: a reader never sees half of one. */
async function write(path: string, text: string): Promise<void> {
  const unfinished = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(unfinished, text);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
