import { refused, type Sayings, said } from "../sayings.ts";

export const vllm: readonly Sayings[] = [
  said("vllm-project/vllm:vllm/renderers/params.py", "2026-09-30", [
    [refused, "text", "context length is only # tokens", "overflow"],
    [400, "param", "input_tokens", "overflow"],
    [400, "param", "input_text", "overflow"],
  ]),
  said("earendil-works/pi#5929", "2026-06-21", [
    [refused, "text", "maximum context length is # tokens. however, you requested", "overflow"],
  ]),
  said("vllm-project/vllm#12165", "2025-01-17", [
    [refused, "text", "too long to fit into the model (context length #)", "overflow"],
    [refused, "text", "longer than the maximum model length of #", "overflow"],
    [refused, "text", "maximum model length", "overflow"],
    [refused, "text", "max_tokens must be at least 1, got -", "overflow"],
    [refused, "text", "max_model_len", "overflow"],
  ]),
  said("vllm-project/vllm:vllm/v1/engine/exceptions.py", "2026-09-30", [
    [503, "text", "request queue reached max pending tokens", "saturated"],
    [503, "text", "currently busy and cannot accept new requests", "saturated"],
    [503, "text", "prefill token backlog limit", "saturated"],
    [503, "text", "max_num_queued", "saturated"],
    [503, "text", "max-num-queued", "saturated"],
    [[500, 503], "text", "enginecore encountered an issue", "server"],
    [[500, 503], "text", "enginedeaderror", "server"],
  ]),
  said("vllm-project/vllm#30613", "2025-12-14", [
    [400, "text", "tool choice requires --enable-auto-tool-choice", "lacks tools"],
    [400, "text", "tool choice requires --tool-call-parser", "lacks tools"],
  ]),
  said("vllm-project/vllm#23402", "2025-08-22", [
    [[400, 500], "text", "is not a multimodal model", "lacks images"],
    [400, "text", "at most 0 image", "lacks images"],
    [400, "text", "at most 0 audio", "lacks audio"],
  ]),
  said("vllm-project/vllm#23567", "2026-08-22", [
    [[400, 500], "text", "unexpected tokens remaining in message header", "failed-answer"],
  ]),
];
