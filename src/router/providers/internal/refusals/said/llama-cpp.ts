import { refused, type Sayings, said } from "../sayings.ts";

export const llamaCpp: readonly Sayings[] = [
  said("ggml-org/llama.cpp:tools/server/server-context.cpp", "2026-09-28", [
    ["any", "code", "exceed_context_size_error", "overflow"],
    [refused, "text", "exceeds the available context size (# tokens)", "overflow"],
    [refused, "text", "exceeds available context size (# tokens)", "overflow"],
    [refused, "text", "exceeds the available context size", "overflow"],
    [refused, "text", "input is larger than the max context size", "overflow"],
  ]),
  said("ggml-org/llama.cpp:tools/server/server-http.cpp", "2026-09-28", [
    // It loads its model: for minutes, in which another one answers.
    [503, "text", "loading model", "overloaded"],
    ["any", "code", "unavailable_error", "overloaded"],
  ]),
  said("ggml-org/llama.cpp#13566", "2025-05-15", [
    [[400, 500], "text", "image input is not supported", "lacks images"],
    [[400, 500], "text", "audio input is not supported", "lacks audio"],
  ]),
  said("ggml-org/llama.cpp#10920", "2024-12-20", [
    [[400, 500], "text", "unsupported param: tools", "lacks tools"],
    [[400, 500], "text", "tools param requires --jinja", "lacks tools"],
  ]),
];
