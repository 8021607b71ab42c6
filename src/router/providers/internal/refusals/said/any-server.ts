import { type Sayings, said } from "../sayings.ts";

const client = [400, 413, 422] as const;
const money = [400, 402, 403, 412, 429] as const;
const judged = [400, 403, 422, 451] as const;

/**
 * Plain words that servers of any maker use, as several projects collected them. Words of a refused content are many on purpose: what
 * may be one ends the request.
 */
export const anyServer: readonly Sayings[] = [
  said("NousResearch/hermes-agent:agent/error_classifier.py", "2026-12-01", [
    [client, "text", "context length", "overflow"],
    [client, "text", "context window", "overflow"],
    [client, "text", "context size", "overflow"],
    [client, "text", "maximum context", "overflow"],
    [client, "text", "max input token", "overflow"],
    [client, "text", "n_ctx", "overflow"],
    [client, "text", "超过最大长度", "overflow"],
    [client, "text", "上下文长度", "overflow"],
    [money, "text", "insufficient balance", "spent"],
    [money, "text", "insufficient funds", "spent"],
    [money, "text", "insufficient quota", "spent"],
    [money, "text", "credits exhausted", "spent"],
    [money, "text", "credits have been exhausted", "spent"],
    [money, "text", "out of credits", "spent"],
    [money, "text", "run out of funds", "spent"],
    [money, "text", "top up your credits", "spent"],
    [400, "text", "no such model", "not-found"],
    [400, "text", "unknown model", "not-found"],
    [400, "text", "model not found", "not-found"],
    [400, "text", "tool message content must be a string", "lacks images"],
  ]),
  said("openclaw/openclaw#58839", "2026-04-01", [
    [client, "text", "maximum number of input tokens", "overflow"],
    [client, "text", "input exceeds the maximum number of tokens", "overflow"],
  ]),
  said("anomalyco/opencode:packages/llm/src/provider-error.ts", "2026-12-01", [
    [client, "text", "tokens in request more than max tokens allowed", "overflow"],
    [client, "text", "configured context size is # tokens", "overflow"],
    [client, "text", "token limit exceeded", "overflow"],
    [judged, "text", "content policy", "content"],
    [judged, "text", "content-policy", "content"],
    [judged, "text", "content_policy", "content"],
    [judged, "text", "content filter", "content"],
    [judged, "text", "content_filter", "content"],
  ]),
  said("theopenco/llmgateway#1785", "2026-03-03", [
    [judged, "text", "usage guidelines", "content"],
    [judged, "text", "usage policy", "content"],
    [judged, "text", "usage policies", "content"],
    [judged, "text", "inappropriate content", "content"],
    [judged, "text", "sensitive content", "content"],
    [judged, "text", "prohibited content", "content"],
    [judged, "text", "harmful content", "content"],
    [judged, "text", "unsafe content", "content"],
    [judged, "text", "moderation", "content"],
    [judged, "text", "敏感", "content"],
    [judged, "text", "违规", "content"],
  ]),
];
