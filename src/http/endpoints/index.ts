import { chatCompletions } from "./chat-completions.ts";
import type { Endpoint } from "./endpoint.ts";
import { health, probe } from "./health.ts";
import { listModels, oneModel } from "./models.ts";

/** All paths of the interface. */
export const endpoints: readonly Endpoint[] = [chatCompletions, listModels, oneModel, health, probe];
