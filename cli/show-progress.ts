import { createClock } from "../src/plugin/clock.ts";
import { showHidden } from "../src/plugin/show-hidden.ts";
import type { Terminal } from "./io.ts";

/** Display of a long-running task, on stderr. */
export interface ProgressDisplay {
  update(line: string): void;
  /** Ends the display; the last line stays. */
  end(): void;
}

/** Time between lines that stay, in milliseconds. */
const lineEveryMs = 10_000;

/**
 * Creates a display: one line that changes, on a terminal; otherwise lines at intervals, and the last one.
 */
export async function showProgress(terminal: Terminal): Promise<ProgressDisplay> {
  if (terminal.stderrIsTerminal) {
    const { default: ora } = await import("ora");
    let spinner: ReturnType<typeof ora> | undefined;
    return {
      update(line) {
        // In raw mode Ctrl-C would not interrupt.
        spinner ??= ora({ discardStdin: false }).start();
        spinner.text = showHidden(line);
      },
      end: () => spinner?.info(),
    };
  }
  const { monotonic } = createClock(terminal.now);
  let shownAt = monotonic();
  let held: string | undefined;
  return {
    update(line) {
      held = line;
      if (monotonic() - shownAt < lineEveryMs) return;
      shownAt = monotonic();
      held = undefined;
      terminal.stderr(`${line}\n`);
    },
    end() {
      if (held !== undefined) terminal.stderr(`${held}\n`);
    },
  };
}
