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

const bundle = await rolldown({
  input: Object.fromEntries(doors.map((door) => [door, `dist/${door}.js`])),
  // Packages stay packages: loaded when they are used.
  external: (id) => !id.startsWith(".") && !id.startsWith("/") && !/^[A-Z]:/.test(id),
  platform: "node",
  treeshake: false,
});
const options = {
  format: "esm",
  // Names stay, so that stack traces can be read; comments and white space go.
  minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  entryFileNames: "[name].js",
  chunkFileNames: "chunks/[name].js",
  // One copy of the contracts whatever doors are used, and one file for all that an application imports.
  codeSplitting: { groups: [{ name: "core", test: /dist\/(policies|src\/(?!cli|testing))/ }] },
};
const { output } = await bundle.generate(options);
await bundle.close();
const kept = new Map(output.map(({ fileName, code }) => [fileName, code]));
for (const name of readdirSync("dist", { recursive: true })) {
  if (name.endsWith(".js") && !kept.has(name)) rmSync(`dist/${name}`);
}
mkdirSync("dist/chunks", { recursive: true });
for (const [name, code] of kept) writeFileSync(`dist/${name}`, code);
chmodSync("dist/src/cli/main.js", 0o755);
