import { expect, it } from "vitest";
import { cascade } from "../../../policies/index.ts";
import { createRouter, ProviderError, type RouterEvent } from "../../../src/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

it("names each attempt of a request once: those of the plan, of classifiers and of checks", async () => {
  const judge = fakeModel({ model: "judge", answer: "fine" });
  const question = { messages: [{ role: "user" as const, content: "?" }] };
  let failures = 1;
  const small = fakeModel({
    model: "small",
    answer: () => {
      failures -= 1;
      if (failures >= 0) throw new ProviderError({ kind: "server", model: "fake:small" });
      return "from small";
    },
  });
  const events: RouterEvent[] = [];
  const router = createRouter({
    models: { small, large: fakeModel({ model: "large" }) },
    policy: cascade({
      first: "small",
      then: "large",
      unless: {
        name: "twice",
        accepts: async (_, __, hop) => {
          await Promise.all([hop.generate(judge, question), hop.generate(judge, question)]);
          return false;
        },
      },
    }),
    classifier: {
      name: "asking",
      version: "1",
      classify: async (_, hop) => {
        await hop.generate(judge, question);
        return { complexity: 0.1 };
      },
    },
    execution: { backoffBaseMs: 0 },
    onEvent: (event) => events.push(event),
  });
  const { decision, attempts } = await router.route("Hello");
  expect(attempts.map(({ id }) => id.slice(decision.id.length))).toEqual([
    "/classify-1",
    "/1",
    "/2",
    "/check-2",
    "/check-3",
    "/3",
  ]);
  for (const { id } of attempts) expect(id.startsWith(decision.id)).toBe(true);
  const reported = events.flatMap((event) => (event.type === "attempt-ended" ? [event.attempt.id] : []));
  expect(new Set(reported)).toEqual(new Set(attempts.map(({ id }) => id)));
});
