import { expect, it } from "vitest";
import type { ModelLifeEvent } from "../../../src/contracts/index.ts";
import { newsOf } from "../../../src/serve/status/news-of.ts";

it.each([
  ["lacks", "tools", "Model small has refused requests: no tools"],
  ["withheld", "images", "Model small is not asked where others are known to have images"],
  ["retired", undefined, "Model small is retired"],
] as const)("says what is new about a model: %s", (kind, capability, text) => {
  const event: ModelLifeEvent = { type: "model-life", kind, model: "small", name: "x:small", capability };
  expect(newsOf(event)).toEqual({ tone: "bad", text });
});
