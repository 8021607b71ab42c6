import { Command } from "commander";
import { checkOther } from "../evals/data/outcomes/check-other.ts";
import { writeWhole } from "../evals/data/outcomes/write-whole.ts";
import type { Terminal } from "./io.ts";
import { addLoopOptions } from "./loop-options.ts";
import { type LoopOptions, readLoopStatus } from "./read-loop-status.ts";

interface Options extends LoopOptions {
  readonly out: string;
}

/** The command `switchpoint loop report`: writes an HTML page about an audit. */
export function loopReportCommand(terminal: Terminal): Command {
  return addLoopOptions(new Command("report"))
    .description(
      "write a page about an audit, its promise and its next step as one HTML file; no model is called",
    )
    .option("--out <file>", "path of the page", "loop.html")
    .addHelpText(
      "after",
      `
The page holds everything it needs: it loads nothing, runs no script, holds no text of requests, and can be mailed or
printed.

Exit codes: 0 done, 2 wrong usage or a file that cannot be read.

Example:
  switchpoint loop report --file audit.jsonl --out loop.html
`,
    )
    .action(async ({ out, ...options }: Options) => {
      checkOther(out, [options.config, options.file, options.classifier], "--out");
      const status = await readLoopStatus(options, terminal);
      const { renderLoop } = await import("../evals/report/loop/render-loop.ts");
      await writeWhole(out, [renderLoop(status)], "--out");
      terminal.stdout(`${status.next.text}\n`);
      terminal.stderr(`the page is in ${out}\n`);
    });
}
