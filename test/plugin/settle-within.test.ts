import { getEventListeners } from "node:events";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { settleWithin } from "../../src/plugin/settle-within.ts";
import { wait } from "../../src/plugin/wait.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const late = <T>(ms: number, value: T) =>
  new Promise<T>((resolve) => {
    setTimeout(resolve, ms, value);
  });
const listeners = (signal: AbortSignal) => getEventListeners(signal, "abort").length;

it("settles as the work does, and leaves no timer and no listener", async () => {
  const { signal } = new AbortController();
  const done = settleWithin(late(50, "done"), { signal, ms: 100 });
  expect(listeners(signal)).toBe(1);
  await vi.advanceTimersByTimeAsync(50);
  expect(await done).toBe("done");
  expect(listeners(signal)).toBe(0);
  const failed = settleWithin(Promise.reject(new Error("failed")), { signal, ms: 100 });
  await expect(failed).rejects.toThrow("failed");
  expect(listeners(signal)).toBe(0);
});

it("rejects when the time is up, and drops what comes late", async () => {
  const bounded = settleWithin(late(200, "late"), { ms: 100, timeError: () => "too late" });
  const caught = bounded.catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(200);
  expect(await caught).toBe("too late");
});

it("rejects with the signal's reason, or the error given for it, also where it has fired before", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const reason = new Error("left");
  const bounded = settleWithin(new Promise(() => {}), { signal, ms: 100 }).catch((e: unknown) => e);
  controller.abort(reason);
  expect(await bounded).toBe(reason);
  expect(vi.getTimerCount()).toBe(0);
  const after = settleWithin(Promise.reject(new Error("dropped")), {
    signal,
    abortError: () => "aborted",
  });
  expect(await after.catch((error: unknown) => error)).toBe("aborted");
});

it("takes what is not a promise, and Infinity as no bound", async () => {
  expect(await settleWithin(1 as never, { ms: Number.POSITIVE_INFINITY })).toBe(1);
});

it("a wait ends at its time or at once with the signal's reason", async () => {
  const controller = new AbortController();
  let isOver = false;
  void wait(100, controller.signal).then(() => {
    isOver = true;
  });
  await vi.advanceTimersByTimeAsync(99);
  expect(isOver).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(isOver).toBe(true);
  expect(listeners(controller.signal)).toBe(0);
  const waiting = wait(100, controller.signal).catch((error: unknown) => error);
  controller.abort("left");
  expect(await waiting).toBe("left");
  await expect(wait(0, controller.signal)).rejects.toBe("left");
});
