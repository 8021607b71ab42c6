import type { EngineModel, EngineOptions, Structured } from "./engine-options.ts";
import { checkExtras, logprobFields } from "./internal/check-extras.ts";
import { engineModel } from "./internal/engine-model.ts";
import { fieldsOf, tokensOf } from "./internal/fields-of.ts";
import { listed } from "./internal/listed.ts";

export interface OllamaOptions extends EngineOptions {
  /** False switches thinking off. */
  readonly thinking?: boolean | undefined;
  /** A JSON schema that each answer must fit. */
  readonly structured?: Extract<Structured, { readonly json: unknown }> | undefined;
  readonly topLogprobs?: number | undefined;
}

/** A model on Ollama. Throws `InvalidOptionError`. */
export function ollama(model: string, options: OllamaOptions): EngineModel {
  checkExtras("ollama", options, ["json"]);
  const { thinking, structured, topLogprobs, ...common } = options;
  const json_schema = structured && { name: "answer", schema: structured.json };
  return engineModel(model, common, {
    name: "ollama",
    fields: {
      ...(thinking !== undefined && { reasoning_effort: thinking ? "medium" : "none" }),
      ...(json_schema && { response_format: { type: "json_schema", json_schema } }),
      ...logprobFields(topLogprobs),
    },
    ignored: ["chat_template_kwargs", "priority", "parallel_tool_calls", "logit_bias"],
    refused: {
      cache_salt: "Ollama keeps no prefixes apart by a salt",
      structured_outputs: "use response_format",
      guided_json: "use response_format",
    },
    async describe(ask) {
      const models = listed(await ask("/v1/models"));
      const shown = fieldsOf(await ask("/api/show", { model }));
      const info = fieldsOf(shown["model_info"]);
      const [, window] = Object.entries(info).find(([key]) => key.endsWith(".context_length")) ?? [];
      const contextWindow = tokensOf(window);
      const { capabilities: said } = shown;
      const has = (name: string): boolean => Array.isArray(said) && said.includes(name);
      return {
        models,
        ...(contextWindow && { contextWindow }),
        ...(Array.isArray(said) && {
          capabilities: { images: has("vision"), tools: has("tools"), reasoning: has("thinking") },
        }),
      };
    },
  });
}
