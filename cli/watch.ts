import { Command } from "commander";
import { InvalidOptionError } from "../src/contracts/index.ts";
import type { Terminal } from "./io.ts";
import { numberOption } from "./number-option.ts";
import { paint } from "./paint.ts";
import { oneLine } from "./show-error.ts";
import { type LogDashboard, logDashboard } from "./watch/log-dashboard.ts";
import { servePage } from "./watch/page-server.ts";

interface Options {
  readonly port: string;
  readonly large?: string | undefined;
  readonly lastMb: string;
}

/** Time between two looks at the file, in milliseconds. */
const lookMs = 500;

/** The command `switchpoint watch`: a decision log as a page on this machine, which follows the log as it grows. */
export function watchCommand(terminal: Terminal): Command {
  return new Command("watch")
    .description("show a decision log as a page on this machine, as it grows")
    .argument("<log>", "file that decisionLog writes")
    .option("--port <number>", "port of the loopback address; 0 takes a free one", "0")
    .option(
      "--large <id>",
      "model that a saving is estimated against (default: the most expensive permitted one)",
    )
    .option("--last-mb <number>", "part of the file's end that is read to begin with", "64")
    .addHelpText(
      "after",
      `
Prints an address with a key that is made for this run: open it in a browser of this machine. The page shows nothing of
prompts, tenants and sessions. Ends by Ctrl-C.

Example:
  switchpoint watch decisions.jsonl
`,
    )
    .action(async (file: string, { port, large, lastMb }: Options) => {
      const taken = numberOption("--port", port, 0, 65_535);
      if (!Number.isInteger(taken)) throw new InvalidOptionError("--port", port, "a whole number");
      const mostBytes = Math.ceil(numberOption("--last-mb", lastMb, 0.001, 100_000) * 1e6);
      const dashboard = await opened(file, { file, reference: large, mostBytes, now: terminal.now });
      try {
        await serve(dashboard, taken, file, terminal);
      } finally {
        await dashboard.close();
      }
    });
}

/** Opens and reads a log. Rejects with `InvalidOptionError`. */
async function opened(file: string, options: Parameters<typeof logDashboard>[0]): Promise<LogDashboard> {
  if (file.endsWith(".gz"))
    throw new InvalidOptionError("log", file, "a file that grows, so not a compressed one: gunzip it first");
  let dashboard: LogDashboard | undefined;
  try {
    dashboard = await logDashboard(options);
    await dashboard.read();
  } catch (error) {
    await dashboard?.close();
    const expected = "a decision log that can be read, as decisionLog({ file }) writes it";
    throw new InvalidOptionError("log", file, `${expected} (${reasonOf(error)})`);
  }
  const { requests, unreadable } = dashboard;
  if (requests === 0 && unreadable > 0) {
    await dashboard.close();
    throw new InvalidOptionError(
      "log",
      file,
      `a decision log: none of its ${unreadable} lines is a decision, as decisionLog({ file }) writes them`,
    );
  }
  return dashboard;
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? oneLine(message);
}

async function serve(
  dashboard: LogDashboard,
  port: number,
  file: string,
  { stdout, stderr, onInterrupt }: Terminal,
): Promise<void> {
  const server = await servePage(dashboard, port).catch((error: NodeJS.ErrnoException) => {
    throw new InvalidOptionError("--port", port, `a port that is free (${error.code ?? "cannot listen"})`);
  });
  stdout(`${server.url}\n`);
  const unread = dashboard.unreadable > 0 ? `, ${dashboard.unreadable} lines could not be read` : "";
  stderr(`${paint("dim", `${dashboard.requests} decisions of ${file}${unread}; Ctrl-C ends`)}\n`);
  let timer: NodeJS.Timeout | undefined;
  let isEnded = false;
  let said = "";
  const look = async (): Promise<void> => {
    try {
      await dashboard.read();
      said = "";
    } catch (error) {
      const problem = oneLine(error instanceof Error ? error.message : String(error));
      // Once for as long as it lasts.
      if (problem !== said) stderr(`${paint("red", "switchpoint:")} the log cannot be read: ${problem}\n`);
      said = problem;
    }
    if (!isEnded) timer = setTimeout(() => (looking = look()), lookMs);
  };
  let looking = look();
  await new Promise<void>((resolve) => {
    onInterrupt?.(resolve);
  });
  isEnded = true;
  clearTimeout(timer);
  await looking;
  await server.close();
}
