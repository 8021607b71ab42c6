import type { Model, ModelDefaults } from "../contracts/index.ts";
import type { FailureKind, RecordedRequest, Scenario } from "./provider-scenario.ts";

/**
 * A feature that a provider may lack. A kind of failure stands for an endpoint's answer with that meaning.
 */
export type ProviderFeature =
  | "tools"
  | "parallel-tool-calls"
  | "images"
  | "json-schema"
  | "reasoning-effort"
  | "stop-sequences"
  /** The name of the model that answers. */
  | "served-model"
  /** The finish reason `content_filter`. */
  | "content-filtered-answer"
  | "cached-tokens"
  | "cache-write-tokens"
  | "reasoning-tokens"
  /** An error event inside a stream. */
  | "stream-errors"
  | "request-id"
  | "retry-after"
  | FailureKind;

export interface ServeSettings {
  /** Key for the model. */
  readonly apiKey: string;
  readonly strictParameters: boolean;
  readonly defaults?: ModelDefaults | undefined;
}

/** An endpoint that does what a scenario says, and a model that calls it. */
export interface ServedModel {
  readonly model: Model;
  /** Requests in order of arrival. */
  readonly requests: readonly RecordedRequest[];
  /** Stops the endpoint; later calls must not be able to connect. Some cases call it twice. */
  close(): Promise<void>;
}

export interface ProviderSetup {
  /** Starts an endpoint that treats every call as the scenario says, in the provider's format. */
  serve(scenario: Scenario, settings: ServeSettings): Promise<ServedModel>;
  /** Features that the provider lacks, with the reason; their cases are skipped with it. */
  readonly without?: Readonly<Partial<Record<ProviderFeature, string>>> | undefined;
  /** Statuses of the provider that differ from the usual ones (`overloaded`: 529, `timeout`: 408 …). */
  readonly statuses?: Readonly<Partial<Record<FailureKind, number>>> | undefined;
}

/** A case that is not yet bound to a set-up. */
export interface ProviderCase {
  readonly name: string;
  readonly needs?: readonly ProviderFeature[] | undefined;
  run(setup: ProviderSetup): Promise<void>;
}
