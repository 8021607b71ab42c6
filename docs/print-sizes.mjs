// Prints the table of sizes of docs/architecture.md: lines of TypeScript by wing and room, without generated files, and how
// much of them the files are that are to be read first. Run: node docs/print-sizes.mjs
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");

/** The tenth of the code that explains the rest, in the order of reading. */
const first = [
  "src/contracts",
  "src/index.ts",
  "src/router/create",
  "src/router/life",
  "src/router/decide",
  "src/router/call/plan",
  "src/router/call/admit-call.ts",
  "src/router/call/generate.ts",
  "src/router/call/walk.ts",
];

const filesIn = (place) =>
  statSync(join(root, place)).isFile()
    ? [place]
    : readdirSync(join(root, place), { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".ts") && !name.endsWith(".generated.ts"))
        .map((name) => join(place, name));
const linesOf = (file) => readFileSync(join(root, file), "utf8").split("\n").length - 1;
const sizeOf = (place) => filesIn(place).reduce((sum, file) => sum + linesOf(file), 0);
const roomsOf = (wing) =>
  readdirSync(join(root, wing), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => [name, sizeOf(join(wing, name))])
    .filter(([, lines]) => lines > 0)
    .sort(([, a], [, b]) => b - a);
const figure = (lines) => lines.toLocaleString("en");

const wings = [
  "src/contracts",
  "src/plugin",
  "policies",
  "src/router",
  "src/fleet",
  "src/loop",
  "src/serve",
  "src/testing",
  "evals",
  "cli",
  "studies",
];
console.log("| wing | files | lines | rooms |\n|---|---|---|---|");
for (const wing of wings) {
  const rooms = roomsOf(wing).map(([name, lines]) => `${name} ${figure(lines)}`);
  console.log(
    `| \`${wing}\` | ${figure(filesIn(wing).length)} | ${figure(sizeOf(wing))} | ${rooms.join(", ")} |`,
  );
}
const all = [...wings, "src/index.ts", "src/version.ts"].reduce((sum, place) => sum + sizeOf(place), 0);
const read = first.reduce((sum, place) => sum + sizeOf(place), 0);
console.log(`| all | | ${figure(all)} | |`);
console.log(`\nTo be read first: ${figure(read)} lines, ${((100 * read) / all).toFixed(1)} %`);
for (const place of first) console.log(`- \`${place}\`: ${figure(sizeOf(place))}`);
