import { Command } from "commander";
import { ClassifierError, recordError } from "../src/contracts/index.ts";
import { counted } from "../src/plugin/counted.ts";
import { CheckFailedError } from "./check-failed-error.ts";
import { classifyRequests } from "./classify-requests.ts";
import type { Terminal } from "./io.ts";
import { lineWriter } from "./line-writer.ts";
import { loadClassifier } from "./load-classifier.ts";
import { toJson } from "./to-json.ts";

interface Options {
  readonly classifier: string;
  readonly signals: boolean;
}

/** The command `switchpoint classify`: prints how hard requests are. No model is called. */
export function classifyCommand(terminal: Terminal): Command {
  return new Command("classify")
    .description("rate how hard requests are: JSON lines in, JSON lines out in the same order")
    .argument("[file]", "requests, one JSON object per line: .jsonl or .jsonl.gz (default: stdin)")
    .option("--classifier <name or file>", "complexity, length or a trained file", "complexity")
    .option("--signals", "add the components of each score (numbers, no text)", false)
    .addHelpText(
      "after",
      `
Each line is { id?, prompt | messages, system?, tools?, response_format?, category? }; other fields
are ignored. Each output line is { id, complexity, ... }, where complexity in [0, 1] is the share of
typical requests that are easier. The signal known is the share of the request's words and word
pairs that the complexity classifier knows; near 0, it judges only the structure.

Example:
  echo '{"id": 1, "prompt": "What is the capital of France?"}' | switchpoint classify
  switchpoint classify requests.jsonl.gz --classifier classifier.json
`,
    )
    .action((file: string | undefined, options: Options) => classifyLines(file, options, terminal));
}

async function classifyLines(file: string | undefined, options: Options, terminal: Terminal): Promise<void> {
  const { classifier } = await loadClassifier(options.classifier, [], options.signals);
  const output = lineWriter(terminal);
  let failed = 0;
  try {
    for await (const { line, answer } of classifyRequests(file, classifier, terminal)) {
      if (answer instanceof ClassifierError) failed += 1;
      const shown = answer instanceof ClassifierError ? { error: recordError(answer) } : answer;
      await output.write(toJson({ id: line.id, ...shown }));
    }
  } finally {
    output.flush();
  }
  if (failed === 0) return;
  terminal.stderr(`${counted(failed, "request")} could not be classified\n`);
  throw new CheckFailedError();
}
