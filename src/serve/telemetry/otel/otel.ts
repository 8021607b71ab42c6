import type { MeterProvider, Span, TracerProvider } from "@opentelemetry/api";
import type { Attempt, CalledModel, Router, RouterEvent } from "../../../contracts/index.ts";
import { hasFailed } from "../../../plugin/has-failed.ts";
import { type OptionTable, readOptions } from "../../../plugin/index.ts";
import { onlyReads } from "../../../plugin/reading-sinks.ts";
import { packageVersion } from "../../../version.ts";
import { attemptAttributes } from "./attempt-attributes.ts";
import { loadApi, type OtelApi } from "./load-api.ts";
import { recordMetrics } from "./metrics.ts";
import { attributes, providers } from "./names.ts";
import { OpenSpans } from "./open-spans.ts";
import { routeAttributes } from "./route-attributes.ts";

/** Providers of `@opentelemetry/api`, described by their shape: declarations need no package. */
export interface OtelOptions {
  /** Default: the global one. */
  readonly tracerProvider?: { getTracer(name: string, version?: string): unknown } | undefined;
  /** Default: the global one. */
  readonly meterProvider?: { getMeter(name: string, version?: string): unknown } | undefined;
}

export const otelOptions: OptionTable<OtelOptions, keyof OtelOptions> = {
  tracerProvider: { is: "object", methods: ["getTracer"], expected: "a TracerProvider", optional: true },
  meterProvider: { is: "object", methods: ["getMeter"], expected: "a MeterProvider", optional: true },
};

/** A listener of a router that makes spans. */
export interface Otel {
  /** Number of spans that were ended early since more than 10,000 requests were under way. */
  readonly evicted: number;
  /** Listens no more, and ends spans that are open. */
  close(): void;
}

/**
 * Makes a span `switchpoint.route` for each request, in the span that is active when it is sent, and in it a span for
 * each call of a model, which is active while the call is made, so that what instruments HTTP passes it on; and the metrics of the conventions. No text of requests, answers or errors gets there, and
 * neither tenant nor session. An exporter that hangs or throws does not concern requests. Loads `@opentelemetry/api`:
 * requests that begin before the promise resolves have no span. Rejects with `InvalidOptionError`, or
 * `MissingDependencyError` if the package is not installed.
 */
export async function otel<Id extends string>(router: Router<Id>, options: OtelOptions = {}): Promise<Otel> {
  const read = readOptions("otel", otelOptions, options);
  const api = await loadApi();
  const { tracerProvider = api.trace.getTracerProvider(), meterProvider = api.metrics.getMeterProvider() } =
    read;
  const open = new OpenSpans(
    api,
    (tracerProvider as TracerProvider).getTracer("switchpoint", packageVersion),
  );
  const record = recordMetrics((meterProvider as MeterProvider).getMeter("switchpoint", packageVersion));
  const plain = router as unknown as Router;
  const facts = (model: string) => {
    const known = Object.hasOwn(plain.models, model) ? plain.models[model] : undefined;
    const provider = known?.provider ?? "other";
    return { name: known?.model ?? "other", provider: providers[provider] ?? provider };
  };
  const started = ({ decisionId, model, hop }: Started): void => {
    const route = open.at(decisionId);
    const span = open.callSpan(route, { model, hop, ...facts(model) });
    const key = `${model} ${hop}`;
    const list = route.calls.get(key);
    if (list === undefined) route.calls.set(key, [span]);
    else list.push(span);
  };
  const ended = (decisionId: string, attempt: Attempt): void => {
    const { name, provider } = facts(attempt.model);
    if (attempt.cached === undefined) record(attempt, { name, provider });
    const isLate = !open.has(decisionId);
    const route = open.at(decisionId);
    const span = route.calls.get(`${attempt.model} ${attempt.hop}`)?.shift();
    if (isLate) open.forget(decisionId);
    if (span !== undefined) endSpan(api, span, attemptAttributes(attempt), hasFailed(attempt.error));
  };
  const over = (event: Over): void => {
    const id = event.decision?.id ?? event.attempts[0]?.id.replace(/\/[^/]*$/, "");
    if (id === undefined) return;
    const span = open.routeSpan(open.at(id));
    open.forget(id);
    if (event.decision !== undefined) span.setAttributes(routeAttributes(event.decision));
    span.setAttribute(attributes.attempts, event.attempts.length);
    const end =
      event.type === "request-failed"
        ? { [attributes.errorType]: event.error.code }
        : { [attributes.costUsd]: event.costUsd };
    endSpan(api, span, end, event.type === "request-failed" && hasFailed(event.error));
  };
  const listen = onlyReads((event: RouterEvent) => {
    if (event.type === "decision-made") open.at(event.decision.id);
    else if (event.type === "attempt-started") started(event);
    else if (event.type === "attempt-ended") ended(event.decisionId, event.attempt);
    else if (event.type === "request-completed" || event.type === "request-failed") over(event);
  });
  const around = (call: CalledModel, work: () => void): void => {
    const within = open.contextOf(call);
    if (within === undefined) work();
    else api.context.with(within, work);
  };
  const stop = plain.observe(Object.assign(listen, { around }));
  return {
    get evicted() {
      return open.evicted;
    },
    close() {
      stop();
      open.close();
    },
  };
}

type Started = Extract<RouterEvent, { type: "attempt-started" }>;
type Over = Extract<RouterEvent, { type: "request-completed" | "request-failed" }>;

function endSpan(
  api: OtelApi,
  span: Span,
  known: Parameters<Span["setAttributes"]>[0],
  failed: boolean,
): void {
  span.setAttributes(known);
  if (failed) span.setStatus({ code: api.SpanStatusCode.ERROR });
  span.end();
}
