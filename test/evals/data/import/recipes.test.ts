import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { root } from "../../../support/package-sources.ts";
import { linesOf, runCli } from "../../../support/run-cli.ts";

/** Small files of the formats that the recipes of the document name, written by hand in the form of the originals. */
const files: Readonly<Record<string, string>> = {
  "mmlu_anatomy.csv":
    ',prompt,mistralai/Mixtral-8x7B-Instruct-v0.1,gpt-4-1106-preview\n0,"A lesion?\nA. x",False,True\n1,Which?,True,True\n',
  "gsm8k_responses.csv":
    "prompt,gpt-4-1106-preview,gpt-4-1106-preview_response\n2 + 2?,True,4\n3 + 4?,False,8\n",
  "routerbench.csv": `sample_id,prompt,eval_name,gpt-4-1106-preview,gpt-4-1106-preview|model_response,gpt-4-1106-preview|total_cost,oracle_model_to_route_to
arc.1,Why?,arc,1.0,Because,0.0001,gpt-4-1106-preview
arc.2,"One
Two",arc,0.5,,,no_model_correct
`,
  "samples.jsonl":
    '{"input": [{"role": "user", "content": "Once upon a"}], "ideal": "time"}\n{"input": "2 + 2 =", "ideal": ["4", "four"]}\n',
};

/** The command lines of the recipes, in their order: an export reads what the import before it wrote. */
const recipes = (() => {
  const text = readFileSync(`${root}evals/data/import/README.md`, "utf8");
  const section = text.slice(text.indexOf("## Recipes"), text.indexOf("## In code"));
  return [...section.matchAll(/^ {4}switchpoint (.*)$/gm)].map(([, line = ""]) =>
    [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? ""),
  );
})();

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "recipes-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function run(args: readonly string[]) {
  const there = args.map((arg) => (/^[\w-]+\.(?:csv|jsonl)$/.test(arg) ? join(folder, arg) : arg));
  const { exitCode, err } = await runCli(there);
  expect({ args, exitCode, err }).toEqual({ args, exitCode: 0, err: "" });
  return readFileSync(there[there.indexOf("--out") + 1] ?? "", "utf8");
}

it("each recipe reads, or writes, a file of its format", async () => {
  const written: string[] = [];
  for (const recipe of recipes) written.push(await run(recipe));
  expect(recipes.map(([, verb, file]) => `${verb} ${file}`)).toEqual([
    "import mmlu_anatomy.csv",
    "import gsm8k_responses.csv",
    "export outcomes.jsonl",
    "import routerbench.csv",
    "import samples.jsonl",
    "export dataset.jsonl",
  ]);
  const [mmlu = "", gsm8k = "", table = "", bench = "", samples = "", back = ""] = written;
  const large = "gpt-4-1106-preview";
  const small = "mistralai/Mixtral-8x7B-Instruct-v0.1";
  expect(linesOf(mmlu)).toEqual([
    {
      id: "mmlu_anatomy:2",
      prompt: "A lesion?\nA. x",
      outcomes: { [large]: { quality: 1 }, [small]: { quality: 0 } },
    },
    {
      id: "mmlu_anatomy:4",
      prompt: "Which?",
      outcomes: { [large]: { quality: 1 }, [small]: { quality: 1 } },
    },
  ]);
  expect(linesOf(gsm8k)).toMatchObject([
    { prompt: "2 + 2?", outcomes: { [large]: { quality: 1, answer: "4" } } },
    { prompt: "3 + 4?", outcomes: { [large]: { quality: 0, answer: "8" } } },
  ]);
  expect(table).toBe("prompt,gpt-4-1106-preview,gpt-4-1106-preview_response\n2 + 2?,1,4\n3 + 4?,0,8\n");
  expect(linesOf(bench)).toEqual([
    {
      id: "arc.1",
      prompt: "Why?",
      category: "arc",
      outcomes: { [large]: { quality: 1, answer: "Because", costUsd: 0.0001 } },
    },
    { id: "arc.2", prompt: "One\nTwo", category: "arc", outcomes: { [large]: { quality: 0.5 } } },
  ]);
  expect(linesOf(samples)).toEqual([
    { id: "samples:1", messages: [{ role: "user", content: "Once upon a" }], expected: "time" },
    { id: "samples:2", prompt: "2 + 2 =", expected: ["4", "four"] },
  ]);
  expect(linesOf(back)).toEqual(linesOf(files["samples.jsonl"] ?? ""));
});
