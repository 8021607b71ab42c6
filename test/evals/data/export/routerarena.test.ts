import { existsSync, readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { exportRecords } from "../../../../evals/index.ts";
import { threshold } from "../../../../policies/index.ts";
import { createRouter } from "../../../../src/router/create/create-router.ts";
import { fakeModel } from "../../../../src/testing/index.ts";
import { temporaryFolder } from "../../../support/cli-config.ts";
import { linesFrom } from "../../../support/evals/import-folder.ts";
import { formatErrorOf, stated } from "../../../support/evals/records.ts";

const folder = temporaryFolder();
afterAll(() => folder.remove());

const prompts = [
  { id: "7", prompt: "0.9 hard" },
  { id: "3", prompt: "0.1 easy" },
];
const router = createRouter({
  models: { little: fakeModel({ name: "vllm:qwen" }), big: fakeModel({ name: "openai:gpt-5" }) },
  policy: threshold({ small: "little", large: "big", at: 0.5 }),
  classifier: stated,
});
const out = `${folder.file("x", "")}-arena/router_inference/predictions/ours.json`;

describe("a RouterArena submission", () => {
  it("holds the router's choice for each prompt in their order, and its configuration", async () => {
    const report = await exportRecords({
      to: "routerarena",
      input: folder.file("prompts.jsonl", linesFrom(prompts)),
      out,
      router,
      rename: { qwen: "Qwen/Qwen3" },
    });
    expect(report.records).toBe(2);
    const open = { generated_result: null, cost: null, accuracy: null };
    expect(JSON.parse(readFileSync(out, "utf8"))).toEqual([
      { "global index": "7", prompt: "0.9 hard", prediction: "gpt-5", ...open },
      { "global index": "3", prompt: "0.1 easy", prediction: "Qwen/Qwen3", ...open },
    ]);
    const config = out.replace("predictions", "config");
    expect(JSON.parse(readFileSync(config, "utf8"))).toEqual({
      pipeline_params: { router_name: "ours", models: ["Qwen/Qwen3", "gpt-5"] },
    });
  });

  it("without a router takes the one model of each record, and refuses several", async () => {
    const of = (outcomes: object) => folder.file("in.jsonl", linesFrom([{ id: "1", prompt: "x", outcomes }]));
    const file = out.replace("ours", "recorded");
    await exportRecords({ to: "routerarena", input: of({ a: { quality: 1 } }), out: file });
    expect(JSON.parse(readFileSync(file, "utf8"))[0].prediction).toBe("a");
    const both = { a: { quality: 1 }, b: { quality: 1 } };
    const other = out.replace("ours", "none");
    const error = await formatErrorOf(exportRecords({ to: "routerarena", input: of(both), out: other }));
    expect(error.message).toMatch(/in\.jsonl:1: outcomes must be of the one model/);
    expect(existsSync(other)).toBe(false);
  });

  it("needs a .json, and its options are for it alone", async () => {
    const input = folder.file("p.jsonl", linesFrom(prompts));
    await expect(exportRecords({ to: "routerarena", input, out: folder.file("p.csv", "") })).rejects.toThrow(
      /out must be router_inference/,
    );
    await expect(
      exportRecords({ to: "promptfoo", input, out: folder.file("p.json", ""), router }),
    ).rejects.toThrow(/router must be absent/);
  });
});
