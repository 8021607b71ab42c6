import type { Model, OwnGpu, ProviderOptions, RoleRule } from "../../../contracts/index.ts";
import type { ServerDescription } from "../../../contracts/server-description.ts";
import type { OptionTable } from "../../../plugin/index.ts";
import { addressOption, providerOptions } from "../internal/provider-options.ts";
import { rolesOption } from "../internal/role-rule.ts";

export interface EngineOptions extends ProviderOptions {
  /** Address including `/v1`, for instance `http://localhost:8000/v1`. */
  readonly baseUrl: string;
  /** Own GPUs behind the address, in place of `price`: what a token costs on them is measured. */
  readonly gpu?: OwnGpu | undefined;
  /**
   * Rule for messages, if the server's chat template is not the usual one of its model: `as-sent`, `one-system`, `alternating` or
   * `no-system`. Then refusals change nothing. Default: by engine and family of the model, and as refusals of the last hour show.
   */
  readonly roles?: RoleRule | undefined;
}

/** Options of an engine that have no default and may be left out: all but its address and those of `Filled`. */
export type OpenOptions<Options extends EngineOptions, Filled extends keyof Options = never> = Exclude<
  keyof Options,
  "baseUrl" | "strictParameters" | Filled
>;

export const engineOptions: OptionTable<EngineOptions, OpenOptions<EngineOptions>> = {
  ...providerOptions,
  baseUrl: addressOption,
  roles: rolesOption,
  gpu: { is: "any", optional: true, expected: "own GPUs, in place of a price" },
};

/** A model that can ask its server what it is. */
export interface EngineModel extends Model {
  /** Asks the server. Rejects with `ProviderError`, or with the signal's reason. */
  describe(options?: { readonly signal?: AbortSignal | undefined }): Promise<ServerDescription>;
}

/** Form that the text of an answer must have. Exactly one is given. */
export type Structured =
  /** A JSON schema. */
  | { readonly json: Readonly<Record<string, unknown>> }
  | { readonly regex: string }
  | { readonly choice: readonly string[] }
  /** A grammar in the engine's own notation: EBNF, or GBNF for llama.cpp. */
  | { readonly grammar: string };
