import { expect, test } from "vitest";
import { always, only } from "../../../../policies/index.ts";
import {
  createRouter,
  type Decision,
  type Model,
  ProviderError,
  type Router,
} from "../../../../src/index.ts";
import { createHandler, type HandlerOptions } from "../../../../src/serve/http/index.ts";
import { familyOf } from "../../../../src/serve/http/names/family-of.ts";
import { nearestModel } from "../../../../src/serve/http/names/nearest-model.ts";
import { type FakeModelOptions, fakeModel } from "../../../../src/testing/index.ts";

test.each([
  ["claude-haiku-4-5-20251001", "claude haiku"],
  ["claude-3-5-haiku-latest", "claude haiku"],
  ["anthropic/claude-haiku-4.5", "claude haiku"],
  ["us.anthropic.claude-haiku-4-5-20251001-v1:0", "claude haiku"],
  ["claude-opus-4-8[1m]", "claude opus"],
  ["gpt-5.4-mini", "gpt mini"],
  ["gpt-5-mini-2025-08-07", "gpt mini"],
  ["models/gemini-3.1-pro-preview", "gemini pro"],
  ["qwen3-8b", "qwen"],
  ["Qwen/Qwen3-32B", "qwen"],
  ["o3", ""],
])("%s is of the family %s", (name, family) => expect(familyOf(name)).toBe(family));

/** Models by id, each with its name and its price of a million output tokens. */
function modelsOf(
  given: Readonly<Record<string, readonly [name: string, usd?: number]>>,
): Record<string, Model> {
  return Object.fromEntries(
    Object.entries(given).map(([id, [name, usd]]) => [id, fakeModel({ ...named(name), ...priced(usd) })]),
  );
}

function named(name: string): FakeModelOptions {
  const [provider = "", model = ""] = name.split(":");
  return { provider, model };
}

function priced(usd: number | undefined): FakeModelOptions {
  return usd === undefined ? {} : { price: { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: usd } };
}

const claude = { small: ["anthropic:claude-haiku-4-5", 5], large: ["anthropic:claude-opus-5", 25] } as const;
const gpt = { small: ["openai:gpt-5.4-mini", 4.5], large: ["openai:gpt-5.5", 30] } as const;
const own = { small: ["vllm:qwen3-8b"], large: ["anthropic:claude-opus-5", 25] } as const;

test.each<[string, Parameters<typeof modelsOf>[0], string, ReturnType<typeof nearestModel>]>([
  ["its own name", claude, "claude-haiku-4-5", { id: "small", mostUsd: 5 }],
  ["its own name with the provider", claude, "anthropic:claude-opus-5", { id: "large", mostUsd: 25 }],
  ["a dated name", claude, "claude-haiku-4-5-20251001", { id: "small", mostUsd: 5 }],
  ["a version that no catalogue has", claude, "claude-haiku-9", { id: "small", mostUsd: 5 }],
  ["a name of a gateway", claude, "anthropic/claude-haiku-4.5", { id: "small", mostUsd: 5 }],
  ["no kin, and nearer to the large one", claude, "claude-sonnet-4-5", { id: "large", mostUsd: 25 }],
  ["another provider's small one", gpt, "claude-haiku-4-5-20251001", { id: "small", mostUsd: 5 }],
  ["another provider's large one", gpt, "claude-opus-5", { id: "large", mostUsd: 30 }],
  [
    "a model without a price beside a dear one",
    own,
    "claude-haiku-4-5-20251001",
    { id: "large", mostUsd: 5 },
  ],
  ["the dear one of these", own, "claude-opus-4-8", { id: "large", mostUsd: 25 }],
  ["no known name", claude, "fast", undefined],
  ["no name at all", claude, "", undefined],
])("a client's name is %s", (_, models, name, nearest) => {
  expect(nearestModel(name, modelsOf(models))).toEqual(nearest);
});

/** A router that sends everything to the large model, if it may. Returns which models answered. */
function started(
  given: Readonly<Record<string, FakeModelOptions>>,
  options: HandlerOptions = {},
  constraints: Parameters<typeof createRouter>[0]["constraints"] = [],
) {
  const models = Object.fromEntries(Object.entries(given).map(([id, one]) => [id, fakeModel(one)]));
  const router = createRouter({
    models,
    constraints,
    policy: always("large"),
    execution: { retries: 0 },
  } as never) as unknown as Router;
  const told: string[] = [];
  const handler = createHandler(router, { onUnknownModel: (name) => told.push(name), ...options });
  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    handler(path, { method: "POST", body: JSON.stringify(body), headers });
  const ask = async (model: unknown, body: object = {}) => {
    const before = Object.values(models).map((one) => one.requests.length);
    const answer = await post("/v1/messages", {
      model,
      max_tokens: 9,
      messages: [{ role: "user", content: "Prove it." }],
      ...body,
    });
    const asked = Object.keys(models).find(
      (id, at) => (models[id]?.requests.length ?? 0) > (before[at] ?? 0),
    );
    return asked ?? answer.status;
  };
  return { handler, ask, told, post, router };
}

const haiku = { ...named("anthropic:claude-haiku-4-5"), ...priced(5) };
const opus = { ...named("anthropic:claude-opus-5"), ...priced(25) };

test("a cheap model that a client names is an upper bound, and a dear one leaves the choice to the router", async () => {
  const { ask, told } = started({ small: haiku, large: opus });
  expect(await ask("claude-haiku-4-5-20251001")).toBe("small");
  expect(await ask("claude-haiku-4-5")).toBe("small");
  for (const name of ["claude-opus-4-8", "claude-sonnet-4-5", "auto", "", null, undefined])
    expect([name, await ask(name)]).toEqual([name, "large"]);
  expect(await ask("small")).toBe("small");
  expect(await ask(5)).toBe(400);
  expect(told).toEqual([]);
});

test("the operator may say otherwise: by a route, or for all names", async () => {
  const models = { small: haiku, large: opus };
  const routes = {
    "claude-haiku-4-5-20251001": "auto",
    fast: "small",
    quick: { labels: { a: "b" } },
  } as const;
  const routed = started(models, { routes });
  expect(await routed.ask("claude-haiku-4-5-20251001")).toBe("large");
  expect(await routed.ask("claude-haiku-4-5")).toBe("small");
  expect(await routed.ask("fast")).toBe("small");
  expect(await routed.ask("quick")).toBe("large");
  expect(await started(models, { unknownModel: "unbounded" }).ask("claude-haiku-4-5")).toBe("large");
  const strict = started(models, { unknownModel: "error" });
  expect(await strict.ask("claude-haiku-4-5")).toBe("small");
  expect(await strict.ask("claude-haiku-4-5-20251001")).toBe(404);
});

test("the bound gives way where no cheaper model can take the request", async () => {
  const image = { type: "image", source: { type: "base64", media_type: "image/png", data: "iVBORw0KGgo=" } };
  const seen = { messages: [{ role: "user", content: [image, { type: "text", text: "What is it?" }] }] };
  const narrow = started({
    small: { ...haiku, contextWindow: 100 },
    large: { ...opus, contextWindow: 9_000 },
  });
  expect(await narrow.ask("claude-haiku-4-5")).toBe("small");
  expect(await narrow.ask("claude-haiku-4-5", { system: "word ".repeat(500) })).toBe("large");
  const blind = started({
    small: { ...haiku, capabilities: { images: false } },
    large: { ...opus, capabilities: { images: true } },
  });
  expect(await blind.ask("claude-haiku-4-5")).toBe("small");
  expect(await blind.ask("claude-haiku-4-5", seen)).toBe("large");
});

test("a constraint of the team counts more than the client's name, and a more expensive model follows one that fails", async () => {
  expect(
    await started({ small: haiku, large: opus }, {}, [only("large") as never]).ask("claude-haiku-4-5"),
  ).toBe("large");
  const failing = { ...haiku, error: new ProviderError({ kind: "server", model: "small" }) };
  const { post } = started({ small: failing, large: { ...opus, answer: "by the large one" } });
  const messages = [{ role: "user", content: "Hi." }];
  const answer = await post("/v1/chat/completions", { model: "claude-haiku-4-5", messages });
  expect(await answer.text()).toContain("by the large one");
});

test("a policy that knows only the dear model leaves the answer to the cheap one, and the decision says why", async () => {
  const models = { small: fakeModel(haiku), large: fakeModel(opus) };
  const made: Decision[] = [];
  const router = createRouter({
    models,
    policy: always("large"),
    onEvent: (event) => void (event.type === "decision-made" && made.push(event.decision)),
  });
  const messages = [{ role: "user", content: "Hi." }];
  const body = JSON.stringify({ model: "claude-haiku-4-5-20251001", messages });
  const answer = await createHandler(router as unknown as Router)("/v1/chat/completions", {
    method: "POST",
    body,
  });
  expect([answer.status, models.large.requests.length]).toEqual([200, 0]);
  const reason =
    "namedModel: a million output tokens cost $25, and at most $5 by the model that the client named";
  expect(made[0]).toMatchObject({
    model: "small",
    reason,
    degraded: { otherwise: "small", reason },
    fallbacks: ["large"],
    certified: false,
  });
  expect(made[0]?.candidates[1]).toMatchObject({ permitted: true, withheld: reason });
});

test("a name that means nothing is told once, and names of strangers fill nothing", async () => {
  const { ask, told } = started({ small: haiku, large: opus });
  expect(await ask("my-favourite")).toBe("large");
  expect(await ask("my-favourite")).toBe("large");
  expect(await ask("\u001b[2Jx")).toBe("large");
  expect(told).toEqual(["my-favourite", "[U+001B][2Jx"]);
  for (let at = 0; at < 150; at += 1) await ask(`${at}${"x".repeat(at * 3)}`);
  expect(told).toHaveLength(100);
  expect(Math.max(...told.map((name) => name.length))).toBe(200);
  for (const name of ["__proto__", "constructor", "toString"]) expect(await ask(name)).toBe("large");
});

test("lists have ids, routes and the names that models have at their providers, and one of them is there if a request may name it", async () => {
  const { handler } = started(
    { small: { ...haiku, contextWindow: 200_000, maxOutputTokens: 64_000 }, large: opus },
    { routes: { "claude-auto": "auto" } },
  );
  const read = async (path: string, headers = {}) =>
    (await handler(path, { headers })).json() as Promise<{ data: { id: string }[] }>;
  const names = ["auto", "claude-auto", "small", "large", "claude-haiku-4-5", "claude-opus-5"];
  expect((await read("/v1/models")).data).toEqual(
    names.map((id) => ({ id, object: "model", created: 0, owned_by: "switchpoint" })),
  );
  // Claude Code 2.1.197 reads id and display_name of those that begin with claude or anthropic.
  const ofAnthropic = { "anthropic-version": "2023-06-01" };
  const listed = await read("/v1/models?limit=1000", ofAnthropic);
  expect(listed.data.map(({ id }) => id)).toEqual(names);
  expect(listed.data[2]).toEqual({
    type: "model",
    id: "small",
    display_name: "small",
    created_at: "1970-01-01T00:00:00Z",
    max_input_tokens: 200_000,
    max_tokens: 64_000,
    capabilities: null,
  });
  // Codex 0.171.0 with a command for its key: without `models` it asks three times.
  expect(await read("/v1/models?client_version=0.171.0")).toMatchObject({ data: { length: 6 }, models: [] });
  for (const name of ["large", "claude-opus-4-8", "anthropic/claude-haiku-4.5", "anthropic%2Fclaude", "what"])
    expect(await read(`/v1/models/${name}`)).toMatchObject({ id: decodeURIComponent(name) });
  expect((await handler("/v1/models/%ff")).status).toBe(400);
  const strict = started({ small: haiku, large: opus }, { unknownModel: "error" }).handler;
  expect((await strict("/v1/models/claude-haiku-4-5")).status).toBe(200);
  for (const path of ["/v1/models/what", "/v1beta/models/what"])
    expect((await strict(path)).status).toBe(404);
});

test.each([
  [{ fast: "smal" }, "routes.fast"],
  [{ small: "large" }, "routes.small"],
  [{ auto: "small" }, "routes.auto"],
  [{ fast: { maxCostUsd: -1 } }, "routes.fast.maxCostUsd"],
  [{ fast: { labels: { a: 1 } } }, "routes.fast.labels"],
  [{ fast: { model: "small" } }, "routes.fast.model"],
  [{ fast: 5 }, "routes.fast"],
])("a route that cannot work is refused where it is made: %j", (routes, place) => {
  expect(() => started({ small: haiku, large: opus }, { routes: routes as never })).toThrow(place);
});
