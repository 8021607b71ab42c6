import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { type Exchange, engineFixtures, type Spoken } from "../../support/engine-fixtures.ts";
import type { Cache, Engine, ServerSetup } from "../engine.ts";
import { sharedSetup } from "../run-suite.ts";
import { type EngineServer, startServer } from "../server.ts";
import type { Ask, Recording } from "./ask.ts";
import { shownExchange } from "./shown-exchange.ts";
import { usualAsks } from "./usual-asks.ts";

/** Longest time until an answer is the one that is waited for, and until any answer is there, in milliseconds. */
const longestWaitMs = 60_000;
/** A call that is longer than a recording takes. */
const longTokens = 1_500;

/**
 * Asks an engine that is in the cache all that is recorded, and writes its fixture in place of what was recorded before; what was
 * read at sources stays. Throws if an answer is not of the kind that was waited for.
 */
export async function recordEngine(cache: Cache, engine: Engine, say: (line: string) => void): Promise<void> {
  const { recording } = engine;
  if (recording === undefined) throw new Error(`${engine.name} has no recording in test/engines/engines`);
  const { model = "small", window = 0 } = sharedSetup;
  const asks = usualAsks(engine, recording, window);
  const said = new Map<Ask, Exchange>();
  for (const setup of setupsOf(asks)) {
    const own = asks.filter(({ server = sharedSetup }) => keyOf(server) === keyOf(setup));
    const server = await startServer(cache, engine, setup);
    try {
      for (const one of own.filter(({ loading }) => loading))
        said.set(one, await exchangeOf(cache, server, one, recording));
      await server.ready();
      for (const one of own.filter(({ loading }) => !loading))
        said.set(one, await exchangeOf(cache, server, one, recording));
    } finally {
      await server.stop();
    }
    say(`${engine.name}: ${said.size} of ${asks.length} recorded`);
  }
  const spoken: Spoken = {
    engine: engine.name,
    recorded: { version: await engine.version(cache), how: recording.how },
    day: new Date().toISOString().slice(0, 10),
    served: { model, window, ...recording.served },
    exchanges: asks.map((one) => said.get(one) as Exchange),
  };
  say(`${engine.name}: written to ${await writeSpoken(spoken)}`);
}

const keyOf = (setup: ServerSetup): string => JSON.stringify(Object.entries(setup).sort());

function setupsOf(asks: readonly Ask[]): readonly ServerSetup[] {
  return [...new Map(asks.map(({ server = sharedSetup }) => [keyOf(server), server])).values()];
}

/** Asks until the answer is the one that is waited for. */
async function exchangeOf(
  cache: Cache,
  server: EngineServer,
  ask: Ask,
  recording: Recording,
): Promise<Exchange> {
  const gone = new AbortController();
  const calls = Array.from({ length: ask.calls ?? 0 }, () => longCall(server, gone.signal));
  try {
    const until = performance.now() + longestWaitMs;
    for (;;) {
      const answer = await sent(server, ask).catch((error: unknown) => {
        if (ask.until === undefined) throw error;
        return undefined;
      });
      const { status: wanted, text: pattern } = ask.until ?? {};
      const isIt =
        answer !== undefined &&
        (wanted === undefined || answer.status === wanted) &&
        (pattern === undefined || pattern.test(answer.text));
      if (isIt) return shownExchange(cache, server, ask, answer, recording);
      if (performance.now() > until)
        throw new Error(
          `${ask.name}: no such answer within ${longestWaitMs / 1_000} s; last: ${answer?.text.slice(0, 600)}`,
        );
      await pause(20);
    }
  } finally {
    gone.abort();
    await Promise.all(calls);
  }
}

async function sent(
  { root, setup }: EngineServer,
  { path, body, key = setup.key ?? "" }: Ask,
): Promise<{ status: number; headers: Headers; text: string }> {
  const answer = await fetch(`${root}${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      ...(key !== "" && { authorization: `Bearer ${key}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(longestWaitMs),
  });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

/** A call that is under way until the signal ends it. */
async function longCall({ url, model, setup }: EngineServer, signal: AbortSignal): Promise<void> {
  const { key } = setup;
  await fetch(`${url}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(key && { authorization: `Bearer ${key}` }) },
    body: JSON.stringify({
      model,
      messages: [{ role: "user", content: "Count." }],
      max_tokens: longTokens,
      ignore_eos: true,
    }),
    signal,
  })
    .then((answer) => answer.text())
    .catch(() => {});
}

async function writeSpoken(spoken: Spoken): Promise<string> {
  mkdirSync(engineFixtures, { recursive: true });
  const path = join(engineFixtures, `${spoken.engine}.json`);
  const before: readonly Spoken[] = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : [];
  const all = [spoken, ...before.filter(({ recorded }) => recorded === undefined)];
  writeFileSync(path, `${JSON.stringify(all, null, 2)}\n`);
  await promisify(execFile)("npx", ["biome", "format", "--write", path]);
  return path;
}
