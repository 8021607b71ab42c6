import type { Terminal } from "./io.ts";
import type { FromWorker, ToWorker } from "./worker-messages.ts";

/**
 * Returns the terminal of a worker: the process that started it decides when to end and when to read files again. Signals
 * are passed over, since a terminal or a service manager may send them to all processes at once, and a second one ends.
 */
export function workerTerminal(terminal: Terminal, id: number): Terminal {
  const told = (wanted: Extract<ToWorker, string>, listener: () => void) => {
    const onMessage = (message: unknown) => {
      if (message === wanted) listener();
    };
    process.on("message", onMessage);
    return () => process.off("message", onMessage);
  };
  const passOver = () => {};
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, passOver);
  const stderr = (text: string): void => terminal.stderr(`worker ${id}: ${text}`);
  const stdout = (text: string): void => {
    process.send?.({ url: text.trim() } satisfies FromWorker);
  };
  // Other members are read only when used: reading stdin would open it.
  return Object.create(terminal, {
    stdout: { value: stdout },
    stderr: { value: stderr },
    onInterrupt: { value: (stop: () => void) => told("end", stop) },
    onReload: { value: (reload: () => void) => told("reload", reload) },
  });
}
