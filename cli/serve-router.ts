import { InvalidOptionError, type Router } from "../src/contracts/index.ts";
import { shellWord } from "../src/plugin/shell-word.ts";
import type { HandlerOptions } from "../src/serve/http/index.ts";
import {
  authoriseByKeys,
  type RunningServer,
  readKeys,
  type ServeOptions,
  serve,
} from "../src/serve/http/server/index.ts";
import { type Prometheus, prometheus } from "../src/serve/metrics/prometheus/index.ts";
import { type RouterRecording, recordRouter } from "../src/serve/status/inner.ts";
import type { Terminal } from "./io.ts";
import { loadConfig } from "./load-router.ts";
import { openRouter } from "./open-router.ts";
import { paint } from "./paint.ts";
import { readRoutes, routesFor } from "./read-routes.ts";
import type { ServeCommandOptions } from "./serve-command-options.ts";
import { settledText, textOf } from "./settled-text.ts";
import { oneLine } from "./show-error.ts";
import { shownSources } from "./shown-sources.ts";
import { withHousekeeping } from "./with-housekeeping.ts";
import { type WorkerDashboard, workerDashboard } from "./worker-dashboard.ts";
import type { WorkerLink } from "./worker-link.ts";
import { type WorkerMetrics, workerMetrics } from "./worker-metrics.ts";
import { writableByOthers } from "./writable-by-others.ts";

/** Longest time for a reload, in milliseconds: a config may await what never comes. */
const reloadTimeoutMs = 60_000;

/** All that a reload reads again. */
interface Loaded {
  readonly router: Router;
  readonly handling: HandlerOptions;
  readonly tls: ServeOptions["tls"];
  readonly recording: RouterRecording | undefined;
  readonly metrics: HandlerOptions["metrics"];
}

/** Page and series of one worker of several: those of all. */
interface Shared {
  readonly dashboard: WorkerDashboard;
  readonly metrics: WorkerMetrics;
}

interface Loading {
  /** Limits of a body. */
  readonly body: Pick<ServeOptions, "maxBodyBytes" | "maxBodyCharacters">;
  /** True if files may be being written: the process serves already, and was told to read them again. */
  readonly isReload: boolean;
  /** The router that serves now: its recording goes on with the next router. */
  readonly before: Loaded | undefined;
  readonly shared: Shared | undefined;
  /** Closes a router that was loaded and will not serve. */
  readonly close: (router: Router) => Promise<void>;
}

/** Serves until the process is asked to end. `link` is that of one worker of several. Rejects if it cannot begin. */
export async function serveRouter(
  options: ServeCommandOptions,
  terminal: Terminal,
  { maxBodyBytes, maxBodyCharacters, ...serving }: ServeOptions,
  link: WorkerLink | undefined,
): Promise<void> {
  const shared = link && { dashboard: workerDashboard(link), metrics: workerMetrics(link) };
  let loaded: Loaded | undefined;
  // A module may export the router that serves: it is not closed because a reload fails.
  const close = async (one: Router) => (one === loaded?.router ? undefined : one.close());
  const load = () =>
    loadAll(options, terminal, {
      body: { maxBodyBytes, maxBodyCharacters },
      isReload: loaded !== undefined,
      before: loaded,
      shared,
      close,
    });
  const say = (text: string) => terminal.stderr(`${paint("dim", text)}\n`);
  const follow = (next: Loaded): void => {
    loaded = next;
    if (next.recording !== undefined) shared?.dashboard.follow(next.recording);
    if (next.metrics !== undefined) shared?.metrics.follow(next.metrics);
  };
  const first = await load();
  follow(first);
  let server: RunningServer;
  try {
    const { router: own, handling, tls } = first;
    server = await serve(own, { ...serving, ...handling, ...(tls && { tls }) });
  } catch (error) {
    await first.router.close();
    throw error;
  }
  terminal.stdout(`${server.url}\n`);

  /** Routers that others have replaced, until their last request has ended. */
  const leaving = new Set<Promise<void>>();
  let isEnding = false;
  const reload = async (): Promise<void> => {
    const loading = load();
    const next = await inTime(loading, close);
    const { router: old } = loaded as Loaded;
    try {
      if (isEnding) throw new Error("the process ends");
      // Another module may export the same router: it keeps what it knows.
      if (next.router !== old) next.router.restoreState(old.exportState());
      if (next.tls !== undefined) server.renewTls(next.tls);
      const left = server.replace(next.router, next.handling);
      follow(next);
      if (next.router === old) return;
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
  await loaded?.router.close();
  shared?.dashboard.close();
  // Not before: a signal that has no listener ends the process, and cuts what is under way.
  offReload?.();
}

/** Loads what a server is made of. Rejects with `InvalidOptionError` and the errors of the config. */
async function loadAll(
  options: ServeCommandOptions,
  terminal: Terminal,
  { body, isReload, before, shared, close }: Loading,
): Promise<Loaded> {
  const { config, keys, tlsCert, tlsKey, explain, unknownModel, agents, inferSession, embeddings } = options;
  const { route, routes: routesFile, cors } = options;
  const read = isReload ? settledText : textOf;
  const apiKey = terminal.env["EMBEDDINGS_API_KEY"];
  const handling: HandlerOptions = {
    explain: explain === true,
    unknownModel,
    agents,
    inferSession,
    onUnknownModel: (name) => tellUnknown(name, terminal),
    ...(cors !== undefined && { cors }),
    ...body,
    ...(keys !== undefined && { authorise: authoriseByKeys(readKeys(await read("--keys", keys), keys)) }),
    ...(embeddings !== undefined && { upstream: { baseUrl: embeddings, apiKey } }),
  };
  const routes = readRoutes(
    route,
    routesFile === undefined ? undefined : { name: routesFile, text: await read("--routes", routesFile) },
  );
  const tls =
    tlsCert === undefined || tlsKey === undefined
      ? undefined
      : { cert: await read("--tls-cert", tlsCert), key: await read("--tls-key", tlsKey) };
  for (const file of await writableByOthers([keys, tlsKey, config, routesFile]))
    terminal.stderr(
      `${paint("red", "switchpoint:")} ${file} can be written to by every user of this machine\n`,
    );
  const { router, exported } =
    config === undefined
      ? { router: await openRouter(config, terminal), exported: new Map<string, unknown>() }
      : await loadConfig(config);
  try {
    checkShared(router, options);
    if (options.housekeeping) await withHousekeeping(router);
    const sources = shownSources(exported);
    const recording =
      options.dashboard === true
        ? recordRouter(router, { ...sources, after: before?.recording?.dashboard }, shared?.dashboard.tap)
        : undefined;
    // Of a router that stays, counts go on.
    const known = router === before?.router ? before.metrics : undefined;
    const metrics = options.metrics === true ? (known ?? metricsOf(router, exported, sources)) : undefined;
    const shown = {
      ...(recording && { dashboard: shared?.dashboard.served ?? recording.dashboard }),
      ...(metrics && { metrics: shared?.metrics.served ?? metrics }),
    };
    const named = { routes: routesFor(routes, router) };
    return { router, handling: { ...handling, ...named, ...shown }, tls, recording, metrics };
  } catch (error) {
    await close(router);
    throw error;
  }
}

/** Tells once that a client's name of a model means nothing here. */
function tellUnknown(name: string, terminal: Terminal): void {
  const advice = `--route ${shellWord(`${name}=ID`)} gives it a meaning, --unknown-model error refuses it`;
  const said = `a client asks for the model ${name}, which means nothing here: the router decides (${advice})`;
  terminal.stderr(`${paint("dim", oneLine(said))}\n`);
}

/** Returns the series that a config exports as `metrics`, which may name tenants and a reference, else the router's. */
function metricsOf(
  router: Router,
  exported: ReadonlyMap<string, unknown>,
  { promises, rollouts, drift }: ReturnType<typeof shownSources>,
): NonNullable<HandlerOptions["metrics"]> {
  const own = exported.get("metrics") as Partial<Prometheus> | null | undefined;
  if (typeof own?.text === "function" && typeof own.contentType === "string") return own as Prometheus;
  return prometheus(router, { promises, rollouts, ...(drift !== undefined && { drift: [drift] }) });
}

/** Throws `InvalidOptionError` where workers would count apart by mistake: a budget would hold once for each of them. */
function checkShared({ shared }: Router, { workers, ownState }: ServeCommandOptions): void {
  if (Number(workers) <= 1 || ownState === true) return;
  if (shared === undefined || shared.store.name === "memory")
    throw new InvalidOptionError(
      "--workers",
      workers,
      "1 for a router that counts in its own memory: give it shared: fleet({ store: redisStore(…) or sqliteStore(…) }), or pass --own-state if each worker may spend every budget",
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
