import type { Reporter, TestModule } from "vitest/node";

/** Ends a run with one plain line that any CI can read: `tests: N passed, N failed, N skipped`. */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) count[test.result().state] += 1;
      if (module.errors().length > 0) count.failed += 1;
    }
    const line = `tests: ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`;
    // After the default reporter's summary.
    process.on("exit", () => console.log(line));
  }
}
