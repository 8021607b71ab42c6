import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { constants } from "node:os";

export interface Child {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** Signals that a keyboard sends to all processes at the terminal, so to the child as well. */
const ofKeyboard = ["SIGINT", "SIGQUIT"] as const;
/** Signals that come to one process. The child may get SIGHUP twice where a terminal is closed, which ends it as once does. */
const ofOthers = ["SIGTERM", "SIGHUP", "SIGCONT"] as const;

/**
 * Runs a program with this process's terminal, and passes signals on. Resolves to its exit code, 128 and the signal's number if a signal
 * ended it, as shells count. `start` is called once signals no longer end this process. Rejects if the program cannot be started.
 */
export async function runChild(start: () => Promise<Child>): Promise<number> {
  let child: ChildProcess | undefined;
  const early: NodeJS.Signals[] = [];
  const pass = (signal: NodeJS.Signals): void => {
    if (child === undefined) early.push(signal);
    else child.kill(signal);
  };
  const ignore = (): void => {};
  const stop = (): void => {
    // From a keyboard the child has it already; a second one changes nothing.
    pass("SIGTSTP");
    // A process that listens is not stopped. Without, the system stops it, but not where no shell could let it go on.
    process.off("SIGTSTP", stop);
    process.kill(process.pid, "SIGTSTP");
    process.on("SIGTSTP", stop);
  };
  const listeners = new Map<NodeJS.Signals, (signal: NodeJS.Signals) => void>();
  for (const signal of ofKeyboard) listeners.set(signal, hasTerminal() ? ignore : pass);
  for (const signal of ofOthers) listeners.set(signal, pass);
  listeners.set("SIGTSTP", stop);
  for (const [signal, listener] of listeners) process.on(signal, listener);
  try {
    const { file, args, env } = await start();
    const started = spawn(file, args, { env, stdio: "inherit" });
    child = started;
    return await new Promise<number>((resolve, reject) => {
      started.once("error", reject);
      started.once("exit", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
      for (const signal of early) started.kill(signal);
    });
  } finally {
    for (const [signal, listener] of listeners) process.off(signal, listener);
  }
}

/** True if a terminal controls this process: its keyboard then reaches every process in the foreground. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return process.stdin.isTTY === true;
  }
}
