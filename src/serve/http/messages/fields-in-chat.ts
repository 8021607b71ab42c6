import { translatedFields } from "../left-out.ts";

/** Fields of a Messages request that a chat request has a place for. */
export const fieldsInChat: ReadonlySet<string> = translatedFields(
  "messages",
  "system",
  "max_tokens",
  "stop_sequences",
  "temperature",
  "top_p",
  "metadata",
  "mcp_servers",
  "container",
  "tools",
  "tool_choice",
  "speed",
  "service_tier",
  "thinking",
  "output_config",
  "output_format",
);
