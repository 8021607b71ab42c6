import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { always } from "../../../policies/index.ts";
import { type Constraint, isRouterError, type Model, ProviderError } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/index.ts";
import { pool, roundRobin } from "../../../src/router/pools/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { runs } from "../../support/runs.ts";

const kinds = ["server", "saturated", "rate-limit", "authentication", "timeout", "context-overflow"] as const;
const regions = ["eu", "us", undefined] as const;

const eu: Constraint = {
  name: "residency",
  permits: ({ facts }) => facts.labels["residency"] === "eu" || "is not in the EU",
};

interface Door {
  readonly region: (typeof regions)[number];
  readonly fails: readonly ((typeof kinds)[number] | undefined)[];
}

const door: fc.Arbitrary<Door> = fc.record({
  region: fc.constantFrom(...regions),
  fails: fc.array(fc.constantFrom(undefined, ...kinds), { maxLength: 4 }),
});

describe("a request that must stay in the EU", () => {
  it("reaches members there alone, on every hop, whatever fails, and leaves no call counted", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(door, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        async (pools, streams) => {
          const reached = new Set<string>();
          let at = 0;
          const memberOf = ({ region, fails }: Door, address: string): Model => {
            const inner = fakeModel({
              name: "vllm:m",
              labels: region === undefined ? {} : { residency: region },
            });
            const meet = () => {
              reached.add(String(region));
              const kind = fails[at++ % Math.max(1, fails.length)];
              if (kind !== undefined) throw new ProviderError({ kind, model: "m", retryAfterMs: 0 });
            };
            return {
              ...inner,
              provider: "vllm",
              model: "m",
              endpoint: address,
              generate: async (request, options) => {
                meet();
                return inner.generate(request, options);
              },
              async *stream(request, options) {
                meet();
                yield* inner.stream(request, options);
              },
            };
          };
          const models = Object.fromEntries(
            pools.map((doors, index) => [
              `p${index}`,
              pool(
                `pool${index}`,
                doors.map((one, place) => memberOf(one, `http://${index}.${place}/`)),
                { balance: roundRobin },
              ),
            ]),
          );
          const router = createRouter({
            models: models as Record<"p0", Model>,
            policy: always("p0"),
            execution: { backoffBaseMs: 0, backoffCapMs: 0, retryAfterCapMs: 40 },
          });
          const request = { messages: [{ role: "user" as const, content: "Hi" }], constraints: [eu] };
          try {
            if (streams) for await (const _ of router.stream(request));
            else await router.route(request);
          } catch (error) {
            expect(isRouterError(error)).toBe(true);
          }
          expect([...reached].filter((region) => region !== "eu")).toEqual([]);
          for (const one of Object.values(models))
            for (const { inFlight } of one.members?.() ?? []) expect(inFlight).toBe(0);
        },
      ),
      { numRuns: runs(60, 3_000) },
    );
  });
});
