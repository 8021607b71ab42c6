import { Script } from "node:vm";
import { expect, test, vi } from "vitest";
import { OutOfTimeError, withinTime } from "../../src/plugin/within-time.ts";

/** Lets the time run out just after the work has returned, as it may on a busy machine. */
function lateOnce() {
  const late = vi.spyOn(Script.prototype, "runInContext").mockImplementationOnce((context) => {
    (context as { work: () => unknown }).work();
    throw Object.assign(new Error("timed out"), { code: "ERR_SCRIPT_EXECUTION_TIMEOUT" });
  });
  return () => late.mockRestore();
}

test("work has two tries within its time, and then an error of its own", () => {
  expect(withinTime(1_000, () => 7)).toBe(7);
  let tries = 0;
  const endless = () => {
    tries += 1;
    for (;;);
  };
  expect(() => withinTime(5, endless)).toThrow(OutOfTimeError);
  expect(tries).toBe(2);
});

test("a promise that rejects, and is lost because the time was just over, ends no process", async () => {
  const unhandled = vi.fn();
  process.on("unhandledRejection", unhandled);
  const restore = lateOnce();
  try {
    let made = 0;
    const work = () => {
      made += 1;
      return Promise.reject(new Error(`try ${made}`));
    };
    await expect(withinTime(1_000, work)).rejects.toThrow("try 2");
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(unhandled).not.toHaveBeenCalled();
  } finally {
    restore();
    process.off("unhandledRejection", unhandled);
  }
});
