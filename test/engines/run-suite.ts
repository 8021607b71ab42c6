import type { Cache, Engine, ServerSetup } from "./engine.ts";
import { benchFor, type EngineCase, NotHad } from "./engine-case.ts";
import type { EngineServer } from "./server.ts";

export interface Suite {
  readonly cache: Cache;
  readonly engine: Engine;
  readonly version: string;
  readonly shared: EngineServer;
  /** Whether the suite may start servers of its own. */
  readonly isOurs: boolean;
  readonly cases: readonly EngineCase[];
  /** Time of `performance.now()` from which no case begins. */
  readonly endsAt: number;
}

export interface Report {
  readonly engine: string;
  readonly version: string;
  readonly works: number;
  readonly fails: number;
  readonly lacks: number;
  readonly late: number;
  readonly seconds: number;
}

/** Setup of the server that cases share. */
export const sharedSetup: ServerSetup = { model: "small", slots: 2, window: 2_048, key: "harbour-key" };

const usualLimitMs = 60_000;

/** Runs all cases against one engine, one after the other, and prints a line for each. */
export async function runSuite(suite: Suite, say: (line: string) => void): Promise<Report> {
  const { engine, version } = suite;
  const began = performance.now();
  const count = { works: 0, fails: 0, lacks: 0, late: 0 };
  say(`\n${engine.name} ${version}, ${new Date().toISOString().slice(0, 10)}`);
  for (const one of suite.cases) {
    const from = performance.now();
    const line = (verdict: string, more = ""): void =>
      say(
        `  ${verdict.padEnd(8)} ${one.name} (${(performance.now() - from).toFixed(0)} ms)${more && `: ${more}`}`,
      );
    const lack = engine.lacks[one.name];
    if (lack !== undefined) {
      count.lacks += 1;
      line("not had", lack);
    } else if (from >= suite.endsAt) {
      count.late += 1;
      line("no time");
    } else
      try {
        const figures = await runCase(suite, one);
        count.works += 1;
        line("works", figures ?? "");
      } catch (error) {
        const isLack = error instanceof NotHad;
        count[isLack ? "lacks" : "fails"] += 1;
        line(isLack ? "not had" : "FAILS", textOf(error));
      }
  }
  return { engine: engine.name, version, ...count, seconds: (performance.now() - began) / 1_000 };
}

/** Runs one case within its limit. What it began ends in any case. */
async function runCase(
  suite: Suite,
  { run, limitMs = usualLimitMs }: EngineCase,
): Promise<string | undefined> {
  const bench = benchFor(suite.cache, suite.engine, suite.shared, suite.isOurs);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not ended within ${limitMs / 1_000} s`)), limitMs);
  });
  try {
    return (await Promise.race([run(bench), late])) ?? undefined;
  } finally {
    clearTimeout(timer);
    await bench.close();
  }
}

const textOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const place = /at .*test\/engines\/(cases\/[^)\s]+)/.exec(error.stack ?? "")?.[1];
  return `${error.message.slice(0, 600)}${place === undefined || error instanceof NotHad ? "" : ` [${place}]`}`;
};
