import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { threshold } from "../../../policies/index.ts";
import { createRouter, decisionLog, ProviderError } from "../../../src/index.ts";
import { createHoldOut } from "../../../src/loop/index.ts";
import type { HashedField } from "../../../src/router/log/log-line.ts";
import { prometheus } from "../../../src/serve/metrics/prometheus/index.ts";
import { dashboard } from "../../../src/serve/status/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "switchpoint-private-"));
});
afterEach(() => rm(folder, { recursive: true }));

const canary = (name: string) => `CANARY-${name}`;

/** A request with a word of its own in every field that takes a text, but the class that the caller names. */
const request = (session: string) => ({
  messages: [
    { role: "system", content: canary("system") },
    { role: "developer", content: canary("developer") },
    {
      role: "user",
      name: canary("name"),
      content: [
        { type: "text", text: canary("part") },
        { type: "image_url", image_url: { url: `https://images.example/${canary("image")}.png` } },
      ],
    },
    {
      role: "assistant",
      content: canary("assistant"),
      refusal: canary("refusal"),
      tool_calls: [
        {
          id: canary("call"),
          type: "function",
          function: { name: canary("called"), arguments: `{"a":"${canary("arguments")}"}` },
        },
      ],
    },
    { role: "tool", tool_call_id: canary("call"), content: canary("result") },
    { role: "user", content: canary("ask") },
  ],
  tools: [
    {
      type: "function",
      function: {
        name: canary("tool"),
        description: canary("description"),
        parameters: { type: "object", properties: { [canary("property")]: { type: "string" } } },
      },
    },
  ],
  tool_choice: { type: "function", function: { name: canary("tool") } },
  metadata: { [canary("key")]: canary("metadata") },
  user: canary("user"),
  stop: [canary("stop")],
  response_format: {
    type: "json_schema",
    json_schema: { name: canary("schema"), schema: { type: "object", title: canary("title") } },
  },
  prediction: { type: "content", content: canary("prediction") },
  safety_identifier: canary("safety"),
  prompt_cache_key: canary("cache"),
  session: canary(session),
  tenant: canary("tenant"),
  labels: { user: canary("label") },
});

it("no field of a request is in a log whose names are hashed, in a metric or on the page, however it ends", async () => {
  const hash: readonly HashedField[] = ["session", "tenant", "labels.user"];
  const log = decisionLog({ file: join(folder, "d.jsonl"), hashKey: "k", hash });
  const price = { usdPerMillionInputTokens: 1_000, usdPerMillionOutputTokens: 2_000 };
  let fails = false;
  const answer = (): string => {
    if (!fails) return `${canary("answer")} ${canary("ask")}`;
    throw new ProviderError({ kind: "server", model: "fake:small", detail: canary("detail") });
  };
  const { policy } = createHoldOut({
    policy: threshold({ small: "small", large: "large", at: 0.7 }),
    large: "large",
    share: 0.5,
    salt: "a secret of the tests",
  });
  const router = createRouter({
    models: {
      small: fakeModel({ model: "small", price, answer }),
      large: fakeModel({ model: "large", price, answer }),
    },
    policy,
    assumeCapabilities: ["images", "tools", "jsonSchema"],
    budgets: [
      { name: "by-tenant", limitUsd: 12, period: "day", per: "tenant", degrade: { from: 0.1, to: "small" } },
      { name: "by-user", limitUsd: 12, period: "day", per: { label: "user" } },
      { name: "by-session", limitUsd: 12, period: "day", per: "session" },
    ],
    execution: { backoffBaseMs: 0 },
  } as never);
  router.observe(log);
  const metrics = prometheus(router);
  const page = dashboard(router);
  const said: string[] = [];
  for (let sent = 0; sent < 12; sent += 1) {
    fails = sent % 3 === 1;
    try {
      const { decision } = await router.route(request(`session-${sent % 2}`) as never);
      router.feedback(decision, 0.5);
    } catch (error) {
      said.push((error as Error).message);
    }
  }
  // Some were answered, some failed, and some were more than a budget has.
  expect(new Set(said.map((text) => text.replace(/[^a-z]+/gi, " ").slice(0, 12))).size).toBeGreaterThan(1);
  const texts = [
    ...said,
    await metrics.text(),
    JSON.stringify(await page.frame({ window: "1h", seq: 0, statesSeq: 0 })),
  ];
  await router.close();
  texts.push(await readFile(join(folder, "d.jsonl"), "latin1"));
  expect(texts.at(-1)).toContain("hmac:");
  expect(texts.flatMap((text) => text.match(/CANARY-[\w-]+/g) ?? [])).toEqual([]);
});
