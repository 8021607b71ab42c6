import { expect, test } from "vitest";
import { sticky, threshold } from "../../../policies/index.ts";
import { createRouter, type Router } from "../../../src/index.ts";
import { createHandler } from "../../../src/serve/http/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

const easy = "What is the capital of France?";
const hard =
  "Prove that the square root of 2 is irrational, then design a lock service for three data centres and prove that it is safe.";

function started() {
  const models = { small: fakeModel({ name: "a" }), large: fakeModel({ name: "b" }) };
  const router = createRouter({
    models,
    policy: sticky(threshold({ small: "small", large: "large", at: 0.5 })),
  });
  const handler = createHandler(router as unknown as Router, {
    authorise: ({ headers }) => ({ tenant: headers.get("x-api-key") ?? undefined }),
    explain: true,
  });
  const ask = async (content: string, headers: Record<string, string>) => {
    const messages = [{ role: "user", content }];
    const body = JSON.stringify({ model: "auto", max_tokens: 9, messages });
    const answer = await handler("/v1/messages", { method: "POST", body, headers });
    return answer.headers.get("x-switchpoint-model") ?? (await answer.text());
  };
  return { ask, models };
}

const ofClaude = (key: string) => ({ "x-api-key": key, "x-claude-code-session-id": "s1" });

test("two clients of two tenants with one session id have nothing in common", async () => {
  const { ask, models } = started();
  expect(await ask(hard, ofClaude("acme"))).toBe("large");
  expect(await ask(easy, ofClaude("other"))).toBe("small");
  expect(await ask(easy, ofClaude("acme"))).toBe("large");
  for (const { requests } of Object.values(models))
    for (const { messages } of requests) expect(messages).toHaveLength(1);
});

test("two clients of one tenant with one session id are one conversation, of which neither sees the other's text", async () => {
  const { ask, models } = started();
  expect(await ask(hard, ofClaude("acme"))).toBe("large");
  // Another program, whose header has another name.
  expect(await ask(easy, { "x-api-key": "acme", "session-id": "s1" })).toBe("large");
  expect(await ask(easy, { "x-api-key": "acme", "session-id": "s2" })).toBe("small");
  const texts = models.large.requests.map(({ messages }) => JSON.stringify(messages));
  expect(texts).toHaveLength(2);
  expect(texts[1]).not.toContain("irrational");
});

test("both at once end, whichever decides first", async () => {
  const { ask } = started();
  const both = await Promise.all([ask(hard, ofClaude("acme")), ask(easy, ofClaude("acme"))]);
  for (const model of both) expect(["small", "large"]).toContain(model);
  const later = await Promise.all([ask(easy, ofClaude("acme")), ask(easy, ofClaude("acme"))]);
  expect(new Set(later).size).toBe(1);
});
