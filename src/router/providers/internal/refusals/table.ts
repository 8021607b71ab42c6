import { alibaba } from "./said/alibaba.ts";
import { anthropic } from "./said/anthropic.ts";
import { anyServer } from "./said/any-server.ts";
import { aws } from "./said/aws.ts";
import { azure } from "./said/azure.ts";
import { cerebras } from "./said/cerebras.ts";
import { chatTemplates } from "./said/chat-templates.ts";
import { cohere } from "./said/cohere.ts";
import { copilot } from "./said/copilot.ts";
import { deepseek } from "./said/deepseek.ts";
import { fireworks } from "./said/fireworks.ts";
import { google } from "./said/google.ts";
import { groq } from "./said/groq.ts";
import { llamaCpp } from "./said/llama-cpp.ts";
import { lmStudio } from "./said/lm-studio.ts";
import { lmDeploy } from "./said/lmdeploy.ts";
import { minimax } from "./said/minimax.ts";
import { mistral } from "./said/mistral.ts";
import { moonshot } from "./said/moonshot.ts";
import { ollama } from "./said/ollama.ts";
import { openai } from "./said/openai.ts";
import { openrouter } from "./said/openrouter.ts";
import { perplexity } from "./said/perplexity.ts";
import { proxies } from "./said/proxies.ts";
import { sglang } from "./said/sglang.ts";
import { tgi } from "./said/tgi.ts";
import { together } from "./said/together.ts";
import { trtLlm } from "./said/trt-llm.ts";
import { vllm } from "./said/vllm.ts";
import { volcengine } from "./said/volcengine.ts";
import { xai } from "./said/xai.ts";
import { zai } from "./said/zai.ts";
import type { Saying, Sayings } from "./sayings.ts";

/**
 * All that is known of what servers say, by source. Gateways pass on the words of others, so that each saying is looked for in every
 * refusal of every server.
 */
export const sources: readonly Sayings[] = [
  ...[openai, azure, anthropic, google, aws],
  ...[vllm, sglang, tgi, llamaCpp, ollama, lmDeploy, lmStudio, trtLlm],
  ...[groq, mistral, deepseek, xai, moonshot, zai, minimax, alibaba, volcengine],
  ...[together, fireworks, cerebras, cohere, perplexity, openrouter, copilot],
  ...[chatTemplates, proxies, anyServer],
].flat();

export const everything: readonly Saying[] = sources.flatMap(({ sayings }) => sayings);
