import { defineConfig } from "vitest/config";

// The provider suite also runs against the next major of the SDK (Node >= 22): SWITCHPOINT_OPENAI=openai-7.
const openai = process.env["SWITCHPOINT_OPENAI"];

export default defineConfig({
  ...(openai === undefined ? {} : { resolve: { alias: { openai } } }),
  test: {
    dir: "test",
    include: ["**/*.test.ts"],
    typecheck: { enabled: true, tsconfig: "test/tsconfig.json", include: ["**/*.test-d.ts"] },
    // Much of a run waits for loopback, timers and child processes: leave no core idle.
    maxWorkers: "100%",
    reporters: ["default", "./test/support/closing-line-reporter.ts"],
    // The full counts of random runs take their time.
    testTimeout: process.env["SWITCHPOINT_RUNS"] === "full" ? 900_000 : 60_000,
  },
});
