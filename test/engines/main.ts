import { existsSync } from "node:fs";
import { engineCache } from "./cache.ts";
import { cases } from "./cases/index.ts";
import type { Cache, Engine } from "./engine.ts";
import { engines } from "./engines/index.ts";
import { install } from "./install.ts";
import { recordEngine } from "./record/record-engine.ts";
import { type Report, runSuite, type Suite, sharedSetup } from "./run-suite.ts";
import { type EngineServer, startServer } from "./server.ts";

const usage = `npm run check:engines [-- --install] [--record] [--seconds=N] [--only=WORDS] [NAME | NAME=URL …]
  NAME       ${engines.map(({ name }) => name).join(", ")}; none: all that the cache has
  NAME=URL   a server that runs already (an address that ends in /v1)
  --install  puts the engines into the cache first (SWITCHPOINT_ENGINES, or ~/.cache/switchpoint-engines)
  --record   writes what the engine says to test/fixtures/engines, and runs no case
  --seconds  time for all of it; cases that are not reached are listed and fail nothing
  --only     cases whose name has these words`;

/** Runs the suite, prints its tables, and returns the exit code: 1 if a case fails, 2 for arguments that are not known. */
export async function main(given: readonly string[]): Promise<number> {
  const say = (line: string): void => console.log(line);
  const flags = new Set(given.filter((one) => one.startsWith("--")));
  const valueAfter = (flag: string): string | undefined =>
    [...flags].find((one) => one.startsWith(`--${flag}=`))?.slice(flag.length + 3);
  const known = [...flags].every((flag) => /^--(install|record|seconds=\d+|only=.+)$/.test(flag));
  const wanted = given.filter((one) => !one.startsWith("--")).map((one) => /^([^=]+)(?:=(.*))?$/.exec(one));
  const unknown = wanted.filter((one) => !engines.some(({ name }) => name === one?.[1]));
  // What a server of somebody else was started as is not known.
  const cannotRecord = flags.has("--record") && wanted.some((one) => one?.[2] !== undefined);
  if (!known || unknown.length > 0 || cannotRecord) {
    console.error(usage);
    return 2;
  }
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => {
      console.log(`stopped by ${signal}; servers are killed`);
      process.exit(130);
    });

  const cache = engineCache();
  const endsAt = performance.now() + Number(valueAfter("seconds") ?? 3_600) * 1_000;
  const chosen = cases.filter(({ name }) => name.includes(valueAfter("only") ?? ""));
  if (chosen.length === 0) {
    console.error(`--only: no case has the words ${JSON.stringify(valueAfter("only"))} in its name`);
    return 2;
  }
  const reports: Report[] = [];
  const skipped: string[] = [];
  for (const { engine, url } of toTry(wanted)) {
    if (url === undefined && flags.has("--install")) await install(cache, engine, say);
    if (url === undefined && !existsSync(cache.path(engine.program)))
      skipped.push(
        `${engine.name}: skipped, not in ${cache.folder}: npm run check:engines -- --install ${engine.name}`,
      );
    else if (flags.has("--record")) await recordEngine(cache, engine, say);
    else reports.push(await tried(cache, engine, url, { cases: chosen, endsAt }, say));
  }
  say("");
  for (const { engine, version, works, fails, lacks, late, seconds } of reports)
    say(
      `${engine} ${version}: ${works} work, ${fails} fail, ${lacks} not had${late > 0 ? `, ${late} not reached` : ""}, ${seconds.toFixed(0)} s`,
    );
  for (const line of skipped) say(line);
  return reports.some(({ fails }) => fails > 0) ? 1 : 0;
}

/** Runs the cases against one engine, which is started for them unless it has an address. */
async function tried(
  cache: Cache,
  engine: Engine,
  url: string | undefined,
  given: Pick<Suite, "cases" | "endsAt">,
  say: (line: string) => void,
): Promise<Report> {
  const shared = url === undefined ? await startServer(cache, engine, sharedSetup) : await serverAt(url);
  try {
    await shared.ready();
    const version = url === undefined ? await engine.version(cache) : `at ${new URL(url).host}`;
    return await runSuite({ ...given, cache, engine, version, shared, isOurs: url === undefined }, say);
  } finally {
    await shared.stop();
  }
}

function toTry(wanted: readonly (RegExpExecArray | null)[]): { engine: Engine; url: string | undefined }[] {
  if (wanted.length === 0) return engines.map((engine) => ({ engine, url: undefined }));
  return wanted.map((one) => ({
    engine: engines.find(({ name }) => name === one?.[1]) as Engine,
    url: one?.[2]?.replace(/\/$/, ""),
  }));
}

/** A server that somebody else has started: nothing ends it here. */
async function serverAt(url: string): Promise<EngineServer> {
  const answer = await fetch(`${url}/models`, { signal: AbortSignal.timeout(10_000) });
  const { data } = (await answer.json()) as { readonly data: readonly { readonly id: string }[] };
  const nothing = async (): Promise<void> => {};
  const root = url.replace(/\/v1$/, "");
  return { url, root, setup: {}, model: data[0]?.id ?? "", ready: nothing, signal: () => {}, stop: nothing };
}
