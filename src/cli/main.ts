#!/usr/bin/env node
import { once } from "node:events";
import { run } from "./run.ts";

const { stdout, stderr } = process;

for (const stream of [stdout, stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    // The reader has seen enough, as in `switchpoint classify | head`.
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
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
  // A terminal of no width (a job under `script`) cannot show a line that changes: ora would clear it for ever.
  stderrIsTerminal: stderr.isTTY === true && stderr.columns > 0,
  onInterrupt(stop) {
    process.once("SIGINT", stop).once("SIGTERM", stop);
    return () => process.off("SIGINT", stop).off("SIGTERM", stop);
  },
  env: process.env,
  columns: stdout.isTTY ? stdout.columns : undefined,
  now: Date.now,
  drained: async () => {
    if (stdout.writableNeedDrain) await once(stdout, "drain");
  },
});
// A config file may leave connections open that would keep the process alive.
stdout.write("", () => process.exit(exitCode));
