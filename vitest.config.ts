import { defineConfig } from "vitest/config";

const patience = "./test/support/patience.ts";

// The provider suite also runs against the next major of the SDK (Node >= 22): SWITCHPOINT_OPENAI=openai-7.
const openai = process.env["SWITCHPOINT_OPENAI"];

/**
 * Test files that get a process each, before all others: those of faults and package start and measure programs, those of presets
 * use the router that exists once in a process, LangChain keeps a registry there, those of providers, of the doctor of platforms,
 * of Node's modules and of the studies' data replace modules, or leave a global or a connection, some of http measure memory or time or
 * draw, and that of hedges lets all fake timers run out, also those that a router of an earlier file would set. All others share a few processes, which takes half the time. A file must undo what it changes there;
 * test/support/shared-process.ts fails a file that does not.
 */
const isolated = [
  "invariants/faults/*",
  "invariants/package",
  "invariants/readme",
  "serve/clients/langchain/*",
  "router/classifiers/text-units",
  "contracts/decision-fields",
  "plugin/node-builtin",
  "router/presets/**/*",
  "router/call/hedge",
  "router/providers/*",
  "loop/{*rollout*,loop-wired,watch-tuning,release/{follow-release,processes},audit/{audit-invariants,decided-because,killed-audit,sample-rate}}",
  "serve/http/{hostile,server-fuzz,body-bytes,dashboard-chromium,agent-steps,values}",
  "cli/{doctor-platforms,loop,rollout,release,run-client,serve,serve-*}",
  "agents/*",
  "cluster/*",
  "studies/data-path",
].map((path) => `${path}.test.ts`);

/**
 * What only computes, or reads texts, gives the same on every Node, so that one version tests it. SWITCHPOINT_TESTS=runtime
 * leaves it out and keeps what another version can change: wires, files, processes, timers and modules.
 */
const computing = [
  "{policies,studies,loop/statistics,router/{cost,request,decide}}/**",
  // The tables of Unicode, which text-units reads, belong to Node; onnx starts processes with native code.
  "router/classifiers/{!(text-units).test.ts,!(onnx)/**}",
  "evals/{tune,train,monitor,metrics,report,replay,scorers}/**",
  "loop/{audit,drift,guards}/**",
  "loop/{judge,hold-out,unit-draw,promise,promise-records,keep-promise,share-promise,create-rollout,rollout-policy}.test.ts",
  // They print what those compute; other commands read and write files.
  "cli/eval-{tune,train,off-policy,report,check,calibrate}.test.ts",
  // The page belongs to Chromium; other tests of http read what the server sends it.
  "serve/http/dashboard-chromium.test.ts",
  "invariants/{architecture,detectors-see-all,documents,doors,nothing-forgotten,plain-english,readme,router-alone,walk}.test.ts",
];
const skipped = process.env["SWITCHPOINT_TESTS"] === "runtime" ? computing : [];

export default defineConfig({
  ...(openai === undefined ? {} : { resolve: { alias: { openai } } }),
  test: {
    dir: "test",
    // Compiled sources are kept beside the packages: a fifth of a run's time, and CI has three runs.
    experimental: { fsModuleCache: true },
    globalSetup: ["./test/support/folder-of-run.ts"],
    // Much of a run waits for loopback, timers and child processes: leave no core idle. With one worker more than cores, tests with short
    // time limits failed by chance.
    maxWorkers: "100%",
    reporters: ["default", "./test/support/closing-line-reporter.ts"],
    // Many tests meet real sockets, timers and programs on a machine that does other work. One that fails is run once more and the
    // closing lines name it; a counterexample of fast-check is a failure at once, since the next draw would hide it.
    retry: { count: 1, condition: /^(?!Property failed)/ },
    // The full counts of random runs take their time.
    testTimeout: process.env["SWITCHPOINT_RUNS"] === "full" ? 900_000 : 60_000,
    // As long as test/support/patience.ts lets vi.waitFor wait.
    expect: { poll: { timeout: 20_000 } },
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
          exclude: [...isolated, ...skipped],
          isolate: false,
          setupFiles: [patience, "./test/support/shared-process.ts"],
        },
      },
      {
        extends: true,
        test: { name: "isolated", include: isolated, exclude: skipped, setupFiles: [patience] },
      },
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
