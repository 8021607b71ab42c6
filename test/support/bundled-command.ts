import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { root } from "./package-sources.ts";

/** The command as files that Node runs as they are. */
export interface BundledCommand {
  /** Its main file. */
  readonly main: string;
  /** Returns the address of a module for config files. */
  module(name: "index" | "policies" | "testing" | "redis" | "openai" | "rollout"): string;
}

/**
 * Bundles the command for tests that start it several times: compiling it in each process would take most of their time.
 * All files of a run share one bundle, in the folder of the run, which is removed at its end.
 */
export async function bundledCommand(): Promise<BundledCommand> {
  const home = process.env["SWITCHPOINT_TEST_FOLDER"] ?? mkdtempSync(join(tmpdir(), "switchpoint-command-"));
  // While tests are watched, sources change within a run.
  const folder = join(home, `command-${stateOfSources()}`);
  if (!existsSync(folder)) await bundleInto(folder, home);
  return {
    main: join(folder, "main.mjs"),
    module: (name) => join(folder, `${name}.mjs`),
  };
}

async function bundleInto(folder: string, home: string): Promise<void> {
  const made = mkdtempSync(join(home, "command-"));
  symlinkSync(`${root}node_modules`, join(made, "node_modules"));
  const build = await rolldown({
    platform: "node",
    external: ["jiti", "ioredis"],
    logLevel: "silent",
    input: {
      main: `${root}cli/main.ts`,
      index: `${root}src/index.ts`,
      policies: `${root}policies/index.ts`,
      testing: `${root}src/testing/index.ts`,
      redis: `${root}src/state/store/redis.ts`,
      openai: `${root}src/providers/openai.ts`,
      rollout: `${root}src/rollout/index.ts`,
    },
  });
  await build.write({
    dir: made,
    format: "esm",
    entryFileNames: "[name].mjs",
    chunkFileNames: "[name].mjs",
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
  for (const top of ["src", "policies", "evals", "cli"])
    for (const name of readdirSync(root + top, { recursive: true, encoding: "utf8" }).sort()) {
      const { mtimeMs, size } = statSync(join(root, top, name));
      hash.update(`${top}/${name} ${size} ${mtimeMs}\n`);
    }
  return hash.digest("hex").slice(0, 16);
}
