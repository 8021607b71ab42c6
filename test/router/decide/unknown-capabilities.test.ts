import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { healthy } from "../../../policies/constraints/index.ts";
import { always, cascade, firstOf, random } from "../../../policies/index.ts";
import type { Capabilities, ChatRequest, Check, NeededCapability } from "../../../src/contracts/index.ts";
import { createRouter, ProviderError } from "../../../src/index.ts";
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

describe("an image", () => {
  it("is not sent to a model that may be blind, also if it is the only one or pinned", async () => {
    const blind = model("blind");
    const router = createRouter({ models: { blind }, policy: always("blind") });
    const advice =
      /blind: capabilities: .*capabilities: \{ images: true \}.*assumeCapabilities: \["images"\]/;
    await expect(router.route(asking.images)).rejects.toThrow(advice);
    await expect(router.route({ ...(asking.images as object), model: "blind" } as never)).rejects.toThrow(
      advice,
    );
    expect(blind.requests).toHaveLength(0);
    expect((await router.decide("No image.")).model).toBe("blind");
  });

  it.each([
    ["in another provider's words", { type: "input_image", image_url: png }],
    ["as an Anthropic block", { type: "image", source: { data: "AAAA" } }],
    ["as a file", { type: "file", file: { file_data: png } }],
  ])("is one %s, too", async (_, part) => {
    const router = createRouter({ models: { blind: model("blind") }, policy: always("blind") });
    const messages = [{ role: "user", content: [part] }, user] as never;
    await expect(router.decide({ messages })).rejects.toThrow("not known to read images");
  });

  it("in a tool's output is one, too", async () => {
    const router = createRouter({ models: { blind: model("blind") }, policy: always("blind") });
    const output = {
      role: "tool",
      tool_call_id: "1",
      content: [{ type: "image_url", image_url: { url: png } }],
    };
    await expect(router.decide({ messages: [user, output] as never })).rejects.toThrow("images");
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
    const router = createRouter({
      models: { a: model("a", can), b: model("b", can) },
      policy: cascade({ first: "a", then: "b", unless: looks }),
    });
    const { attempts } = await router.route(asking.images);
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
  it("goes to a model that may not be able only if none is known to be", async () => {
    const models = {
      may: model("may"),
      can: model("can", { [need]: true }),
      cannot: model("no", { [need]: false }),
    };
    const router = createRouter({ models, policy: firstOf(always("may"), always("can"), always("cannot")) });
    const { model: chosen, fallbacks, candidates } = await router.decide(asking[need]);
    expect([chosen, fallbacks]).toEqual(["can", []]);
    expect(candidates[0]?.permitted).toMatch(/^capabilities: it is not known to .*; can can/);
    const { can: _, ...others } = models;
    const lacking = createRouter({ models: others, policy: firstOf(always("may"), always("cannot")) });
    expect((await lacking.decide(asking[need])).model).toBe("may");
  });

  it("never falls back, escalates or hedges from one that can to one that may", async () => {
    const may = model("may");
    const down = model("down", { [need]: true }, failing);
    const router = createRouter({
      models: { down, may, can: model("can", { [need]: true }, failing) },
      policy: firstOf(cascade({ first: "down", then: ["may", "can"], unless: never }), always("down")),
      execution: { retries: 0 },
    });
    await expect(router.route(asking[need])).rejects.toThrow();
    await expect(read(router.stream(asking[need]))).rejects.toThrow();
    const slow = model("slow", { [need]: true }, { wait: () => sleep(30) });
    const hedging = createRouter({
      models: { slow, may },
      policy: firstOf(always("slow"), always("may")),
      execution: { hedge: { afterMs: 1, ratio: 1 } },
    });
    await read(hedging.stream(asking[need]));
    expect(slow.requests).toHaveLength(1);
    expect(may.requests).toHaveLength(0);
  });

  it("goes to a pinned model that may be able, since the caller says so, and from it only to one that is", async () => {
    const models = { may: model("may"), also: model("also"), can: model("can", { [need]: true }) };
    const router = createRouter({ models, policy: always("can") });
    const pinned = await router.decide({ ...asking[need], model: "may", fallback: true });
    expect([pinned.model, pinned.fallbacks]).toEqual(["may", ["can"]]);
    expect(pinned.candidates[0]?.unknown).toContain(need);
  });

  it("goes to one that may, where the one that can is not permitted for another reason", async () => {
    const models = { may: model("may"), can: model("can", { [need]: true }) };
    const router = createRouter({
      models,
      policy: firstOf(always("can"), always("may")),
      constraints: [healthy(), { name: "not can", permits: ({ id }) => id !== "can" || "no" }],
    });
    expect((await router.decide(asking[need])).model).toBe("may");
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

it("in random worlds no request goes to a model that may lack what a permitted one has", async () => {
  const known = fc.constantFrom(true, false, undefined);
  const capabilities = fc.record({ tools: known, images: known, jsonSchema: known });
  const worlds = fc.array(capabilities, { minLength: 1, maxLength: 4 });
  const needs = fc.subarray<NeededCapability>(["tools", "images", "jsonSchema"]);
  await fc.assert(
    fc.asyncProperty(worlds, needs, async (world, needed) => {
      const models = Object.fromEntries(world.map((one, at) => [`m${at}`, model(`m${at}`, one)]));
      const router = createRouter({ models, policy: random() });
      const request = Object.assign({}, ...needed.map((one) => asking[one]), {
        messages: (needed.includes("images") ? asking.images : asking.tools) as object,
      });
      request.messages = (request.messages as { messages: unknown }).messages;
      const permitted = await router.decide(request).then(
        ({ candidates }) => candidates.flatMap((one, at) => (one.permitted === true ? [world[at]] : [])),
        () => [],
      );
      const fits = world.filter((one) => needed.every((need) => one[need] !== false));
      const seeing = needed.includes("images") ? fits.filter(({ images }) => images === true) : fits;
      expect(permitted.length > 0).toBe(seeing.length > 0);
      if (needed.includes("tools") && seeing.some(({ tools }) => tools === true))
        expect(permitted.every((one) => one?.tools === true)).toBe(true);
      if (seeing.some((one) => needed.every((need) => one[need] === true)))
        expect(permitted.every((one) => needed.every((need) => one?.[need] === true))).toBe(true);
    }),
    { numRuns: runs(60, 2_000) },
  );
});
