import type { Context, Span, Tracer } from "@opentelemetry/api";
import type { CalledModel } from "../../../contracts/index.ts";
import type { OtelApi } from "./load-api.ts";
import { attributes, chat, spans } from "./names.ts";

/** A request under way: where it belongs, and its spans. */
export interface OpenRoute {
  readonly parent: Context;
  readonly startedAt: number;
  span: Span | undefined;
  /** Spans of calls under way, by model and hop, in order of their start. */
  readonly calls: Map<string, Span[]>;
  /** Contexts of calls, by the id of the attempt. */
  readonly contexts: Map<string, Context>;
}

/** Largest number of requests whose spans are kept open. */
const mostOpen = 10_000;

/** Requests under way. Of those beyond 10,000 the oldest is ended, as after `decide()`, which has no end. */
export class OpenSpans {
  readonly #api: OtelApi;
  readonly #tracer: Tracer;
  readonly #routes = new Map<string, OpenRoute>();
  /** Spans that were ended since too many were open. */
  evicted = 0;

  constructor(api: OtelApi, tracer: Tracer) {
    this.#api = api;
    this.#tracer = tracer;
  }

  /** Returns the request, which belongs to the span that is active now if it is new. */
  at(id: string): OpenRoute {
    const known = this.#routes.get(id);
    if (known !== undefined) return known;
    const route = {
      parent: this.#api.context.active(),
      startedAt: Date.now(),
      span: undefined,
      calls: new Map(),
      contexts: new Map(),
    };
    this.#routes.set(id, route);
    if (this.#routes.size > mostOpen) {
      const [oldest, one] = this.#routes.entries().next().value as [string, OpenRoute];
      this.#routes.delete(oldest);
      this.evicted += one.span === undefined ? 0 : 1;
      endAll(one);
    }
    return route;
  }

  has(id: string): boolean {
    return this.#routes.has(id);
  }

  /** Begins the span of a request with its first call, so that `decide()` alone leaves none. */
  routeSpan(route: OpenRoute): Span {
    route.span ??= this.#tracer.startSpan(
      spans.route,
      { kind: this.#api.SpanKind.INTERNAL, startTime: route.startedAt },
      route.parent,
    );
    return route.span;
  }

  callSpan(
    route: OpenRoute,
    call: { model: string; hop: string; name: string; provider: string; startedAt?: number },
  ): Span {
    const { model, hop, name, provider, startedAt = Date.now() } = call;
    return this.#tracer.startSpan(
      `${chat} ${name}`,
      {
        kind: this.#api.SpanKind.CLIENT,
        startTime: startedAt,
        attributes: {
          [attributes.operation]: chat,
          [attributes.provider]: provider,
          [attributes.requestModel]: name,
          [attributes.model]: model,
          [attributes.hop]: hop,
        },
      },
      this.#api.trace.setSpan(route.parent, this.routeSpan(route)),
    );
  }

  /** Returns the context in which a call runs: that of its span, which is the last one of its model and hop to begin. */
  contextOf({ decisionId, attemptId, model, hop }: CalledModel): Context | undefined {
    const route = this.#routes.get(decisionId);
    if (route === undefined) return undefined;
    let known = route.contexts.get(attemptId);
    if (known === undefined) {
      const span = route.calls.get(`${model} ${hop}`)?.at(-1);
      if (span === undefined) return undefined;
      known = this.#api.trace.setSpan(route.parent, span);
      route.contexts.set(attemptId, known);
    }
    return known;
  }

  forget(id: string): void {
    this.#routes.delete(id);
  }

  /** Ends all that is open. */
  close(): void {
    for (const route of this.#routes.values()) endAll(route);
    this.#routes.clear();
  }
}

function endAll({ calls, span }: OpenRoute): void {
  for (const list of calls.values()) for (const one of list) one.end();
  span?.end();
}
