import { expect, test } from "vitest";
import { ProviderError } from "../../../src/contracts/index.ts";
import { createEndpoint } from "../../../src/router/pools/members/endpoint.ts";
import { EndpointCalls } from "../../../src/router/pools/members/endpoint-calls.ts";
import { servedNames } from "../../../src/router/pools/members/served-names.ts";
import { fakeModel } from "../../../src/testing/index.ts";

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

test("outputs of own calls have a mean and a spread, and counts that no answer has are left out", async () => {
  const calls = new EndpointCalls(() => 0);
  expect([calls.outputTokens, calls.outputSpread]).toEqual([undefined, undefined]);
  for (const tokens of [Number.NaN, -5, 0, 1e9, "40", undefined, null]) calls.answered(tokens);
  expect(calls.outputTokens).toBeUndefined();
  const lengths = [10, 30];
  const given = fakeModel({
    usage: { inputTokens: 5, outputTokens: 20 },
    answer: () => "ok",
  });
  const { model } = createEndpoint(given, "own", { key: "own@a", calls, served: servedNames(() => []) });
  const options = { signal: new AbortController().signal };
  const request = { messages: [{ role: "user" as const, content: "Hi" }] };
  await model.generate(request, options);
  for await (const _ of model.stream(request, options));
  expect([calls.outputTokens, calls.outputSpread, calls.endedAt]).toEqual([20, 0, [0, 0]]);
  for (const tokens of lengths) calls.answered(tokens);
  expect(calls.outputTokens).toBeCloseTo(20);
  // Mean of squares 450, square of the mean 400.
  expect(calls.outputSpread).toBeCloseTo(0.125);
});
