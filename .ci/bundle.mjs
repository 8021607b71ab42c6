// Second half of the build: what tsc emitted, in few files. Importing a hundred small modules takes
// four times as long as importing one of the same text. Declarations stay as tsc wrote them.
import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { rolldown } from "rolldown";

const doors = [
  "src/index",
  "src/classifiers/index",
  "src/testing/index",
  "src/cli/main",
  "policies/index",
  "policies/constraints/index",
  "policies/checks/index",
  "evals/index",
  "evals/train-complexity",
  ...filesIn("dist/src/providers").map((name) => `src/providers/${name}`),
  ...filesIn("dist/evals/studies").map((name) => `evals/studies/${name}`),
];

function filesIn(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".js"))
    .map((name) => name.slice(0, -3));
}

const open = (input) =>
  rolldown({
    input,
    // Packages stay packages: loaded when they are used.
    external: (id) => !id.startsWith(".") && !id.startsWith("/") && !/^[A-Z]:/.test(id),
    platform: "node",
    treeshake: false,
  });

/** All that importing `switchpoint` brings in. */
async function modulesOfIndex() {
  const bundle = await open("dist/src/index.js");
  const { output } = await bundle.generate();
  await bundle.close();
  return new Set(output.flatMap(({ modules }) => Object.keys(modules ?? {})));
}

const core = await modulesOfIndex();
const bundle = await open(Object.fromEntries(doors.map((door) => [door, `dist/${door}.js`])));
const options = {
  format: "esm",
  // Names stay, so that stack traces can be read; comments and white space go.
  minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  entryFileNames: "[name].js",
  chunkFileNames: "chunks/[name].js",
  // One copy of the contracts whatever doors are used, and one file for all that an application imports.
  codeSplitting: {
    groups: [
      { name: "core", test: (id) => core.has(id), priority: 1 },
      { name: "parts", test: /dist\/(policies|src\/(?!cli|testing))/ },
    ],
  },
};
const { output } = await bundle.generate(options);
await bundle.close();
// Outside of literals the code is ASCII. Within them escapes mean the same, and a file that is ASCII
// throughout takes half the memory.
const ascii = (code) =>
  code.replace(/[^ -~\n\t]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
const kept = new Map(output.map(({ fileName, code }) => [fileName, ascii(code)]));
for (const name of readdirSync("dist", { recursive: true })) {
  if (name.endsWith(".js") && !kept.has(name)) rmSync(`dist/${name}`);
}
mkdirSync("dist/chunks", { recursive: true });
for (const [name, code] of kept) writeFileSync(`dist/${name}`, code);
chmodSync("dist/src/cli/main.js", 0o755);
