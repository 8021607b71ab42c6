import { expect, test } from "vitest";
import { healthy, startsWithin } from "../../../policies/constraints/index.ts";
import type { Health } from "../../../src/contracts/index.ts";
import { candidateOf, factsOf } from "../../../src/testing/index.ts";

const context = { request: factsOf(), hop: "answer", now: 0 } as const;
const modelWith = (health: Health | undefined) => candidateOf("m", { health });

test("startsWithin refuses a model that is known to start its answers too late", () => {
  const constraint = startsWithin({ p95FirstTokenMs: 2_000 });
  expect(constraint.permits(modelWith({ healthy: true, p95FirstTokenMs: 2_000 }), context)).toBe(true);
  expect(constraint.permits(modelWith({ healthy: true, p95FirstTokenMs: 2_400.4 }), context)).toBe(
    "p95 of the time to first token is 2400 ms, more than 2000",
  );
});

test("startsWithin permits a model of unknown latency, unless unknown is refuse", () => {
  const lenient = startsWithin({ p95FirstTokenMs: 2_000 });
  const strict = startsWithin({ p95FirstTokenMs: 2_000, unknown: "refuse" });
  for (const health of [undefined, { healthy: true }]) {
    expect(lenient.permits(modelWith(health), context)).toBe(true);
    expect(strict.permits(modelWith(health), context)).toBe("its time to first token is not known");
  }
  expect(strict.permits(modelWith({ healthy: false, p95FirstTokenMs: 10 }), context)).toBe(true);
});

test("healthy refuses only unhealthy models", () => {
  expect(healthy().permits(modelWith({ healthy: false }), context)).toBe(
    "too many of its recent calls failed",
  );
  expect(healthy().permits(modelWith({ healthy: true }), context)).toBe(true);
  expect(healthy().permits(modelWith(undefined), context)).toBe(true);
});
