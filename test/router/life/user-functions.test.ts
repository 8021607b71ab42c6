import { describe, expect, it } from "vitest";
import { always, mix } from "../../../policies/index.ts";
import { createRouter, isRouterError, type RouterOptions } from "../../../src/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { crashesOf } from "../../support/user-functions/crashes.ts";

function make(options: Partial<RouterOptions<"small" | "large">>) {
  const small = fakeModel({ model: "s" });
  const router = createRouter({
    models: { small, large: fakeModel({ model: "l" }) },
    policy: mix({ small: 0.5, large: 0.5 }),
    ...options,
  });
  return { router, small };
}

const thrown = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe.each<[string, (value: () => unknown) => Partial<RouterOptions<"small" | "large">>, unknown]>([
  ["random", (given) => ({ random: given as () => number }), 0.5],
  ["newId", (given) => ({ newId: given as () => string }), "id"],
  ["clock", (given) => ({ clock: given as () => number }), 1_000],
])("%s", (name, optionsOf, good) => {
  const bad =
    name === "newId"
      ? ["", undefined, 7, "x".repeat(1_025)]
      : [Number.NaN, Number.POSITIVE_INFINITY, 1e300, undefined, "0.5", 1n];

  it.each(["decide", "route"] as const)(
    "that fails refuses the request in %s, and works again for the next one",
    async (way) => {
      for (const value of bad) {
        let given: unknown = value;
        const { router, small } = make(optionsOf(() => given));
        const error = await thrown(router[way]("Hello"));
        if (!isRouterError(error, "invalid-option")) throw error;
        expect(error.option).toBe(name);
        expect(small.requests).toEqual([]);
        given = good;
        await router[way]("Hello");
      }
    },
  );

  it("that throws is named, with the error as its cause", async () => {
    const cause = new TypeError("secret");
    const { router } = make(
      optionsOf(() => {
        throw cause;
      }),
    );
    const error = await thrown(router.route("Hello"));
    if (!isRouterError(error, "invalid-option")) throw error;
    expect(error).toMatchObject({ option: name, cause });
    expect(error.message).toContain("TypeError");
    expect(error.message).not.toContain("secret");
  });
});

it("random below 0 or from 1 is refused by each draw", async () => {
  for (const value of [-0.001, 1, 1.5]) {
    const error = await thrown(make({ random: () => value }).router.decide("Hello"));
    expect(isRouterError(error, "invalid-option") && error.option).toBe("random");
  }
});

it("a clock that fails during a request does not fail that request", async () => {
  let readings = 0;
  const clock = () => {
    readings += 1;
    if (readings > 2) throw new Error("the clock stopped");
    return 5_000;
  };
  const { router } = make({ clock });
  const { decision, attempts } = await router.route({
    messages: [{ role: "user", content: "Hello" }],
    deadlineMs: 1_000,
  });
  expect(decision.at).toBe("1970-01-01T00:00:05.000Z");
  expect(attempts).toMatchObject([{ startedAt: "1970-01-01T00:00:05.000Z", latencyMs: 0 }]);
});

describe("coalesce", () => {
  const twice = (coalesce: unknown) => {
    const { router, small } = make({ policy: always("small"), coalesce: coalesce as () => boolean });
    return Promise.all([router.route("Hello"), router.route("Hello")]).then(() => small.requests.length);
  };

  it("that returns true sends equal requests once", async () => {
    expect(await twice(() => true)).toBe(1);
  });

  it.each<[string, () => unknown]>([
    [
      "throws",
      () => {
        throw new Error("selector");
      },
    ],
    ["returns a promise, which would always be true", async () => false],
    [
      "rejects",
      async () => {
        throw new Error("selector");
      },
    ],
    ["returns something else that is not false", () => 1],
  ])("that %s sends each on its own, and the process goes on", async (_, selector) => {
    const crashes = await crashesOf(async () => expect(await twice(selector)).toBe(2));
    expect(crashes).toEqual([]);
  });
});

describe("a function that sends requests without end", () => {
  it.each<[string, (send: () => void) => Partial<RouterOptions<"small" | "large">>]>([
    [
      "a policy",
      (send) => ({
        policy: {
          name: "own",
          models: ["small"],
          select: () => sending(send, { model: "small", reason: "own" }),
        },
      }),
    ],
    ["a constraint", (send) => ({ constraints: [{ name: "own", permits: () => sending(send, true) }] })],
    [
      "a classifier",
      (send) => ({
        classifier: { name: "own", version: "1", classify: () => sending(send, { complexity: 0 }) },
      }),
    ],
    ["a listener", (send) => ({ onEvent: ({ type }) => void (type === "attempt-started" && send()) })],
    ["newId", (send) => ({ newId: () => sending(send, "id") })],
  ])("does not end the process, and the router goes on: %s", async (_, optionsOf) => {
    let left = 2_000;
    const asked: Promise<unknown>[] = [];
    const send = () => {
      left -= 1;
      if (left > 0) asked.push(router.route("again").catch(() => {}));
    };
    const { router } = make(optionsOf(send));
    const crashes = await crashesOf(async () => {
      await thrown(router.route("Hello"));
      left = 0;
      for (let at = 0; at < asked.length; at += 1) await asked[at];
      expect((await router.route("Hello")).text).toBe("ok");
    });
    expect(crashes).toEqual([]);
  });
});

function sending<T>(send: () => void, result: T): T {
  send();
  return result;
}
