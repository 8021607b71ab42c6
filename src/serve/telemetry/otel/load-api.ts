import { MissingDependencyError } from "../../../contracts/index.ts";

export type OtelApi = typeof import("@opentelemetry/api");

/** Loads the API of OpenTelemetry, an optional peer. Rejects with `MissingDependencyError`, which names what to install. */
export async function loadApi(): Promise<OtelApi> {
  // Within `try`, so that a bundler which does not find the package warns and goes on.
  try {
    return await import("@opentelemetry/api");
  } catch (cause) {
    throw new MissingDependencyError("@opentelemetry/api", "otel()", { cause });
  }
}
