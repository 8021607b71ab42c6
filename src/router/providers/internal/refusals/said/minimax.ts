import { type Sayings, said } from "../sayings.ts";

/** MiniMax. Its own codes stand in `base_resp`, with HTTP status 200 or another. */
export const minimax: readonly Sayings[] = [
  said("https://platform.minimax.io/docs/api-reference/errorcode.md", "2026-12-01", [
    ["any", "code", "base_resp:1000", "server"],
    ["any", "code", "base_resp:1001", "timeout"],
    ["any", "code", "base_resp:1002", "rate-limit"],
    ["any", "code", "base_resp:1004", "authentication"],
    ["any", "code", "base_resp:1008", "spent"],
    ["any", "code", "base_resp:1024", "server"],
    ["any", "code", "base_resp:1026", "content"],
    ["any", "code", "base_resp:1027", "content"],
    ["any", "code", "base_resp:1033", "server"],
  ]),
  // The number that follows is its code, and no window.
  said("NousResearch/hermes-agent#9170", "2026-04-13", [
    ["any", "text", "context window exceeds limit", "overflow"],
  ]),
];
