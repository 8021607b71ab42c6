/**
 * The router behind the interfaces of others, and what it does, for others to see. On Web standards alone: the server of
 * Node and OpenTelemetry are loaded when they are used.
 */

export * from "./http/index.ts";
export * from "./http/server/index.ts";
export * from "./metrics/prometheus/index.ts";
export * from "./status/index.ts";
export * from "./telemetry/alarms/index.ts";
export * from "./telemetry/otel/index.ts";
