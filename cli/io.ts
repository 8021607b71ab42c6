import type { Environment } from "../src/presets/environment-models.ts";

/** Where a command writes: results to stdout, progress and notices to stderr. */
export interface Io {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

/** All that a command sees of the process it runs in, so that tests can be one. */
export interface Terminal extends Io {
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Whether a person would have to type what is read from stdin. */
  readonly stdinIsTerminal: boolean;
  readonly env: Environment;
  /** Width in columns. Absent: stdout is no terminal. */
  readonly columns?: number | undefined;
  /** Whether stderr is a terminal, which can show progress in one line. */
  readonly stderrIsTerminal?: boolean | undefined;
  /**
   * Calls `stop` when the process is asked to end, once: asked again, it ends at once. Returns what takes
   * that back.
   */
  readonly onInterrupt?: ((stop: () => void) => () => void) | undefined;
  /** Writes a model's answer to stdout: made visible on a terminal, else as it is. Default: `stdout`. */
  readonly answer?: ((text: string) => void) | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Resolves once stdout takes more: awaited by commands that write without bound. */
  readonly drained: () => Promise<void>;
}
