import { Command } from "commander";
import { importFile } from "../../evals/import/import-file.ts";
import { type ImportFormatName, importFormats } from "../../evals/import/import-options.ts";
import { InvalidOptionError } from "../contracts/index.ts";
import type { Io } from "./io.ts";
import { numberOption } from "./number-option.ts";
import { showTransfer } from "./show-transfer.ts";

interface Options {
  readonly from: string;
  readonly out: string;
  readonly rename: readonly string[];
  readonly model: readonly string[];
  readonly quality?: string | undefined;
  readonly metric?: string | undefined;
  readonly prompt?: string | undefined;
  readonly feedback?: string | undefined;
  readonly rule?: string | undefined;
  readonly source?: string | undefined;
  readonly maxBytes?: string | undefined;
  readonly timeoutMs?: string | undefined;
  readonly loopbackHttp?: boolean | undefined;
  readonly json: boolean;
}

/** `switchpoint eval import`: outcomes or a data set from another format. */
export function evalImportCommand(io: Io): Command {
  return new Command("import")
    .description("read outcomes or a data set from the files of other tools, or from decision logs")
    .argument("<inputs...>", "files or https URLs, packed with gzip or not")
    .requiredOption("--from <format>", importFormats.join(", "))
    .requiredOption("--out <file>", "where the records go: .jsonl or .jsonl.gz")
    .option("--rename <old=new>", "call a model otherwise; repeatable", several, [])
    .option("--model <name>", "only this model, by the source's name; repeatable", several, [])
    .option("--quality <kind>", "promptfoo: score, or pass (1 or 0) (default: score)")
    .option(
      "--prompt <template>",
      "promptfoo: prompt of tests that come without one, such as 'Q: {{question}}'",
    )
    .option(
      "--metric <name>",
      "openai-evals: the metric that is the quality, where no match is (default: score)",
    )
    .option("--feedback <file>", "decisions, required: lines of { decisionId, quality, source?, at? }")
    .option("--rule <rule>", "decisions with several feedbacks: mean, or last (default: mean)")
    .option("--source <name>", "decisions: only feedback from here")
    .option("--max-bytes <count>", "longest input, unpacked (default: 1 GiB)")
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
A URL is fetched from wherever it points to, private addresses included; redirects only to https.

Example:
  switchpoint eval import results.json --from promptfoo --out outcomes.jsonl
  switchpoint eval import decisions.jsonl --from decisions --feedback feedback.jsonl --out outcomes.jsonl.gz
`,
    )
    .action((inputs: readonly string[], options: Options) => evalImport(inputs, options, io));
}

function several(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

async function evalImport(inputs: readonly string[], options: Options, io: Io): Promise<void> {
  const { out, json, model, maxBytes, timeoutMs } = options;
  const report = await importFile(out, {
    inputs,
    // What these may be is checked, and said, where they are used.
    from: options.from as ImportFormatName,
    quality: options.quality as "score" | undefined,
    rule: options.rule as "mean" | undefined,
    rename: Object.fromEntries(options.rename.map(renameOption)),
    models: model.length === 0 ? undefined : model,
    metric: options.metric,
    prompt: options.prompt,
    feedback: options.feedback,
    source: options.source,
    maxBytes:
      maxBytes === undefined ? undefined : numberOption("--max-bytes", maxBytes, 1, Number.MAX_SAFE_INTEGER),
    timeoutMs: timeoutMs === undefined ? undefined : numberOption("--timeout-ms", timeoutMs, 1, 2 ** 31 - 1),
    loopbackHttp: options.loopbackHttp,
  });
  showTransfer({ ...report, out }, json, io);
}

function renameOption(text: string): readonly [string, string] {
  const at = text.indexOf("=");
  if (at <= 0 || at === text.length - 1) throw new InvalidOptionError("--rename", text, "old=new");
  return [text.slice(0, at), text.slice(at + 1)];
}
