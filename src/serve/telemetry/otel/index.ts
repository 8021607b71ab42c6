/** Spans and metrics of a router for OpenTelemetry. Needs `@opentelemetry/api`. */

export { type Otel, type OtelOptions, otel } from "./otel.ts";
