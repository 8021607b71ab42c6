import type { Model, ModelDefaults } from "../contracts/index.ts";
import type { FailureKind, RecordedRequest, Scenario } from "./provider-scenario.ts";

/** What a provider may lack. A kind of failure stands for an answer of the endpoint that means it. */
export type ProviderFeature =
  | "tools"
  | "parallel-tool-calls"
  | "images"
  | "json-schema"
  | "reasoning-effort"
  | "stop-sequences"
  /** The finish reason. */
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
  /** What the model must be given as its key. */
  readonly apiKey: string;
  readonly strictParameters: boolean;
  readonly defaults?: ModelDefaults | undefined;
}

/** An endpoint that does what a scenario says, and a model that calls it. */
export interface ServedModel {
  readonly model: Model;
  /** In order of arrival. */
  readonly requests: readonly RecordedRequest[];
  /** Stops the endpoint; a call after it must find nobody there. Called twice by some cases. */
  close(): Promise<void>;
}

export interface ProviderSetup {
  /** Starts an endpoint that does with every call what the scenario says, in the provider's words. */
  serve(scenario: Scenario, settings: ServeSettings): Promise<ServedModel>;
  /** What the provider cannot do, and why: those cases are skipped with the reason. */
  readonly without?: Readonly<Partial<Record<ProviderFeature, string>>> | undefined;
  /** The provider's status where it differs from the usual one (`overloaded`: 529, `timeout`: 408 …). */
  readonly statuses?: Readonly<Partial<Record<FailureKind, number>>> | undefined;
}

/** A case before it is bound to a set-up. */
export interface ProviderCase {
  readonly name: string;
  readonly needs?: readonly ProviderFeature[] | undefined;
  run(setup: ProviderSetup): Promise<void>;
}
