import type { Model, ModelFacts, ProviderOptions } from "../../../contracts/index.ts";
import { failureOf } from "./anthropic-native.ts";
import { betasOf, claudeOnPlatform, listOf } from "./claude-on-platform.ts";
import type { PlatformWire } from "./openai-direct.ts";
import { openaiRoute, usualHeaders } from "./openai-route.ts";
import { platformModel, safeKey } from "./platform-model.ts";

export interface VertexClaudeTarget {
  readonly facts: ModelFacts;
  readonly options: Pick<ProviderOptions, "defaults" | "fetch" | "headers" | "strictParameters">;
  /** Address of the model, before the method. */
  readonly address: string;
  readToken(): string | Promise<string>;
  readonly platform: PlatformWire;
}

/** Claude on Vertex AI. The model answers and refuses in the words of Anthropic, the platform in those of Google. */
export function vertexClaude({ facts, options, address, readToken, platform }: VertexClaudeTarget): Model {
  const { name } = facts;
  const { defaults, fetch, headers, strictParameters } = options;
  const target = { facts, defaults, strictParameters, version: "vertex-2023-10-16", betas: [] } as const;
  const { headers: fixed } = openaiRoute(address, [usualHeaders, headers ?? {}]);
  return platformModel({
    ...claudeOnPlatform(target, {
      fetch,
      unreachable: platform.unreachable,
      failureOf: (failure) => {
        const { text, status, headers } = failure;
        const usual = () => failureOf(failure, name);
        return status === undefined
          ? usual()
          : (platform.failureOf?.(text, { status, headers } as never, usual) ?? usual());
      },
      isNative: ({ text }) => /^\s*\{\s*"type"\s*:\s*"error"/.test(text),
    }),
    async requestOf(body, isStreamed, sent) {
      const token = await safeKey(readToken, name);
      const betas = betasOf(listOf(fixed["anthropic-beta"]), sent);
      return {
        url: `${address}:${isStreamed ? "streamRawPredict" : "rawPredict"}`,
        headers: {
          ...fixed,
          authorization: `Bearer ${token}`,
          ...(betas.length > 0 && { "anthropic-beta": betas.join(",") }),
        },
        body: () => body,
      };
    },
  });
}
