import { describe, expect, it } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter } from "../../../src/index.ts";
import { InvalidRequestError } from "../../../src/plugin/index.ts";
import { readable } from "../../../src/router/request/readable.ts";
import { fakeModel } from "../../../src/testing/index.ts";

const ours = new TypeError("list.findLast is not a function");
const failing = () => {
  throw ours;
};
const caught = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};
const messages = [{ role: "user", content: "Hello" }];

describe("an error while a request is read", () => {
  it.each<[string, unknown]>([
    ["a text", "Hello"],
    [
      "messages",
      { messages, tools: [{ type: "function", function: { name: "f", parameters: { a: [1, null] } } }] },
    ],
    ["an object without a prototype", Object.assign(Object.create(null), { messages })],
    [
      "constraints and a schema, which are code",
      { messages, constraints: [{ name: "x", permits: () => true }], output: new Map() },
    ],
    ["what is shared", { messages: [messages[0], messages[0]] }],
  ])("comes out as it is where the request is plain: %s", (_, request) => {
    expect(caught(() => readable(request, failing))).toBe(ours);
  });

  const secret = new RangeError("the secret text");
  const throwing = () => {
    throw secret;
  };
  const cyclic: Record<string, unknown> = { messages };
  let deep: unknown = "x";
  for (let depth = 0; depth < 300; depth += 1) deep = [deep];
  it.each<[string, unknown, unknown]>([
    [
      "a getter that throws",
      { messages: [Object.defineProperty({}, "role", { get: throwing, enumerable: true })] },
      secret,
    ],
    ["a proxy that throws", { messages: new Proxy([], { get: throwing }) }, secret],
    ["keys that cannot be listed", { messages: new Proxy({}, { ownKeys: throwing }) }, secret],
    [
      "a constraint whose name cannot be read",
      {
        messages,
        constraints: [
          {
            get name() {
              return throwing();
            },
          },
        ],
      },
      secret,
    ],
    [
      "a getter that sometimes throws",
      {
        messages,
        get user() {
          return "u";
        },
      },
      ours,
    ],
    ["a function", { messages, user: () => "u" }, ours],
    ["a symbol", { messages, user: Symbol("u") }, ours],
    ["a BigInt", { messages, seed: 1n }, ours],
    ["an instance of a class", { messages: [new Date(0)] }, ours],
    ["nesting without end", { messages, deep }, ours],
  ])("is the request's for %s, with its cause and none of its text", (_, request, cause) => {
    const error = caught(() => readable(request, failing));
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect((error as Error).cause).toBe(cause);
    expect((error as Error).message).toMatch(
      /^request cannot be read \(an error of type (RangeError|TypeError)\): give plain objects without getters that throw$/,
    );
    expect(Object.keys(error as object)).not.toContain("cause");
  });

  it("does not run in circles", () => {
    cyclic["self"] = cyclic;
    expect(caught(() => readable(cyclic, failing))).toBe(ours);
  });

  it("is the request's where it is too long or too deep for a text", () => {
    const range = new RangeError("Invalid string length");
    const error = caught(() =>
      readable({ messages }, () => {
        throw range;
      }),
    );
    expect([(error as Error).name, (error as Error).cause]).toEqual(["InvalidRequestError", range]);
  });

  it("keeps the cause all the way to the caller", async () => {
    const router = createRouter({ models: { a: fakeModel({ model: "a" }) }, policy: always("a") });
    const request = {
      messages: [
        {
          role: "user",
          get content() {
            return throwing();
          },
        },
      ],
    };
    await expect(router.route(request as never)).rejects.toMatchObject({
      code: "invalid-request",
      cause: secret,
    });
    await expect(router.decide(request as never)).rejects.toMatchObject({
      code: "invalid-request",
      cause: secret,
    });
  });
});
