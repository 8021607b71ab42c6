import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { boundary } from "../../policies/constraints/index.ts";
import { cascade, mix, rules, tiers } from "../../policies/index.ts";
import type { Labels } from "../../src/contracts/index.ts";
import {
  type Check,
  createRouter,
  InvalidOptionError,
  isRouterError,
  type Model,
  type RouteRequest,
  type RouterEvent,
} from "../../src/index.ts";
import { fakeModel } from "../../src/testing/index.ts";

const refusing = (build: () => unknown, message: string) => {
  expect(build).toThrow(InvalidOptionError);
  expect(build).toThrow(message);
};

function make(check: Check = { name: "mine", accepts: () => true }) {
  const events: RouterEvent[] = [];
  const large = fakeModel({ model: "l", answer: "from large" });
  const router = createRouter({
    models: { small: fakeModel({ model: "s", answer: "from small" }), large },
    policy: cascade({ first: "small", then: "large", unless: check }),
    onEvent: (event) => events.push(event),
  });
  return { router, large, events };
}
const asked = (fields: Record<string, unknown>) =>
  ({ messages: [{ role: "user", content: "my-secret" }], ...fields }) as RouteRequest<"small" | "large">;

describe("refused at construction, naming the option", () => {
  it("a cut point out of order", () => {
    const build = () => tiers({ models: ["small", "mid", "large"], cuts: [0.7, 0.3] });
    refusing(build, "tiers.cuts[1] must be above the cut before it, 0.7, got 0.3");
  });

  it("weights that do not sum to 1", () => {
    refusing(() => mix({ small: 0.9, large: 0.2 }), "mix must be weights that sum to 1, got 1.1");
    const parts = [{ weight: 0.5, use: "small" as const }];
    refusing(() => mix(parts), "mix must be weights that sum to 1, got 0.5");
  });

  it("labels of the wrong type: of a model, a constraint, a rule", () => {
    const wrong = (labels: unknown) => () =>
      createRouter({
        models: { small: { ...fakeModel(), labels: labels as Labels } satisfies Model },
        policy: rules([{ if: { tools: true }, use: "small" }]),
      });
    refusing(wrong({ boundary: true }), "models.small.labels.boundary must be a string, got true");
    refusing(wrong(["on-prem"]), "models.small.labels must be an object whose values are strings");
    const required = { byLabel: { data: { personal: 7 } } } as never;
    refusing(
      () => boundary({ label: "boundary", required }),
      "boundary.required.byLabel.data.personal must be",
    );
    refusing(
      () => boundary({ label: 7 as never, required: "eu" }),
      "boundary.label must be a non-empty string, got 7",
    );
    const label = { labels: { tier: 7 as never } };
    refusing(
      () => rules([{ if: label, use: "small" }]),
      "rules[0].if.labels.tier must be a string or an array",
    );
  });
});

describe("refused at decision, naming the field and showing nothing of the text", () => {
  it.each<[string, Record<string, unknown>, string]>([
    ["a session id of a megabyte", { session: "my-secret".repeat(2 ** 17) }, "session"],
    ["a session id that is not a string", { session: { id: 1 } }, "session"],
    ["labels that are not an object", { labels: "my-secret" }, "labels"],
    ["a label of the wrong type", { labels: { tier: ["my-secret"] } }, "labels.tier"],
    ["a label without a value", { labels: { tier: null } }, "labels.tier"],
  ])("%s", async (_, fields, field) => {
    const { router, large } = make();
    for (const ask of [router.decide(asked(fields)), router.route(asked(fields))]) {
      const error = await ask.catch((thrown: unknown) => thrown);
      if (!isRouterError(error, "invalid-request")) throw error;
      expect(error.field).toBe(field);
      expect(error.message).not.toContain("my-secret");
      expect(error.message.length).toBeLessThan(200);
    }
    expect(large.requests).toHaveLength(0);
  });
});

describe("a check", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("that throws has not accepted, and is reported in the attempt and to the listener", async () => {
    const { router, events } = make({
      name: "broken",
      accepts: () => {
        throw new TypeError("my-secret");
      },
    });
    const { text, attempts } = await router.route(asked({}));
    expect(text).toBe("from large");
    const check = { name: "broken", accepted: false, error: "threw an error of type TypeError" };
    expect(attempts[0]).toMatchObject({ model: "small", check, next: "escalate" });
    expect(events.at(-1)).toMatchObject({ type: "request-completed", attempts: [{ check }, {}] });
    expect(JSON.stringify(attempts)).not.toContain("my-secret");
  });

  it.each(["route", "stream"] as const)("that hangs is bounded by the deadline in %s", async (way) => {
    const { router, large, events } = make({ name: "hanging", accepts: () => new Promise(() => {}) });
    const before = Date.now();
    const request = asked({ deadlineMs: 700 });
    const ended = (way === "route" ? router.route(request) : drained(router.stream(request))).catch(
      (thrown: unknown) => thrown,
    );
    await vi.runAllTimersAsync();
    const error = await ended;
    if (!isRouterError(error, "deadline-exceeded")) throw error;
    expect(Date.now() - before).toBe(700);
    expect(error.attempts).toMatchObject([
      {
        model: "small",
        check: { name: "hanging", accepted: false, error: "gave no verdict before the deadline" },
      },
    ]);
    expect(events.at(-1)).toMatchObject({ type: "request-failed", error: { code: "deadline-exceeded" } });
    expect(large.requests).toHaveLength(0);
  });

  it("that hangs without a deadline has not accepted after 30 s", async () => {
    const { router } = make({ name: "hanging", accepts: () => new Promise(() => {}) });
    const ended = router.route(asked({}));
    await vi.advanceTimersByTimeAsync(30_000);
    const { text, attempts } = await ended;
    expect(text).toBe("from large");
    expect(attempts[0]?.check).toMatchObject({
      accepted: false,
      error: "gave no verdict within checkTimeoutMs of 30000 ms",
    });
  });
});

async function drained(chunks: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of chunks);
}
