import { readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { entrySources } from "../support/package-sources.ts";

const root = resolve(import.meta.dirname, "../..");

/**
 * Wings, and what each may import besides itself: the router knows no fleet, no loop and no server; a fleet knows contracts and
 * helpers alone.
 */
const wings: Readonly<Record<string, readonly string[]>> = {
  "src/contracts": ["src/version.ts"],
  "src/plugin": ["src/contracts", "src/version.ts"],
  policies: ["src/contracts", "src/plugin"],
  "src/testing": ["src/contracts", "src/plugin"],
  "src/router": ["src/contracts", "src/plugin", "policies", "src/version.ts"],
  "src/fleet": ["src/contracts", "src/plugin"],
  "src/loop": ["src/contracts", "src/plugin", "policies", "src/router", "src/fleet", "src/version.ts"],
  "src/serve": ["src/contracts", "src/plugin", "src/router", "src/loop", "src/version.ts"],
};

/**
 * Floors, lowest first. A file imports from lower floors, and on its own floor only from its own room; parts that users also
 * write import only `contracts` and `plugin`.
 */
const levels: readonly (readonly string[])[] = [
  ["src/contracts", "src/version.ts"],
  ["src/plugin"],
  [
    "policies",
    "src/testing",
    "src/router/classifiers",
    "src/router/providers",
    "src/router/pools",
    "src/router/request",
    "src/router/decide",
    "src/router/call",
    "src/router/cost",
    "src/router/health",
    "src/router/budget",
    "src/router/cache",
    "src/router/log",
    "src/fleet",
    "src/loop/statistics",
  ],
  ["src/router/limits"],
  ["src/router/life"],
  ["src/router/create"],
  ["src/router/presets"],
  ["src/index.ts"],
  ["src/loop"],
  ["src/serve/metrics"],
  ["src/serve/telemetry", "src/serve/status"],
  ["src/serve/page"],
  ["src/serve/http"],
  ["src/serve/clients"],
  ["src/serve/index.ts"],
  ["evals/data/outcomes", "evals/metrics"],
  ["evals/data/split", "evals/data/input", "evals/data/decisions"],
  ["evals/data/labels"],
  ["evals/data/import", "evals/data/export"],
  ["evals/scorers", "evals/replay"],
  ["evals/replay/compare", "evals/collect", "evals/train"],
  ["evals/tune"],
  ["evals/monitor/drift", "evals/monitor/off-policy"],
  ["evals/monitor/gate", "evals/monitor/spend", "evals/monitor/loop"],
  ["evals/monitor/reconcile"],
  ["evals/report"],
  ["evals/index.ts"],
  ["cli", "studies"],
];
/** The longest first: a folder within another one can be a part of its own. */
const parts = levels.flat().sort((a, b) => b.length - a.length);

function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(folder, file));
}
const files = ["src", "policies", "evals", "cli", "studies"].flatMap(filesIn);

/**
 * Returns the imports of a source file: static, side-effect, dynamic and re-exporting forms, also of types.
 */
function importsOf(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const forms = [
    /\b(?:import|export)\b[^;"'`]*?\bfrom\s*["']([^"']+)["']/g,
    /\bimport\s*["']([^"']+)["']/g,
    /\bimport\s*\(\s*["'`]([^"'`]+)["'`]/g,
  ];
  return forms.flatMap((form) => [...code.matchAll(form)].map(([, name]) => name as string));
}

function partOf(file: string): string {
  const found = parts.find((part) => file === part || file.startsWith(`${part}/`));
  if (found === undefined) throw new Error(`${file} belongs to no part: add it to the levels of this test`);
  return found;
}

const levelOf = (part: string) => levels.findIndex((level) => level.includes(part));

/** Imports between files of the project, as paths from its root. */
const edges = files.flatMap((from) =>
  importsOf(readFileSync(join(root, from), "utf8"))
    .filter((name) => name.startsWith("."))
    .map((name) => ({ from, to: relative(root, resolve(root, dirname(from), name)) })),
);

/** Sources of what package.json exports: a promise to users. */
const doors = new Set(
  Object.values(entrySources).flatMap((source) => {
    const door = relative(root, source);
    return door.endsWith("/*.ts") ? files.filter((file) => dirname(file) === dirname(door)) : [door];
  }),
);

describe("the layers", () => {
  it("are imported downwards only, and parts of one level do not import each other", () => {
    const wrong = edges.filter(({ from, to }) => {
      const [a, b] = [partOf(from), partOf(to)];
      return a !== b && levelOf(b) >= levelOf(a);
    });
    expect(wrong).toEqual([]);
  });

  it("are of wings that know each other one way only", () => {
    const wingOf = (file: string) => Object.keys(wings).find((wing) => file.startsWith(`${wing}/`)) ?? file;
    const wrong = edges.filter(({ from, to }) => {
      const [a, b] = [wingOf(from), wingOf(to)];
      return a !== b && wings[a] !== undefined && !wings[a].includes(b);
    });
    expect(wrong).toEqual([]);
  });

  it("are entered by their doors: files that package.json exports, `index.ts` and `inner.ts`", () => {
    // Contracts and helpers are the ground floor, which is imported by file; of the router src/index.ts is the front door.
    const closed = ["src/router/", "src/fleet/", "src/loop/", "src/serve/"];
    const isDoor = (file: string) => doors.has(file) || /\/(?:index|inner)\.ts$/.test(file);
    const wrong = edges.filter(({ from, to }) => {
      const wing = closed.find((one) => to.startsWith(one));
      return wing !== undefined && !from.startsWith(wing) && from !== "src/index.ts" && !isDoor(to);
    });
    expect(wrong).toEqual([]);
    expect([...doors].filter((file) => file.endsWith("/inner.ts"))).toEqual([]);
  });

  it("let policies, classifiers and providers import only contracts and their helpers, as a user's own would", () => {
    const own = ["policies", "src/router/classifiers", "src/router/providers", "src/router/pools"];
    const forAuthors = ["src/contracts", "src/plugin"];
    const wrong = edges.filter(({ from, to }) => {
      const part = partOf(from);
      return own.includes(part) && partOf(to) !== part && !forAuthors.includes(partOf(to));
    });
    expect(wrong).toEqual([]);
  });

  it("have no cycle between files", () => {
    const state = new Map<string, "open" | "done">();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (state.get(file) === "done") return;
      if (state.get(file) === "open") {
        cycles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
        return;
      }
      state.set(file, "open");
      for (const { from, to } of edges) if (from === file) visit(to, [...path, file]);
      state.set(file, "done");
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });

  it("are imported by file: only the project's own files and packages", () => {
    const missing = edges.filter(({ to }) => !files.includes(to));
    expect(missing).toEqual([]);
  });
});

describe("heavy packages", () => {
  const lazy = [
    "openai",
    "@anthropic-ai/sdk",
    "@google/genai",
    "@google/generative-ai",
    "google-auth-library",
    "@azure/identity",
    "@aws-sdk/credential-provider-node",
    "@smithy/signature-v4",
    "zod",
    "@cfworker/json-schema",
    "tiktoken",
    "lru-cache",
    "jiti",
    "simple-statistics",
    "undici",
    "onnxruntime-node",
    "@huggingface/tokenizers",
  ];

  it("and modules of Node are loaded on use, so that Workers and edge functions can import the package", () => {
    // `switchpoint/testing` is for tests in Node.
    const portable = files.filter((file) => /^(?:src|policies)\/(?!testing\/)/.test(file));
    const wrong = portable.flatMap((file) => {
      const code = readFileSync(join(root, file), "utf8").replace(
        /^import type .*?;$|\btypeof import\(/gms,
        "",
      );
      const found = importsOf(code).filter((name) => isBuiltin(name));
      // There, these may not exist, or a bundler looks for them.
      const globals = /(?<![.\w])process\.|\brequire\(/.test(code.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, ""));
      return [
        ...found.map((name) => `${file} imports ${name}`),
        ...(globals ? [`${file} uses process`] : []),
      ];
    });
    expect(wrong).toEqual([]);
  });

  it("are loaded on use, not when the package is imported", () => {
    const core = files.filter(
      (file) => !file.startsWith("evals/") && !file.startsWith("cli/") && !file.startsWith("studies/"),
    );
    const wrong = core.flatMap((file) => {
      const code = readFileSync(join(root, file), "utf8");
      return lazy
        .filter((name) =>
          new RegExp(`^(?:import|export)\\s+(?!type\\b)[^;]*?from\\s+"${name}(?:/[^"]*)?"`, "m").test(code),
        )
        .map((name) => `${file} imports ${name}`);
    });
    expect(wrong).toEqual([]);
  });
});
