import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, openSync, rmSync } from "node:fs";
import { bytesIn } from "./cache.ts";
import type { Cache, Engine, InstallStep } from "./engine.ts";

/** Puts an engine into the cache: its steps one after the other, each with a limit. Throws where one fails, with its log. */
export async function install(cache: Cache, engine: Engine, say: (line: string) => void): Promise<void> {
  mkdirSync(cache.path("logs"), { recursive: true });
  mkdirSync(cache.path(engine.name), { recursive: true });
  const began = performance.now();
  for (const step of engine.install) {
    if (existsSync(cache.path(step.makes))) continue;
    say(`${engine.name}: ${step.does}`);
    for (const command of step.run) await runStep(cache, engine, step, command);
    if (!existsSync(cache.path(step.makes))) throw new Error(`${step.does}: ${step.makes} is not there`);
    if (step.sha256 !== undefined) await checkSum(cache.path(step.makes), step.sha256);
  }
  const seconds = ((performance.now() - began) / 1_000).toFixed(0);
  const megabytes = (bytesIn(cache.path(engine.name)) / 2 ** 20).toFixed(0);
  say(`${engine.name}: installed in ${cache.path(engine.name)}, ${megabytes} MB, ${seconds} s`);
}

async function runStep(
  cache: Cache,
  engine: Engine,
  step: InstallStep,
  command: readonly string[],
): Promise<void> {
  const [program = "", ...args] = command;
  const path = cache.path("logs", `install-${engine.name}.log`);
  const log = openSync(path, "a");
  const child = spawn(program, args, { cwd: cache.folder, stdio: ["ignore", log, log], detached: true });
  const killAll = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended.
    }
  };
  const timer = setTimeout(killAll, step.limitMs);
  process.once("exit", killAll);
  const code = await new Promise<number | string>((resolve) => {
    child.once("error", ({ message }) => resolve(message));
    child.once("exit", (status, signal) => resolve(status ?? signal ?? "unknown"));
  });
  clearTimeout(timer);
  process.off("exit", killAll);
  if (code !== 0) throw new Error(`${step.does}: ${program} ended with ${code}, see ${path}`);
}

/** A file that is not the one that was looked at is deleted. */
async function checkSum(path: string, expected: string): Promise<void> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  const found = hash.digest("hex");
  if (found === expected) return;
  rmSync(path);
  throw new Error(`${path} has the SHA-256 ${found} and not ${expected}: deleted`);
}
