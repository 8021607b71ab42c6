import { readFile } from "node:fs/promises";
import { Command } from "commander";
import { checkOther } from "../evals/data/outcomes/check-other.ts";
import { writeWhole } from "../evals/data/outcomes/write-whole.ts";
import { checkRolloutStatus } from "../evals/report/loop/check-rollout-status.ts";
import { InvalidOptionError } from "../src/contracts/index.ts";
import type { Rollout, RolloutStatus } from "../src/loop/index.ts";
import type { Terminal } from "./io.ts";
import { loadConfig } from "./load-router.ts";

interface Options {
  readonly config?: string | undefined;
  readonly status?: string | undefined;
  readonly out: string;
}

/** The command `switchpoint rollout report`: writes an HTML page about a rollout. */
export function rolloutReportCommand(terminal: Terminal): Command {
  return new Command("report")
    .description("write a page about a rollout as one HTML file: verdict, arms, guards, history")
    .option("--config <file>", "a config file that exports the rollout as `rollout`")
    .option("--status <file>", "instead: JSON of rollout.status(), as rollout status --json prints it")
    .option("--out <file>", "path of the page", "rollout.html")
    .addHelpText(
      "after",
      `
The page holds everything it needs: it loads nothing, runs no script, and can be mailed or printed. With --config the
rollout needs a shared store, since otherwise its table is in the application's own process.

Exit codes: 0 done, 2 wrong usage or a file that cannot be read.

Example:
  switchpoint rollout report --config router.mjs --out rollout.html
  switchpoint rollout report --status status.json
`,
    )
    .action(async (options: Options) => {
      const { config, status: file, out } = options;
      checkOther(out, [config, file], "--out");
      const status = await statusOf(options);
      const { rolloutHeadline } = await import("../evals/report/loop/rollout-words.ts");
      const { renderRollout } = await import("../evals/report/loop/render-rollout.ts");
      await writeWhole(out, [renderRollout(status, terminal.now())], "--out");
      terminal.stdout(`${rolloutHeadline(status)}\n`);
      terminal.stderr(`the page is in ${out}\n`);
    });
}

async function statusOf({ config, status: file }: Options): Promise<RolloutStatus> {
  if (config !== undefined && file !== undefined)
    throw new InvalidOptionError("--status", file, "absent together with --config");
  if (file !== undefined) return checkRolloutStatus("--status", await readJson(file));
  if (config === undefined)
    throw new InvalidOptionError("--config", undefined, "a config file, or --status a file");
  const { router, exported } = await loadConfig(config);
  const rollout = (exported.get("rollout") ?? undefined) as Partial<Rollout> | undefined;
  try {
    if (typeof rollout?.status !== "function")
      throw new InvalidOptionError("--config", config, "a file that exports a rollout as `rollout`");
    // Without a store it has just begun here, whatever the application's own process knows.
    if ((rollout.exportState?.() ?? null) !== null)
      throw new InvalidOptionError(
        "--config",
        config,
        "a file whose rollout has a store. Of one without: switchpoint rollout status --state <file> --json, then --status",
      );
    return checkRolloutStatus("--config", JSON.parse(JSON.stringify(await rollout.status())));
  } finally {
    await rollout?.close?.();
    await router.close();
  }
}

async function readJson(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch {
    throw new InvalidOptionError("--status", file, "a file that can be read");
  }
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text.
    throw new InvalidOptionError("--status", file, "JSON, as rollout.status() returns it");
  }
}
