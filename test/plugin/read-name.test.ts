import fc from "fast-check";
import { expect, test } from "vitest";
import { readName, reasoningEfforts } from "../../src/plugin/read-name.ts";
import { rows } from "../../src/router/cost/catalogue.generated.ts";
import { lookUpModel, lookUpName } from "../../src/router/cost/catalogue.ts";
import { readLines } from "../../src/router/cost/catalogue-rows.ts";
import { numRuns } from "../support/runs.ts";

/** Names that the catalogue's patterns stand for, with a digit for each `#` and some text for each `*`. */
const catalogueNames = [...readLines(rows)].flatMap(([provider, lines]) =>
  lines.flatMap(({ names }) =>
    names
      .filter((pattern) => !pattern.startsWith("!"))
      .map((pattern) => ({ provider, model: pattern.replaceAll("#", "7").replaceAll("*", "x") })),
  ),
);

test.each([
  ["openai:gpt-5.5", { provider: "openai", model: "gpt-5.5" }],
  ["openai:gpt-5.5@high", { provider: "openai", model: "gpt-5.5", effort: "high" }],
  ["openai:gpt-5.5@high#v2", { provider: "openai", model: "gpt-5.5", effort: "high", version: "v2" }],
  ["openai:gpt-5.5#v2", { provider: "openai", model: "gpt-5.5", version: "v2" }],
  ["gpt-5.5@low", { provider: "", model: "gpt-5.5", effort: "low" }],
  ["workers:@cf/openai/gpt-oss-120b", { provider: "workers", model: "@cf/openai/gpt-oss-120b" }],
  [
    "workers:@cf/openai/gpt-oss-120b@low",
    { provider: "workers", model: "@cf/openai/gpt-oss-120b", effort: "low" },
  ],
  ["vertex:claude-opus-4@20250514", { provider: "vertex", model: "claude-opus-4@20250514" }],
  [
    "vertex:claude-opus-4@20250514@max",
    { provider: "vertex", model: "claude-opus-4@20250514", effort: "max" },
  ],
  ["bedrock:anthropic.claude-v2:1", { provider: "bedrock", model: "anthropic.claude-v2:1" }],
  ["vllm:@high", { provider: "vllm", model: "@high" }],
  ["vllm:model@High", { provider: "vllm", model: "model@High" }],
  ["vllm:#v2", { provider: "vllm", model: "#v2" }],
  ["vllm:a#b/c", { provider: "vllm", model: "a#b/c" }],
  ["", { provider: "", model: "" }],
])("reads %s", (name, read) => {
  expect(readName(name)).toEqual(read);
});

test("every name of the catalogue stays what it is, and gets an effort and a version on top", () => {
  expect(catalogueNames.length).toBeGreaterThan(500);
  fc.assert(
    fc.property(
      fc.constantFrom(...catalogueNames),
      fc.option(fc.constantFrom(...reasoningEfforts), { nil: undefined }),
      fc.option(fc.stringMatching(/^[\w.-]{1,20}$/), { nil: undefined }),
      ({ provider, model }, effort, version) => {
        const end = `${effort === undefined ? "" : `@${effort}`}${version === undefined ? "" : `#${version}`}`;
        expect(readName(`${provider}:${model}${end}`)).toEqual({
          provider,
          model,
          ...(effort && { effort }),
          ...(version && { version }),
        });
      },
    ),
    numRuns(2_000),
  );
  for (const { provider, model } of catalogueNames)
    expect(readName(`${provider}:${model}`)).toEqual({ provider, model });
});

test("an effort and a version change nothing that the catalogue knows of a model", () => {
  for (const { provider, model } of catalogueNames) {
    const found = lookUpModel(provider, model);
    expect(lookUpName(`${provider}:${model}@high#v2`), `${provider}:${model}`).toEqual(found);
  }
  expect(lookUpName("openai:gpt-5@high")?.price).toEqual(lookUpModel("openai", "gpt-5")?.price);
  expect(lookUpModel("openai", "gpt-5@high")?.name).toBe("openai:gpt-5");
  expect(lookUpModel("azure", "GPT-5-20250807@low")?.name).toBe("openai:gpt-5");
  expect(lookUpName("openai:gpt-5@highest")).toBeUndefined();
  expect(lookUpName("gpt-5")).toBeUndefined();
});
