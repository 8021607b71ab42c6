export type { ServedModelDescription, ServerDescription } from "../../../contracts/server-description.ts";
export type { EngineModel, EngineOptions, Structured } from "./engine-options.ts";
export { fromServer } from "./from-server.ts";
export { type LlamaCppOptions, llamaCpp } from "./llama-cpp.ts";
export { type OllamaOptions, ollama } from "./ollama.ts";
export { type SglangOptions, sglang } from "./sglang.ts";
export { type TgiOptions, tgi } from "./tgi.ts";
export { type VllmOptions, vllm } from "./vllm.ts";
