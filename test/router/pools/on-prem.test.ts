import { expect, onTestFinished, test } from "vitest";
import { always, spillOver } from "../../../policies/index.ts";
import type { Constraint } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/index.ts";
import { pool } from "../../../src/router/pools/index.ts";
import { vllm } from "../../../src/router/providers/engines/index.ts";
import { openaiCompatible } from "../../../src/router/providers/openai-compatible.ts";
import { serveFakeEngine, smallProfile } from "../../../src/testing/index.ts";
import { sendJson, serveWith } from "../../support/serve-with.ts";

const onPrem: Constraint = {
  name: "on-prem",
  permits: ({ facts }, { request }) =>
    request.labels["confidential"] !== "yes" || facts.labels["place"] === "on-prem" || "is not on-prem",
};

test("a burst spills to the cloud, and no request that must stay on-prem ever arrives there", async () => {
  // Two engines with one slot and a queue of one: most of a burst finds them full.
  const profile = { ...smallProfile, slots: 1, maxQueuedRequests: 2 };
  const engines = await Promise.all([1, 2].map(() => serveFakeEngine({ model: "qwen", profile, speed: 5 })));
  const asked: string[] = [];
  const cloud = await serveWith((response, request) => {
    asked.push(JSON.stringify(request.body));
    sendJson(response, {
      choices: [
        { index: 0, finish_reason: "stop", message: { role: "assistant", content: "from the cloud" } },
      ],
      usage: { prompt_tokens: 5, completion_tokens: 5, total_tokens: 10 },
    });
  });
  onTestFinished(async () => {
    await Promise.all([cloud.close(), ...engines.map((one) => one.close())]);
  });
  const labels = { place: "on-prem" };
  const gpu = { usdPerHour: 1.3 };
  const router = createRouter({
    models: {
      own: pool(
        "qwen",
        engines.map(({ url }) => vllm("qwen", { baseUrl: url, labels, gpu })),
      ),
      cloud: openaiCompatible("qwen", { baseUrl: `${cloud.url}/v1`, labels: { place: "cloud" } }),
    },
    policy: spillOver({ from: "own", to: "cloud", above: { waitMs: 0 } }, always("own")),
    constraints: [onPrem],
    execution: { retryAfterCapMs: 2_000 },
  });
  onTestFinished(() => router.close());

  const send = (index: number) => {
    const confidential = index % 2 === 0;
    return router
      .route({
        messages: [{ role: "user", content: `${confidential ? "secret" : "public"} ${index}` }],
        labels: { confidential: confidential ? "yes" : "no" },
        deadlineMs: 20_000,
      })
      .then(
        ({ attempts, decision }) => ({ confidential, at: attempts.at(-1)?.model, decision }),
        (error: unknown) => ({ confidential, at: undefined, error }),
      );
  };
  const results = (await Promise.all(Array.from({ length: 30 }, (_, index) => send(index)))).flat();

  // Counted on the server: each request that arrived there was public.
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.filter((body) => body.includes("secret"))).toEqual([]);
  const answered = results.filter(({ at }) => at !== undefined);
  expect(answered.filter(({ confidential }) => !confidential)).toHaveLength(15);
  expect(answered.filter(({ at, confidential }) => confidential && at !== "own")).toEqual([]);
  expect(answered.filter(({ confidential }) => confidential).length).toBeGreaterThan(0);
  // Those that stay wait their turn within their deadline; one that got none was refused, not sent elsewhere.
  for (const result of results)
    if ("error" in result) expect(result.error).toMatchObject({ name: expect.stringMatching(/Error$/) });
  const refused = engines.reduce((sum, { core }) => sum + core.totals.rejected, 0);
  expect(refused).toBeGreaterThan(0);
});
