import { always } from "../../policies/index.ts";
import type { Model, Router } from "../../src/contracts/index.ts";
import { createRouter, type ExecutionOptions } from "../../src/index.ts";
import type { EngineModel } from "../../src/router/providers/engines/index.ts";
import type { Cache, Engine, ServerSetup } from "./engine.ts";
import { type EngineServer, startServer } from "./server.ts";

/** One thing that each engine is tried with. */
export interface EngineCase {
  /** Name, which is a sentence: what works if the case passes. */
  readonly name: string;
  /** Longest time in milliseconds. Default 60,000. */
  readonly limitMs?: number;
  /** Throws what is wrong, or `NotHad` where the engine cannot do it. May return figures to print. */
  run(bench: Bench): Promise<string | undefined>;
}

/** Reason why an engine cannot be tried with a case. */
export class NotHad extends Error {}

/** What a case works with. All that it starts ends with it. */
export interface Bench {
  readonly engine: Engine;
  /** The server that all cases share: model `small`, two slots, a window of 2,048 tokens, and a key. */
  readonly shared: EngineServer;
  /** A model of the shared server, or of another one, by the product's adapter. */
  model(options?: ModelOptions): EngineModel;
  /** A server of the case's own, ready unless `wait` is false. */
  start(setup: ServerSetup, options?: { readonly wait?: boolean }): Promise<EngineServer>;
  /** A router over these models that calls the first and has the others as fallbacks. */
  router(models: Readonly<Record<string, Model>>, execution?: ExecutionOptions): Router;
  /** Runs at the end of the case. */
  finally(work: () => unknown): void;
}

/** Options of the engine's adapter; `of` is the server, `model` another name for its model. */
export interface ModelOptions extends Readonly<Record<string, unknown>> {
  readonly of?: EngineServer;
  readonly model?: string;
}

export const question = "How deep is the harbour?";
export const ask = (content: string = question) => [{ role: "user" as const, content }];

/** Makes the bench of one case. `close` ends what the case began. */
export function benchFor(
  cache: Cache,
  engine: Engine,
  shared: EngineServer,
  isOurs: boolean,
): Bench & { close(): Promise<void> } {
  const ends: (() => unknown)[] = [];
  return {
    engine,
    shared,
    model({ of = shared, model = of.model, ...options } = {}) {
      const { key } = of.setup;
      return engine.provider(model, { baseUrl: of.url, ...(key && { apiKey: key }), ...options });
    },
    async start(setup, { wait = true } = {}) {
      if (!isOurs) throw new NotHad("needs a server that the suite starts itself");
      const server = await startServer(cache, engine, setup);
      ends.push(() => server.stop());
      if (wait) await server.ready();
      return server;
    },
    router(models, execution) {
      const first = Object.keys(models)[0] as string;
      const router = createRouter({ models, policy: always(first), ...(execution && { execution }) });
      ends.push(() => router.close());
      return router;
    },
    finally: (work) => void ends.push(work),
    async close() {
      for (const end of ends.reverse()) await end();
    },
  };
}
