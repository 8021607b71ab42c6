import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
/** Folders of what is made for each request. */
const folders = [
  "src/router/call",
  "src/router/providers",
  "src/router/request",
  "src/router/decide",
  "src/serve/http",
];
/** Files of what a server, its router or its page has once. */
const lasting = [
  "src/serve/http/page/watchers.ts",
  "src/serve/http/server/ending.ts",
  "src/serve/http/server/in-flight.ts",
  "src/serve/http/server/start-server.ts",
];

/**
 * A getter in an object literal gives each object a hidden class of its own. V8 keeps those among the old objects, and they name
 * the getter's closure: all that a request held then stays until a full collection, which took half of a stream's CPU.
 */
const getterInLiteral = /^ {4,}(?:get|set) [\w$]+\(.*\) \{$/m;

function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(root, folder, name));
}

describe("objects that each request makes", () => {
  it("have their getters in a class, not in a literal", () => {
    const files = folders.flatMap(filesIn);
    expect(files.length).toBeGreaterThan(100);
    const found = files.filter((file) => getterInLiteral.test(readFileSync(file, "utf8")));
    expect(found.map((file) => relative(root, file)).sort()).toEqual(lasting);
  });

  it("are told from those of a class", () => {
    expect(getterInLiteral.test("  return {\n    get text() {\n      return 1;\n    },\n  };")).toBe(true);
    expect(getterInLiteral.test("class Text {\n  get text(): string {\n    return this.#text;\n  }\n}")).toBe(
      false,
    );
  });
});
