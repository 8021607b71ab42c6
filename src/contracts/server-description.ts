import type { Capabilities } from "./capabilities.ts";

/** A model that a server says it serves. */
export interface ServedModelDescription {
  readonly id: string;
  /** Tokens of prompt and answer together. */
  readonly contextWindow?: number | undefined;
  /** Base model of a LoRA adapter. */
  readonly parent?: string | undefined;
}

/** Description that a server gives of itself. Facts that it does not state are absent. */
export interface ServerDescription {
  /** `vllm`, `ollama` … */
  readonly engine: string;
  readonly version?: string | undefined;
  /** Models that it lists, at most 1,000. */
  readonly models: readonly ServedModelDescription[];
  readonly contextWindow?: number | undefined;
  readonly capabilities?: Capabilities | undefined;
  /** Requests that it answers at a time. */
  readonly slots?: number | undefined;
}
