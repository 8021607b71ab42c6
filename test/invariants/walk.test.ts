import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { root } from "../support/package-sources.ts";

const files = {
  "tsconfig.json": JSON.stringify({
    compilerOptions: {
      strict: true,
      target: "ES2023",
      module: "NodeNext",
      moduleResolution: "NodeNext",
      types: [],
      // The library of browsers takes a second to read, in each of the processes.
      lib: ["ES2015"],
      allowImportingTsExtensions: true,
      noEmit: true,
    },
    include: ["src", "policies"],
  }),
  "package.json": `{ "type": "module" }`,
  "src/contracts/names.ts": `
    import { later } from "../room/later.ts";
    export interface Asked { ask(): number }
    export const floor = (): number => later();`,
  "src/plugin/each.ts": "export function each(work: () => number): number { return work(); }",
  "src/room/index.ts": `export { later as renamed } from "./later.ts";`,
  "src/room/later.ts": `
    export function later(): number { return 1; }
    export const never = (): number => 2;`,
  "src/room/given.ts": `
    export function given(value: number, more?: () => number): number { return value + (more?.() ?? 0); }
    export const second = function () { return given(1); };`,
  "src/room/pair.ts": `
    import { later } from "./later.ts";
    class Base { readonly left = later(); }
    export class Pair extends Base {
      readonly right = helper();
      constructor(readonly size: number) { super(); }
      sum(): number { return this.left + this.twice; }
      get twice(): number { return 2 * this.#own(); }
      #own(): number { return this.right; }
    }
    function helper(): number { return 3; }
    export const box = { open: () => helper(), ...{} };`,
  "policies/start.ts": `
    import { type Asked, floor } from "../src/contracts/names.ts";
    import { each } from "../src/plugin/each.ts";
    import { given, second } from "../src/room/given.ts";
    import { renamed } from "../src/room/index.ts";
    import { never } from "../src/room/later.ts";
    import { Pair } from "../src/room/pair.ts";

    export function order(): number {
      for (let at = 0; at < given(1); at = last()) first();
      return wrap(renamed());
    }
    function first(): number { return order(); }
    function last(): number { return 4; }
    function wrap(value: number): number { return value; }

    export const floors = (): number => floor() + each(never) + [1].map(() => second()).length;
    export const built = (): number => new Pair(last()).sum();

    export function values(asked: Asked, list: readonly (() => number)[], ask = () => 1): number {
      const local = () => last();
      const unused = () => renamed();
      given(1, () => never());
      given(2, never);
      list[0]?.();
      return asked.ask() + ask() + local() + (asked.ask() > 1 ? first : last)();
    }
    export async function dynamic(): Promise<number> {
      const { box } = await import("../src/room/pair.ts");
      const { later } = await import("../src/room/later.ts");
      return box.open() + later();
    }`,
};

const folder = mkdtempSync(join(tmpdir(), "walk-"));
for (const [name, text] of Object.entries(files)) {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the counter in the folder. */
function run(...given: readonly string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const args = [join(root, "test/support/walk.mjs"), ...given];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: folder }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}

interface Walked {
  readonly name: string;
  readonly stays: readonly { readonly file: string; readonly functions: readonly string[] }[];
  readonly returns: number;
  readonly rooms: readonly string[];
  readonly values: readonly { readonly kind: string; readonly file: string; readonly text: string }[];
}

const names = ["order", "floors", "built", "values", "dynamic"];
const walked = run("--json", ...names.flatMap((name) => ["policies/start.ts", name]));

async function walkOf(name: string) {
  const all: readonly Walked[] = JSON.parse((await walked).stdout);
  const walk = all.find((one) => one.name === name) as Walked;
  return { ...walk, stays: walk.stays.map(({ file, functions }) => `${file}: ${functions.join(", ")}`) };
}

describe("a walk through calls", () => {
  it("is in the order of execution, arguments before their call, and enters each function once", async () => {
    const { stays, returns, rooms, values } = await walkOf("order");
    expect(stays).toEqual([
      "policies/start.ts: order",
      "src/room/given.ts: given",
      "policies/start.ts: first, last",
      "src/room/later.ts: later",
      "policies/start.ts: wrap",
    ]);
    expect({ returns, rooms }).toEqual({ returns: 2, rooms: ["policies", "src/room"] });
    expect(values).toMatchObject([{ kind: "call", file: "src/room/given.ts", text: "more" }]);
  });

  it("ends at floors 1 and 2, and takes what code outside of it is given as called there", async () => {
    const { stays, values } = await walkOf("floors");
    expect(stays).toEqual([
      "policies/start.ts: floors",
      "src/room/later.ts: never",
      "src/room/given.ts: second, given",
    ]);
    expect(values.map(({ text }) => text)).toEqual(["more"]);
  });

  it("enters constructors with their base class and fields, methods and getters", async () => {
    const { stays, values } = await walkOf("built");
    expect(stays).toEqual([
      "policies/start.ts: built, last",
      "src/room/pair.ts: new Pair, new Base",
      "src/room/later.ts: later",
      "src/room/pair.ts: helper, Pair.sum, Pair.twice, Pair.#own",
    ]);
    expect(values).toEqual([]);
  });

  it("lists calls through values and functions that are handed over, and does not follow them", async () => {
    const { stays, values } = await walkOf("values");
    expect(stays).toEqual([
      "policies/start.ts: values",
      "src/room/given.ts: given",
      "policies/start.ts: last",
    ]);
    expect(values.map(({ kind, text }) => `${kind} ${text}`)).toEqual([
      "function () => 1",
      "function () => never()",
      "call more",
      "function never",
      "call list[0]",
      "call asked.ask",
      "call ask",
      "call asked.ask",
      "function first",
      "function last",
      "call asked.ask() > 1 ? first : last",
    ]);
  });

  it("follows imports at run time", async () => {
    const { stays } = await walkOf("dynamic");
    expect(stays).toEqual([
      "policies/start.ts: dynamic",
      "src/room/pair.ts: box.open, helper",
      "src/room/later.ts: later",
    ]);
  });

  it("is printed with its places, and its last line has the counts", async () => {
    const { stdout } = await run("policies/start.ts", "order");
    expect(stdout.split("\n")).toEqual([
      "order in policies/start.ts",
      "   1 policies/start.ts: order",
      "   2   src/room/given.ts: given",
      "   3   policies/start.ts (again): first, last",
      "   4   src/room/later.ts: later",
      "   5   policies/start.ts (again): wrap",
      "returns to a file already visited: 2",
      "rooms: 2 (policies, src/room)",
      "calls through values: 1 (1 calls, 0 functions handed over)",
      "  src/room/given.ts:2 calls more",
      "5 stays, 1 calls through values",
      "",
    ]);
  });
});

it.each([
  [["policies/absent.ts", "order"], "walk: there is no file policies/absent.ts"],
  [["src/room/given.ts", "absent"], "walk: src/room/given.ts has no function absent; it has given, second"],
  [["src/plugin/each.ts", "each"], "walk: src/plugin/each.ts is not in a folder that is walked"],
  [["policies/start.ts"], "walk: each walk needs a file and a function"],
  [["--absent"], "walk: Unknown option '--absent'"],
])("%j is refused", async (given, problem) => {
  const { code, stdout, stderr } = await run(...given);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr.split("\n")[0]).toContain(problem);
});

it("says how it is used", async () => {
  expect(await run("--help")).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("FILE FUNCTION"),
    stderr: "",
  });
});
