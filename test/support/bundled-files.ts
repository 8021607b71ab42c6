import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { rolldown } from "rolldown";
import { root } from "./package-sources.ts";

/** Programs that tests start as a process. */
const programs = [
  "cli/main.ts",
  "studies/net-saving-study.ts",
  "test/support/arms-process.ts",
  "test/support/auditing-process.ts",
  "test/support/collect-process.ts",
  "test/support/faults/leak-probe.ts",
  "test/support/faults/slow-reader-probe.ts",
  "test/support/following-process.ts",
  "test/support/logging-process.ts",
  "test/support/crowd-process.ts",
  "test/support/pools/engine-process.ts",
  "test/support/rated-process.ts",
  "test/support/rollout/rollout-process.ts",
  "test/support/shared/session-process.ts",
  "test/support/spending-process.ts",
] as const;
/** Modules that config files of those import: they share the package with the program. */
const modules = [
  "policies/index.ts",
  "src/index.ts",
  "src/router/providers/anthropic.ts",
  "src/router/providers/google.ts",
  "src/router/providers/openai-compatible.ts",
  "src/router/providers/openai.ts",
  "src/loop/index.ts",
  "src/fleet/index.ts",
  "src/testing/index.ts",
] as const;

export type Program = (typeof programs)[number];
export type BundledModule = (typeof modules)[number];

const folders = ["src", "policies", "evals", "cli", "studies", "test/support"];

/**
 * Bundles what tests start as a process of its own, and returns a function that gives the file to run: compiling the sources
 * in each process would take most of their time. All files of a run share one bundle, in the folder of the run, which is
 * removed at its end.
 */
export async function bundledFiles(): Promise<(source: Program | BundledModule) => string> {
  const home = process.env["SWITCHPOINT_TEST_FOLDER"] ?? mkdtempSync(join(tmpdir(), "switchpoint-bundle-"));
  // While tests are watched, sources change within a run.
  const folder = join(home, `bundle-${stateOfSources()}`);
  if (!existsSync(folder) && isFirst(folder)) await bundleInto(folder, home);
  // A process that bundles may be killed: then each bundles for itself.
  for (let tries = 0; !existsSync(folder) && tries < 1_000; tries += 1) await sleep(20);
  if (!existsSync(folder)) await bundleInto(folder, home);
  return (source) => join(folder, source.replace(/\.ts$/, ".mjs"));
}

/** True for the first of the processes that need the folder, which makes it for all. */
function isFirst(folder: string): boolean {
  try {
    mkdirSync(`${folder}-begun`);
    return true;
  } catch {
    return false;
  }
}

async function bundleInto(folder: string, home: string): Promise<void> {
  const made = mkdtempSync(join(home, "bundle-"));
  symlinkSync(`${root}node_modules`, join(made, "node_modules"));
  const { dependencies, peerDependencies } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
  const installed = Object.keys({ ...dependencies, ...peerDependencies });
  const build = await rolldown({
    platform: "node",
    external: (id) => installed.some((name) => id === name || id.startsWith(`${name}/`)),
    logLevel: "silent",
    input: Object.fromEntries([...programs, ...modules].map((name) => [name.slice(0, -3), root + name])),
  });
  await build.write({
    dir: made,
    format: "esm",
    entryFileNames: "[name].mjs",
    chunkFileNames: "chunks/[name].mjs",
  });
  await build.close();
  try {
    // At once, so that no other file of tests sees a part of it.
    renameSync(made, folder);
  } catch (error) {
    rmSync(made, { recursive: true });
    // Another one was quicker, with the same.
    if (!existsSync(folder)) throw error;
  }
}

/** A hash of the names, sizes and times of all sources. */
function stateOfSources(): string {
  const hash = createHash("sha256");
  for (const top of folders)
    for (const name of readdirSync(root + top, { recursive: true, encoding: "utf8" }).sort()) {
      const { mtimeMs, size } = statSync(join(root, top, name));
      hash.update(`${top}/${name} ${size} ${mtimeMs}\n`);
    }
  return hash.digest("hex").slice(0, 16);
}
