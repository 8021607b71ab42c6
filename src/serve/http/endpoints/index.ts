import { chatCompletions } from "./chat-completions.ts";
import type { Endpoint } from "./endpoint.ts";
import { geminiModel, geminiModels, generateContent } from "./generate-content.ts";
import { health, probe } from "./health.ts";
import { countTokens, messages } from "./messages.ts";
import { listModels, oneModel } from "./models.ts";
import { responses } from "./responses.ts";
import { scale } from "./scale.ts";

/** All paths of the interface. */
export const endpoints: readonly Endpoint[] = [
  chatCompletions,
  responses,
  messages,
  countTokens,
  ...generateContent,
  geminiModels,
  geminiModel,
  listModels,
  oneModel,
  scale,
  health,
  probe,
];
