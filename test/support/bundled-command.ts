import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
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
  remove(): void;
}

/** Bundles the command for tests that start it several times: compiling it in each process would take most of their time. */
export async function bundledCommand(): Promise<BundledCommand> {
  const folder = mkdtempSync(join(tmpdir(), "switchpoint-command-"));
  symlinkSync(`${root}node_modules`, join(folder, "node_modules"));
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
    dir: folder,
    format: "esm",
    entryFileNames: "[name].mjs",
    chunkFileNames: "[name].mjs",
  });
  await build.close();
  return {
    main: join(folder, "main.mjs"),
    module: (name) => join(folder, `${name}.mjs`),
    remove: () => rmSync(folder, { recursive: true }),
  };
}
