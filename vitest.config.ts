import { defineConfig } from "vitest/config";

// The provider suite also runs against the next major of the SDK (Node >= 22): SWITCHPOINT_OPENAI=openai-7.
const openai = process.env["SWITCHPOINT_OPENAI"];

/**
 * Test files that get a process each: they replace modules or what is set up once a process, start programs
 * and measure them. All others share one process a core, which costs half the time: what such a file changes
 * it must undo, and test/support/shared-process.ts fails a file that does not.
 */
const isolated = ["invariants/**/*", "presets/**/*", "providers/*", "studies/**/*"].map(
  (path) => `${path}.test.ts`,
);

export default defineConfig({
  ...(openai === undefined ? {} : { resolve: { alias: { openai } } }),
  test: {
    dir: "test",
    // Much of a run waits for loopback, timers and child processes: leave no core idle.
    maxWorkers: "100%",
    reporters: ["default", "./test/support/closing-line-reporter.ts"],
    // The full counts of random runs take their time.
    testTimeout: process.env["SWITCHPOINT_RUNS"] === "full" ? 900_000 : 60_000,
    coverage: {
      include: ["src/**/*.ts", "policies/**/*.ts", "evals/**/*.ts", "cli/**/*.ts"],
      exclude: ["**/*.generated.ts"],
      reporter: ["text-summary", "html"],
    },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["**/*.test.ts"],
          exclude: isolated,
          isolate: false,
          setupFiles: ["./test/support/shared-process.ts"],
        },
      },
      { extends: true, test: { name: "isolated", include: isolated } },
      {
        extends: true,
        test: {
          name: "types",
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            tsconfig: "test/tsconfig.json",
            include: ["**/*.test-d.ts"],
          },
        },
      },
    ],
  },
});
