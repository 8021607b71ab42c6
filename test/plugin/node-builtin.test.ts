import { afterEach, describe, expect, it, vi } from "vitest";
import { always, threshold } from "../../policies/index.ts";
import { systemClock } from "../../src/plugin/clock.ts";
import { environment } from "../../src/plugin/environment.ts";
import { nodeBuiltin } from "../../src/plugin/node-builtin.ts";
import { withinTime } from "../../src/plugin/within-time.ts";
import { createRouter } from "../../src/router/create/create-router.ts";
import { decisionLog } from "../../src/router/log/decision-log.ts";
import { fakeModel } from "../../src/testing/index.ts";

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** Processes of places that have little of Node, or nothing. */
const processes: readonly (readonly [string, unknown])[] = [
  ["no process", undefined],
  ["a process with variables alone", { env: {} }],
  [
    "a process that throws",
    {
      env: {},
      get getBuiltinModule(): never {
        throw new Error("not supported here");
      },
    },
  ],
];

describe.each(processes)("with %s", (_, substitute) => {
  it("there is no module of Node, and no variable", () => {
    vi.stubGlobal("process", substitute);
    const found = [nodeBuiltin("node:fs/promises"), environment()];
    vi.unstubAllGlobals();
    expect(found).toEqual([undefined, {}]);
  });

  it("a decision log says what to use instead", () => {
    vi.stubGlobal("process", substitute);
    let error: unknown;
    try {
      decisionLog({ file: "decisions.jsonl", hashKey: "k" });
    } catch (thrown) {
      error = thrown;
    }
    vi.unstubAllGlobals();
    expect(error).toMatchObject({ code: "invalid-option", option: "decisionLog.file" });
    expect(String(error)).toContain("onEvent");
  });
});

it("an answer is found without WebAssembly, by the estimate of its tokens", async () => {
  vi.stubGlobal("WebAssembly", {});
  vi.stubGlobal("setImmediate", undefined);
  const models = {
    tight: fakeModel({ model: "tight", contextWindow: 350 }),
    large: fakeModel({ model: "large" }),
  };
  const router = createRouter({ models, policy: threshold({ small: "tight", large: "large", at: 1 }) });
  const { model } = await router.decide("A sentence of some length about a harbour. ".repeat(4));
  expect(model).toBe("tight");
  await expect(createRouter({ models, policy: always("large") }).route("Hello")).resolves.toMatchObject({
    text: "ok",
  });
});

it("work that nothing can stop is refused", async () => {
  vi.resetModules();
  const fresh = await import("../../src/plugin/within-time.ts");
  vi.spyOn(process, "getBuiltinModule").mockImplementation((() => ({
    Script: class {
      constructor() {
        throw new Error("not implemented");
      }
    },
  })) as never);
  expect(() => fresh.withinTime(100, () => 1)).toThrow(/node:vm can stop the work/);
  vi.restoreAllMocks();
  expect(withinTime(1_000, () => 1)).toBe(1);
});

it("a timer that is a number is started again", async () => {
  const { setTimeout: start, clearTimeout: stop } = globalThis;
  const timers = new Map<number, NodeJS.Timeout>();
  vi.stubGlobal("setTimeout", (run: () => void, ms: number) => {
    timers.set(timers.size + 1, start(run, ms));
    return timers.size;
  });
  vi.stubGlobal("clearTimeout", (timer: number) => stop(timers.get(timer)));
  let runs = 0;
  const timer = systemClock.after(5, () => {
    runs += 1;
  });
  timer.restart();
  vi.unstubAllGlobals();
  expect(timers.size).toBe(2);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(runs).toBe(1);
});
