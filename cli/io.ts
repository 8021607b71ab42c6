import type { Environment } from "../src/index.ts";

/** Output of a command: results to stdout, progress and notices to stderr. */
export interface Io {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

/** The part of the process that a command uses; tests can replace it. */
export interface Terminal extends Io {
  readonly stdin: AsyncIterable<Uint8Array>;
  /** True if stdin is a terminal, so that a person would have to type the input. */
  readonly stdinIsTerminal: boolean;
  readonly env: Environment;
  /** Environment without what `.env` brought: that of programs that a command runs. Default: `env`. */
  readonly inherited?: Environment | undefined;
  /** Width in columns. Absent: stdout is not a terminal. */
  readonly columns?: number | undefined;
  /** True if stderr is a terminal, which can show progress in one line. */
  readonly stderrIsTerminal?: boolean | undefined;
  /**
   * Calls `stop` once, at the first request to end the process; a second request ends it at once. Returns a
   * function that removes the listener.
   */
  readonly onInterrupt?: ((stop: () => void) => () => void) | undefined;
  /** Calls `reload` at each request to read files again. Returns a function that removes the listener. */
  readonly onReload?: ((reload: () => void) => () => void) | undefined;
  /**
   * Writes a model's answer to stdout: on a terminal with control characters made visible, else unchanged.
   * Default: `stdout`.
   */
  readonly answer?: ((text: string) => void) | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Resolves once stdout accepts more; awaited by commands whose output is unbounded. */
  readonly drained: () => Promise<void>;
}
