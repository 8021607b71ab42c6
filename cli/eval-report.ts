import { Readable } from "node:stream";
import { Command } from "commander";
import { checkOther } from "../evals/data/outcomes/check-other.ts";
import { writeWhole } from "../evals/data/outcomes/write-whole.ts";
import type { Report } from "../evals/report/report.ts";
import { reportData } from "../evals/report/report-data.ts";
import { wasTrainedOn } from "../evals/train/was-trained-on.ts";
import { readTuning } from "../evals/tune/read-tuning.ts";
import { shellWord } from "../src/plugin/shell-word.ts";
import { classifierOption, classifierOrTuned } from "./eval-options/classifier.ts";
import { bootstrapOption, intervalsOf, seedOption } from "./eval-options/intervals.ts";
import { outcomesOption } from "./eval-options/outcomes.ts";
import { largeOption, pairOf, smallOption } from "./eval-options/pair.ts";
import { addPartOptions, readPart } from "./eval-options/part.ts";
import { refuseSubjectBesideConfig, type SubjectOptions } from "./eval-options/subject.ts";
import { textOf, textOption } from "./eval-options/text.ts";
import { thresholdOf, thresholdOption } from "./eval-options/threshold.ts";
import type { Terminal } from "./io.ts";
import { loadClassifier } from "./load-classifier.ts";
import { optionalNumber } from "./optional-number.ts";
import { refuseBesideConfig } from "./refuse-beside-config.ts";
import { reportToJson, reportToText } from "./show-report.ts";
import { withRouter } from "./with-router.ts";

interface Options extends SubjectOptions {
  readonly tuning?: string | undefined;
  readonly requestsPerMonth?: string | undefined;
  readonly today?: string | undefined;
  readonly judge?: string | undefined;
  readonly out: string;
  readonly prompts: boolean;
  readonly json: boolean;
}

/**
 * The command `switchpoint eval report`: writes an HTML file about the cost, saving and loss of routing on
 * recorded outcomes.
 */
export function evalReportCommand(terminal: Terminal): Command {
  return addPartOptions(new Command("report"))
    .description("write a report of routing on recorded outcomes as one HTML file; no model is called")
    .addOption(outcomesOption())
    .addOption(smallOption())
    .addOption(largeOption())
    .option("--config <file>", "report on the router of a config file, instead of --small and --large")
    .addOption(classifierOption())
    .addOption(thresholdOption())
    .option("--tuning <file>", "a tuning file: its models, its threshold and its certificate")
    .option(
      "--requests-per-month <count>",
      "number of requests for the monthly saving (default: the pace of the records, if they have times; else 1,000 requests)",
    )
    .option(
      "--today <model>",
      "model that answers everything today, to compare with doing nothing (default: the large model, or the best one)",
    )
    .option("--judge <name>", "what graded the answers, for the reader (default: that of the tuning file)")
    .addOption(textOption())
    .option("--no-prompts", "leave out the text of the worst routed requests")
    .addOption(bootstrapOption())
    .addOption(seedOption("seed of the resamples"))
    .option("--out <file>", "path of the report", "report.html")
    .option("--json", "print everything in the report as JSON", false)
    .addHelpText(
      "after",
      `
The first screen has the verdict, the money saved in a month, the quality lost, what to do, and a comparison with
doing nothing and with each model alone; details are folded. The file holds everything it needs: it loads nothing, runs
no script, and can be mailed or printed.

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
  const { config, prompts, outcomes } = options;
  const settings = {
    text: textOf(options.text),
    prompts,
    requestsPerMonth: optionalNumber("--requests-per-month", options.requestsPerMonth, 1, 1e12),
    // Half of the records are half of the traffic.
    isSample: options.part !== undefined && options.part !== "all",
    today: options.today,
    judge: options.judge,
    ...intervalsOf(options),
    now: terminal.now(),
    outcomes,
    command: commandLine(options),
  };
  if (config !== undefined) {
    refuseSubjectBesideConfig(options);
    refuseBesideConfig({ "--tuning": options.tuning });
    const { records } = await readPart(outcomes, options, terminal);
    return withRouter(config, (router) => reportData(records, { ...settings, router }));
  }
  const tuning = options.tuning === undefined ? undefined : await readTuning(options.tuning);
  const { small = tuning?.small, large = tuning?.large } = options;
  const pair = pairOf({ small, large }, "--tuning or --config");
  const name = classifierOrTuned(options.classifier, tuning);
  const { classifier, file } = await loadClassifier(name, [pair.small, pair.large]);
  const { records } = await readPart(outcomes, options, terminal, { keys: file?.keys });
  return reportData(records, {
    ...settings,
    ...pair,
    classifier,
    tuning,
    threshold: thresholdOf(options.threshold),
    trainedOn: file && wasTrainedOn(file),
  });
}

/** Builds the shell command that makes the same report again. */
function commandLine(options: Options): string {
  const { prompts, json: _, ...values } = options;
  const parts = Object.entries(values).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const option = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return [option, ...[value].flat().map(shellWord)];
  });
  return ["switchpoint eval report", ...parts, ...(prompts ? [] : ["--no-prompts"])].join(" ");
}
