import { describe, expect, it, vi } from "vitest";
import {
  abortOf,
  asksAbort,
  asksLike,
  CallAbort,
  doesAskAbort,
  optionsFor,
} from "../../src/plugin/call-abort.ts";
import { onAbort } from "../../src/plugin/on-abort.ts";

const reason = new Error("enough");

describe("what may end a call", () => {
  it("tells each that waits once, with its reason, and none that has left", () => {
    const abort = new CallAbort();
    const [stays, leaves] = [vi.fn(), vi.fn()];
    onAbort(abort, stays);
    onAbort(abort, stays);
    onAbort(abort, leaves)();
    abort.abort(reason);
    abort.abort(new Error("again"));
    expect(stays).toHaveBeenCalledTimes(2);
    expect(leaves).not.toHaveBeenCalled();
    expect(abort.reason).toBe(reason);
    expect(() => abort.throwIfAborted()).toThrow(reason);
  });

  it("tells all, also after one has thrown", () => {
    const abort = new CallAbort();
    const told = vi.fn();
    onAbort(abort, () => {
      throw reason;
    });
    onAbort(abort, told);
    expect(() => abort.abort("over")).toThrow(reason);
    expect(told).toHaveBeenCalledOnce();
  });

  it("tells them in their order, and the first error, although one has left before", () => {
    const abort = new CallAbort();
    const told: string[] = [];
    const wait = (name: string, error?: Error) =>
      onAbort(abort, () => {
        told.push(name);
        if (error !== undefined) throw error;
      });
    const leaves = wait("left");
    wait("first", reason);
    leaves();
    leaves();
    wait("second", new Error("later"));
    const last = wait("gone");
    last();
    wait("third");
    expect(() => abort.abort("over")).toThrow(reason);
    expect(told).toEqual(["first", "second", "third"]);
  });

  it("has a signal that says the same, whether it is asked for before or after", () => {
    for (const isEarly of [true, false]) {
      const abort = new CallAbort();
      const early = isEarly ? abort.signal : undefined;
      const heard = vi.fn();
      early?.addEventListener("abort", heard);
      abort.abort(reason);
      expect(abort.signal).toBeInstanceOf(AbortSignal);
      expect(abort.signal.aborted).toBe(true);
      expect(abort.signal.reason).toBe(reason);
      if (isEarly) expect(heard).toHaveBeenCalledOnce();
    }
  });
});

describe("options of a call", () => {
  const more = { onDropped: () => {}, onRateLimit: () => {} };

  it("hold a real signal for a model that is not ours, which copies them as it likes", () => {
    const abort = new CallAbort();
    const options = optionsFor(() => {}, abort, more);
    expect({ ...options }.signal).toBeInstanceOf(AbortSignal);
    expect(abortOf(options)).toBe(options.signal);
    abort.abort(reason);
    expect(options.signal.reason).toBe(reason);
  });

  it("hold a light one for a function that is marked, and a signal if it asks", () => {
    const ask = asksAbort(() => {});
    const abort = new CallAbort();
    const options = optionsFor(
      asksLike(ask, () => {}),
      abort,
      more,
    );
    expect(abortOf(options)).toBe(abort);
    expect(options.onRateLimit).toBe(more.onRateLimit);
    abort.abort(reason);
    expect(options.signal.reason).toBe(reason);
    expect(
      doesAskAbort(
        asksLike(
          () => {},
          () => {},
        ),
      ),
    ).toBe(false);
  });

  it("with a signal of a wrapper's own count by that one", () => {
    const own = new AbortController();
    const options = {
      ...optionsFor(
        asksAbort(() => {}),
        new CallAbort(),
        more,
      ),
      signal: own.signal,
    };
    expect(abortOf(options)).toBe(own.signal);
  });
});
