import { expectTypeOf, test } from "vitest";
import { z } from "zod";
import { always } from "../../policies/index.ts";
import type { ChatTool } from "../../src/contracts/index.ts";
import { createRouter, type OutputResult, type RouteResult, route } from "../../src/index.ts";
import { fakeModel } from "../../src/testing/index.ts";

const router = createRouter({ models: { small: fakeModel() }, policy: always("small") });
const schema = z.object({ name: z.string(), size: z.string().transform(Number) });
interface City {
  name: string;
  size: number;
}
const messages = [{ role: "user" as const, content: "Ulm?" }];

test("output has the type of what the schema returns", () => {
  expectTypeOf(router.route({ messages, output: schema })).resolves.toEqualTypeOf<
    OutputResult<"small", typeof schema>
  >();
  expectTypeOf(router.route({ messages, output: schema }))
    .resolves.toHaveProperty("output")
    .toEqualTypeOf<City>();
  expectTypeOf(router.route({ messages, output: { schema, repair: true } }))
    .resolves.toHaveProperty("output")
    .toEqualTypeOf<City>();
  expectTypeOf(route({ messages, output: schema }))
    .resolves.toHaveProperty("output")
    .toEqualTypeOf<City>();
  expectTypeOf(router.stream({ messages, output: schema }).result)
    .resolves.toHaveProperty("output")
    .toEqualTypeOf<City>();
});

test("with tools there may be none", () => {
  const tools: ChatTool[] = [];
  expectTypeOf(router.route({ messages, output: schema, tools }))
    .resolves.toHaveProperty("output")
    .toEqualTypeOf<City | undefined>();
});

test("a result without output is as it was", () => {
  expectTypeOf(router.route({ messages })).resolves.toEqualTypeOf<RouteResult<"small">>();
  expectTypeOf<RouteResult>().not.toHaveProperty("output");
});

test("wrong requests do not compile", () => {
  // @ts-expect-error a JSON Schema alone validates nothing
  void router.route({ messages, output: { type: "object" } });
  // @ts-expect-error not a model of this router
  void router.route({ messages, output: schema, model: "large" });
  // @ts-expect-error the schema says the format
  void router.route({ messages, output: schema, response_format: { type: "json_object" } });
});
