import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { notRefused } from "../../policies/checks/index.ts";
import { boundary } from "../../policies/constraints/index.ts";
import { cascade, mix, threshold } from "../../policies/index.ts";
import { type Constraint, createRouter, isRouterError, type Policy, type Router } from "../../src/index.ts";
import { fakeModel, type GoldenRoutesSetup, goldenRoutes } from "../../src/testing/index.ts";
import { linesOf } from "../support/run-cli.ts";

type Id = "small" | "large";
const folder = mkdtempSync(join(tmpdir(), "switchpoint-golden-"));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

function make(policy: Policy<Id>, constraints: readonly Constraint<Id>[] = []): Router<Id> {
  return createRouter({
    models: {
      small: fakeModel({ model: "s", error: new Error("called"), labels: { boundary: "eu" } }),
      large: fakeModel({ model: "l", error: new Error("called") }),
    },
    policy,
    constraints,
    classifier: {
      name: "by-words",
      version: "1",
      classify: ({ ask }) => ({ complexity: ask.includes("Prove") ? 0.9 : 0.2 }),
    },
  });
}
const split = (at: number) => make(threshold({ small: "small", large: "large", at }));

let files = 0;
function file(text: string): string {
  files += 1;
  const path = join(folder, `file-${files}.jsonl`);
  writeFileSync(path, text);
  return path;
}
const prompts = file(
  [
    '"Secret: what is the capital of France?"',
    "",
    '{ "id": "hard", "prompt": "Prove it." }',
    '{ "messages": [{ "role": "user", "content": "Prove it, here." }], "model": "small" }',
  ].join("\n"),
);
const absent = () => join(folder, `snapshot-${files++}.jsonl`);

async function written(router: Router<Id>, requests: GoldenRoutesSetup<Id>["requests"]): Promise<string> {
  const snapshot = absent();
  await goldenRoutes({ router, requests, snapshot, update: true });
  return snapshot;
}

async function messageOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => expect.unreachable("nothing was thrown"),
    (thrown: unknown) => thrown,
  );
  return (error as Error).message;
}

describe("golden routes", () => {
  it("write a snapshot without text and without what changes between runs", async () => {
    const snapshot = await written(split(0.7), prompts);
    const text = readFileSync(snapshot, "utf8");
    expect(text).not.toContain("Secret");
    const permitted = ["small", "large"];
    expect(linesOf(text)).toEqual([
      { id: "1", model: "small", plan: [{ model: "small" }], reason: "complexity below 0.7", permitted },
      {
        id: "hard",
        model: "large",
        plan: [{ model: "large" }],
        reason: "complexity at or above 0.7",
        permitted,
      },
      { id: "4", model: "small", plan: [{ model: "small" }], reason: "pinned by the request", permitted },
    ]);
    await written(split(0.7), prompts);
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("pass if nothing differs, whatever the order", async () => {
    const snapshot = await written(split(0.7), prompts);
    const lines = readFileSync(snapshot, "utf8").trimEnd().split("\n");
    writeFileSync(snapshot, lines.toReversed().join("\r\n"));
    const result = await goldenRoutes({ router: split(0.7), requests: prompts, snapshot });
    expect(result).toMatchObject({
      drawn: [],
      written: false,
      routes: [{ id: "1" }, { id: "hard" }, { id: "4" }],
    });
  });

  it("list the differences, and say how to accept them", async () => {
    const snapshot = await written(split(0.7), prompts);
    const requests = [{ id: "hard", prompt: "Prove it." }, { id: "new", prompt: "Hi" }, "Hello"];
    const promise = goldenRoutes({ router: split(0.95), requests, snapshot });
    await expect(promise).rejects.toMatchObject({ name: "AssertionError" });
    expect((await messageOf(promise)).split("\n")).toEqual([
      expect.stringMatching(/^5 differences from snapshot-\d+\.jsonl:$/),
      "  hard: large (complexity at or above 0.7; permitted: small, large) -> small (complexity below 0.95; permitted: small, large)",
      expect.stringContaining("  new: not in the snapshot; small (complexity below 0.95"),
      expect.stringContaining("  3: not in the snapshot; "),
      expect.stringContaining("  1: no longer requested"),
      "  4: no longer requested",
      "If they are intended, write the snapshot with SWITCHPOINT_UPDATE=1 or update: true.",
    ]);
  });

  it("detect a change of the plan and of the permitted models", async () => {
    const requests = [{ id: "a", prompt: "Hi" }];
    const snapshot = await written(split(0.7), requests);
    const check = { first: "small", then: "large", unless: notRefused() } as const;
    expect(await messageOf(goldenRoutes({ router: make(cascade(check)), requests, snapshot }))).toContain(
      "-> small unless notRefused then large (",
    );
    const policy = threshold({ small: "small", large: "large", at: 0.7 });
    const closed = make(policy, [boundary({ label: "boundary", required: "eu" })]);
    expect(await messageOf(goldenRoutes({ router: closed, requests, snapshot }))).toContain(
      "permitted: small)",
    );
    const none = make(policy, [{ name: "never", permits: () => "closed" }]);
    expect(await messageOf(goldenRoutes({ router: none, requests, snapshot }))).toContain(
      "-> no decision (no-eligible-model)",
    );
  });

  it("are the same each time for lotteries, which are marked with their probability", async () => {
    const requests = ["Hi", { id: "pinned", prompt: "Hi", model: "large" as const }];
    const snapshot = await written(make(mix({ small: 0.75, large: 0.25 })), requests);
    for (let run = 0; run < 20; run += 1) {
      const { drawn } = await goldenRoutes({
        router: make(mix({ small: 0.75, large: 0.25 })),
        requests,
        snapshot,
      });
      expect(drawn).toEqual(["1"]);
    }
    const shifted = goldenRoutes({ router: make(mix({ small: 0.7, large: 0.3 })), requests, snapshot });
    expect(await messageOf(shifted)).toContain(
      "probability 0.75) -> small (share 0.7; permitted: small, large; probability 0.7)",
    );
  });

  it("list twenty differences and count the others", async () => {
    const requests = Array.from({ length: 50 }, (_, index) => `Hi ${index}`);
    const snapshot = await written(split(0.7), requests);
    const message = await messageOf(goldenRoutes({ router: split(0.1), requests, snapshot }));
    expect(message.split("\n")).toHaveLength(1 + 20 + 1 + 1);
    expect(message).toContain("  and 30 more\n");
  });

  it("are written if SWITCHPOINT_UPDATE is 1, and only if they differ", async () => {
    const snapshot = join(folder, "deeper", "snapshot.jsonl");
    vi.stubEnv("SWITCHPOINT_UPDATE", "1");
    const setup = { router: split(0.7), requests: prompts, snapshot };
    expect((await goldenRoutes(setup)).written).toBe(true);
    expect((await goldenRoutes(setup)).written).toBe(false);
    vi.stubEnv("SWITCHPOINT_UPDATE", "0");
    expect((await goldenRoutes(setup)).written).toBe(false);
    await expect(goldenRoutes({ ...setup, router: split(0.1) })).rejects.toThrow(
      "2 differences from snapshot.jsonl",
    );
  });

  it("stay unchanged if writing fails", async () => {
    const snapshot = join(folder, "taken");
    await goldenRoutes({
      router: split(0.7),
      requests: ["Hi"],
      snapshot: join(snapshot, "in.jsonl"),
      update: true,
    });
    // A folder has the name of the file.
    await expect(
      goldenRoutes({ router: split(0.7), requests: ["Hi"], snapshot, update: true }),
    ).rejects.toThrow();
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});

describe("golden routes refuse", () => {
  const snapshot = "unused.jsonl";

  it("a missing snapshot, saying how to write it", async () => {
    expect(
      await messageOf(goldenRoutes({ router: split(0.7), requests: ["Hi"], snapshot: absent() })),
    ).toMatch(
      /^goldenRoutes\.snapshot must be an existing file: write it with SWITCHPOINT_UPDATE=1 or update: true, got/,
    );
  });

  it.each<[string, string, RegExp]>([
    ["a line that is not JSON", "Secret", /:1: line is not JSON: write one request per line$/],
    ["a line that is not a request", '"a"\n[]', /:2: line must be a prompt in quotes or an object/],
    ["neither prompt nor messages", "{}", /:1: prompt or messages must be given/],
    ["an empty prompt", '""', /:1: prompt must be a non-empty string/],
    ["a wrong id", '{ "id": {}, "prompt": "a" }', /:1: id must be a non-empty string or a number/],
    ["a repeated id", '{ "id": 2, "prompt": "a" }\n"b"', /:2: id is used twice/],
    [
      "a request that cannot be routed",
      '{ "prompt": "a", "maxCostUsd": -1 }',
      /:1: maxCostUsd must be a finite number/,
    ],
    [
      "a pin that the router does not have",
      '"a"\n{ "prompt": "a", "model": "huge" }',
      /:2: model pins a model that/,
    ],
    [
      "a file without requests",
      "\n\n",
      /^goldenRoutes\.requests must be an array or a file with at least one request/,
    ],
  ])("%s", async (_, text, message) => {
    const thrown = await messageOf(
      goldenRoutes({ router: split(0.7), requests: file(text), snapshot, update: true }),
    );
    expect(thrown).toMatch(message);
    expect(thrown).not.toContain("Secret");
  });

  it.each<[string, Partial<Record<keyof GoldenRoutesSetup<Id> | "file", unknown>>, string]>([
    ["a missing file", { requests: "absent.jsonl" }, "absent.jsonl: file does not exist"],
    [
      "requests of a wrong type",
      { requests: 7 },
      "goldenRoutes.requests must be a file or an array of requests",
    ],
  ])("%s", async (_, options, message) => {
    const setup = { router: split(0.7), requests: ["Hi"], snapshot, update: true, ...options };
    expect(await messageOf(goldenRoutes(setup as GoldenRoutesSetup<Id>))).toContain(message);
  });

  it.each([["oops"], ['{ "model": "small" }'], ["null"]])("an invalid snapshot: %s", async (text) => {
    const error = await goldenRoutes({ router: split(0.7), requests: ["Hi"], snapshot: file(text) }).catch(
      (thrown: unknown) => thrown,
    );
    expect(isRouterError(error, "outcome-format")).toBe(true);
    expect((error as Error).message).toMatch(/:1: .*is this a snapshot\?$/);
  });
});
