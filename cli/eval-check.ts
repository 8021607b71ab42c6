import { Readable } from "node:stream";
import { Command } from "commander";
import { checkOther } from "../evals/data/outcomes/check-other.ts";
import type { OutcomeRecord } from "../evals/data/outcomes/outcome-record.ts";
import { readOutcomes } from "../evals/data/outcomes/read-outcomes.ts";
import { writeWhole } from "../evals/data/outcomes/write-whole.ts";
import { checkDisjoint, restsOn } from "../evals/data/split/record-keys.ts";
import { checkCertificate, type GateReport, knownTo } from "../evals/monitor/gate/check-certificate.ts";
import { showAnnotations } from "../evals/monitor/gate/show-annotations.ts";
import { showJUnit } from "../evals/monitor/gate/show-junit.ts";
import { readTuning } from "../evals/tune/read-tuning.ts";
import type { TuningFile } from "../evals/tune/tuning-file.ts";
import { type Classifier, InvalidOptionError, type RecordKeys, type Router } from "../src/contracts/index.ts";
import { CheckFailedError } from "./check-failed-error.ts";
import { classifierOption, classifierOrTuned } from "./eval-options/classifier.ts";
import { outcomesOption } from "./eval-options/outcomes.ts";
import type { Terminal } from "./io.ts";
import { loadClassifier } from "./load-classifier.ts";
import { loadRouter } from "./load-router.ts";
import { refuseBesideConfig } from "./refuse-beside-config.ts";
import { gateToText } from "./show-gate.ts";
import { toJson } from "./to-json.ts";

interface Options {
  readonly tuning: string;
  readonly outcomes: string;
  readonly classifier?: string | undefined;
  readonly config?: string | undefined;
  readonly skipKnown: boolean;
  readonly strict: boolean;
  readonly junit?: string | undefined;
  readonly github: boolean;
  readonly json: boolean;
}

/**
 * The command `switchpoint eval check`: a gate for CI, which fails if a certificate can no longer be relied
 * on.
 */
export function evalCheckCommand(terminal: Terminal): Command {
  return new Command("check")
    .description("a gate for CI: check by fresh outcomes if a certificate can still be relied on")
    .requiredOption("--tuning <file>", "what `eval tune` has written")
    .addOption(
      outcomesOption("fresh outcomes: of other records than those tuned on, or new ones of the same"),
    )
    .option(
      "--config <file>",
      "the router to be deployed: its models, prices, policy and classifier are checked",
    )
    .addOption(classifierOption("the one tuned on"))
    .option(
      "--skip-known",
      "leave out records whose prompt was used to tune or train; otherwise they are refused",
      false,
    )
    .option("--strict", "fail also where the evidence is not enough", false)
    .option("--junit <file>", "write JUnit XML to this file")
    .option("--github", "print annotations for GitHub Actions", false)
    .option("--json", "print JSON: { passed, checks: [{ name, verdict, sentence, figures }], … }", false)
    .addHelpText(
      "after",
      `
Exit code 1: the promise no longer holds on these outcomes, the certificate has expired, classifier,
models, policy, prices or the distribution of scores are no longer what was tuned on, or a model, the loss,
the share of large calls, the cost or the share of skipped records is worse than the certificate recorded.
The records that were tuned on may be answered once more: they are found by id and prompt, and compared.

Example:
  switchpoint eval check --tuning tuning.json --outcomes fresh.jsonl --config router.ts
`,
    )
    .action((options: Options) => evalCheck(options, terminal));
}

async function evalCheck(options: Options, terminal: Terminal): Promise<void> {
  const { tuning: file, strict, junit } = options;
  if (junit !== undefined)
    checkOther(junit, [file, options.outcomes, options.classifier, options.config], "--junit");
  const tuning = await readTuning(file);
  const outcomes: OutcomeRecord[] = [];
  for await (const record of readOutcomes(options.outcomes)) outcomes.push(record);
  const { trainedOn, ...scorer } = await scorerOf(options, tuning);
  try {
    const known = [...knownTo(tuning, file), ...trainedOn];
    const fresh = options.skipKnown ? withoutKnown(outcomes, known, terminal) : outcomes;
    for (const one of trainedOn) checkDisjoint(fresh, "check", one);
    const report = await checkCertificate(tuning, fresh, { ...scorer, file, strict, now: terminal.now() });
    print(report, options, terminal);
    if (junit !== undefined) await writeWhole(junit, Readable.from([showJUnit(report)]), "--junit");
    if (!report.passed) throw new CheckFailedError();
  } finally {
    await scorer.router?.close();
  }
}

interface KnownRecords {
  readonly path: string;
  readonly keys: RecordKeys;
}

interface Scorer {
  readonly classifier?: Classifier | undefined;
  readonly router?: Router | undefined;
  readonly trainedOn: readonly KnownRecords[];
}

async function scorerOf({ config, classifier: given }: Options, tuning: TuningFile): Promise<Scorer> {
  if (config !== undefined) {
    refuseBesideConfig({ "--classifier": given });
    return { router: await loadRouter(config), trainedOn: [] };
  }
  const path = classifierOrTuned(given, tuning);
  const { classifier, file } = await loadClassifier(path);
  return { classifier, trainedOn: file?.keys === undefined ? [] : [{ path, keys: file.keys }] };
}

/**
 * Leaves out known records: traffic repeats itself, and a repeated request is not a fresh test of a
 * classifier that has learnt it.
 */
function withoutKnown(
  outcomes: readonly OutcomeRecord[],
  known: readonly KnownRecords[],
  { stderr }: Terminal,
): readonly OutcomeRecord[] {
  const tests = known.map(({ keys }) => restsOn(keys));
  const fresh = outcomes.filter((record) => !tests.some((isKnown) => isKnown(record)));
  const left = outcomes.length - fresh.length;
  if (fresh.length === 0)
    throw new InvalidOptionError(
      "--outcomes",
      outcomes,
      "records that were used neither to tune nor to train",
    );
  if (left > 0) stderr(`${left} records were left out: their prompts were used to tune or train\n`);
  return fresh;
}

function print(report: GateReport, { json, github }: Options, { stdout, stderr }: Terminal): void {
  stdout(json ? `${toJson(report, 2)}\n` : `${gateToText(report)}\n`);
  // Actions reads both streams; JSON must stay JSON.
  if (github) (json ? stderr : stdout)(showAnnotations(report));
}
