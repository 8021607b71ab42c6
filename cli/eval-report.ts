import { Readable } from "node:stream";
import { Command } from "commander";
import { checkOther } from "../evals/data/outcomes/check-other.ts";
import { writeWhole } from "../evals/data/outcomes/write-whole.ts";
import type { Report } from "../evals/report/report.ts";
import { reportData } from "../evals/report/report-data.ts";
import { wasTrainedOn } from "../evals/train/was-trained-on.ts";
import { readTuning } from "../evals/tune/read-tuning.ts";
import type { TuningFile } from "../evals/tune/tuning-file.ts";
import { InvalidOptionError } from "../src/contracts/index.ts";
import type { Terminal } from "./io.ts";
import { builtInClassifiers, loadClassifier } from "./load-classifier.ts";
import { loadRouter } from "./load-router.ts";
import { numberOption } from "./number-option.ts";
import { addPartOptions, type PartOptions, readPart } from "./part-option.ts";
import { refuseBesideConfig } from "./refuse-beside-config.ts";
import { reportToJson, reportToText } from "./show-report.ts";
import { textOption } from "./text-option.ts";

interface Options extends PartOptions {
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
export function evalReportCommand(terminal: Terminal): Command {
  return addPartOptions(new Command("report"))
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
    .action((options: Options) => evalReport(options, terminal));
}

async function evalReport(options: Options, terminal: Terminal): Promise<void> {
  const { stdout, stderr } = terminal;
  const { out, outcomes, tuning, classifier, config } = options;
  checkOther(out, [outcomes, tuning, classifier, config], "--out");
  const report = await reported(options, terminal);
  const { renderReport } = await import("../evals/report/render-report.ts");
  await writeWhole(out, Readable.from([await renderReport(report)]), "--out");
  stdout(options.json ? `${reportToJson(report)}\n` : `${reportToText(report)}\n`);
  stderr(`the report is in ${out}\n`);
}

async function reported(options: Options, terminal: Terminal): Promise<Report> {
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
    now: terminal.now(),
    outcomes,
    command: commandLine(options),
  };
  if (config !== undefined) {
    refuseBesideConfig({
      "--small": options.small,
      "--large": options.large,
      "--classifier": options.classifier,
      "--threshold": options.threshold,
      "--tuning": options.tuning,
    });
    const { records } = await readPart(outcomes, options, terminal);
    const router = await loadRouter(config);
    try {
      return await reportData(records, { ...settings, router });
    } finally {
      await router.close();
    }
  }
  const tuning = options.tuning === undefined ? undefined : await readTuning(options.tuning);
  const { small = tuning?.small, large = tuning?.large } = options;
  if (small === undefined)
    throw new InvalidOptionError("--small", small, "given, with --large; or give --tuning or --config");
  if (large === undefined)
    throw new InvalidOptionError("--large", large, "given, with --small; or give --tuning or --config");
  const { classifier, file } = await loadClassifier(classifierOf(options, tuning), [small, large]);
  const { records } = await readPart(outcomes, options, terminal, { keys: file?.keys });
  return reportData(records, {
    ...settings,
    small,
    large,
    classifier,
    tuning,
    threshold:
      options.threshold === undefined ? undefined : numberOption("--threshold", options.threshold, 0, 1),
    trainedOn: file && wasTrainedOn(file),
  });
}

function classifierOf({ classifier }: Options, tuning: TuningFile | undefined): string {
  if (classifier !== undefined || tuning === undefined) return classifier ?? "complexity";
  const { name, version } = tuning.classifier;
  if (!builtInClassifiers.includes(name))
    throw new InvalidOptionError(
      "--classifier",
      classifier,
      `the file of ${name}@${version}, which was tuned on`,
    );
  return name;
}

/** The command that makes the report again, as a shell would take it. */
function commandLine(options: Options): string {
  const { prompts, json: _, ...values } = options;
  const parts = Object.entries(values).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const option = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return [option, ...[value].flat().map(quoted)];
  });
  return ["switchpoint eval report", ...parts, ...(prompts ? [] : ["--no-prompts"])].join(" ");
}

function quoted(value: string): string {
  return /^[\w./:@=+-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}
