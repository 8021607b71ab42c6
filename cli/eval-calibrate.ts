import { Command } from "commander";
import { ClassifierError, InvalidOptionError } from "../src/contracts/index.ts";
import { counted } from "../src/plugin/counted.ts";
import { classifyRequests } from "./classify-requests.ts";
import type { Terminal } from "./io.ts";
import { loadClassifier } from "./load-classifier.ts";
import { nearestShare } from "./nearest-share.ts";
import { numberOption } from "./number-option.ts";
import { toJson } from "./to-json.ts";

interface Options {
  readonly requests: string;
  readonly largeShare: string;
  readonly classifier: string;
  readonly json: boolean;
}

/** The command `switchpoint eval calibrate`: a threshold from requests without labels. No model is called. */
export function evalCalibrateCommand(terminal: Terminal): Command {
  return new Command("calibrate")
    .description("choose a threshold by the share of your own requests that goes to the large model")
    .requiredOption(
      "--requests <file>",
      "requests, one JSON object per line: .jsonl or .jsonl.gz (- for stdin)",
    )
    .requiredOption("--large-share <share>", "share that goes to the large model, above 0 and below 1")
    .option("--classifier <name or file>", "complexity, length or a trained file", "complexity")
    .option("--json", "print JSON: { at, largeShare, scores, failed }", false)
    .addHelpText(
      "after",
      `
Each line is { id?, prompt | messages, system?, tools?, response_format?, category? }. No labels are
needed, and nothing is said about quality: for a threshold with a certificate see eval tune. Where
your traffic changes, threshold({ small, large, largeShare: 0.3 }) follows it by itself.

Example:
  switchpoint eval calibrate --requests requests.jsonl.gz --large-share 0.3
`,
    )
    .action((options: Options) => calibrate(options, terminal));
}

async function calibrate(options: Options, terminal: Terminal): Promise<void> {
  const wanted = numberOption("--large-share", options.largeShare, 0, 1);
  if (wanted === 0 || wanted === 1)
    throw new InvalidOptionError("--large-share", options.largeShare, "above 0 and below 1");
  const { classifier } = await loadClassifier(options.classifier, []);
  const scores: number[] = [];
  let failed = 0;
  for await (const { answer } of classifyRequests(options.requests, classifier, terminal)) {
    if (answer === undefined || answer instanceof ClassifierError) failed += 1;
    else scores.push(answer.complexity);
  }
  if (scores.length === 0)
    throw new InvalidOptionError(
      "--requests",
      options.requests,
      "a file with at least one request that can be classified",
    );
  const { at, largeShare } = nearestShare(scores, wanted);
  if (failed > 0)
    terminal.stderr(`${counted(failed, "request")} could not be classified and did not count\n`);
  if (options.json) {
    terminal.stdout(`${toJson({ at, largeShare, scores: scores.length, failed })}\n`);
    return;
  }
  const percent = (share: number) => `${Number((share * 100).toPrecision(3))} %`;
  terminal.stdout(
    `at ${at}: ${percent(largeShare)} of ${counted(scores.length, "request")} go to the large model (${percent(wanted)} wanted)\n\n` +
      `  threshold({ small, large, at: ${at} })\n\n` +
      "Nothing is said about quality: eval tune certifies a threshold on outcomes.\n",
  );
}
