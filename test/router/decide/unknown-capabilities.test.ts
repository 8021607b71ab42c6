import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { always, cascade, firstOf, mix, random } from "../../../policies/index.ts";
import type {
  Capabilities,
  ChatRequest,
  Check,
  NeededCapability,
  Router,
  RouterEvent,
  RouterState,
} from "../../../src/contracts/index.ts";
import { createRouter, ProviderError } from "../../../src/index.ts";
import { pool, roundRobin } from "../../../src/router/pools/index.ts";
import { vllm } from "../../../src/router/providers/engines/vllm.ts";
import { createHandler } from "../../../src/serve/http/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { runs } from "../../support/runs.ts";

const user = { role: "user" as const, content: "Go." };
const png = "data:image/png;base64,AAAA";
const asking: Readonly<Record<NeededCapability, ChatRequest>> = {
  images: {
    messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: png } }] }, user],
  },
  tools: { messages: [user], tools: [{ type: "function", function: { name: "f" } }] },
  jsonSchema: {
    messages: [user],
    response_format: { type: "json_schema", json_schema: { name: "a", schema: {} } },
  },
};
const model = (name: string, capabilities?: Capabilities, rest: object = {}) =>
  fakeModel({ model: name, ...(capabilities && { capabilities }), ...rest });
const failing = { error: new ProviderError({ kind: "server", model: "m", summary: "down" }) };
const sleep = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));
async function read(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}
const never: Check = { name: "never", accepts: () => false };

const router = (options: object) => createRouter({ policy: always("m"), ...options } as never) as Router;
const refusing = (lacks: NeededCapability) => ({
  error: new ProviderError({ kind: "invalid-request", status: 400, model: "m", summary: "no", lacks }),
});

describe("an image", () => {
  const models = () => ({ may: model("may"), sees: model("sees", { images: true }) });

  it("goes to a model that may be blind only if no permitted one is known to see", async () => {
    const both = createRouter({ models: models(), policy: firstOf(always("may"), always("sees")) });
    const { model: chosen, candidates } = await both.decide(asking.images);
    expect(chosen).toBe("sees");
    expect(candidates[0]?.permitted).toMatch(/^capabilities: it is not known to read images.*; sees can/);
    const { may } = models();
    const alone = createRouter({ models: { may }, policy: always("may") });
    await alone.route(asking.images);
    expect(may.requests).toHaveLength(1);
    const kept = { name: "kept", permits: ({ id }: { id: string }) => id === "may" || "not at home" };
    const asked = createRouter({ models: models(), policy: always("may"), constraints: [kept] });
    expect((await asked.decide(asking.images)).model).toBe("may");
  });

  it("goes to a pinned model that may be blind, since the caller says so", async () => {
    const pinned = createRouter({ models: models(), policy: always("sees") });
    expect((await pinned.decide({ ...asking.images, model: "may" })).model).toBe("may");
  });

  it("is one as a file, too", async () => {
    const strict = router({ models: { m: model("blind") }, strictCapabilities: true });
    const part = { type: "file", file: { file_data: png } };
    const messages = [{ role: "user", content: [part] }, user] as never;
    await expect(strict.decide({ messages })).rejects.toThrow("not known to read images");
  });

  it("in a tool's output is one, too", async () => {
    const strict = router({ models: { m: model("blind") }, strictCapabilities: true });
    const output = {
      role: "tool",
      tool_call_id: "1",
      content: [{ type: "image_url", image_url: { url: png } }],
    };
    await expect(strict.decide({ messages: [user, output] as never })).rejects.toThrow("images");
  });

  it("is sent to it if model or router assume that it can see, which the decision shows", async () => {
    const byRouter = createRouter({
      models: { m: model("m"), no: model("no", { images: false }) },
      policy: always("m"),
      assumeCapabilities: ["images"],
    });
    const { model: chosen, candidates } = await byRouter.decide(asking.images);
    expect(chosen).toBe("m");
    expect(candidates[0]?.unknown).toContain("images");
    expect(candidates[1]?.permitted).toBe("capabilities: cannot read images");
    const byModel = createRouter({
      models: { m: model("m", undefined, { assumeCapabilities: ["images"] }), other: model("other") },
      policy: always("m"),
    });
    expect(
      (await byModel.decide(asking.images)).candidates.map(({ permitted }) => permitted === true),
    ).toEqual([true, false]);
  });

  it("is not sent to a blind model by a classifier or a check either", async () => {
    const judge = model("judge");
    const looks: Check = {
      name: "looks",
      accepts: async (_request, _answer, hop) => {
        await hop.generate(judge, asking.images as never);
        return true;
      },
    };
    const can = { images: true };
    const cascading = createRouter({
      models: { a: model("a", can), b: model("b", can) },
      policy: cascade({ first: "a", then: "b", unless: looks }),
    });
    const { attempts } = await cascading.route(asking.images);
    expect(attempts[0]?.check?.error).toContain("not known to read images");
    expect(judge.requests).toHaveLength(0);
  });

  it("refuses an assumption that is none", () => {
    const models = { m: model("m") };
    const policy = always("m");
    for (const assumeCapabilities of [["sight"], "images", true])
      expect(() => createRouter({ models, policy, assumeCapabilities: assumeCapabilities as never })).toThrow(
        /assumeCapabilities/,
      );
  });
});

describe.each(["tools", "jsonSchema"] as const)("a request that needs %s", (need) => {
  const worlds = () => ({ may: model("may"), can: model("can", { [need]: true }) });
  const deed = need === "tools" ? "call tools" : "answer by a JSON schema";

  it("goes where the policy sends it, with a model that is known to be able as its fallback", async () => {
    const models = { may: model("may"), also: model("also"), cannot: model("no", { [need]: false }) };
    const both = createRouter({ models: { ...models, can: worlds().can }, policy: always("may") });
    const { model: chosen, fallbacks, candidates, reason, propensity } = await both.decide(asking[need]);
    expect([chosen, fallbacks, propensity]).toEqual(["may", ["can", "also"], 1]);
    expect(reason).toBe(`always may; may is not known to ${deed}: can, which is, is its fallback`);
    expect(candidates.map(({ permitted }) => permitted)).toEqual([
      true,
      true,
      `capabilities: cannot ${deed}`,
      true,
    ]);
    expect((await both.decide("Go.")).reason).toBe("always may");
    // Nobody is any better known: there is nothing to say.
    const alone = await createRouter({ models, policy: always("may") }).decide(asking[need]);
    expect([alone.model, alone.fallbacks, alone.reason]).toEqual(["may", ["also"], "always may"]);
  });

  it("goes on to the model that is known to be able if the one that may be refuses, streamed or not", async () => {
    const refused = {
      error: new ProviderError({ kind: "invalid-request", status: 400, model: "m", summary: "no" }),
    };
    const models = { may: model("may", undefined, refused), ...{ can: worlds().can } };
    const both = createRouter({ models, policy: always("may") });
    const { attempts } = await both.route(asking[need]);
    expect(attempts.map(({ model: id, next }) => [id, next])).toEqual([
      ["may", "fallback"],
      ["can", undefined],
    ]);
    await read(both.stream(asking[need]));
    expect(models.can.requests).toHaveLength(2);
    // Its words did not say what it lacks: nothing was learnt, and it is asked again.
    expect(models.may.requests).toHaveLength(2);
    expect(both.exportState().capabilities).toBeUndefined();
    // A request in plain text is refused for another reason, and a pin or `fallback: false` is the caller's word.
    await expect(both.route("Go.")).rejects.toMatchObject({ code: "provider", kind: "invalid-request" });
    for (const one of [{ model: "may" as const }, { model: "may" as const, fallback: false }])
      await expect(both.route({ ...asking[need], ...one })).rejects.toMatchObject({ code: "provider" });
    const closed = createRouter({ models, policy: always("may"), execution: { fallback: false } });
    await expect(closed.route(asking[need])).rejects.toMatchObject({ code: "provider" });
    expect(models.can.requests).toHaveLength(2);
  });

  it("ends where a model that is known to be able refuses it, too", async () => {
    const refused = {
      error: new ProviderError({ kind: "invalid-request", status: 400, model: "m", summary: "no" }),
    };
    const models = {
      may: model("may", undefined, refused),
      also: model("also"),
      can: model("can", { [need]: true }, refused),
    };
    const all = createRouter({ models, policy: always("may") });
    await expect(all.route(asking[need])).rejects.toMatchObject({
      code: "provider",
      kind: "invalid-request",
    });
    expect(models.also.requests).toHaveLength(0);
  });

  it("is never sent to a model that is known not to be: by fallback, escalation or hedge", async () => {
    const no = model("no", { [need]: false });
    const down = model("down", { [need]: true }, failing);
    const falling = createRouter({
      models: { down, no, may: model("may", undefined, failing) },
      policy: firstOf(cascade({ first: "down", then: ["no", "may"], unless: never }), always("down")),
      execution: { retries: 0 },
    });
    await expect(falling.route(asking[need])).rejects.toThrow();
    await expect(read(falling.stream(asking[need]))).rejects.toThrow();
    const slow = model("slow", { [need]: true }, { wait: () => sleep(30) });
    const hedging = createRouter({
      models: { slow, no },
      policy: firstOf(always("slow"), always("no")),
      execution: { hedge: { afterMs: 1, ratio: 1 } },
    });
    await read(hedging.stream(asking[need]));
    expect(no.requests).toHaveLength(0);
  });

  it("goes to a pinned model that may be able", async () => {
    const pinning = createRouter({ models: { ...worlds(), also: model("also") }, policy: always("can") });
    const pinned = await pinning.decide({ ...asking[need], model: "may", fallback: true });
    expect([pinned.model, pinned.fallbacks]).toEqual(["may", ["can", "also"]]);
    expect(pinned.candidates[0]?.unknown).toContain(need);
  });

  it("keeps the propensities of a lottery", async () => {
    const lottery = mix({ may: 0.25, can: 0.75 });
    const both = createRouter({ models: worlds(), policy: lottery });
    for (const [draw, model, propensity] of [
      [0.1, "may", 0.25],
      [0.9, "can", 0.75],
    ] as const)
      expect(await both.decide(asking[need], { draw })).toMatchObject({ model, propensity });
  });
});

describe("strictCapabilities", () => {
  const strict = (models: object, rest: object = {}) =>
    router({ models, strictCapabilities: true, policy: firstOf(always("m"), always("can")), ...rest });

  it.each(["tools", "jsonSchema", "images"] as const)(
    "leaves out a model of which %s is not known",
    async (need) => {
      const events: RouterEvent[] = [];
      const onEvent = (event: RouterEvent) => void events.push(event);
      const models = { m: model("m"), can: model("can", { [need]: true }) };
      const one = strict(models, { onEvent });
      const { model: chosen, fallbacks, candidates } = await one.decide(asking[need]);
      expect([chosen, fallbacks]).toEqual(["can", []]);
      expect(candidates[0]?.permitted).toMatch(/^capabilities: it is not known to .*; can can \(/);
      await one.decide(asking[need]);
      expect(events.filter(({ type }) => type === "model-life")).toEqual([
        { type: "model-life", kind: "withheld", model: "m", name: models.m.name, capability: need },
      ]);
      expect(one.strictCapabilities).toBe(true);
      expect((await one.decide({ ...asking.tools, tools: [] })).model).toBe("m");
    },
  );

  it("sends no image to a model that may be blind, also if it is the only one or pinned", async () => {
    const advice = /m: capabilities: .*capabilities: \{ images: true \}.*assumeCapabilities: \["images"\]/;
    const blind = model("m");
    const alone = strict({ m: blind }, { policy: always("m") });
    await expect(alone.route(asking.images)).rejects.toThrow(advice);
    await expect(alone.route({ ...asking.images, model: "m" } as never)).rejects.toThrow(advice);
    expect(blind.requests).toHaveLength(0);
    expect((await alone.decide(asking.tools)).model).toBe("m");
  });

  it("is false by default, and nothing but a boolean", async () => {
    expect(router({ models: { m: model("m") } }).strictCapabilities).toBeUndefined();
    expect(() => strict({ m: model("m") }, { strictCapabilities: "yes" })).toThrow(/strictCapabilities/);
  });
});

describe("a policy that names a model which may not answer", () => {
  const models = { m: model("m", { tools: false }), can: model("can", { tools: true }) };

  it.each([
    ["always", always("m")],
    ["mix", mix({ m: 1 })],
    ["firstOf", firstOf(always("m"))],
  ])("says why: %s", async (_, policy) => {
    const asked = router({ models, policy }).decide(asking.tools);
    await expect(asked).rejects.toMatchObject({
      code: "policy",
      reasons: { m: "capabilities: cannot call tools" },
    });
    await expect(asked).rejects.toThrow(/m may not answer: capabilities: cannot call tools; permitted: can/);
  });

  it("is the sender's fault for the server: no 500", async () => {
    const handler = createHandler(router({ models }));
    const body = JSON.stringify({ model: "auto", ...asking.tools });
    const headers = { "content-type": "application/json" };
    const answer = await handler(
      new Request("http://localhost/v1/chat/completions", { method: "POST", body, headers }),
    );
    expect(answer.status).toBe(400);
    const { error } = (await answer.json()) as { error: { message: string; code: string } };
    expect(error.code).toBe("no_eligible_model");
    expect(error.message).toContain("m may not answer: capabilities: cannot call tools");
  });

  it("says no more than before where none that it names is refused", async () => {
    const mute = { name: "mute", select: () => undefined };
    await expect(router({ models, policy: mute }).decide(asking.tools)).rejects.toThrow(
      "policy mute had no opinion; permitted: can.",
    );
  });
});

it("a file goes to a model that may not read it only if none is known to", async () => {
  const file = { type: "file", file: { file_data: "data:application/pdf;base64,AAAA" } };
  const messages = [{ role: "user", content: [file] }, user] as never;
  const reads = model("reads", { contentTypes: ["application/pdf", "image/png"] });
  const both = createRouter({
    models: { may: model("may"), reads },
    policy: firstOf(always("may"), always("reads")),
  });
  expect((await both.decide({ messages })).model).toBe("reads");
  const alone = createRouter({ models: { may: model("may") }, policy: always("may") });
  expect((await alone.decide({ messages })).model).toBe("may");
});

describe("what a refusal teaches", () => {
  let time = 0;
  const answering = () => ({
    m: model("m", undefined, refusing("tools")),
    can: model("can", { tools: true }),
  });
  const learning = (models: object, rest: object = {}) => router({ models, clock: () => time, ...rest });
  const hour = 3_600_000;

  it("is that others are asked first, for an hour, which decision and event say", async () => {
    const events: RouterEvent[] = [];
    const models = answering();
    const one = learning(models, { onEvent: (event: RouterEvent) => void events.push(event) });
    expect((await one.route(asking.tools)).attempts).toHaveLength(2);
    const { decision, attempts } = await one.route(asking.tools);
    expect([decision.model, decision.propensity]).toEqual(["m", 1]);
    expect(decision.reason).toBe("always m; m has refused to call tools: can is asked first");
    expect(attempts.map(({ model: id }) => id)).toEqual(["can"]);
    expect(events.filter(({ type }) => type === "model-life")).toMatchObject([
      { kind: "lacks", capability: "tools" },
    ]);
    expect(events.find(({ type }) => type === "attempt-skipped")).toMatchObject({
      model: "m",
      reason: "it has refused a request within the last hour: no tools",
    });
    // It is about tools only.
    await expect(one.route("Go.")).rejects.toThrow();
    expect(models.m.requests).toHaveLength(2);
    time += hour;
    expect((await one.route(asking.tools)).attempts).toHaveLength(2);
  });

  it("is learnt from the words of a real server: vLLM without a parser of calls", async () => {
    // github.com/vllm-project/vllm, issue 30613, 2025-12-14.
    const message = '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set';
    const error = { message, type: "BadRequestError", param: null, code: 400 };
    let asked = 0;
    const fetch = async () => {
      asked += 1;
      return new Response(JSON.stringify({ error }), {
        status: 400,
        headers: { "content-type": "application/json" },
      });
    };
    const m = vllm("Qwen/Qwen3-8B", { baseUrl: "http://127.0.0.1:9/v1", fetch });
    const one = learning({ m, can: model("can", { tools: true }) });
    const answered = async () => (await one.route(asking.tools)).attempts.map((attempt) => attempt.model);
    expect([await answered(), await answered()]).toEqual([["m", "can"], ["can"]]);
    expect(asked).toBe(1);
  });

  it("leaves no request without a model: the one that has refused is the last resort", async () => {
    const { m } = answering();
    const one = learning({ m });
    for (const _ of [1, 2])
      await expect(one.route(asking.tools)).rejects.toMatchObject({ kind: "invalid-request" });
    expect(m.requests).toHaveLength(2);
    const pinned = learning(answering());
    for (const _ of [1, 2])
      await expect(pinned.route({ ...asking.tools, model: "m" })).rejects.toMatchObject({
        kind: "invalid-request",
      });
  });

  it("is kept by member: a pool goes on with those that have not refused", async () => {
    const endpoint = (at: string, rest: object) => ({ ...model("own", undefined, rest), endpoint: at });
    const [lacking, other] = [endpoint("http://a/", refusing("tools")), endpoint("http://b/", {})];
    const one = learning({ m: pool("own", [lacking, other], { balance: roundRobin }) });
    for (let turn = 0; turn < 4; turn += 1) await one.route(asking.tools).catch(() => undefined);
    expect([lacking.requests.length, other.requests.length]).toEqual([1, 3]);
    expect(one.exportState().capabilities).toMatchObject([{ name: "own@http://a/", has: false }]);
  });

  it("is nothing where the facts of the model say that it can, or the request needs something else", async () => {
    const stated = { m: model("m", { tools: true }, refusing("tools")), can: model("can", { tools: true }) };
    const other = { m: model("m", undefined, refusing("images")), can: model("can", { tools: true }) };
    for (const models of [stated, other]) {
      const one = learning(models);
      await one.route(asking.tools).catch(() => undefined);
      expect(one.exportState().capabilities).toBeUndefined();
    }
  });

  it("survives a restart, and a state that is none is refused", async () => {
    const one = learning(answering());
    await one.route(asking.tools);
    const state = JSON.parse(JSON.stringify(one.exportState())) as RouterState;
    expect(state.capabilities).toMatchObject([{ capability: "tools", has: false, at: time }]);
    const models = answering();
    const next = learning(models);
    next.restoreState(state);
    expect((await next.route(asking.tools)).attempts).toHaveLength(1);
    expect(models.m.requests).toHaveLength(0);
    for (const capabilities of [5, [5], [{}], [{ ...state.capabilities?.[0], capability: "sight" }]])
      expect(() => next.restoreState({ ...state, capabilities } as never)).toThrow(/capabilities/);
  });
});

describe("what an answer teaches", () => {
  const call = { id: "1", type: "function", function: { name: "f", arguments: "{}" } } as const;
  const schema = { type: "object", required: ["a"], properties: { a: { type: "number" } } };
  const asked: ChatRequest = {
    messages: [user],
    response_format: { type: "json_schema", json_schema: { name: "a", schema } },
  };

  it.each([
    ["a call of a tool", asking.tools, { answer: { toolCalls: [call] } }, "tools"],
    ["an answer with the fields of the schema", asked, { answer: '{"a":1}' }, "jsonSchema"],
  ])("%s shows that it can", async (_, request, answer, capability) => {
    const one = router({
      models: { m: model("m", undefined, answer), can: model("can", { [capability]: true }) },
    });
    expect((await one.decide(request)).reason).toContain("is its fallback");
    await one.route(request);
    expect((await one.decide(request)).reason).toBe("always m");
    expect(one.exportState().capabilities).toMatchObject([{ capability, has: true }]);
  });

  it.each([
    ["words in place of a call", asking.tools, { answer: "No." }],
    ["JSON without the fields of the schema", asked, { answer: '{"b":1}' }],
    ["JSON where no field is required", asking.jsonSchema, { answer: '{"a":1}' }],
    ["words in place of JSON", asked, { answer: "No." }],
    ["an answer to an image", asking.images, { answer: "A cat." }],
  ])("%s shows nothing", async (_, request, answer) => {
    const one = router({ models: { m: model("m", undefined, answer) } });
    await one.route(request);
    expect(one.exportState().capabilities).toBeUndefined();
  });
});

it("in random worlds choice and propensity are the policy's, what cannot is not called, and what can comes first", async () => {
  const known = fc.constantFrom(true, false, undefined);
  const capabilities = fc.record({ tools: known, images: known, jsonSchema: known });
  const worlds = fc.array(capabilities, { minLength: 1, maxLength: 4 });
  const needs = fc.subarray<NeededCapability>(["tools", "images", "jsonSchema"]);
  await fc.assert(
    fc.asyncProperty(
      worlds,
      needs,
      fc.boolean(),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      async (world, needed, refuses, draw) => {
        const rest = refuses
          ? { error: new ProviderError({ kind: "invalid-request", status: 400, model: "m", summary: "no" }) }
          : {};
        const named = world.map((one, at) => [String(at), model(`m${at}`, one, rest)] as const);
        const models = Object.fromEntries(named);
        const all = createRouter({ models, policy: random() });
        const request = Object.assign({}, ...needed.map((one) => asking[one]), {
          messages: (needed.includes("images") ? asking.images : asking.tools).messages,
        });
        const fits = named.filter(([, one]) => needed.every((need) => one.capabilities?.[need] !== false));
        const seeing = fits.filter(([, one]) => one.capabilities?.images === true);
        const permitted = needed.includes("images") && seeing.length > 0 ? seeing : fits;
        const can = new Set(
          permitted.flatMap(([id, one]) =>
            needed.every((need) => one.capabilities?.[need] === true) ? [id] : [],
          ),
        );
        const decision = await all.decide(request, { draw }).catch(() => undefined);
        expect(decision !== undefined).toBe(permitted.length > 0);
        if (decision !== undefined) {
          // The same lottery over plain text and the same models.
          const plain = createRouter({
            models: Object.fromEntries(permitted.map(([id]) => [id, model(id)])),
            policy: random(),
          });
          const { model: chosen, propensity } = await plain.decide("Go.", { draw });
          expect([decision.model, decision.propensity]).toEqual([chosen, propensity]);
          const { fallbacks, reason } = decision;
          expect(new Set([decision.model, ...fallbacks])).toEqual(new Set(permitted.map(([id]) => id)));
          const firstUnknown = fallbacks.findIndex((id) => !can.has(id));
          if (firstUnknown >= 0) expect(fallbacks.slice(firstUnknown).some((id) => can.has(id))).toBe(false);
          const isTold = !can.has(decision.model) && can.has(fallbacks[0] as string);
          expect(reason.includes("is its fallback")).toBe(isTold);
        }
        await all.route(request).catch(() => undefined);
        for (const [id, one] of named)
          if (!permitted.some(([other]) => other === id)) expect(one.requests).toHaveLength(0);
      },
    ),
    { numRuns: runs(60, 2_000) },
  );
});
