import { Command } from "commander";
import { type Router, recordError } from "../src/contracts/index.ts";
import { counted } from "../src/plugin/counted.ts";
import { CheckFailedError } from "./check-failed-error.ts";
import { configDiff, showConfigSummary } from "./config-diff.ts";
import { decideLine } from "./decide-line.ts";
import { type DecisionDiff, decisionDiff, showSummary } from "./decision-diff.ts";
import { showChange } from "./decision-side.ts";
import type { Terminal } from "./io.ts";
import { lineWriter } from "./line-writer.ts";
import { loadRouter } from "./load-router.ts";
import { openRouter } from "./open-router.ts";
import { type RequestSource, readRequests } from "./read-requests.ts";
import { toJson } from "./to-json.ts";

interface Options {
  readonly config?: string | undefined;
  readonly diff?: string | undefined;
  readonly json?: boolean | undefined;
}

/** The command `switchpoint decide`: prints decisions. No model is called. */
export function decideCommand(terminal: Terminal): Command {
  return new Command("decide")
    .description(
      "decide which model would serve each request: JSON lines in, decisions out; no model is called",
    )
    .argument("[file]", "requests, one JSON object per line: .jsonl or .jsonl.gz (default: stdin)")
    .option(
      "--config <file>",
      "a .ts, .js or .mjs file whose default export is a router (default: a router from the environment)",
    )
    .option(
      "--diff <file>",
      "compare with another config file, or with decisions made earlier: print what would change",
    )
    .option("--json", "with --diff: print the comparison as JSON")
    .addHelpText(
      "after",
      `
Each line is { id?, prompt | messages, system?, ... }; other fields of a chat completion (tools,
response_format, ...) and routing fields (tenant, labels, maxCostUsd, model as a pin, ...) are used
too. Lines of a decision log with prompts are accepted as requests. A decision has the id of its
request, else the line number. With --diff, both sides of a lottery use the same draw: the one in
the decision log, else one that depends on the position of the line.
Exit code 1: with --diff, a decision changed; without it, a request could not be decided.

Example:
  switchpoint decide requests.jsonl --config router.ts --diff other.config.ts
  switchpoint decide requests.jsonl --config router.ts > before.jsonl
  switchpoint decide requests.jsonl --config router.ts --diff before.jsonl
`,
    )
    .action(async (file: string | undefined, options: Options) => {
      const router = await openRouter(options.config, terminal);
      try {
        const source = readRequests(file, terminal, () => true);
        const { diff } = options;
        if (diff === undefined) await printDecisions(router, source, terminal);
        else if (isModule(diff)) await printConfigDiff(router, source, diff, options, terminal);
        else await printDiff(router, source, await decisionDiff(diff), options, terminal);
      } finally {
        await router.close();
      }
    });
}

async function printDecisions(router: Router, source: RequestSource, terminal: Terminal): Promise<void> {
  const output = lineWriter(terminal);
  let failed = 0;
  try {
    for await (const line of source.lines) {
      const decided = await decideLine(router, line, source.name);
      if (decided instanceof Error) failed += 1;
      const shown = decided instanceof Error ? { error: recordError(decided) } : decided;
      await output.write(toJson({ ...shown, id: line.id }));
    }
  } finally {
    output.flush();
  }
  if (failed === 0) return;
  terminal.stderr(`${counted(failed, "request")} could not be decided\n`);
  throw new CheckFailedError();
}

async function printDiff(
  router: Router,
  source: RequestSource,
  diff: DecisionDiff,
  { json }: Options,
  terminal: Terminal,
): Promise<void> {
  for await (const line of source.lines) {
    const change = diff.add(line.id, await decideLine(router, line, source.name));
    if (change !== undefined && !json) terminal.stdout(`${showChange(change)}\n`);
  }
  const result = diff.result();
  terminal.stdout(`${json ? toJson(result) : showSummary(result)}\n`);
  if (result.changed.length > 0) throw new CheckFailedError();
}

function isModule(file: string): boolean {
  return /\.(?:ts|js|mjs)$/.test(file);
}

async function printConfigDiff(
  before: Router,
  source: RequestSource,
  file: string,
  { json }: Options,
  terminal: Terminal,
): Promise<void> {
  const after = await loadRouter(file, "--diff");
  try {
    const diff = configDiff(before, after);
    for await (const line of source.lines) {
      const change = await diff.add(line, source.name);
      if (change !== undefined && !json) terminal.stdout(`${showChange(change)}\n`);
    }
    const result = diff.result();
    terminal.stdout(`${json ? toJson(result) : showConfigSummary(result)}\n`);
    if (result.changed.length > 0) throw new CheckFailedError();
  } finally {
    await after.close();
  }
}
