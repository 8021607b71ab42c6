import { type Fields, fieldsOf } from "../../../plugin/fields-of.ts";
import type { OptionTable } from "../../../plugin/index.ts";
import { readProviderOptions } from "../internal/provider-options.ts";
import {
  type EngineModel,
  type EngineOptions,
  engineOptions,
  type OpenOptions,
  type Structured,
} from "./engine-options.ts";
import { engineModel } from "./internal/engine-model.ts";
import { logprobFields, structuredOption, thinking, topLogprobs } from "./internal/extra-options.ts";
import { foreignForms } from "./internal/forms.ts";
import { listed } from "./internal/listed.ts";
import { tokensOf } from "./internal/read-values.ts";

export interface OllamaOptions extends EngineOptions {
  /** False switches thinking off. */
  readonly thinking?: boolean | undefined;
  /** A JSON schema that each answer must fit. */
  readonly structured?: Extract<Structured, { readonly json: unknown }> | undefined;
  readonly topLogprobs?: number | undefined;
}

export const ollamaOptions: OptionTable<OllamaOptions, OpenOptions<OllamaOptions>> = {
  ...engineOptions,
  thinking,
  structured: structuredOption<NonNullable<OllamaOptions["structured"]>>("json"),
  topLogprobs,
};

/** Longest text of parameters that is read, in characters. */
const longestParameters = 10_000;

/** Returns the window with which a model is loaded right now: a longer prompt is cut without a word. */
function loadedWindow(answer: unknown, model: string): number | undefined {
  const { models } = fieldsOf(answer);
  const found = (Array.isArray(models) ? models : [])
    .map(fieldsOf)
    .find(({ name }) => name === model || name === `${model}:latest`);
  return tokensOf(found?.["context_length"]);
}

/** Returns the window that the model's definition sets: `num_ctx` in lines of parameters. */
function statedWindow(parameters: unknown): number | undefined {
  if (typeof parameters !== "string") return undefined;
  const words = parameters.slice(0, longestParameters).split(/\s+/);
  const at = words.indexOf("num_ctx");
  return at < 0 ? undefined : tokensOf(Number(words[at + 1]));
}

/** Returns the longest window that the model can have. The server may give it less. */
function longestWindow(info: Fields): number | undefined {
  return tokensOf(info[`${String(info["general.architecture"])}.context_length`]) ?? firstWindow(info);
}

function firstWindow(info: Fields): number | undefined {
  return tokensOf(Object.entries(info).find(([key]) => key.endsWith(".context_length"))?.[1]);
}

/** A model on Ollama. Throws `InvalidOptionError`. */
export function ollama(model: string, given: OllamaOptions): EngineModel {
  const options = readProviderOptions("ollama", ollamaOptions, model, given);
  const { thinking, structured, topLogprobs, ...common } = options;
  const json_schema = structured && { name: "answer", schema: structured.json };
  return engineModel(model, common, {
    owner: "ollama",
    name: "ollama",
    fields: {
      ...(thinking !== undefined && { reasoning_effort: thinking ? "medium" : "none" }),
      ...(json_schema && { response_format: { type: "json_schema", json_schema } }),
      ...logprobFields(topLogprobs),
    },
    ignored: ["chat_template_kwargs", "priority", "parallel_tool_calls", "logit_bias"],
    // Not even "none" is obeyed: ollama/ollama#17921, 0.32.15, 2026-08-21.
    readsToolChoice: "nothing",
    refused: {
      cache_salt: "Ollama keeps no prefixes apart by a salt",
      ...foreignForms([], "use response_format"),
    },
    async describe(ask) {
      const models = listed(await ask("/v1/models"));
      const shown = fieldsOf(await ask("/api/show", { model }));
      const info = fieldsOf(shown["model_info"]);
      const loaded = loadedWindow(await ask("/api/ps").catch(() => undefined), model);
      const contextWindow = loaded ?? statedWindow(shown["parameters"]) ?? longestWindow(info);
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
