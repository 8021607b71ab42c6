import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { settleWithin } from "../../src/plugin/settle-within.ts";
import { withTimeLimit } from "../../src/plugin/with-time-limit.ts";

const never = (): Promise<never> => new Promise(() => {});
const late = new Error("late");
const gone = new Error("gone");
const limit = (timeoutMs: number, signal?: AbortSignal) => ({ timeoutMs, reason: () => late, signal });

describe("work within a time", () => {
  it("settles as the work does", async () => {
    expect(await withTimeLimit(async () => 1, limit(60_000))).toBe(1);
    await expect(withTimeLimit(() => Promise.reject(gone), limit(60_000))).rejects.toBe(gone);
  });

  it("is given up when the time is up, with its signal fired, even if it ignores it", async () => {
    let signal: AbortSignal | undefined;
    const work = (own: AbortSignal): Promise<never> => {
      signal = own;
      return never();
    };
    await expect(withTimeLimit(work, limit(1))).rejects.toBe(late);
    expect(signal?.reason).toBe(late);
  });

  it("is given up with the caller's reason, also one from before, and leaves no listener", async () => {
    const caller = new AbortController();
    const result = withTimeLimit(never, limit(60_000, caller.signal));
    caller.abort(gone);
    await expect(result).rejects.toBe(gone);
    await expect(withTimeLimit(never, limit(60_000, caller.signal))).rejects.toBe(gone);
    expect(getEventListeners(caller.signal, "abort")).toEqual([]);
  });

  it("is not begun if the caller has aborted before", async () => {
    let begun = 0;
    const work = async () => {
      begun += 1;
    };
    await expect(withTimeLimit(work, limit(60_000, AbortSignal.abort(gone)))).rejects.toBe(gone);
    expect(begun).toBe(0);
  });
});

it("a promise that settles first leaves no listener", async () => {
  const { signal } = new AbortController();
  expect(await settleWithin(Promise.resolve(1), { signal })).toBe(1);
  await expect(settleWithin(Promise.reject(gone), { signal })).rejects.toBe(gone);
  expect(getEventListeners(signal, "abort")).toEqual([]);
});
