import { type BundledModule, bundledFiles } from "./bundled-files.ts";

/** The command as files that Node runs as they are. */
export interface BundledCommand {
  /** Its main file. */
  readonly main: string;
  /** Returns the address of a module for config files. */
  module(name: keyof typeof modules): string;
}

const modules = {
  index: "src/index.ts",
  policies: "policies/index.ts",
  testing: "src/testing/index.ts",
  fleet: "src/fleet/index.ts",
  anthropic: "src/router/providers/anthropic.ts",
  google: "src/router/providers/google.ts",
  compatible: "src/router/providers/openai-compatible.ts",
  openai: "src/router/providers/openai.ts",
  rollout: "src/loop/index.ts",
} satisfies Record<string, BundledModule>;

/** Returns the command for tests that start it with a config file, which imports the modules of the same bundle. */
export async function bundledCommand(): Promise<BundledCommand> {
  const fileOf = await bundledFiles();
  return { main: fileOf("cli/main.ts"), module: (name) => fileOf(modules[name]) };
}
