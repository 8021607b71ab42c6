import { showHidden } from "../src/plugin/show-hidden.ts";
import type { Terminal } from "./io.ts";

/** Shows the state of something that takes its time, on stderr. */
export interface ProgressDisplay {
  update(line: string): void;
  /** Leaves the last line standing. */
  end(): void;
}

/** Between lines that stay, in milliseconds. */
const lineEveryMs = 10_000;

/** One line that changes, on a terminal; else lines at intervals, and the last one. */
export async function showProgress(terminal: Terminal): Promise<ProgressDisplay> {
  if (terminal.stderrIsTerminal) {
    const { default: ora } = await import("ora");
    let spinner: ReturnType<typeof ora> | undefined;
    return {
      update(line) {
        // Raw mode would keep Ctrl-C from being one.
        spinner ??= ora({ discardStdin: false }).start();
        spinner.text = showHidden(line);
      },
      end: () => spinner?.info(),
    };
  }
  let shownAt = terminal.now();
  let held: string | undefined;
  return {
    update(line) {
      held = line;
      if (terminal.now() - shownAt < lineEveryMs) return;
      shownAt = terminal.now();
      held = undefined;
      terminal.stderr(`${line}\n`);
    },
    end() {
      if (held !== undefined) terminal.stderr(`${held}\n`);
    },
  };
}
