import {
  type CallOptions,
  type ChatRequest,
  type ModelDefaults,
  type ModelFacts,
  ProviderError,
} from "../../../contracts/index.ts";
import { toCompletion } from "./anthropic-answer.ts";
import { answerEvents } from "./anthropic-native.ts";
import { nativeMessagesBody } from "./anthropic-native-body.ts";
import { toMessagesBody } from "./anthropic-request.ts";
import { endsAnswer, toChunks } from "./anthropic-stream.ts";
import type { AnswerEvent, MessagesBody } from "./anthropic-wire.ts";
import { reasoningOfClaude, takesSampling } from "./claude-models.ts";
import type { PlatformTarget } from "./platform-model.ts";
import { writerOf } from "./provenance.ts";
import type { WrittenWire } from "./written-calls.ts";

export interface ClaudeTarget {
  readonly facts: ModelFacts;
  readonly defaults?: ModelDefaults | undefined;
  readonly strictParameters?: boolean | undefined;
  /** Version of the API, which the body says. */
  readonly version: "bedrock-2023-05-31" | "vertex-2023-10-16";
  /** Betas that the model's options ask for. */
  readonly betas: readonly string[];
}

/** Wire and bodies of Anthropic's Messages where a platform names the model in the address and the version in the body. */
export function claudeOnPlatform(
  target: ClaudeTarget,
  how: Pick<WrittenWire, "fetch" | "unreachable" | "events" | "failureOf" | "isNative">,
): Pick<PlatformTarget, "facts" | "defaults" | "speaks" | "wire" | "bodyOf" | "probe"> {
  const { facts, defaults, strictParameters, version } = target;
  const { name, model, maxOutputTokens } = facts;
  const writer = writerOf(facts);
  const reasoning = reasoningOfClaude(model);
  const isBedrock = version === "bedrock-2023-05-31";
  /** Fields of the body. The address has the name of the model; only Vertex AI also wants to be told that it streams. */
  const platform = (sent: readonly string[], isStreamed: boolean) => ({
    anthropic_version: version,
    model: undefined,
    service_tier: undefined,
    stream: isBedrock || !isStreamed ? undefined : true,
    ...(isBedrock && sent.length > 0 && { anthropic_beta: sent }),
  });

  return {
    facts,
    defaults,
    speaks: ["messages"],
    probe: { anthropic_version: version, max_tokens: 1, messages: [] },
    wire: {
      ...how,
      protocol: "messages",
      name,
      writer,
      completionOf: toCompletion,
      chunksOf: (events, context) => toChunks(answerEvents(events), context),
      endsAnswer: ({ fields }) => endsAnswer(fields as unknown as AnswerEvent),
      isFailure: ({ type }) => type === "error",
    },
    bodyOf(request: ChatRequest, call: CallOptions, isStreamed: boolean): string {
      const { native, onDropped } = call;
      const betas = betasOf(target.betas, native?.headers ?? {}, onDropped);
      const settings = { model, writer, reasoning, defaults, maxOutputTokens };
      if (native !== undefined)
        return nativeMessagesBody(
          native,
          request,
          { ...settings, isStreamed, platform: platform(betas, isStreamed) },
          call,
        );
      const body = toMessagesBody(request, {
        ...settings,
        name,
        strictParameters,
        // The older version takes a temperature, the newer one does not.
        version: takesSampling(model) ? "2023-06-01" : "2026-10-21",
        onDropped,
      });
      refuseAddresses(body, name);
      if (body.service_tier !== undefined) onDropped?.("service_tier");
      return JSON.stringify({ ...body, ...platform(betas, isStreamed) });
    },
  };
}

/**
 * Betas that platforms know, of those that clients of Anthropic's own API send. They refuse a request with any other one.
 * Source: AWS's page "Anthropic Claude Messages API, request and response", November 2026.
 */
const knownBetas =
  /^(?:computer-use|token-efficient-tools|interleaved-thinking|output-128k|dev-full-thinking|context-1m|context-management|effort|tool-search-tool|tool-examples|fine-grained-tool-streaming)-20\d\d-\d\d-\d\d$/;

/** Returns the betas of a model and those of a native request that its platform knows. */
export function betasOf(
  own: readonly string[],
  sent: Readonly<Record<string, string>>,
  onDropped?: CallOptions["onDropped"],
): readonly string[] {
  const asked = listOf(sent["anthropic-beta"]);
  const known = asked.filter((beta) => knownBetas.test(beta));
  if (known.length < asked.length) onDropped?.("anthropic-beta");
  return [...new Set([...own, ...known])];
}

/** Returns the entries of a header that is a list. */
export function listOf(header: string | undefined): readonly string[] {
  return (header ?? "")
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}

/** Platforms load nothing by its address. */
function refuseAddresses({ messages }: MessagesBody, model: string): void {
  for (const { content } of messages)
    for (const block of content)
      if (block.type === "image" && block.source.type === "url")
        throw new ProviderError({
          kind: "unsupported",
          model,
          summary: "an image must be a base64 data: URL: the platform loads no addresses",
        });
}
