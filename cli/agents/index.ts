import type { Agent } from "./agent.ts";
import { claude } from "./claude.ts";
import { codex } from "./codex.ts";
import { gemini } from "./gemini.ts";
import { opencode } from "./opencode.ts";
import { qwen } from "./qwen.ts";

/** The coding agents that `switchpoint run` knows, by their names on the command line. */
export const agents: Readonly<Record<string, Agent>> = { claude, codex, opencode, qwen, gemini };
