import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OutcomeRecord } from "../../../evals/data/outcomes/outcome-record.ts";
import { threshold } from "../../../policies/threshold.ts";
import type { Model, Price, Router } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/router/create/create-router.ts";
import { openai } from "../../../src/router/providers/openai.ts";

/** A price at which 10 input and 5 output tokens cost 0.00002 USD. */
export const price: Price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 2 };

/** Creates a temporary folder and returns paths in it. */
export function collectFolder(): { readonly path: (name: string) => string } {
  const folder = mkdtempSync(join(tmpdir(), "switchpoint-collect-"));
  return { path: (name) => join(folder, name) };
}

export function writeLines(path: string, lines: readonly unknown[]): string {
  writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  return path;
}

export function readLines<T = OutcomeRecord>(path: string): T[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T);
}

/** Creates a router with two models behind one endpoint, over OpenAI's SDK. */
export function pairAt(url: string, options: Parameters<typeof openai>[1] = {}): Router<"small" | "large"> {
  const model = (name: string): Model =>
    openai(name, { apiKey: "sk-secret", baseUrl: url, price, maxOutputTokens: 5, ...options });
  return createRouter({
    models: { small: model("s"), large: model("l") },
    policy: threshold({ small: "small", large: "large", at: 0.5 }),
  });
}

/** Creates records `r0`, `r1`, … that ask for their number. */
export function numbered(count: number): { id: string; prompt: string; expected: string }[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `r${index}`,
    prompt: `number ${index}`,
    expected: String(index),
  }));
}
