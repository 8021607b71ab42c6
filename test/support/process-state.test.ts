import { createServer } from "node:http";
import { afterEach, expect, test, vi } from "vitest";
import { changes, processState } from "./process-state.ts";

const before = processState();
const left = () => changes(before, processState());

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test("what a file leaves behind is named", () => {
  expect(left()).toEqual([]);
  vi.stubEnv("OPENAI_API_KEY", "secret");
  vi.stubGlobal("fetch", () => {});
  vi.stubGlobal("mine", 1);
  vi.spyOn(console, "warn").mockReturnValue();
  expect([...left()].sort()).toEqual(["console.warn", "fetch", "mine", "process.env.OPENAI_API_KEY"]);
});

test("so are fake timers", () => {
  expect(left()).toEqual([]);
  vi.useFakeTimers();
  expect(left()).toEqual(expect.arrayContaining(["Date", "setTimeout", "performance.now"]));
});

test("so are listeners of the process, and servers", async () => {
  const listener = () => {};
  process.on("uncaughtExceptionMonitor", listener);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  expect(left()).toEqual(['a listener of process, "uncaughtExceptionMonitor"', "an open server"]);
  process.off("uncaughtExceptionMonitor", listener);
  await new Promise((resolve) => server.close(resolve));
  await vi.waitFor(() => expect(left()).toEqual([]));
});
