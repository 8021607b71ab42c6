import type { Reporter, TestCase, TestModule } from "vitest/node";

/**
 * Prints the tests that passed only when they were run again, with what failed first, and a final line that any CI can parse:
 * `tests: N passed, N failed, N skipped`.
 */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 };
    const again: string[] = [];
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        count[test.result().state] += 1;
        if (test.diagnostic()?.flaky === true)
          again.push(`passed only when run again: ${describeTest(module, test)}`);
      }
      if (module.errors().length > 0) count.failed += 1;
    }
    const line = `tests: ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`;
    // At exit, so that they follow the default reporter's summary.
    process.on("exit", () => console.log([...again, line].join("\n")));
  }
}

function describeTest(module: TestModule, test: TestCase): string {
  const [first = ""] = test.result().errors?.[0]?.message.split("\n") ?? [];
  return `${module.relativeModuleId} > ${test.fullName}: ${first}`;
}
