import type { CallOptions, Load, Member, Model } from "../contracts/index.ts";
import { isRouterError, ProviderError } from "../contracts/index.ts";
import { onAbort } from "../plugin/on-abort.ts";
import { waitOf } from "./service-rate.ts";

/** One endpoint of a pool, which counts its calls. */
export interface Endpoint {
  readonly key: string;
  readonly model: Model;
  /** Returns the member as it is right now. */
  member(): Member;
}

/** Parts of a pool that an endpoint needs. */
export interface EndpointParts {
  readonly pool: string;
  readonly key: string;
  /** Returns milliseconds on a monotonic clock. */
  readonly now: () => number;
}

/** Share of the latest call in the mean time of calls. */
const latest = 0.2;

/**
 * Wraps a model as an endpoint: calls are counted until they end, are aborted or left, whichever comes first. A call that the
 * server has no room for gets the wait that Little's law gives, unless the server states one.
 */
export function createEndpoint(given: Model, { pool, key, now }: EndpointParts): Endpoint {
  let inFlight = 0;
  let meanMs: number | undefined;
  let busyUntil = Number.NEGATIVE_INFINITY;
  let refusals = 0;

  const enter = (signal: AbortSignal): ((isAnswered: boolean) => void) => {
    const startedAt = now();
    let isOver = false;
    inFlight += 1;
    const leave = (isAnswered: boolean) => {
      if (isOver) return;
      isOver = true;
      inFlight -= 1;
      endWatch();
      if (!isAnswered) return;
      refusals = 0;
      const tookMs = Math.max(0, now() - startedAt);
      meanMs = meanMs === undefined ? tookMs : meanMs + latest * (tookMs - meanMs);
    };
    const endWatch = signal.aborted ? () => {} : onAbort(signal, () => leave(false));
    return leave;
  };

  const failed = (error: unknown): unknown => {
    if (!isRouterError(error, "provider") || error.kind !== "saturated") return error;
    const waitMs = error.retryAfterMs ?? waitOf(meanMs, inFlight, refusals);
    refusals += 1;
    busyUntil = Math.max(busyUntil, now() + waitMs);
    if (error.retryAfterMs !== undefined) return error;
    const { kind, model, status, requestId, detail } = error;
    return new ProviderError({ kind, model, status, requestId, detail, retryAfterMs: waitMs });
  };

  const { health } = given;
  const model: Model = {
    ...given,
    name: pool,
    async generate(request, options) {
      const leave = enter(options.signal);
      try {
        const answer = await given.generate(request, options);
        leave(true);
        return answer;
      } catch (error) {
        leave(false);
        throw failed(error);
      }
    },
    stream: (request, options) => counted(given, request, options, enter, failed),
    ...(health === undefined ? {} : { health: (options) => health.call(given, options) }),
  };

  const loadNow = (): Load | undefined => {
    const waitMs = busyUntil - now();
    return waitMs > 0 ? { expectedWaitMs: waitMs, ageMs: 0 } : undefined;
  };

  return {
    key,
    model,
    member: () => ({ key, model, facts: model, state: "ready", inFlight, load: loadNow() }),
  };
}

async function* counted(
  given: Model,
  request: Parameters<Model["stream"]>[0],
  options: CallOptions,
  enter: (signal: AbortSignal) => (isAnswered: boolean) => void,
  failed: (error: unknown) => unknown,
): ReturnType<Model["stream"]> extends AsyncIterable<infer Chunk> ? AsyncGenerator<Chunk> : never {
  const leave = enter(options.signal);
  let isAnswered = false;
  try {
    yield* given.stream(request, options);
    isAnswered = true;
  } catch (error) {
    throw failed(error);
  } finally {
    leave(isAnswered);
  }
}
