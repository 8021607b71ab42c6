import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ChatRequest, ModelDefaults, PlanStep, RequestFacts } from "../../../src/plugin/index.ts";
import { keysFor } from "../../../src/router/cache/cache-key.ts";
import { type CacheOptions, resolveCacheOptions } from "../../../src/router/cache/index.ts";
import { factsOf, fakeModel } from "../../../src/testing/index.ts";
import { anyCharacter } from "../../support/any-character.ts";
import { numRuns } from "../../support/runs.ts";

interface Asked {
  readonly request?: Record<string, unknown>;
  readonly routing?: Partial<RequestFacts>;
  readonly plan?: readonly PlanStep[];
  readonly policy?: string;
  readonly options?: CacheOptions;
  readonly defaults?: ModelDefaults;
  readonly endpoint?: string;
  readonly provider?: string;
}

const messages = [{ role: "user", content: "Hello" }];

/** Returns the key of a request with these parts, all others being the same. */
function keyOf({ request = {}, routing, plan, policy = "p1", options = {}, ...model }: Asked = {}) {
  const { defaults, endpoint, provider = "fake" } = model;
  const models = {
    small: { ...fakeModel({ model: "s", endpoint, provider }), defaults },
    large: fakeModel({ model: "l" }),
  };
  const keys = keysFor(models, resolveCacheOptions(options));
  const chat = { messages, temperature: 0, ...request } as unknown as ChatRequest;
  return keys({ chat, facts: factsOf(routing), plan: plan ?? [{ model: "small" }], policy });
}

const usual = keyOf();

describe("the key of a request", () => {
  it("is a hash, which holds no text", () => {
    expect(usual).toMatch(/^[A-Za-z0-9+/]{43}=$/);
    expect(keyOf()).toBe(usual);
  });

  const others: Readonly<Record<string, Asked>> = {
    "another text": { request: { messages: [{ role: "user", content: "Hello " }] } },
    "another role": { request: { messages: [{ role: "system", content: "Hello" }] } },
    "a name": { request: { messages: [{ role: "user", name: "a", content: "Hello" }] } },
    "its text as a part": {
      request: { messages: [{ role: "user", content: [{ type: "text", text: "Hello" }] }] },
    },
    "its parts as JSON": {
      request: { messages: [{ role: "user", content: '{"parts":[["text","Hello"]]}' }] },
    },
    "an earlier message": { request: { messages: [{ role: "user", content: "Hello" }, ...messages] } },
    "a seed": { request: { seed: 1 } },
    "a seed as a text": { request: { seed: "1" } },
    "no seed, said so": { request: { seed: null } },
    "log-probabilities": { request: { logprobs: true } },
    "a user": { request: { user: "a" } },
    metadata: { request: { metadata: { a: "1" } } },
    "a service tier": { request: { service_tier: "flex" } },
    "a reasoning effort": { request: { reasoning_effort: "low" } },
    "an output limit": { request: { max_tokens: 100 } },
    "a stop": { request: { stop: "a" } },
    "a list of one stop": { request: { stop: ["a"] } },
    "a tenant": { routing: { tenant: "a" } },
    "a category": { routing: { category: "a" } },
    "a language": { routing: { language: "de" } },
    "a label": { routing: { labels: { a: "b" } } },
    "a label called like a prototype": { routing: { labels: JSON.parse('{"__proto__":"b"}') } },
    "another model": { plan: [{ model: "large" }] },
    "a check": { plan: [{ model: "small", unless: "c" }, { model: "large" }] },
    "another check": { plan: [{ model: "small", unless: "d" }, { model: "large" }] },
    "another policy": { policy: "p2" },
    "another version": { options: { version: "2" } },
    "another provider": { provider: "other" },
    "another endpoint": { endpoint: "https://eu.example" },
    "other defaults": { defaults: { maxOutputTokens: 10 } },
    "another effort by default": { defaults: { reasoningEffort: "high" } },
    "a further field of the model": { defaults: { extraBody: { top_k: 1 } } },
  };

  it("is another one for each thing that differs", () => {
    const keys = [usual, ...Object.values(others).map(keyOf)];
    expect(keys.filter((key) => key === undefined)).toEqual([]);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("does not depend on the order of fields where it means nothing", () => {
    const ordered = {
      temperature: 0,
      seed: 1,
      messages: [{ role: "user", content: [{ type: "text", text: "a" }] }],
    };
    const otherwise = {
      messages: [{ content: [{ text: "a", type: "text" }], role: "user" }],
      seed: 1,
      temperature: 0,
    };
    expect(keyOf({ request: ordered })).toBe(keyOf({ request: otherwise }));
    expect(keyOf({ routing: { labels: { a: "1", b: "2" } } })).toBe(
      keyOf({ routing: { labels: { b: "2", a: "1" } } }),
    );
  });

  it("depends on the order of a JSON schema's fields, in which a model writes", () => {
    const schema = (properties: object) => ({
      response_format: {
        type: "json_schema",
        json_schema: { name: "a", schema: { type: "object", properties } },
      },
    });
    const [a, b] = [{ type: "string" }, { type: "number" }];
    expect(keyOf({ request: schema({ a, b }) })).not.toBe(keyOf({ request: schema({ b, a }) }));
  });

  it("is the same where a provider gets the same: -0 is 0, and what is undefined is not sent", () => {
    expect(keyOf({ request: { temperature: -0 } })).toBe(usual);
    expect(keyOf({ request: { seed: undefined } })).toBe(usual);
  });

  it("knows one half of a surrogate pair from another, and forms of Unicode from each other", () => {
    const texts = [
      "\ud83d",
      "\ud83e",
      "\udc00",
      "\ufffd",
      "\ud83d\ude00",
      "é",
      "e\u0301",
      "\\ud83d",
      "\u0000",
      "",
    ];
    const keys = texts.map((text) =>
      keyOf({ request: { messages: [{ role: "user", content: `a${text}` }] } }),
    );
    expect(new Set(keys).size).toBe(texts.length);
  });

  it("knows long texts from each other, and from the same in other pieces", () => {
    const [a, b] = ["a".repeat(1_024), "b".repeat(1_024)];
    const long = (...contents: unknown[]) =>
      keyOf({ request: { messages: contents.map((content) => ({ role: "user", content })) } });
    const parts = (...texts: string[]) => texts.map((text) => ({ type: "text", text }));
    const keys = [
      long(a, b),
      long(b, a),
      long(a + b),
      long(`${a}b`, b.slice(1)),
      long(parts(a, b)),
      long(parts(a + b)),
      long(a, parts(b)),
      long(`${a}\ud83d`, b),
      long(`${a}\ude00`, b),
      long(`${a}\ufffd`, b),
      long(JSON.stringify({ long: 1_024 }), b),
      long([
        { type: "refusal", text: { long: 1_024 } },
        { type: "refusal", text: a },
      ]),
      long([
        { type: "refusal", text: a },
        { type: "refusal", text: { long: 1_024 } },
      ]),
    ];
    expect(keys).not.toContain(undefined);
    expect(new Set(keys).size).toBe(keys.length);
  });

  const json = fc.jsonValue({ maxDepth: 3 });
  // Halves of surrogate pairs, too.
  const unit = fc.oneof(anyCharacter, fc.constantFrom("\ud83d", "\ude00", "a", '"', "\\"));
  const text = fc
    .tuple(fc.string({ unit, maxLength: 6 }), fc.constantFrom("", "", "x".repeat(1_023)))
    .map(([end, start]) => start + end);
  const chat = fc.record(
    {
      messages: fc.array(
        fc.record(
          {
            role: fc.constantFrom("user", "system"),
            content: fc.oneof(
              text,
              fc.array(fc.record({ type: fc.constant("text"), text }), { maxLength: 2 }),
            ),
            name: text,
          },
          { requiredKeys: ["role", "content"] },
        ),
        { minLength: 1, maxLength: 3 },
      ),
      metadata: fc.dictionary(fc.oneof(text, fc.constant("__proto__")), text, { maxKeys: 3 }),
      response_format: json,
      stop: fc.array(text, { maxLength: 2 }),
      user: text,
      seed: fc.oneof(fc.integer(), fc.constant(-0)),
    },
    { requiredKeys: ["messages"] },
  );

  it("is shared by two requests only if the same is sent for both", () => {
    const seen = new Map<string, string>();
    fc.assert(
      fc.property(chat, (request) => {
        const key = keyOf({ request });
        if (key === undefined) throw new Error("no key");
        // What is sent, with the fields of request and messages in one order.
        const sent = JSON.stringify(sortedTo(3, { temperature: 0, ...request }));
        expect(seen.get(key) ?? sent).toBe(sent);
        seen.set(key, sent);
        expect(keyOf({ request: reversed(request) })).toBe(key);
      }),
      numRuns(2_000),
    );
    expect(new Set(seen.values()).size).toBe(seen.size);
  });
});

type Fields = Record<string, unknown>;

/** Returns the request with its fields, those of its messages and of their parts in the opposite order. */
function reversed(request: Fields): Fields {
  const turn = (value: object) => Object.fromEntries(Object.entries(value).reverse());
  const turned = (request["messages"] as Fields[]).map((message) => {
    const { content } = message;
    return turn({ ...message, content: Array.isArray(content) ? content.map(turn) : content });
  });
  return turn({ ...request, messages: turned });
}

/** Returns entries by name, so that the test does not depend on objects either. */
function sortedTo(depth: number, value: unknown): unknown {
  if (depth === 0 || typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => sortedTo(depth, one));
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, one]) => [key, ["messages", "content"].includes(key) ? sortedTo(depth - 1, one) : one]);
}

describe("a request that is always sent", () => {
  const image = (url: string) => ({ type: "image_url", image_url: { url } });
  const withParts = (...content: unknown[]) => ({ messages: [{ role: "user", content }] });
  const data = image("data:image/png;base64,AAAA");
  const tools = [{ type: "function", function: { name: "f" } }];

  const cases: readonly (readonly [name: string, sent: Asked, kept: CacheOptions | undefined])[] = [
    ["no temperature", { request: { temperature: undefined } }, { maxTemperature: 1 }],
    ["the provider's temperature", { request: { temperature: null } }, { maxTemperature: 1 }],
    ["a temperature above the limit", { request: { temperature: 0.1 } }, { maxTemperature: 0.1 }],
    [
      "a model that adds a temperature",
      { request: { temperature: undefined }, defaults: { temperature: 0.5 } },
      { maxTemperature: 0.5 },
    ],
    [
      "a model that replaces the temperature",
      { defaults: { extraBody: { temperature: 0.5 } } },
      { maxTemperature: 0.5 },
    ],
    ["tools", { request: { tools } }, { tools: true }],
    ["functions", { request: { functions: [{ name: "f" }] } }, { tools: true }],
    ["an image", { request: withParts(data) }, { maxImages: 1 }],
    [
      "more images than the limit",
      { request: withParts(data, data), options: { maxImages: 1 } },
      { maxImages: 2 },
    ],
    [
      "an image by its address",
      { request: withParts(image("https://a.example/b.png")), options: { maxImages: 9 } },
      undefined,
    ],
    [
      "a file",
      { request: withParts({ type: "file", file: { file_data: "data:application/pdf;base64,AA" } }) },
      { maxImages: 1 },
    ],
    [
      "a file at the provider",
      { request: withParts({ type: "file", file: { file_id: "f1" } }), options: { maxImages: 9 } },
      undefined,
    ],
    [
      "a part that is not known",
      { request: withParts({ type: "sculpture" }), options: { maxImages: 9 } },
      undefined,
    ],
    ["a field that is not known", { request: { search: true } }, { fields: ["search"] }],
    ["an answer that the provider keeps", { request: { store: true } }, { fields: ["store"] }],
    [
      "a model with a field that is not known",
      { defaults: { extraBody: { search: true } } },
      { fields: ["search"] },
    ],
    ["a model with tools of its own", { defaults: { extraBody: { tools } } }, { tools: true }],
    [
      "a long text",
      { request: { messages: [{ role: "user", content: "a".repeat(200_000) }] } },
      { maxCharacters: 300_000 },
    ],
    [
      "a long schema",
      { request: { response_format: { schema: "a".repeat(200_000) } } },
      { maxCharacters: 300_000 },
    ],
    ["a function that does not select it", { options: { when: () => false } }, undefined],
    [
      "a function that throws",
      {
        options: {
          when: () => {
            throw new Error("no");
          },
        },
      },
      undefined,
    ],
    [
      "a function that answers later",
      { options: { when: (() => Promise.reject(new Error("no"))) as never } },
      undefined,
    ],
    ["a model that the router does not have", { plan: [{ model: "other" }] }, undefined],
    [
      "a second model with a temperature",
      {
        request: { temperature: undefined },
        defaults: { temperature: 0 },
        plan: [{ model: "small", unless: "c" }, { model: "large" }],
      },
      { maxTemperature: 1 },
    ],
  ];

  it.each(cases)("has %s, unless asked", (_, asked, kept) => {
    expect(keyOf(asked)).toBeUndefined();
    if (kept !== undefined) expect(keyOf({ ...asked, options: { ...asked.options, ...kept } })).toBeDefined();
  });

  it("is not one with empty tools, or fields that are off", () => {
    for (const request of [{ tools: [] }, { store: false }, { search: null }, { search: undefined }])
      expect(keyOf({ request })).toBeDefined();
  });

  it("is one whose model has defaults that are not JSON", () => {
    const extraBody: Record<string, unknown> = {};
    extraBody["top_k"] = extraBody;
    expect(keyOf({ defaults: { extraBody } })).toBeUndefined();
  });
});
