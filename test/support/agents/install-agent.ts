import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { agents } from "../../../cli/agents/index.ts";
import { root } from "../package-sources.ts";

/** Versions that tests run, by package. */
const versions = JSON.parse(readFileSync(`${root}test/agents/versions.json`, "utf8"));

/** Folder of programs that stay there for the next time. */
const home = join(tmpdir(), `switchpoint-agents-${process.getuid?.() ?? "user"}`);

/** Returns the version of an agent that tests run. */
export const versionOf = (name: string): string => versions[agents[name]?.npm ?? ""];

/**
 * Installs an agent from npm in its version, unless it is there, and returns the folder of its program. Returns undefined, and says
 * why, if npm cannot.
 */
export async function installAgent(name: string): Promise<string | undefined> {
  const { npm, program } = agents[name] as NonNullable<(typeof agents)[string]>;
  const folder = join(home, `${name}-${versionOf(name)}`);
  const bin = join(folder, "node_modules", ".bin");
  const whole = join(folder, "whole");
  if (existsSync(whole)) return bin;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true }');
  const args = ["install", "--no-audit", "--no-fund", "--prefer-offline", `${npm}@${versionOf(name)}`];
  try {
    await promisify(execFile)("npm", args, { cwd: folder, timeout: 150_000 });
    await promisify(execFile)(join(bin, program), ["--version"], { timeout: 60_000 });
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    console.log(`skipped: npm cannot install ${npm} (${(stderr || String(error)).trim().slice(-300)})`);
    return undefined;
  }
  writeFileSync(whole, "");
  return bin;
}
