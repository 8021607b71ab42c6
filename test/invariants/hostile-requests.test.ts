import { describe, expect, it } from "vitest";
import { always, firstOf, rules } from "../../policies/index.ts";
import {
  createRouter,
  isRouterError,
  type Policy,
  type RouteOptions,
  type RouteRequest,
  type RouterOptions,
} from "../../src/index.ts";
import { fakeModel } from "../../src/testing/index.ts";

type Request = RouteRequest<"small" | "large">;

function make(options: Partial<RouterOptions<"small" | "large">> = {}) {
  const small = fakeModel({ model: "s", assumeCapabilities: ["images"] });
  const large = fakeModel({ model: "l", assumeCapabilities: ["images"] });
  const router = createRouter({ models: { small, large }, policy: always("small"), ...options });
  const made = () => small.requests.length + large.requests.length;
  return { router, made };
}

const fail = (): never => {
  throw new Error("my-secret");
};
const cycle: Record<string, unknown> = {};
cycle["self"] = { inside: [cycle] };
let deep: unknown = [];
for (let depth = 0; depth < 1e6; depth += 1) deep = [deep];
let wide: unknown = "x";
for (let depth = 0; depth < 60; depth += 1) wide = [wide, wide];
const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();
const throwing = new Proxy({}, { get: fail, ownKeys: fail, getPrototypeOf: fail, has: fail });
class Money {
  readonly #cents = 5;
  toJSON() {
    return this.#cents;
  }
}

/** Values that are not plain JSON. */
const odd: readonly (readonly [string, unknown])[] = [
  ["a cycle", cycle],
  ["a million arrays in each other", deep],
  ["references that branch", wide],
  ["a BigInt", 1n],
  ["a BigInt inside", { a: [{ b: 1n }] }],
  ["a symbol", Symbol("my-secret")],
  ["a function", () => "my-secret"],
  ["a Date", new Date(0)],
  ["a Map", new Map()],
  ["bytes", new Uint8Array(3)],
  ["a promise", Promise.resolve()],
  ["an object of a class that writes itself", new Money()],
  ["a long array of gaps", new Array(1e9)],
  ["an array with a gap", Object.assign([1], { 2: 2 })],
  ["NaN", [Number.NaN]],
  ["a getter that throws", Object.defineProperty({}, "a", { get: fail, enumerable: true })],
  ["a proxy that throws", throwing],
  ["a revoked proxy", revoked],
];

const message = { role: "user", content: "Hello" };
/** Places of a request that any value can stand in. */
const places: Readonly<Record<string, (value: unknown) => object>> = {
  request: (value) => value as object,
  messages: (messages) => ({ messages }),
  "messages[1]": (value) => ({ messages: [message, value] }),
  "messages[0].content": (content) => ({ messages: [{ role: "user", content }] }),
  "messages[0].content[0]": (part) => ({ messages: [{ role: "user", content: [part] }] }),
  "messages[0].content[0].image_url": (image_url) => ({
    messages: [{ role: "user", content: [{ type: "image_url", image_url }] }],
  }),
  "messages[0].role": (role) => ({ messages: [{ role, content: "Hello" }] }),
  "messages[0].name": (name) => ({ messages: [{ ...message, name }] }),
  "messages[1].tool_calls": (tool_calls) => ({
    messages: [message, { role: "assistant", content: null, tool_calls }],
  }),
  tools: (tools) => ({ messages: [message], tools }),
  "tools[0].function.parameters": (parameters) => ({
    messages: [message],
    tools: [{ type: "function", function: { name: "f", parameters } }],
  }),
  response_format: (response_format) => ({ messages: [message], response_format }),
  "response_format.json_schema": (json_schema) => ({
    messages: [message],
    response_format: { type: "json_schema", json_schema },
  }),
  metadata: (metadata) => ({ messages: [message], metadata }),
  stop: (stop) => ({ messages: [message], stop }),
  modalities: (modalities) => ({ messages: [message], modalities }),
  "a field of a provider": (thinking) => ({ messages: [message], thinking }),
  session: (session) => ({ messages: [message], session }),
  tenant: (tenant) => ({ messages: [message], tenant }),
  category: (category) => ({ messages: [message], category }),
  language: (language) => ({ messages: [message], language }),
  "labels.a": (value) => ({ messages: [message], labels: { a: value } }),
  labels: (labels) => ({ messages: [message], labels }),
  constraints: (constraints) => ({ messages: [message], constraints }),
  deadlineMs: (deadlineMs) => ({ messages: [message], deadlineMs }),
  maxCostUsd: (maxCostUsd) => ({ messages: [message], maxCostUsd }),
  model: (model) => ({ messages: [message], model }),
  max_tokens: (max_tokens) => ({ messages: [message], max_tokens }),
  temperature: (temperature) => ({ messages: [message], temperature }),
};
/** Empty objects are labels. */
const isFine = (place: string, what: string) =>
  place === "labels" &&
  ["a Map", "an object of a class that writes itself", "a Date", "a promise"].includes(what);

async function ends(asking: () => Promise<unknown>): Promise<unknown> {
  try {
    await asking();
    return undefined;
  } catch (error) {
    return error;
  }
}

async function read(chunks: AsyncIterable<unknown>) {
  for await (const _ of chunks);
}

describe.each(Object.entries(places))("%s of a request", (place, requestOf) => {
  it.each(odd.filter(([what]) => !isFine(place, what)))(
    "that is %s: one typed error before any call",
    async (_, value) => {
      const { router, made } = make();
      const request = requestOf(value) as Request;
      for (const way of ["route", "stream"] as const) {
        const error = await ends(() =>
          way === "route" ? router.route(request) : read(router.stream(request)),
        );
        if (!isRouterError(error, "invalid-request")) throw error ?? new Error("was answered");
        expect(error.message).not.toContain("my-secret");
        expect(error.message.length).toBeLessThan(300);
      }
      const error = await ends(() => router.decide(request));
      expect(error === undefined || isRouterError(error, "invalid-request")).toBe(true);
      expect(made()).toBe(0);
    },
  );

  it("whose getter throws, also only later: typed errors", async () => {
    for (const after of [0, 1, 2, 3, 4]) {
      let left = after;
      const value = new Proxy(
        (place === "request" ? { messages: [message] } : requestOf("auto")) as Record<string, unknown>,
        {
          get(target, key) {
            if (key !== "messages") return target[key as string];
            left -= 1;
            return left < 0 ? fail() : target["messages"];
          },
        },
      );
      for (const coalesce of [true, false]) {
        const { router } = make({ coalesce });
        const error = await ends(() => router.route(value as unknown as Request));
        expect(error === undefined || isRouterError(error)).toBe(true);
      }
    }
  });
});

it("names the field, however deep", async () => {
  const { router } = make();
  const parameters = { type: "object", properties: { a: { enum: ["b", 1n] } } };
  const request = {
    messages: [message],
    tools: [{ type: "function", function: { name: "f", strict: true, parameters: {} } }],
    extra: parameters,
  };
  const error = await ends(() => router.route(request as unknown as Request));
  expect(isRouterError(error, "invalid-request") && error.field).toBe("extra.properties.a.enum[1]");
});

it("takes what is plain JSON: unusual, long, frozen, without a prototype, of a class of fields", async () => {
  class Message {
    readonly role = "user";
    readonly content = "Hello";
  }
  const { router } = make();
  const tools = Object.freeze([
    { type: "function", function: { name: "f", parameters: { a: [null, true, { b: 1 }] } } },
  ]);
  for (const extra of [
    { messages: [new Message()] },
    { metadata: Object.assign(Object.create(null), { a: "b" }) },
    { tools },
    { stop: undefined, user: "x".repeat(1e6) },
  ])
    await router.route({ messages: [message], ...extra } as unknown as Request);
  // The same tools once more: they are known.
  await router.route({ messages: [message], tools } as unknown as Request);
});

describe("options of a request", () => {
  const hostile: readonly (readonly [string, unknown])[] = [
    ["a getter that throws", Object.defineProperty({}, "signal", { get: fail })],
    ["a proxy that throws", throwing],
    ["a signal that is none", { signal: "now" }],
    [
      "a signal whose getter throws",
      {
        signal: Object.defineProperty({ addEventListener() {}, removeEventListener() {} }, "aborted", {
          get: fail,
        }),
      },
    ],
    [
      "a signal that cannot be listened to",
      { signal: { aborted: false, addEventListener: fail, removeEventListener: fail } },
    ],
    ["a signal that cannot be left", { signal: { aborted: false, addEventListener() {} } }],
    ["a signal that is a proxy", { signal: throwing }],
  ];

  it.each(hostile)("%s: a typed error before any call", async (_, options) => {
    for (const coalesce of [true, false]) {
      const { router, made } = make({ coalesce });
      const given = options as RouteOptions;
      for (const ask of [
        () => router.route("Hello", given),
        () => router.decide("Hello", given),
        () => read(router.stream("Hello", given)),
        () => router.stream("Hello", given).result,
      ])
        expect(isRouterError(await ends(ask), "invalid-option")).toBe(true);
      expect(made()).toBe(0);
    }
  });

  it("a draw that is no number is refused", async () => {
    const { router } = make();
    for (const draw of [Number.NaN, 1, -1, "0", 1n, Symbol("s"), throwing])
      expect(
        isRouterError(await ends(() => router.decide("Hello", { draw } as never)), "invalid-option"),
      ).toBe(true);
  });

  it("a signal of a library without the newest methods serves", async () => {
    const { router } = make();
    const controller = new AbortController();
    const { signal } = controller;
    const old = {
      get aborted() {
        return signal.aborted;
      },
      addEventListener: signal.addEventListener.bind(signal),
      removeEventListener: signal.removeEventListener.bind(signal),
    } as unknown as AbortSignal;
    expect((await router.route("Hello", { signal: old })).text).toBe("ok");
  });
});

it("parameters of a policy that are no JSON are refused at construction, also nested", () => {
  const withParameters = (parameters: unknown) =>
    ({ name: "mine", parameters, select: () => ({ model: "small", reason: "mine" }) }) as Policy<"small">;
  for (const parameters of [cycle, { a: 1n }, deep, throwing]) {
    const bad = withParameters(parameters);
    // Combinators describe what they hold when they are made.
    const makers = [
      () => bad,
      () => firstOf(bad, always("small")),
      () => rules([{ if: () => true, use: bad }]),
    ];
    for (const policyOf of makers) {
      let error: unknown;
      try {
        make({ policy: policyOf() });
      } catch (thrown) {
        error = thrown;
      }
      expect(isRouterError(error, "invalid-option") && error.option).toContain("policy.parameters");
    }
  }
});
