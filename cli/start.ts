import { once } from "node:events";
import { readEnvFile } from "./read-env-file.ts";
import { run } from "./run.ts";

/** Runs the command line in this process, and ends it. */
export async function start(): Promise<void> {
  const { stdout, stderr } = process;

  for (const stream of [stdout, stderr]) {
    stream.on("error", ({ code }: NodeJS.ErrnoException) => {
      // The reader has closed the pipe, as in `switchpoint classify | head`.
      if (code === "EPIPE") process.exit(0);
      if (stream === stdout) stderr.write(`switchpoint: cannot write to stdout (${code})\n`);
      process.exit(1);
    });
  }
  // Without this, a config file that awaits a promise that never settles would end the process silently.
  process.once("beforeExit", () => {
    stderr.write(
      "switchpoint: ended too early: something, perhaps a config file, awaits a promise that never settles\n",
    );
    process.exit(1);
  });

  const inherited = { ...process.env };
  try {
    const { variables, notices } = readEnvFile(".env", process.env);
    // Config files read `process.env`, too.
    Object.assign(process.env, variables);
    for (const notice of notices) stderr.write(`switchpoint: ${notice}\n`);
  } catch (error) {
    stderr.write(
      `switchpoint: cannot read .env (${(error as NodeJS.ErrnoException).code ?? "not a file"})\n`,
    );
  }

  const exitCode = await run(process.argv.slice(2), {
    stdout: (text) => stdout.write(text),
    stderr: (text) => stderr.write(text),
    get stdin() {
      return process.stdin;
    },
    get stdinIsTerminal() {
      return process.stdin.isTTY === true;
    },
    // A terminal of width 0 (a job under `script`) cannot show a changing line: ora would clear it forever.
    stderrIsTerminal: stderr.isTTY === true && stderr.columns > 0,
    onInterrupt(stop) {
      // The second of either kind ends the process. As process 1 of a container it would ignore one without a listener.
      const first = () => {
        off();
        process.once("SIGINT", () => process.exit(130)).once("SIGTERM", () => process.exit(143));
        stop();
      };
      const off = () => process.off("SIGINT", first).off("SIGTERM", first);
      process.on("SIGINT", first).on("SIGTERM", first);
      return off;
    },
    onReload(reload) {
      process.on("SIGHUP", reload);
      return () => process.off("SIGHUP", reload);
    },
    env: process.env,
    inherited,
    columns: stdout.isTTY ? stdout.columns : undefined,
    now: Date.now,
    drained: async () => {
      if (stdout.writableNeedDrain) await once(stdout, "drain");
    },
  });
  // A config file may leave connections open that would keep the process alive.
  stdout.write("", (error) => {
    // Write errors are reported by the listener above, which ends the process.
    if (!error) process.exit(exitCode);
  });
}
