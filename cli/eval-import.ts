import { Command } from "commander";
import { importFile } from "../evals/data/import/import-file.ts";
import { type ImportFormatName, importFormats } from "../evals/data/import/import-options.ts";
import { InvalidOptionError } from "../src/contracts/index.ts";
import { repeated, someOf } from "./eval-options/repeated.ts";
import type { Io } from "./io.ts";
import { numberOption } from "./number-option.ts";
import { optionalNumber } from "./optional-number.ts";
import { pairOption } from "./pair-option.ts";
import { showTransfer } from "./show-transfer.ts";

interface Options {
  readonly from: string;
  readonly out: string;
  readonly rename: readonly string[];
  readonly model: readonly string[];
  readonly quality?: string | undefined;
  readonly metric?: string | undefined;
  readonly map: readonly string[];
  readonly prompt?: string | undefined;
  readonly feedback?: string | undefined;
  readonly rule?: string | undefined;
  readonly source?: string | undefined;
  readonly outcomes?: string | undefined;
  readonly label: readonly string[];
  readonly scale?: string | undefined;
  readonly unlabelled?: string | undefined;
  readonly maxBytes?: string | undefined;
  readonly timeoutMs?: string | undefined;
  readonly loopbackHttp?: boolean | undefined;
  readonly json: boolean;
}

/** The command `switchpoint eval import`: reads outcomes or a data set from another format. */
export function evalImportCommand(io: Io): Command {
  return new Command("import")
    .description(
      "read outcomes or a data set from the files of other tools, decision logs, or people's labels",
    )
    .argument("<inputs...>", "files or https URLs, also compressed with gzip")
    .requiredOption("--from <format>", importFormats.join(", "))
    .requiredOption("--out <file>", "where the records go: .jsonl or .jsonl.gz")
    .option("--rename <old=new>", "rename a model; repeatable", repeated, [])
    .option("--model <name>", "only this model, by the source's name; repeatable", repeated, [])
    .option("--quality <kind>", "promptfoo: score, or pass (1 or 0) (default: score)")
    .option(
      "--prompt <template>",
      "promptfoo: prompt of tests that come without one, such as 'Q: {{question}}'",
    )
    .option(
      "--metric <name>",
      "the score that is the quality: openai-evals (default: score), langfuse, langsmith, braintrust, lm-eval",
    )
    .option(
      "--map <field=column>",
      "table, required: the column of a field, such as prompt=question; repeatable",
      repeated,
      [],
    )
    .option(
      "--feedback <file>",
      "decisions and audit, required: lines of { decisionId, quality, source?, at? }",
    )
    .option("--rule <rule>", "decisions with repeated feedbacks: mean, or last (default: mean)")
    .option("--source <name>", "decisions and audit: only feedback with this source")
    .option("--outcomes <file>", "labels, required: the outcomes whose answers people have labelled")
    .option("--scale <min:max>", "labels: the ends of the scale of quality, such as 1:5 (default: 0:1)")
    .option(
      "--label <word=quality>",
      "labels: the quality of a word; repeatable (default: good, pass, yes … 1, bad, fail, no … 0, ok 0.5)",
      repeated,
      [],
    )
    .option(
      "--unlabelled <what>",
      "labels: leave-out, or keep with the recorded quality (default: leave-out)",
    )
    .option("--max-bytes <count>", "longest input after decompression (default: 1 GiB)")
    .option("--timeout-ms <count>", "longest wait for the next part of a URL (default: 30000)")
    .option("--loopback-http", "allow http:// for this machine")
    .option(
      "--json",
      "print JSON: { kind, records, models: { name: count }, leftOut: { reason: count }, out }",
      false,
    )
    .addHelpText(
      "after",
      `
A URL is fetched wherever it points, including private addresses; redirects only to https.

Example:
  switchpoint eval import results.json --from promptfoo --out outcomes.jsonl
  switchpoint eval import answers.csv --from table --map id=key --map prompt=question --map model=llm --map quality=grade --out outcomes.jsonl
  switchpoint eval import wide.csv --from table --map prompt=question --map quality:openai:gpt-5=gpt5_ok --map quality:vllm:qwen=qwen_ok --out outcomes.jsonl
  switchpoint eval import observations.json --from langfuse --metric correctness --out outcomes.jsonl
  switchpoint eval import runs.jsonl --from langsmith --metric correctness --out outcomes.jsonl
  switchpoint eval import experiment.json --from braintrust --metric Factuality --out outcomes.jsonl
  switchpoint eval import traces.jsonl --from opentelemetry --out dataset.jsonl
  switchpoint eval import qwen/samples_gsm8k.jsonl gpt-5/samples_gsm8k.jsonl --from lm-eval --out outcomes.jsonl
  switchpoint eval import decisions.jsonl --from decisions --feedback feedback.jsonl --out outcomes.jsonl.gz
  switchpoint eval import audit.jsonl --from audit --feedback feedback.jsonl --out rated.jsonl
  switchpoint eval import labels.csv --from labels --outcomes outcomes.jsonl --out labelled.jsonl
`,
    )
    .action((inputs: readonly string[], options: Options) => evalImport(inputs, options, io));
}

async function evalImport(inputs: readonly string[], options: Options, io: Io): Promise<void> {
  const { out, json, model, maxBytes, timeoutMs } = options;
  const report = await importFile(out, {
    inputs,
    // Other values are refused where the options are used.
    from: options.from as ImportFormatName,
    quality: options.quality as "score" | undefined,
    rule: options.rule as "mean" | undefined,
    unlabelled: options.unlabelled as "keep" | undefined,
    rename: Object.fromEntries(options.rename.map((text) => pairOption("--rename", text, "old=new"))),
    models: someOf(model),
    metric: options.metric,
    columns:
      options.map.length === 0
        ? undefined
        : Object.fromEntries(options.map.map((text) => pairOption("--map", text, "field=column"))),
    prompt: options.prompt,
    feedback: options.feedback,
    source: options.source,
    outcomes: options.outcomes,
    labels: options.label.length === 0 ? undefined : Object.fromEntries(options.label.map(labelOption)),
    scale: options.scale === undefined ? undefined : scaleOption(options.scale),
    maxBytes: optionalNumber("--max-bytes", maxBytes, 1, Number.MAX_SAFE_INTEGER),
    timeoutMs: optionalNumber("--timeout-ms", timeoutMs, 1, 2 ** 31 - 1),
    loopbackHttp: options.loopbackHttp,
  });
  showTransfer({ ...report, out }, json, io);
}

function labelOption(text: string): readonly [string, number] {
  const [word, quality] = pairOption("--label", text, "word=quality, such as 'ship it=1'");
  return [word, numberOption("--label", quality, 0, 1)];
}

function scaleOption(text: string): { readonly min: number; readonly max: number } {
  const [min = Number.NaN, max = Number.NaN, ...rest] = text
    .split(":")
    .map((end) => Number(end.trim() || "x"));
  if (!(min < max) || rest.length > 0) throw new InvalidOptionError("--scale", text, "min:max, such as 1:5");
  return { min, max };
}
