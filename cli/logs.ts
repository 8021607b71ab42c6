import { Command, Option } from "commander";
import { logFiles } from "../evals/data/decisions/log-files.ts";
import { readLog } from "../evals/data/decisions/read-log.ts";
import { counted } from "../src/plugin/counted.ts";
import type { Terminal } from "./io.ts";
import { listCostliest } from "./logs-costliest.ts";
import { logsDeleteCommand } from "./logs-delete.ts";
import { explainDecision } from "./logs-explain.ts";
import { type FilterOptions, readFilter } from "./logs-filter.ts";
import { listDecisions } from "./logs-list.ts";
import type { LogQuery } from "./logs-query.ts";
import { optionalNumber } from "./optional-number.ts";

interface Options extends FilterOptions {
  readonly costliest?: boolean | undefined;
  readonly limit?: string | undefined;
  readonly json?: boolean | undefined;
}

/** The command `switchpoint logs`: finds decisions in logs, and says why they were made. */
export function logsCommand(terminal: Terminal): Command {
  const queries = ["id", "costliest"];
  const query = (flags: string, about: string) => {
    const option = new Option(flags, about);
    return option.conflicts(queries.filter((name) => name !== option.attributeName()));
  };
  return new Command("logs")
    .description("find decisions in decision logs: why a request went where it did, and the costliest")
    .argument("<files...>", "decision logs: .jsonl or .jsonl.gz, with what was rotated of them")
    .addOption(query("--id <decision>", "one decision: its reason, the other models, and its calls"))
    .addOption(query("--costliest", "the requests that cost most"))
    .option("--since <time>", "from then on: ISO 8601, or a time before now such as 24h")
    .option("--until <time>", "before then")
    .option("--tenant <name>", "only this tenant")
    .option("--session <name>", "only this session")
    .option("--model <id>", "only what went to this model")
    .option("--reason <text>", "only decisions whose reason contains this")
    .option("--prompt <text>", "only this prompt, by its hash; needs --hash-keys")
    .option("--hash-keys <file>", "keys of the log's hashes, one a line, old ones too")
    .option("--failed", "only requests that failed")
    .option("--limit <n>", "most entries that are shown (default: 20; with --json all)")
    .option("--json", "print JSON: a line an entry")
    .addHelpText(
      "after",
      `
Reads logs of decisionLog(), each whole, also for --id; logs delete removes a tenant or a session. No model is called.
decide --diff shows what another config would decide about the lines of a log that have prompts.

Example:
  switchpoint logs decisions.jsonl --since 24h --model large
  switchpoint logs decisions.jsonl --id 0f8e2c1a-5d3b-4c7e-9a51-2b6f0c9d8e7f
  switchpoint logs decisions.jsonl --costliest --tenant acme --limit 5
`,
    )
    .action(async (paths: readonly string[], options: Options) => {
      const { filter, fits } = await readFilter(options, terminal.now());
      const limit = optionalNumber("--limit", options.limit, 1, 100_000);
      const files = await logFiles(paths);
      let broken = 0;
      const onBroken = (): void => {
        broken += 1;
      };
      const found = readLog(files, { filter, onBroken });
      const entries = onlyFitting(found, (entry) => fits(entry.decision));
      try {
        await run(files, options, { entries, terminal, json: options.json === true, limit });
      } finally {
        if (broken > 0) terminal.stderr(`${counted(broken, "line")} cut short by a crash left out\n`);
      }
    })
    .addCommand(logsDeleteCommand(terminal));
}

async function run(files: readonly string[], options: Options, query: LogQuery): Promise<void> {
  if (options.id !== undefined) await explainDecision(options.id, files, query);
  else if (options.costliest) await listCostliest(query);
  else await listDecisions(query);
}

async function* onlyFitting<T>(
  all: AsyncIterable<T>,
  fits: (one: T) => boolean,
): AsyncGenerator<T, void, void> {
  for await (const one of all) if (fits(one)) yield one;
}
