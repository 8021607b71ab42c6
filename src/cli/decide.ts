import { Command } from "commander";
import { type Decision, isRouterError, type Router, recordError } from "../contracts/index.ts";
import { CheckFailedError } from "./check-failed-error.ts";
import { type DecisionDiff, decisionDiff, showChange, showSummary } from "./decision-diff.ts";
import type { Terminal } from "./io.ts";
import { lineWriter } from "./line-writer.ts";
import { openRouter } from "./open-router.ts";
import { atLine, type RequestLine, type RequestSource, readRequests } from "./read-requests.ts";

interface Options {
  readonly config?: string | undefined;
  readonly diff?: string | undefined;
  readonly json?: boolean | undefined;
}

/** `switchpoint decide`: what would be decided; no model is called. */
export function decideCommand(terminal: Terminal): Command {
  return new Command("decide")
    .description(
      "decide which model would serve each request: JSON lines in, decisions out; no model is called",
    )
    .argument("[file]", "requests, one JSON object a line: .jsonl or .jsonl.gz (default: stdin)")
    .option(
      "--config <file>",
      "a .ts, .js or .mjs file whose default export is a router (default: a router from the environment)",
    )
    .option("--diff <file>", "compare with decisions made earlier: print those whose model changed")
    .option("--json", "with --diff: print the comparison as JSON")
    .addHelpText(
      "after",
      `
Each line is { id?, prompt | messages, system?, ... }: fields of a chat completion (tools,
response_format, ...) and of routing (tenant, labels, maxCostUsd, model as a pin, ...) count too.
A decision has the id of its request, or the number of its line.
Exit code 1: with --diff, a model changed; without it, a request could not be decided.

Example:
  switchpoint decide requests.jsonl --config router.ts > before.jsonl
  switchpoint decide requests.jsonl --config router.ts --diff before.jsonl
`,
    )
    .action(async (file: string | undefined, options: Options) => {
      const router = await openRouter(options.config, terminal);
      try {
        const source = readRequests(file, terminal, () => true);
        if (options.diff === undefined) await printDecisions(router, source, terminal);
        else await printDiff(router, source, await decisionDiff(options.diff), options, terminal);
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
      await output.write(JSON.stringify({ ...shown, id: line.id }));
    }
  } finally {
    output.flush();
  }
  if (failed === 0) return;
  terminal.stderr(`${failed} requests could not be decided\n`);
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
  terminal.stdout(`${json ? JSON.stringify(result) : showSummary(result)}\n`);
  if (result.changed.length > 0) throw new CheckFailedError();
}

/** The decision, or why there is none; throws where the line itself is wrong. */
async function decideLine(
  router: Router,
  { request, line }: RequestLine,
  source: string,
): Promise<Decision | Error> {
  try {
    return await router.decide(request);
  } catch (error) {
    if (isRouterError(error, "no-eligible-model") || isRouterError(error, "policy")) return error;
    throw atLine(error, source, line);
  }
}
