import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { Model } from "../../../src/contracts/index.ts";
import { pool } from "../../../src/router/pools/index.ts";
import { fromServer } from "../../../src/router/providers/engines/index.ts";
import { ask, type Bench, type EngineCase, NotHad } from "../engine-case.ts";
import type { EngineServer } from "../server.ts";

const kindOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "answered",
    (error: { readonly kind?: unknown; readonly code?: unknown }) => error.kind ?? error.code,
  );
const { signal } = new AbortController();
const short = { messages: ask(), max_tokens: 5 };

/** Calls that are under way, as the engine's own slots tell. */
async function busySlots({ root, setup }: EngineServer): Promise<number> {
  const headers = setup.key === undefined ? {} : { authorization: `Bearer ${setup.key}` };
  const answer = await fetch(`${root}/slots`, { headers, signal: AbortSignal.timeout(5_000) });
  if (!answer.ok) throw new NotHad(`does not tell its slots (status ${answer.status})`);
  const slots = (await answer.json()) as readonly { readonly is_processing: boolean }[];
  return slots.filter(({ is_processing }) => is_processing).length;
}

/** Refusals, and servers that go. */
export const faultCases: readonly EngineCase[] = [
  {
    name: "a prompt that is longer than the window is refused as just that",
    async run({ model }) {
      const own = await fromServer(model());
      const messages = ask("word ".repeat(2 * (own.contextWindow ?? 0)));
      assert.equal(await kindOf(own.generate({ messages, max_tokens: 5 }, { signal })), "context-overflow");
      return undefined;
    },
  },
  {
    name: "a wrong key is refused as just that",
    async run({ model, shared }) {
      if (shared.setup.key === undefined) throw new NotHad("the server asks for no key");
      const other = model({ apiKey: "another-key" });
      assert.equal(await kindOf(other.generate(short, { signal })), "authentication");
      return undefined;
    },
  },
  {
    name: "a model that the server has not is found out",
    async run({ model, engine }) {
      const other = model({ model: "no-such-model-4711" });
      const kind = await kindOf(other.generate(short, { signal }));
      assert.equal(kind, engine.quirks.answersForAnyModel ? "answered" : "not-found");
      await assert.rejects(fromServer(other));
      return undefined;
    },
  },
  {
    name: "a form that is no schema is refused without a second try",
    async run({ model, router }) {
      const own = router({ own: model({ structured: { json: { type: "no-such-type" } } }) });
      const failed = await own.route(short).then(
        () => undefined,
        (error: unknown) => error as { readonly kind?: string; readonly attempts?: readonly unknown[] },
      );
      assert.equal(failed?.kind, "invalid-request");
      assert.equal(failed?.attempts?.length ?? 1, 1);
      return undefined;
    },
  },
  {
    name: "while a server loads its model, calls go to another",
    async run({ model, router, start }) {
      const loading = await start({ model: "slow" }, { wait: false });
      const own = router({ own: model({ of: loading }), other: model() }, { retries: 0 });
      const { attempts } = await own.route(short);
      assert.equal(attempts.at(-1)?.error, undefined);
      await loading.ready();
      return attempts
        .map(({ model: id, error }) => `${id}: ${error?.kind ?? error?.code ?? "answered"}`)
        .join(", ");
    },
  },
  {
    name: "an abort frees the slot",
    async run({ model, start }) {
      const of = await start({ model: "slow", slots: 1 });
      const gone = new AbortController();
      const reason = new Error("gone");
      const stream = model({ of }).stream({ messages: ask(), max_tokens: 1_500 }, { signal: gone.signal });
      await assert.rejects(
        async () => {
          for await (const _ of stream) gone.abort(reason);
        },
        (error) => error === reason,
      );
      const from = performance.now();
      while ((await busySlots(of)) > 0) await pause(20);
      return `after ${(performance.now() - from).toFixed(0)} ms`;
    },
  },
  {
    name: "a server that is killed in the middle of a stream ends it as incomplete",
    async run({ model, router, start }) {
      const of = await start({ model: "slow" });
      const stream = router({ own: model({ of }), other: model() }).stream({
        messages: ask(),
        max_tokens: 1_500,
      });
      stream.result.catch(() => {});
      let pieces = 0;
      await assert.rejects(
        async () => {
          for await (const _ of stream) if (++pieces === 3) of.signal("SIGKILL");
        },
        (error: { readonly code?: string }) => /incomplete/.test(JSON.stringify(error) + String(error.code)),
      );
      return `after ${pieces} pieces`;
    },
  },
  {
    name: "a server that stands still in the middle of a stream goes on with it",
    async run({ model, router, start }) {
      const of = await start({ model: "slow" });
      const stream = router({ own: model({ of }) }).stream({ messages: ask(), max_tokens: 120 });
      let pieces = 0;
      for await (const _ of stream)
        if (++pieces === 3) {
          of.signal("SIGSTOP");
          setTimeout(() => of.signal("SIGCONT"), 1_000);
        }
      const { usage } = await stream.result;
      assert.ok(usage.outputTokens > 3);
      return `${pieces} pieces`;
    },
  },
  {
    name: "a server that stands still before a call loses it one attempt's time",
    async run({ model, router, start }) {
      const of = await start({});
      const other = model({ name: "other" });
      const own = router({ own: model({ of }), other }, { retries: 0, attemptTimeoutMs: 500 });
      of.signal("SIGSTOP");
      const { attempts } = await own.route(short);
      assert.equal(attempts.at(-1)?.model, "other");
      return attempts.map(({ model: id, error }) => `${id}: ${error?.code ?? "answered"}`).join(", ");
    },
  },
  {
    name: "a LoRA adapter changes the answer, and without it all is as before",
    async run({ model, router, start, engine }) {
      const change = engine.quirks.lora;
      if (change === undefined) throw new NotHad("the suite knows no way to load one");
      const of = await start({ lora: true });
      const own = router({ own: model({ of }) });
      const request = { messages: ask(), max_tokens: 40, temperature: 0, seed: 2 };
      await change(of.root, false);
      const before = await own.route(request);
      await change(of.root, true);
      const changed = await own.route(request);
      await change(of.root, false);
      const after = await own.route(request);
      assert.notEqual(changed.text, before.text);
      assert.equal(after.text, before.text);
      return undefined;
    },
  },
  {
    name: "a full queue is saturation, not failure",
    async run({ model, start }) {
      const of = await start({ model: "slow", slots: 1, queue: 1 });
      const own = model({ of });
      const kinds = await Promise.all(
        ["a", "b", "c", "d", "e", "f"].map((one) =>
          kindOf(own.generate({ messages: ask(one), max_tokens: 100 }, { signal })),
        ),
      );
      assert.ok(kinds.includes("saturated"), kinds.join(", "));
      assert.ok(
        kinds.every((kind) => kind === "saturated" || kind === "answered"),
        kinds.join(", "),
      );
      return kinds.join(", ");
    },
  },
  {
    name: "a pool of two loses no call when one is killed under load",
    async run({ model, router, start }) {
      const servers = await Promise.all([start({}), start({})]);
      const own = router({ own: pool("own", membersOf(servers, model)) });
      const results = await Promise.all(
        Array.from({ length: 30 }, async (_, index) => {
          await pause(index * 15);
          if (index === 10) servers[0]?.signal("SIGKILL");
          return kindOf(own.route({ messages: ask(`${index}`), max_tokens: 40 }));
        }),
      );
      assert.deepEqual(new Set(results.map((one) => one === "answered" || one)), new Set([true]));
      return `${results.length} of ${results.length} answered`;
    },
  },
  {
    name: "load that is read is what the engine does",
    run: (bench) => readsLoad(bench, undefined),
  },
  {
    name: "load is read from a server with a key",
    run: (bench) => readsLoad(bench, "load-key"),
  },
];

const membersOf = (
  servers: readonly EngineServer[],
  model: (options: { readonly of: EngineServer }) => Model,
): Model[] => servers.map((of) => model({ of }));

/** Three calls of one slot: one runs and two wait, by the engine's metrics as the pool reads them. */
async function readsLoad({ model, router, start }: Bench, key: string | undefined): Promise<string> {
  const of = await start({ model: "slow", slots: 1, ...(key && { key }) });
  const loaded = pool("own", [model({ of })], { load: { everyMs: 100 } });
  const own = router({ own: loaded });
  const gone = new AbortController();
  const calls = ["a", "b", "c"].map((one) =>
    own.route({ messages: ask(one), max_tokens: 1_500 }, { signal: gone.signal }).catch(() => {}),
  );
  const wanted = "1 running, 2 waiting";
  let seen = "";
  for (let tries = 0; tries < 100 && seen !== wanted; tries += 1) {
    await pause(50);
    const load = loaded.members?.()[0]?.load;
    seen = `${load?.running ?? "unknown"} running, ${load?.waiting ?? "unknown"} waiting`;
  }
  gone.abort();
  await Promise.all(calls);
  assert.equal(seen, wanted);
  return seen;
}
