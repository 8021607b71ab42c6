import { InvalidOptionError, type Router } from "../src/contracts/index.ts";
import type { HandlerOptions } from "../src/http/index.ts";
import {
  authoriseByKeys,
  type RunningServer,
  readKeys,
  type ServeOptions,
  serve,
} from "../src/http/server/index.ts";
import { type Dashboard, dashboard } from "../src/telemetry/dashboard/index.ts";
import type { Terminal } from "./io.ts";
import { loadConfig } from "./load-router.ts";
import { openRouter } from "./open-router.ts";
import { paint } from "./paint.ts";
import type { ServeCommandOptions } from "./serve-command-options.ts";
import { settledText, textOf } from "./settled-text.ts";
import { oneLine } from "./show-error.ts";
import { shownSources } from "./shown-sources.ts";
import { writableByOthers } from "./writable-by-others.ts";

/** Longest time for a reload, in milliseconds: a config may await what never comes. */
const reloadTimeoutMs = 60_000;

/** All that a reload reads again. */
interface Loaded {
  readonly router: Router;
  readonly handling: HandlerOptions;
  readonly tls: ServeOptions["tls"];
  readonly shown: Dashboard | undefined;
}

interface Loading {
  readonly maxBodyBytes: number | undefined;
  /** True if files may be being written: the process serves already, and was told to read them again. */
  readonly isReload: boolean;
  /** Record of the router before, which the next one goes on with. */
  readonly shownBefore: Dashboard | undefined;
  /** Closes a router that was loaded and will not serve. */
  readonly close: (router: Router) => Promise<void>;
}

/** Serves until the process is asked to end. Rejects if it cannot begin. */
export async function serveRouter(
  options: ServeCommandOptions,
  terminal: Terminal,
  { maxBodyBytes, ...serving }: ServeOptions,
): Promise<void> {
  let router: Router | undefined;
  let shown: Dashboard | undefined;
  // A module may export the router that serves: it is not closed because a reload fails.
  const close = async (loaded: Router) => (loaded === router ? undefined : loaded.close());
  const load = () =>
    loadAll(options, terminal, {
      maxBodyBytes,
      isReload: router !== undefined,
      shownBefore: shown,
      close,
    });
  const say = (text: string) => terminal.stderr(`${paint("dim", text)}\n`);
  const first = await load();
  router = first.router;
  shown = first.shown;
  let server: RunningServer;
  try {
    server = await serve(router, { ...serving, ...first.handling, ...(first.tls && { tls: first.tls }) });
  } catch (error) {
    await router.close();
    throw error;
  }
  terminal.stdout(`${server.url}\n`);

  /** Routers that others have replaced, until their last request has ended. */
  const leaving = new Set<Promise<void>>();
  let isEnding = false;
  const reload = async (): Promise<void> => {
    const loading = load();
    const next = await inTime(loading, close);
    const old = router as Router;
    try {
      if (isEnding) throw new Error("the process ends");
      // Another module may export the same router: it keeps what it knows.
      if (next.router !== old) next.router.restoreState(old.exportState());
      if (next.tls !== undefined) server.renewTls(next.tls);
      const left = server.replace(next.router, next.handling);
      router = next.router;
      shown = next.shown;
      if (router === old) return;
      const closed = left.then(() => old.close()).catch(() => say("the old router could not be closed"));
      leaving.add(closed);
      closed.then(() => leaving.delete(closed));
    } catch (error) {
      await close(next.router);
      throw error;
    }
  };
  let reloading: Promise<void> = Promise.resolve();
  let isWaiting = false;
  const offReload = terminal.onReload?.(() => {
    // Several signals at once mean one reload after the one under way.
    if (isWaiting || isEnding) return;
    isWaiting = true;
    reloading = reloading.then(async () => {
      isWaiting = false;
      try {
        await reload();
        say("reloaded");
      } catch (error) {
        const problem = oneLine(error instanceof Error ? error.message : String(error));
        terminal.stderr(`${paint("red", "switchpoint:")} not reloaded, all stays as it was: ${problem}\n`);
      }
    });
  });

  await new Promise<void>((resolve) => {
    // Tests end it by the same call as signals do.
    terminal.onInterrupt?.(resolve);
  });
  isEnding = true;
  say("ending: answers under way are finished");
  await server.close();
  // What was under way is over; a reload that still loads closes its own router.
  await Promise.all(leaving);
  await router.close();
  // Not before: a signal that has no listener ends the process, and cuts what is under way.
  offReload?.();
}

/** Loads what a server is made of. Rejects with `InvalidOptionError` and the errors of the config. */
async function loadAll(
  options: ServeCommandOptions,
  terminal: Terminal,
  { maxBodyBytes, isReload, shownBefore, close }: Loading,
): Promise<Loaded> {
  const { config, keys, tlsCert, tlsKey, explain, unknownModel, inferSession, embeddings } = options;
  const read = isReload ? settledText : textOf;
  const apiKey = terminal.env["EMBEDDINGS_API_KEY"];
  const handling: HandlerOptions = {
    explain: explain === true,
    unknownModel,
    inferSession,
    maxBodyBytes,
    ...(keys !== undefined && { authorise: authoriseByKeys(readKeys(await read("--keys", keys), keys)) }),
    ...(embeddings !== undefined && { upstream: { baseUrl: embeddings, apiKey } }),
  };
  const tls =
    tlsCert === undefined || tlsKey === undefined
      ? undefined
      : { cert: await read("--tls-cert", tlsCert), key: await read("--tls-key", tlsKey) };
  for (const file of await writableByOthers([keys, tlsKey, config]))
    terminal.stderr(
      `${paint("red", "switchpoint:")} ${file} can be written to by every user of this machine\n`,
    );
  const { router, exported } =
    config === undefined
      ? { router: await openRouter(config, terminal), exported: new Map<string, unknown>() }
      : await loadConfig(config);
  try {
    checkShared(router, options);
    if (options.dashboard !== true) return { router, handling, tls, shown: undefined };
    const shown = dashboard(router, { ...shownSources(exported), after: shownBefore });
    return { router, handling: { ...handling, dashboard: shown }, tls, shown };
  } catch (error) {
    await close(router);
    throw error;
  }
}

/** Throws `InvalidOptionError` where workers would count apart by mistake: a budget would hold once for each of them. */
function checkShared({ shared }: Router, { workers, ownState }: ServeCommandOptions): void {
  if (Number(workers) <= 1 || ownState === true) return;
  if (shared === undefined || shared.store.name === "memory")
    throw new InvalidOptionError(
      "--workers",
      workers,
      "1 for a router that counts in its own memory: give it shared: { store: redisStore(…) or sqliteStore(…) }, or pass --own-state if each worker may spend every budget",
    );
}

/** Rejects when loading takes too long; what is then loaded late is closed. */
async function inTime(loading: Promise<Loaded>, close: Loading["close"]): Promise<Loaded> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      loading.then(({ router }) => close(router)).catch(() => {});
      reject(new Error(`loading took longer than ${reloadTimeoutMs / 1_000} seconds`));
    }, reloadTimeoutMs);
  });
  try {
    return await Promise.race([loading, late]);
  } finally {
    clearTimeout(timer);
  }
}
