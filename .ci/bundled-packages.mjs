// What is special about packages that are bundled into the build: where they come from, how they find their
// files, and their licences.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";

/** Folder and name of the package that a module comes from; undefined for our own. */
export function packageOf(id) {
  const [, home, name] =
    /^(.*[/]node_modules[/]((?:@[^/]+[/])?[^/]+))[/]/.exec(id.replaceAll(sep, "/")) ?? [];
  return home === undefined ? undefined : { home, name };
}

/** Rewrites code that looks for a package's files at run time, where they are not. */
export const findsFiles = {
  name: "finds-files",
  load(id) {
    if (!id.endsWith(join("tiktoken", "lite", "tiktoken.cjs"))) return undefined;
    // It would read this file from the folder of its package.
    const wasm = readFileSync(join(dirname(id), "tiktoken_bg.wasm")).toString("base64");
    return `const wasm = require("./tiktoken_bg.cjs");
      const bytes = Buffer.from("${wasm}", "base64");
      const module_ = new WebAssembly.Module(bytes);
      wasm.__wbg_set_wasm(new WebAssembly.Instance(module_, { "./tiktoken_bg.js": wasm }).exports);
      exports["Tiktoken"] = wasm["Tiktoken"];`;
  },
  transform(code) {
    // Written like this where the declarations of a package must not be read.
    const found = /\bimport\(import\.meta\.resolve\(("[^"]+")\)\)/g;
    return found.test(code) ? { code: code.replaceAll(found, "import($1)"), map: null } : undefined;
  },
};

/** The licence texts of the packages that the modules come from, as one document. Each text stands there once. */
export function noticesOf(ids) {
  const packages = new Map();
  for (const id of ids) {
    const found = packageOf(id);
    if (found !== undefined) packages.set(found.name, found.home);
  }
  const names = [...packages.keys()].sort();
  const known = new Map();
  const parts = names.map((name) => noticeOf(packages.get(name), known));
  return `Parts of these packages are bundled into switchpoint.\n\n${parts.join(`\n${"-".repeat(80)}\n\n`)}`;
}

function noticeOf(home, known) {
  const { name, version, license, author, homepage, repository } = JSON.parse(
    readFileSync(join(home, "package.json"), "utf8"),
  );
  if (typeof license !== "string") throw new Error(`${name}: package.json names no licence`);
  const texts = readdirSync(home)
    .filter((file) => /^(?:licen[cs]e|notice|copying)/i.test(file))
    .map((file) => {
      const text = readFileSync(join(home, file), "utf8").trim();
      const first = known.get(text);
      if (first !== undefined) return `The text is that of ${first} above.`;
      known.set(text, name);
      return text;
    });
  const place = homepage ?? repository?.url ?? repository;
  const by = texts.length > 0 || author === undefined ? "" : `By ${author.name ?? author}.\n`;
  return `${name} ${version} (${license})\n${place ?? ""}\n${by}\n${texts.join("\n\n")}\n`;
}
