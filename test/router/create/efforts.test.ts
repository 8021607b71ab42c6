import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { always } from "../../../policies/index.ts";
import type { Batches, Model } from "../../../src/contracts/index.ts";
import { createRouter, efforts } from "../../../src/index.ts";
import { anthropic } from "../../../src/router/providers/anthropic.ts";
import { openai } from "../../../src/router/providers/openai.ts";
import { createHandler } from "../../../src/serve/http/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { serveAnthropic } from "../../support/anthropic-server.ts";
import { serveOpenAi } from "../../support/openai-server.ts";
import { serveResponses } from "../../support/responses-server.ts";
import { scenarioAnswer } from "../../support/scenario-answer.ts";
import { waysToSend } from "../../support/ways-to-send.ts";

const scenario = { type: "answer" as const, answer: scenarioAnswer({ textPieces: ["hello ", "to you"] }) };
const messages = [{ role: "user" as const, content: "How deep is the harbour?" }];

async function served<Server extends { close(): Promise<void> }>(starting: Promise<Server>): Promise<Server> {
  const server = await starting;
  onTestFinished(server.close);
  return server;
}

describe("efforts makes models", () => {
  const made = efforts("large", openai("gpt-5.5", { apiKey: "k" }), ["low", "high"]);

  test("under derived ids, each with a name of its own and the facts of the model", () => {
    expect(Object.keys(made)).toEqual(["large@low", "large@high"]);
    const { "large@low": low, "large@high": high } = made;
    expect([low.name, high.name]).toEqual(["openai:gpt-5.5@low", "openai:gpt-5.5@high"]);
    expect([low.effort, high.effort]).toEqual(["low", "high"]);
    expect([low.provider, low.model]).toEqual(["openai", "gpt-5.5"]);
    expect(low.defaults?.reasoningEffort).toBe("low");
    const router = createRouter({ models: made, policy: always("large@low") });
    expect(router.models["large@high"].price).toEqual(
      createRouter({ models: { base: openai("gpt-5.5") }, policy: always("base") }).models.base.price,
    );
  });

  test("and keeps the methods of an instance of a class", async () => {
    class Own implements Model {
      readonly labels = {};
      readonly #answers = fakeModel();
      get name() {
        return "own:model";
      }
      get provider() {
        return "own";
      }
      get model() {
        return "model";
      }
      get requests() {
        return this.#answers.requests;
      }
      generate(...given: Parameters<Model["generate"]>) {
        return this.#answers.generate(...given);
      }
      stream(...given: Parameters<Model["stream"]>) {
        return this.#answers.stream(...given);
      }
      async health() {
        return this.#answers !== undefined;
      }
    }
    const own = new Own();
    const router = createRouter({ models: efforts("own", own, ["low"]), policy: always("own@low") });
    await router.route("x");
    expect(own.requests).toMatchObject([{ reasoning_effort: "low" }]);
    expect(await router.models["own@low"].health?.()).toBe(true);
  });

  test.each<[string, () => unknown, string]>([
    ["no effort", () => efforts("large", fakeModel(), []), 'efforts("large")'],
    ["an unknown effort", () => efforts("large", fakeModel(), ["huge" as "max"]), 'efforts("large")[0]'],
    ["a list with a hole", () => efforts("large", fakeModel(), new Array<"low">(1)), 'efforts("large")[0]'],
    ["a name with an effort", () => efforts("large", "openai:gpt-5.5@high", ["low"]), "without an effort"],
    ["an effort twice", () => efforts("large", fakeModel(), ["low", "low"]), 'efforts("large")[1]'],
    ["an empty id", () => efforts(" ", fakeModel(), ["low"]), "efforts: the base id"],
    ["something that is no model", () => efforts("large", {} as Model, ["low"]), "the model"],
    [
      "a model that has an effort already",
      () => efforts("largest", made["large@low"], ["high"]),
      "it has an effort already",
    ],
    [
      "a model whose extraBody says how much to reason",
      () =>
        efforts("large", openai("gpt-5.5", { defaults: { extraBody: { reasoning_effort: "low" } } }), [
          "high",
        ]),
      "defaults.extraBody.reasoning_effort",
    ],
  ])("but not of %s", (_, make, named) => {
    expect(make).toThrow(named);
  });
});

describe("the effort arrives", () => {
  test.each(Object.entries(waysToSend))("with OpenAI %s, whole and as a stream", async (_, way) => {
    const server = await served(serveOpenAi(scenario));
    const model = openai("gpt-5.1", { apiKey: "k", baseUrl: server.url, ...way });
    const router = createRouter({
      models: efforts("large", model, ["low", "high"]),
      policy: always("large@high"),
    });
    await router.route({ messages });
    for await (const _ of router.stream({ messages, model: "large@low" }));
    const { attempts } = await router.route({ messages, reasoning_effort: "minimal" });
    expect(server.requests.map(({ body }) => body)).toMatchObject([
      { model: "gpt-5.1", reasoning_effort: "high" },
      { model: "gpt-5.1", reasoning_effort: "low" },
      { model: "gpt-5.1", reasoning_effort: "high" },
    ]);
    // The id wins, and the attempt says what was left out.
    expect(attempts).toMatchObject([
      { model: "large@high", name: "openai:gpt-5.1@high", dropped: ["reasoning_effort"] },
    ]);
  });

  test("with OpenAI's Responses and with Anthropic", async () => {
    const [responses, claude] = [
      await served(serveResponses(scenario)),
      await served(serveAnthropic(scenario)),
    ];
    const router = createRouter({
      models: {
        ...efforts("gpt", openai("gpt-5.1", { apiKey: "k", baseUrl: responses.url, api: "responses" }), [
          "medium",
        ]),
        ...efforts("claude", anthropic("claude-opus-5", { apiKey: "k", baseUrl: claude.url }), ["max"]),
      },
      policy: always("gpt@medium"),
    });
    await router.route({ messages });
    await router.route({ messages, model: "claude@max" });
    expect(responses.requests[0]?.body).toMatchObject({ reasoning: { effort: "medium" } });
    expect(claude.requests[0]?.body).toMatchObject({ output_config: { effort: "max" } });
  });

  describe("in a request that goes on as its sender wrote it", () => {
    let servers: Awaited<ReturnType<typeof serveAnthropic>>[] = [];
    beforeAll(async () => {
      servers = [await serveAnthropic(scenario), await serveResponses(scenario)];
    });
    afterAll(async () => {
      for (const server of servers) await server.close();
    });

    const send = async (path: string, body: object) => {
      const [claude, responses] = servers.map(({ url }) => url);
      const router = createRouter({
        models: {
          ...efforts("claude", anthropic("claude-opus-5", { apiKey: "k", baseUrl: claude }), ["low"]),
          ...efforts("gpt", openai("gpt-5.1", { apiKey: "k", baseUrl: responses, api: "responses" }), [
            "high",
          ]),
        },
        policy: always(path === "messages" ? "claude@low" : "gpt@high"),
      });
      const handler = createHandler(router, { unknownModel: "auto" });
      const answer = await handler(
        new Request(`http://localhost/v1/${path}`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ model: "auto", ...body }),
        }),
      );
      expect(answer.status).toBe(200);
      await answer.text();
      return servers[path === "messages" ? 0 : 1]?.requests.at(-1)?.body;
    };

    test.each([
      ["an effort of its own", { thinking: { type: "adaptive" }, output_config: { effort: "high" } }],
      ["a budget of thinking", { thinking: { type: "enabled", budget_tokens: 2_000 } }],
      ["thinking that is off", { thinking: { type: "disabled" } }],
      ["nothing", {}],
    ])("to Anthropic with %s", async (_, asked) => {
      const body = await send("messages", { max_tokens: 4_000, messages, top_k: 7, ...asked });
      expect(body).toMatchObject({
        top_k: 7,
        thinking: { type: "adaptive" },
        output_config: { effort: "low" },
      });
    });

    test.each([
      ["an effort of its own", { reasoning: { effort: "minimal", summary: "auto" } }, { summary: "auto" }],
      ["nothing", {}, {}],
    ])("to OpenAI's Responses with %s", async (_, asked, kept) => {
      const body = await send("responses", { input: "How deep?", truncation: "auto", ...asked });
      expect(body).toMatchObject({ truncation: "auto", reasoning: { effort: "high", ...kept } });
    });
  });

  test("from a client that pins the id over HTTP, and the list of models names it", async () => {
    const model = fakeModel({ provider: "openai", model: "gpt-5.5" });
    const router = createRouter({
      models: efforts("large", model, ["low", "high"]),
      policy: always("large@low"),
    });
    const handler = createHandler(router);
    const answer = await handler(
      new Request("http://localhost/v1/chat/completions", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ model: "large@high", messages, reasoning_effort: "low" }),
      }),
    );
    expect(answer.status).toBe(200);
    expect(model.requests).toMatchObject([{ reasoning_effort: "high" }]);
    const listed = await handler(new Request("http://localhost/v1/models/large%40high"));
    expect(await listed.json()).toMatchObject({ id: "large@high" });
  });

  test("in the body of a batch", async () => {
    const batches = {
      priceShare: 0.5,
      maxItems: 10,
      maxBytes: 1_000,
      bodyOf: (request: object) => request,
    } as unknown as Batches;
    const { "large@low": low } = efforts("large", { ...fakeModel(), batches }, ["low"]);
    expect(await low.batches?.bodyOf({ messages })).toEqual({ messages, reasoning_effort: "low" });
    expect(low.batches?.priceShare).toBe(0.5);
  });
});

describe("a router is made", () => {
  const routerOf = (model: Model, level: "none" | "low" = "low") => {
    const made = efforts("large", model, [level]);
    return () => createRouter({ models: made as Record<string, Model>, policy: always(`large@${level}`) });
  };

  test("unless a model is known not to have the effort", async () => {
    const noThinking = fakeModel({ name: "a", capabilities: { reasoning: false } });
    expect(routerOf(noThinking)).toThrow("models.large@low.effort");
    expect(routerOf(noThinking)).toThrow("a@low has only none");
    expect(routerOf(noThinking, "none")).not.toThrow();
    expect(routerOf(openai("gpt-4.1"))).toThrow("openai:gpt-4.1@low has only none");
    expect(routerOf(fakeModel({ capabilities: { efforts: ["medium", "high"] } }))).toThrow(
      "only medium, high",
    );
    expect(routerOf(fakeModel({ capabilities: { efforts: [] } }))).toThrow("has no effort");
    expect(routerOf(fakeModel({ capabilities: { efforts: ["low"] } }))).not.toThrow();
  });

  test("with an effort that is not known, which decisions tell", async () => {
    const told = async (model: Model) =>
      (await routerOf(model)().decide("x")).candidates[0]?.unknown?.includes("effort") ?? false;
    expect(await told(fakeModel())).toBe(true);
    expect(await told(fakeModel({ capabilities: { efforts: ["low"] } }))).toBe(false);
  });

  test("not with a model that claims an effort which its name does not say", () => {
    const models = { large: fakeModel({ name: "fake:large", effort: "low" }) };
    expect(() => createRouter({ models, policy: always("large") })).toThrow("models.large.name");
    const unknown = { large: fakeModel({ name: "fake:large@huge", effort: "huge" as "max" }) };
    expect(() => createRouter({ models: unknown, policy: always("large") })).toThrow(
      "models.large.effort must be one of none, minimal,",
    );
  });

  test("from names with an effort", () => {
    const { models } = createRouter({
      models: {
        quick: "openai:gpt-5.4-mini@none",
        ...efforts("large", "openai:gpt-5.5", ["low", "high"]),
      },
      policy: always("quick"),
    });
    expect(Object.entries(models).map(([id, { name, model, effort }]) => [id, name, model, effort])).toEqual([
      ["quick", "openai:gpt-5.4-mini@none", "gpt-5.4-mini", "none"],
      ["large@low", "openai:gpt-5.5@low", "gpt-5.5", "low"],
      ["large@high", "openai:gpt-5.5@high", "gpt-5.5", "high"],
    ]);
  });
});
