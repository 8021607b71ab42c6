import { expect, test } from "vitest";
import { ProviderError } from "../../../src/contracts/index.ts";
import { EndpointCalls } from "../../../src/router/pools/members/endpoint-calls.ts";

const busy = () => new ProviderError({ kind: "saturated", model: "m", status: 503 });
const waitOf = (error: unknown) => (error as ProviderError).retryAfterMs;

test("refusals of calls that were sent together count once, those of later ones double the wait", () => {
  let now = 1;
  const calls = new EndpointCalls(() => now);
  const { signal } = new AbortController();
  const leaves = Array.from({ length: 12 }, () => calls.enter(signal, now));
  leaves[0]?.(true);
  now = 100;
  for (const leave of leaves.slice(1)) leave(false);
  expect(leaves.map(() => waitOf(calls.failed(busy(), 1)))).toEqual(leaves.map(() => 50));
  expect(calls.load()?.expectedWaitMs).toBe(50);
  now = 200;
  expect(waitOf(calls.failed(busy(), 150))).toBe(100);
  now = 400;
  expect(waitOf(calls.failed(busy(), 300))).toBe(200);
  // An answer says that it has room.
  calls.enter(signal, now)(true);
  expect(waitOf(calls.failed(busy(), 500))).toBe(50);
  expect(calls.inFlight).toBe(0);
});

test("what is not a full queue stays as it is, and a wait that the server states is kept", () => {
  const calls = new EndpointCalls(() => 0);
  const other = new ProviderError({ kind: "server", model: "m" });
  expect(calls.failed(other, 0)).toBe(other);
  expect(calls.failed("text", 0)).toBe("text");
  const stated = new ProviderError({ kind: "saturated", model: "m", retryAfterMs: 7 });
  expect(calls.failed(stated, 0)).toBe(stated);
  expect(calls.load()).toEqual({ expectedWaitMs: 7, ageMs: 0 });
});
