import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { keepChild } from "../../../../src/router/classifiers/onnx/kept-child.ts";
import { type OnnxChild, startChild } from "../../../../src/router/classifiers/onnx/onnx-child.ts";
import { tinyEncoder } from "../../../support/onnx/tiny-encoder.ts";

const settings = {
  data: {
    runtimeFile: createRequire(import.meta.url).resolve("onnxruntime-node"),
    model: tinyEncoder({ rows: [[0], [1]] }),
    maxTokens: 8,
    padId: 0,
    inputType: "int64",
    threads: 1,
  },
  loadTimeoutMs: 30_000,
  runTimeoutMs: 30_000,
};
const work = { ids: [[1, 1], [0]] };

/** Stops the process as a run that never ends does. */
const freeze = ({ pid }: OnnxChild) => process.kill(pid as number, "SIGSTOP");
const isAlive = ({ pid }: OnnxChild) => {
  try {
    return process.kill(pid as number, 0);
  } catch {
    return false;
  }
};
const start = (changes: Partial<typeof settings> = {}) => {
  const started = startChild({ ...settings, ...changes });
  onTestFinished(() => started.end());
  return started;
};

test("a process runs the model, and ends when it is told", async () => {
  const started = start();
  await started.loaded;
  expect(await started.run(work)).toEqual({ rows: 2, width: 1, values: Float32Array.of(1, 0) });
  started.end();
  await expect(started.run(work)).rejects.toThrow("has lost the process of its model");
  await vi.waitFor(() => expect(isAlive(started)).toBe(false));
});

test("signals that end the application do not end it before", async () => {
  const started = start();
  await started.loaded;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.kill(started.pid as number, signal);
  expect((await started.run(work)).rows).toBe(2);
});

test.skipIf(process.platform !== "linux")("it gets no secret of the environment", async () => {
  vi.stubEnv("A_SECRET", "canary-71c");
  onTestFinished(() => void vi.unstubAllEnvs());
  const started = start();
  await started.loaded;
  expect(readFileSync(`/proc/${started.pid}/environ`, "utf8")).not.toContain("canary-71c");
});

test("a run that hangs is ended with its process", async () => {
  const started = start({ runTimeoutMs: 50 });
  await started.loaded;
  freeze(started);
  await expect(started.run(work)).rejects.toThrow("has a run that took longer than 50 ms");
  await vi.waitFor(() => expect(isAlive(started)).toBe(false));
});

test("a model that is not loaded in time is given up", async () => {
  const started = start({ loadTimeoutMs: 1 });
  await expect(started.loaded).rejects.toThrow("could not load its model within 1 ms");
  await vi.waitFor(() => expect(isAlive(started)).toBe(false));
});

describe("a kept process", () => {
  test("is started again by the next run after it was killed", async () => {
    const started: OnnxChild[] = [];
    const kept = keepChild(settings, async (one) => void started.push(one));
    onTestFinished(() => kept.end());
    await kept.run(work);
    process.kill(started[0]?.pid as number, "SIGKILL");
    await vi.waitFor(() => expect(started[0]?.hasEnded()).toBe(true));
    expect((await kept.run(work)).rows).toBe(2);
    expect(started).toHaveLength(2);
  });

  test("that cannot be used is not started again for each run", async () => {
    let starts = 0;
    const kept = keepChild(settings, async () => {
      starts += 1;
      throw new Error("unusable");
    });
    onTestFinished(() => kept.end());
    await expect(kept.load()).rejects.toThrow("unusable");
    for (let run = 0; run < 10; run += 1) await expect(kept.run(work)).rejects.toThrow("unusable");
    expect(starts).toBe(1);
  });

  test("that is closed is not started", async () => {
    const kept = keepChild(settings, async () => {});
    kept.end();
    await expect(kept.run(work)).rejects.toThrow("is closed");
  });
});
