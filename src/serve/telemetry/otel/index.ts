/** Spans and metrics of a router for OpenTelemetry, whose package `@opentelemetry/api` it loads when it is called. */

export { type Otel, type OtelOptions, otel } from "./otel.ts";
